"""Layers that stand for one operation of a Keras document, written one behind another; floor 4.

What an operation computes is sketched as parts: a tensor, and its shape without the batch, in
which -1 is a length that only the run tells. Each function below appends one layer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod

from nnspec.document import Plain
from nnspec.frontends.keras.calls import History

UNKNOWN = -1
"""A length that only the run tells."""


class NoLayerComputesError(Exception):
    """An operation, as it is called, is none that layers compute."""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer that stands for a part of what was written.

    Attributes:
        suffix: what follows the name of the whole; empty for the step that gives its result.
        kind: name of the layer.
        arguments: those of the layer.
        feeds: tensors, or suffixes of steps before.
    """

    suffix: str
    kind: str
    arguments: dict[str, Plain]
    feeds: tuple[History | str, ...]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What an operation or a class within Keras is rewritten to.

    Attributes:
        steps: its layers; none if no layers compute it.
        outputs: for each tensor that leaves it, the suffix of the step that gives it.
    """

    steps: tuple[Step, ...] = ()
    outputs: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Part:
    """A tensor on the way.

    Attributes:
        feed: a tensor of the document, or the suffix of a step before.
        extents: its shape without the batch.
    """

    feed: History | str
    extents: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what has no axis behind the batch, or two that only the run tells."""
        if not self.extents:
            raise NoLayerComputesError

    @classmethod
    def of(cls, history: History) -> "Part":
        """Return a tensor of the document."""
        axes = history.shape[1:]
        return cls(history, tuple(one if isinstance(one, int) else UNKNOWN for one in axes))

    @property
    def rank(self) -> int:
        """Return the number of axes behind the batch."""
        return len(self.extents)

    def place(self, axis: object, rank: int | None = None) -> int:
        """Return an axis as Keras counts it, the batch as 0, counted without the batch.

        Args:
            axis: the axis; refused if it is the batch, or none of these.
            rank: the number of axes behind the batch, where it is not this tensor's.
        """
        rank = self.rank if rank is None else rank
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise NoLayerComputesError
        place = axis - 1 if axis > 0 else axis + rank
        if axis == 0 or not 0 <= place < rank:
            raise NoLayerComputesError
        return place

    def length(self, place: int) -> int:
        """Return the length of an axis; refused where only the run tells it."""
        if self.extents[place] == UNKNOWN:
            raise NoLayerComputesError
        return self.extents[place]


@dataclass(slots=True)
class Sketch:
    """The layers of one operation, in the order in which they are applied."""

    steps: list[Step] = field(default_factory=list)

    def add(self, kind: str, parts: Sequence[Part], extents: Sequence[int], **given: Plain) -> Part:
        """Append a layer, and return what leaves it.

        Args:
            kind: name of the layer.
            parts: what feeds it.
            extents: the shape that leaves it, without the batch.
            given: its arguments.
        """
        suffix = f"_part_{len(self.steps) + 1}"
        feeds = tuple(one.feed for one in parts)
        self.steps.append(Step(suffix, kind, dict(given), feeds))
        return Part(suffix, tuple(extents))

    def like(self, kind: str, part: Part, **given: Plain) -> Part:
        """Append a layer that leaves the shape as it is."""
        return self.add(kind, [part], part.extents, **given)

    def reshape(self, part: Part, extents: Sequence[int]) -> Part:
        """Append a new shape of each row, where it is another than before."""
        if tuple(extents) == part.extents and extents.count(UNKNOWN) <= 1:
            return part
        if extents.count(UNKNOWN) > 1:
            raise NoLayerComputesError
        return self.add("Reshape", [part], extents, target_shape=list(extents))

    def around(self, part: Part, first: int, last: int | None = None) -> Part:
        """Append a shape of three axes: what is before an axis or several, these, what is behind.

        Args:
            part: the tensor.
            first: the first of the axes in the middle, whose lengths are known.
            last: the last of them; the first if absent.
        """
        behind = (first if last is None else last) + 1
        for place in range(first, behind):
            part.length(place)
        groups = (part.extents[:first], part.extents[first:behind], part.extents[behind:])
        return self.reshape(part, [product(one) for one in groups])

    def done(self, *results: Part) -> Rewritten:
        """Return the layers; what gives the one result has the name of the whole."""
        if len(results) > 1:
            return Rewritten(tuple(self.steps), tuple(self.own(one) for one in results))
        last = self.own(results[0])
        renamed = (
            replace(
                step,
                suffix="" if step.suffix == last else step.suffix,
                feeds=tuple("" if feed == last else feed for feed in step.feeds),
            )
            for step in self.steps
        )
        return Rewritten(tuple(renamed))

    def own(self, part: Part) -> str:
        """Return the suffix of the step that gives a result, one put in where none does."""
        feed = part.feed if isinstance(part.feed, str) else self.like("Identity", part).feed
        assert isinstance(feed, str)
        return feed


def needed(made: Rewritten, used: set[int]) -> tuple[Step, ...]:
    """Return the layers that lead to the tensors that are used, in their order.

    Args:
        made: all layers.
        used: numbers of the tensors that something takes.
    """
    wanted: set[History | str] = {
        suffix for place, suffix in enumerate(made.outputs) if place in used
    }
    kept: list[Step] = []
    for step in reversed(made.steps):
        if step.suffix in wanted:
            wanted.update(step.feeds)
            kept.append(step)
    return tuple(reversed(kept))


def apart(made: Rewritten, name: str, taken: set[str]) -> Rewritten:
    """Return the same layers, none of them under a name that another one has.

    Args:
        made: the layers.
        name: the name of the whole.
        taken: names of other layers.
    """
    while any(name + step.suffix in taken for step in made.steps):
        given = {step.suffix: step.suffix and f"{step.suffix}_" for step in made.steps}
        steps = tuple(
            replace(
                step,
                suffix=given[step.suffix],
                feeds=tuple(given[one] if isinstance(one, str) else one for one in step.feeds),
            )
            for step in made.steps
        )
        made = Rewritten(steps, tuple(given.get(one, one) for one in made.outputs))
    return made


def product(extents: Sequence[int]) -> int:
    """Return the length of axes laid into one."""
    return UNKNOWN if UNKNOWN in extents else prod(extents)
