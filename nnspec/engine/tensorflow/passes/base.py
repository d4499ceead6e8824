"""Floor 8, the frame of a pass: what it requires, what it ensures, and how long it holds."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, ClassVar

import keras

from nnspec.build.keras_graph import Neighbours, inner_layers, neighbours

Method = Callable[..., Any]
Methods = Mapping[str, Method | None]
"""Method name -> function without `self`; None takes an activation away."""

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
    neighbours: Neighbours = field(
        default=Neighbours({}, {}, frozenset(), frozenset()), compare=False, repr=False
    )
    """Who applies what in the network and in the models within it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of an object and of the step before a pass may rewrite the object."""

    words: str
    """The condition as a sentence about the object."""
    holds: Callable[[Target, Setting], bool]


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What holds of each call of a method that a pass put in place; looked at while tracing."""

    words: str
    """The guarantee as a sentence about what is given and what comes out."""
    holds: Callable[[Target, tuple[Any, ...], Any], bool]
    """(object, arguments, outcome) -> whether it holds."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Methods to put in place of an object's own, and the pass they come from."""

    target: Target
    methods: Methods
    title: str


class Pass(ABC):
    """One rewrite: which objects it fits, and which of their methods it replaces."""

    title: ClassVar[str]
    """The rewrite in a few words, for the report."""
    kinds: ClassVar[tuple[type, ...]]
    """The classes whose objects it looks at, no subclasses: those may be somebody's own."""
    requires: ClassVar[tuple[Condition, ...]]
    """What must hold for the rewrite to keep the object's meaning and to pay off."""
    ensures: ClassVar[tuple[Guarantee, ...]]
    """What then holds of every call of the methods that it puts in place."""

    def obstacle(self, target: Target, setting: Setting) -> str | None:
        """Return in words why an object is not rewritten, None where it is."""
        if type(target) not in self.kinds:
            return f"{type(target).__name__} is not among {', '.join(_names(self.kinds))}"
        missing = (one.words for one in self.requires if not one.holds(target, setting))
        return next(missing, None)

    @abstractmethod
    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Return the replacements in an object that fits."""

    def rewrites(self, target: Target, setting: Setting) -> list[Rewrite]:
        """Return the replacements in all objects that a rewrite of this one takes."""
        methods = self.rewrite(target, setting)
        checked = {name: self.checked(target, method) for name, method in methods.items()}
        return [Rewrite(target, checked, self.title)]

    def checked(self, target: Target, method: Method | None) -> Method | None:
        """Return a replacement that looks at the pass' guarantees whenever it is traced."""
        if method is None or not self.ensures:
            return method

        @wraps(method)
        def looked_at(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any method of Keras'
            outcome = method(*given, **named)
            arguments = (*given, *named.values())
            for one in self.ensures:
                assert one.holds(target, arguments, outcome), f"{self.title}: not so: {one.words}"
            return outcome

        return looked_at


def plan_rewrites(
    model: keras.Model, passes: Sequence[type[Pass]], setting: Setting
) -> tuple[Rewrite, ...]:
    """Return the rewrites of the optimizer and all layers.

    The first pass that fits an object wins; no object is rewritten by two.
    """
    found: list[Rewrite] = []
    setting = replace(setting, neighbours=neighbours(model))
    instances = [one() for one in passes]
    taken: set[int] = set()
    for target in _targets(model):
        fitting = next((one for one in instances if one.obstacle(target, setting) is None), None)
        planned = [] if fitting is None else fitting.rewrites(target, setting)
        touched = {id(one.target) for one in planned}
        if not touched & taken:
            found.extend(planned)
            taken |= touched
    return tuple(found)


def _targets(model: keras.Model) -> list[Target]:
    optimizer = getattr(model, "optimizer", None)
    return [*inner_layers(model), *([] if optimizer is None else [optimizer])]


def _names(kinds: Sequence[type]) -> list[str]:
    return [one.__name__ for one in kinds]


@contextmanager
def rewritten(rewrites: Sequence[Rewrite]) -> Iterator[None]:
    """Hold the replacements in place while a step is traced, and take them away again.

    They are written past Keras' attribute tracking, straight among the object's own names,
    where they hide the class' methods.
    """
    with replaced([(one.target, one.methods) for one in rewrites]):
        yield


@contextmanager
def replaced(changes: Sequence[tuple[Target, Mapping[str, Any]]]) -> Iterator[None]:
    """Hold values in place of objects' own attributes, past Keras' tracking, and put those back."""
    places = [(_attributes(target), values) for target, values in changes]
    own = [{name: place[name] for name in values if name in place} for place, values in places]
    try:
        for place, values in places:
            place.update(values)
        yield
    finally:
        for (place, values), before in zip(places, own, strict=True):
            for name in values:
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
