"""Floor 8, the frame of a pass: what it looks at, what it gives, and how long it holds."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import keras

Method = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a pass may need to know about the step that is about to be traced."""

    xla: bool
    """Whether XLA compiles the step."""
    gpu: bool = False
    """Whether the step runs on a GPU."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Methods to put in place of a layer's own, and the pass they come from."""

    layer: keras.layers.Layer
    methods: Mapping[str, Method]
    title: str


class Pass(ABC):
    """One rewrite: which layers it fits, and which of their methods it replaces."""

    title: ClassVar[str]
    """The rewrite in a few words, for the report."""

    @abstractmethod
    def match(self, layer: keras.layers.Layer, setting: Setting) -> bool:
        """Return whether the rewrite keeps this layer's meaning and pays off."""

    @abstractmethod
    def rewrite(self, layer: keras.layers.Layer, setting: Setting) -> Mapping[str, Method]:
        """Return the replacements: method name -> function without `self`."""


def plan_rewrites(
    model: keras.Model, passes: Sequence[type[Pass]], setting: Setting
) -> tuple[Rewrite, ...]:
    """Return the rewrites of all layers, nested ones included; the first pass that fits wins."""
    found: list[Rewrite] = []
    instances = [one() for one in passes]
    for layer in model._flatten_layers(include_self=False):  # noqa: SLF001 - the only walk that sees nested layers
        fitting = next((one for one in instances if one.match(layer, setting)), None)
        if fitting is not None:
            found.append(Rewrite(layer, fitting.rewrite(layer, setting), fitting.title))
    return tuple(found)


@contextmanager
def rewritten(rewrites: Sequence[Rewrite]) -> Iterator[None]:
    """Hold the replacements in place while a step is traced, and take them away again.

    They are written past Keras' attribute tracking, straight among the object's own names,
    where they hide the class' methods.
    """
    try:
        for one in rewrites:
            vars(one.layer).update(one.methods)
        yield
    finally:
        for one in rewrites:
            for name in one.methods:
                vars(one.layer).pop(name, None)


def summary(rewrites: Sequence[Rewrite]) -> tuple[str, ...]:
    """Return one line per pass with the names of the layers it touched."""
    titles: dict[str, list[str]] = {}
    for one in rewrites:
        titles.setdefault(one.title, []).append(one.layer.name)
    return tuple(f"{title} ({', '.join(names)})" for title, names in titles.items())
