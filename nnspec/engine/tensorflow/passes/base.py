"""Floor 8, the frame of a pass: what it looks at, what it gives, and how long it holds."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import keras

Method = Callable[..., Any]

Target = Any
"""A Keras layer, or the optimizer: what a pass looks at and may rewrite."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a pass may need to know about the step that is about to be traced."""

    xla: bool
    """Whether XLA compiles the network."""
    update: bool = False
    """Whether XLA compiles the optimizer's update."""
    gpu: bool = False
    """Whether the step runs on a GPU."""
    joined: bool = False
    """Whether XLA computes several results of the same arrays in one loop."""
    leaving: frozenset[int] = frozenset()
    """The layers (by `id`) whose outputs leave a model, the network or one within it."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Methods to put in place of an object's own, and the pass they come from."""

    target: Target
    methods: Mapping[str, Method | None]
    title: str


class Pass(ABC):
    """One rewrite: which objects it fits, and which of their methods it replaces."""

    title: ClassVar[str]
    """The rewrite in a few words, for the report."""

    @abstractmethod
    def match(self, target: Target, setting: Setting) -> bool:
        """Return whether the rewrite keeps this object's meaning and pays off."""

    @abstractmethod
    def rewrite(self, target: Target, setting: Setting) -> Mapping[str, Method | None]:
        """Return the replacements: method name -> function without `self`."""


def plan_rewrites(
    model: keras.Model, passes: Sequence[type[Pass]], setting: Setting
) -> tuple[Rewrite, ...]:
    """Return the rewrites of the optimizer and all layers; the first pass that fits wins."""
    found: list[Rewrite] = []
    setting = replace(setting, leaving=_leaving(model))
    instances = [one() for one in passes]
    for target in _targets(model):
        fitting = next((one for one in instances if one.match(target, setting)), None)
        if fitting is not None:
            found.append(Rewrite(target, fitting.rewrite(target, setting), fitting.title))
    return tuple(found)


def _targets(model: keras.Model) -> list[Target]:
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - the only walk that sees nested layers
    optimizer = getattr(model, "optimizer", None)
    return [*layers, *([] if optimizer is None else [optimizer])]


def _leaving(model: keras.Model) -> frozenset[int]:
    models = [one for one in model._flatten_layers() if isinstance(one, keras.Model)]  # noqa: SLF001 - the only walk that sees nested layers
    outputs = [tensor for one in models for tensor in getattr(one, "outputs", None) or ()]
    return frozenset(id(one._keras_history.operation) for one in outputs)  # noqa: SLF001 - Keras has no public way to what made a tensor


@contextmanager
def rewritten(rewrites: Sequence[Rewrite]) -> Iterator[None]:
    """Hold the replacements in place while a step is traced, and take them away again.

    They are written past Keras' attribute tracking, straight among the object's own names,
    where they hide the class' methods.
    """
    places = [(_attributes(one.target), one.methods) for one in rewrites]
    own = [{name: place[name] for name in methods if name in place} for place, methods in places]
    try:
        for place, methods in places:
            place.update(methods)
        yield
    finally:
        for (place, methods), before in zip(places, own, strict=True):
            for name in methods:
                place.pop(name, None)
            place.update(before)


def _attributes(target: Target) -> dict[str, Any]:
    attributes: dict[str, Any] = target.__dict__
    return attributes


def summary(rewrites: Sequence[Rewrite]) -> tuple[str, ...]:
    """Return one line per pass with the names of the layers it touched."""
    titles: dict[str, list[str]] = {}
    for one in rewrites:
        titles.setdefault(one.title, []).append(one.target.name)
    return tuple(f"{title} ({', '.join(names)})" for title, names in titles.items())
