"""How a layer becomes operators: the one place where a layer's class finds its form.

A form is a function from a call of the layer (what enters, which weights it has) to the names of
what leaves. It is registered under the catalogue's class, in the module of the layer's family; a
layer without one stands in `listed` with the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from nnspec.catalog.layer import Layer, Tensors
from nnspec.exchange.write.onnx.graph import (
    BOOL,
    DOUBLE,
    FLOAT,
    INT32,
    STRING,
    Array,
    Unwritable,
    Writer,
)
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.shapes import Element, Shape, Tensor

KINDS: dict[Element, int] = {"float": FLOAT, "integer": INT32, "boolean": BOOL, "text": STRING}
"""Element -> its type in a graph."""
Names = tuple[str, ...]
AnyLayer = TypeVar("AnyLayer", bound=Layer)


@dataclass(frozen=True, slots=True)
class Call:
    """One application of a layer.

    Attributes:
        writer: takes the operators.
        values: names of the tensors that enter.
        masks: names of their masks, (batch, steps); None where a tensor has none.
        inputs: what the catalogue says of these tensors.
        outputs: what it says of those that leave.
        weights: the layer's.
    """

    writer: Writer
    values: Names
    masks: tuple[str | None, ...]
    inputs: Tensors
    outputs: Tensors
    weights: Weights

    @property
    def shape(self) -> Shape:
        """Return the shape of the first tensor that enters, batch first."""
        return self.inputs[0].shape

    @property
    def rank(self) -> int:
        """Return the number of axes of the first tensor that enters."""
        return len(self.shape)

    @property
    def floats(self) -> Names:
        """Return what enters as numbers in single precision."""
        pairs = zip(self.values, self.inputs, strict=True)
        return tuple(as_kind(self.writer, name, one.element, "float") for name, one in pairs)

    def known(self, axis: int) -> int:
        """Return the length of an axis of the first input."""
        return known_extent(self.shape, axis)


Form = Callable[[Any, Call], Names]
FORMS: dict[type[Layer], Form] = {}
"""Class of the catalogue -> its form."""
Writes = Callable[[AnyLayer, Call], Names]


def writes(*kinds: type[Layer]) -> Callable[[Form], Form]:
    """Register a form of layers: all that are of these classes, unless they have their own."""

    def register(form: Form) -> Form:
        for kind in kinds:
            FORMS[kind] = form
        return form

    return register


def form_of(kind: type[Layer]) -> Form | None:
    """Return the form of a class of layers; None where it has none."""
    return next((FORMS[one] for one in kind.__mro__ if one in FORMS), None)


def as_kind(writer: Writer, value: str, found: Element, wanted: Element) -> str:
    """Return a tensor in the type of another kind of elements."""
    return value if found == wanted else writer.cast(value, KINDS[wanted])


def known_extent(shape: Shape, axis: int) -> int:
    """Return the length of an axis, which a form has to know."""
    extent = shape[axis]
    if extent is None:
        raise Unwritable(
            f"it needs the length of axis {axis % len(shape)}, which only the run tells",
            "give the length of this axis in the input's shape",
        )
    return extent


def whole(writer: Writer, call: Call, wanted: Sequence[Tensor] | None = None) -> Names:
    """Return what enters, each in the kind of elements that leaves."""
    kinds = [one.element for one in (wanted or call.outputs)]
    pairs = zip(call.values, call.inputs, strict=True)
    return tuple(as_kind(writer, name, one.element, kinds[0]) for name, one in pairs)


def with_bias(writer: Writer, value: str, bias: Array, shape: Shape) -> str:
    """Return a tensor with a bias added as Keras adds it.

    A bias of one axis longer than 1 goes along the last axis if that is as long, else along the
    first behind the batch if that is, wherever it was laid out.

    Args:
        writer: takes the operators.
        value: floats.
        bias: laid out along the axes of the tensor.
        shape: of the tensor, batch first.

    Source: Keras 3.15, keras/src/backend/tensorflow/numpy.py, add.
    """
    long = [one for one in bias.shape if one > 1]
    if len(shape) > 1 and len(long) == 1 and long[0] in {shape[1], shape[-1]}:
        behind = 0 if shape[-1] == long[0] else len(shape) - 2
        bias = bias.reshape(-1, *[1] * behind)
    return writer.op("Add", value, writer.floats(bias))


def in_double(call: Call, value: str, compute: Callable[[str], str], back: int) -> str:
    """Return what is computed of whole numbers, in double precision, which holds all of them."""
    return call.writer.cast(compute(call.writer.cast(value, DOUBLE)), back)
