"""An ONNX graph under construction: operators, constants, and names that are nobody else's."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

OPSET = 21
"""Version of ONNX's own operators: the oldest that has all of those that are used."""
ML_OPSET = 4
"""Version of the operators of ai.onnx.ml, which hold vocabularies."""
ML = "ai.onnx.ml"
IR_VERSION = 10
"""Version of the file's form that came with the operators."""
FLOAT, DOUBLE, INT32, INT64 = (
    TensorProto.FLOAT,
    TensorProto.DOUBLE,
    TensorProto.INT32,
    TensorProto.INT64,
)
BOOL, STRING, UINT8 = TensorProto.BOOL, TensorProto.STRING, TensorProto.UINT8
Array = npt.NDArray[Any]


class Unwritable(Exception):
    """Says why something cannot stand in an ONNX file, and what to do instead."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(slots=True)
class Writer:
    """Collects the nodes and constants of one graph.

    Attributes:
        taken: names that the graph's inputs and outputs have.
    """

    taken: frozenset[str] = frozenset()
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)
    known: dict[tuple[str, tuple[int, ...], bytes], str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def name(self, stem: str) -> str:
        """Return a name that nothing else in the graph has."""
        found = f"{stem}_{next(self.numbers)}"
        return found if found not in self.taken else self.name(stem)

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401 - as onnx takes them
        """Add an operator of one output; return the output's name."""
        return self.several(kind, inputs, 1, domain=domain, **attributes)[0]

    def several(
        self,
        kind: str,
        inputs: Sequence[str],
        outputs: int,
        *,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401 - as onnx takes them
    ) -> tuple[str, ...]:
        """Add an operator of several outputs; return their names."""
        names = tuple(self.name(kind.lower()) for _ in range(outputs))
        node = helper.make_node(kind, list(inputs), list(names), domain=domain, **attributes)
        self.nodes.append(node)
        return names

    def constant(self, values: Any, dtype: Any = None) -> str:  # noqa: ANN401 - as NumPy takes them
        """Return the name of a constant; equal ones are one."""
        array = np.asarray(values, dtype=dtype)
        texts = array.dtype.kind in "OU"
        held = "\0".join(array.ravel().tolist()).encode() if texts else array.tobytes()
        key = (array.dtype.str, array.shape, held)
        if key not in self.known:
            self.known[key] = self.name("constant")
            self.constants.append(_tensor(array, self.known[key], texts=texts))
        return self.known[key]

    def floats(self, values: Any) -> str:  # noqa: ANN401 - as NumPy takes them
        """Return a constant in single precision."""
        return self.constant(values, np.float32)

    def ints(self, *values: int) -> str:
        """Return a constant list of whole numbers, as shapes and axes are given."""
        return self.constant(values, np.int64)

    def cast(self, value: str, kind: int) -> str:
        """Return a tensor in another type."""
        return self.op("Cast", value, to=kind)

    def reshape(self, value: str, shape: Iterable[int]) -> str:
        """Return a tensor in another shape; 0 keeps an axis, -1 takes what is left."""
        return self.op("Reshape", value, self.ints(*shape))

    def expand_dims(self, value: str, *axes: int) -> str:
        """Return a tensor with further axes of length 1."""
        return self.op("Unsqueeze", value, self.ints(*axes))

    def squeeze(self, value: str, *axes: int) -> str:
        """Return a tensor without axes of length 1."""
        return self.op("Squeeze", value, self.ints(*axes))

    def transpose(self, value: str, axes: Sequence[int]) -> str:
        """Return a tensor with its axes in another order."""
        if list(axes) == list(range(len(axes))):
            return value
        return self.op("Transpose", value, perm=list(axes))

    def reduce(self, kind: str, value: str, axes: Sequence[int], *, keepdims: bool = False) -> str:
        """Return a tensor summed up along axes: kind is Sum, Mean, Max ..."""
        return self.op(f"Reduce{kind}", value, self.ints(*axes), keepdims=int(keepdims))

    def concat(self, values: Sequence[str], axis: int) -> str:
        """Return tensors side by side."""
        return values[0] if len(values) == 1 else self.op("Concat", *values, axis=axis)

    def slice(self, value: str, axis: int, start: int, end: int) -> str:
        """Return part of an axis."""
        bounds = (self.ints(start), self.ints(end), self.ints(axis))
        return self.op("Slice", value, *bounds)

    def extent(self, value: str, axis: int) -> str:
        """Return the length of an axis as a list of one number."""
        return self.op("Shape", value, start=axis, end=axis + 1)

    @contextmanager
    def body(self) -> Iterator[list[NodeProto]]:
        """Give the list that nodes go to for a while: those of a graph within."""
        outer, self.nodes = self.nodes, []
        try:
            yield self.nodes
        finally:
            self.nodes = outer


def subgraph(
    name: str,
    nodes: Sequence[NodeProto],
    inputs: Sequence[ValueInfoProto],
    outputs: Sequence[ValueInfoProto],
) -> GraphProto:
    """Return a graph within a graph, which may read the outer one's tensors."""
    return helper.make_graph(list(nodes), name, list(inputs), list(outputs))


def described(name: str, kind: int, shape: Sequence[int | str | None]) -> ValueInfoProto:
    """Return what a graph says about an input or output."""
    return helper.make_tensor_value_info(name, kind, list(shape))


def _tensor(array: Array, name: str, *, texts: bool) -> TensorProto:
    if not texts:
        return numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
    encoded = [one.encode() for one in array.ravel().tolist()]
    return helper.make_tensor(name, STRING, list(array.shape), encoded)
