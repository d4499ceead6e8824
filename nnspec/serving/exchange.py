"""A request and its response, whatever protocol they are written in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nnspec.data.table import Values
from nnspec.pipeline.answering import Tensor, Tensors

VERSION = "1"
"""A run is one model of one version."""
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Model:
    """What requests are read by.

    Attributes:
        name: by which the run is asked for.
        inputs: what it takes.
        outputs: what it answers.
        rows: how many rows a request may have.
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: its body, and the headers that say how to read it."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": JSON})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was read.

    Attributes:
        cells: of each input, (rows, *shape).
        rows: how many.
        reply: writes the answers, and what is to be said about the rows, in the protocol.
    """

    cells: Mapping[str, Values]
    rows: int
    reply: Callable[[Tensors, Sequence[str]], Reply]
