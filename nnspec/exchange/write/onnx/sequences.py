"""What a recurrent layer is run on, and what it gives."""

from dataclasses import dataclass

from nnspec.catalog.layers.recurrent import Recurrent
from nnspec.exchange.write.onnx.forms import Names
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.shapes import Shape


@dataclass(frozen=True, slots=True)
class Run:
    """What a recurrent layer gives.

    Attributes:
        steps: the output of every step, (batch, steps, ...), in the order of the time.
        last: the output of the step that came last.
        states: after it.
    """

    steps: str
    last: str
    states: Names


@dataclass(frozen=True, slots=True)
class Task:
    """A recurrent layer that is to be run once over a sequence.

    Attributes:
        value: the sequence, floats, (batch, steps, ...).
        mask: which steps count, (batch, steps); None: all.
        shape: of the sequence.
        states: that it begins with; none: zeros.
        zeroed: whether a masked step gives zeros, in place of what the one before gave.
    """

    layer: Recurrent
    weights: Weights
    value: str
    mask: str | None
    shape: Shape
    states: Names = ()
    zeroed: bool = False
