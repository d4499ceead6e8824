"""What a diagram is made of: boxes and frames in the order of the flow, and arrows."""

from collections.abc import Iterator
from dataclasses import dataclass

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Box:
    """A layer, or a folded block, model or repetition.

    Attributes:
        key: tells it from every other box and frame.
        title: its class; what a block is called.
        name: full name of the layer; empty where the title says it.
        detail: the settings that tell it; of a block how many layers it has.
        shape: what leaves it, batch left out; "" while unknown.
        parameters: of all its layers, repetitions too; None while unknown.
        kind: which colour it has.
        times: how often it stands behind itself.
        shares: the layer whose weights it applies again.
        is_output: whether an output of the network leaves it.
    """

    key: str
    title: str
    name: str
    detail: str
    shape: str
    parameters: int | None
    kind: str
    times: int = 1
    shares: str | None = None
    is_output: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """An unfolded block, model or repetition of several boxes."""

    key: str
    title: str
    times: int
    children: "tuple[Box | Frame, ...]"


@dataclass(frozen=True, slots=True)
class Arrow:
    """What leaves one box and enters another."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A network to be drawn.

    Attributes:
        title: name of the network.
        footer: its parameters, in words.
        sharing: boxes that apply the weights of another one: pairs of keys.
    """

    title: str
    footer: str
    children: tuple[Box | Frame, ...]
    arrows: tuple[Arrow, ...]
    sharing: tuple[Arrow, ...] = ()

    def boxes(self) -> tuple[Box, ...]:
        """Return all boxes in the order of the flow."""
        return tuple(boxes_of(self.children))


def boxes_of(children: tuple[Box | Frame, ...]) -> Iterator[Box]:
    """Give the boxes of some children, those in frames where the frame is."""
    for child in children:
        if isinstance(child, Box):
            yield child
        else:
            yield from boxes_of(child.children)
