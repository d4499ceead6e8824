"""Shape arithmetic: what flows between layers, known before Keras is imported."""

from dataclasses import dataclass
from math import prod
from typing import Literal

Shape = tuple[int | None, ...]
"""Lengths of the axes, batch first; None where only the run will tell."""

Element = Literal["float", "integer", "text", "boolean"]
Border = Literal["valid", "same", "causal"]


class ShapeError(Exception):
    """A layer cannot take the tensors it is given.

    Args:
        code: the diagnostic's code (G…).
        message: what was found and what was expected, with values.
        field: the layer's argument that must change; None for the layer as a whole.
        hint: what to write instead.
    """

    def __init__(
        self, code: str, message: str, *, field: str | None = None, hint: str | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.field = field
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Tensor:
    """What leaves a layer: its shape, kind of elements, and whether a mask travels with it."""

    shape: Shape
    element: Element = "float"
    masked: bool = False

    @property
    def rank(self) -> int:
        """Return the number of axes, batch included."""
        return len(self.shape)


@dataclass(frozen=True, slots=True)
class Weight:
    """One array of a layer's parameters."""

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def size(self) -> int | None:
        """Return the number of elements, None while an axis is unknown."""
        return elements(self.shape)


def elements(shape: Shape) -> int | None:
    """Return the product of the axes, None while one of them is unknown."""
    known = [extent for extent in shape if extent is not None]
    return prod(known) if len(known) == len(shape) else None


def show(shape: Shape) -> str:
    """Return a shape as people write it, without the batch axis: (28, 28, 1), ? if unknown."""
    inner = ["?" if extent is None else str(extent) for extent in shape[1:]]
    return f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})"


def windowed(extent: int | None, window: int, step: int, border: Border) -> int | None:
    """Return the extent left after sliding a window along one axis.

    Args:
        extent: length of the axis in samples; None when known only at run time.
        window: length of the window in samples, dilation included.
        step: distance between window starts, in samples.
        border: "valid" drops windows that overhang, "same" and "causal" pad them with zeros.

    Returns:
        The number of windows, zero or less when not one fits.

    Source: Keras 3.15, keras/src/ops/operation_utils.py, compute_conv_output_shape.
    """
    if extent is None:
        return None
    if border == "valid":
        return (extent - window) // step + 1
    return (extent - 1) // step + 1


def dilated(window: int, dilation: int) -> int:
    """Return the length a window spans when its samples are `dilation` apart."""
    return (window - 1) * dilation + 1


def broadcast(left: Shape, right: Shape) -> Shape | None:
    """Return the shape two tensors broadcast to, None where they do not.

    An unknown axis fits everything and yields to a known length above one.
    """
    rank = max(len(left), len(right))
    pairs = zip((1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right, strict=True)
    out: list[int | None] = []
    for one, other in pairs:
        if other in (one, 1):
            out.append(one)
        elif one == 1 or one is None:
            out.append(other)
        elif other is None:
            out.append(one)
        else:
            return None
    return tuple(out)
