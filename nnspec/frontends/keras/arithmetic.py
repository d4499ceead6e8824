"""Operations of Keras' documents on each element alone, as layers; floor 4.

Source: Keras 3.15, keras/src/ops/numpy.py, math.py, nn.py.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log

from nnspec.catalog.registry import find
from nnspec.document import Mapping as MappingNode
from nnspec.document import Node, Plain, plain
from nnspec.frontends.keras.calls import ARRAYS, Argument, History
from nnspec.frontends.keras.steps import NoLayerComputesError, Part, Rewritten, Sketch
from nnspec.frontends.keras.tree import text_of

MERGES = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")
"""Operations on two tensors that a layer of the same name computes."""
MOST_FACTORS = 8
"""Powers that are written as products, at most."""
FLOATS = ("float32", "float16", "bfloat16", "float64")
"""Types of numbers that layers compute in."""
ACTIVATIONS = {"Exp": "exponential"}
"""Operations on one tensor that are activations of another name."""

Numbers = float | list[float]
"""One number, or one for each element of the last axis."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and how it is called.

    Attributes:
        name: its class.
        positional: what it is called with, in order: tensors, or constants.
        arguments: its own arguments.
    """

    name: str
    positional: tuple[Argument, ...]
    arguments: Mapping[str, Plain]

    @property
    def histories(self) -> tuple[History, ...]:
        """Return the tensors that it is called with."""
        groups = (one for one in self.positional if isinstance(one, tuple))
        return tuple(one for group in groups for one in group)

    @property
    def parts(self) -> list[Part]:
        """Return the tensors that it is called with, as parts."""
        return [Part.of(one) for one in self.histories]

    @property
    def part(self) -> Part:
        """Return the one tensor that it is called with, and nothing else."""
        if len(self.histories) != 1 or len(self.positional) != 1:
            raise NoLayerComputesError
        return self.parts[0]

    @property
    def constant(self) -> Numbers:
        """Return the one constant beside the one tensor, which must hold floats."""
        constants = [one for one in self.positional if not isinstance(one, tuple)]
        if len(constants) != 1 or len(self.histories) != 1 or self.dtype not in FLOATS:
            raise NoLayerComputesError
        return numbers_of(constants[0], self.parts[0])

    @property
    def reversed(self) -> bool:
        """Return whether the constant stands before the tensor."""
        return not isinstance(self.positional[0], tuple)

    @property
    def dtype(self) -> str:
        """Return the type of the first tensor's numbers."""
        return self.histories[0].dtype if self.histories else ""

    def number(self, name: str) -> float:
        """Return an argument that is a number."""
        value = self.arguments.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NoLayerComputesError
        return value


def numbers_of(node: Node, part: Part) -> Numbers:
    """Return a constant: one number, or an array of one for each element of the last axis."""
    value = plain(node)
    if isinstance(node, MappingNode) and text_of(node, "class_name") in ARRAYS:
        config = node.get("config")
        value = plain(config).get("value") if isinstance(config, MappingNode) else None  # type: ignore[union-attr]  # a mapping
    depth = 0
    while isinstance(value, list) and len(value) == 1:
        value, depth = value[0], depth + 1
    if is_number(value) and depth <= part.rank:
        return float(value)  # type: ignore[arg-type]  # a number
    inner = value if isinstance(value, list) else []
    if depth > part.rank or len(inner) != part.extents[-1] or not all(map(is_number, inner)):
        raise NoLayerComputesError
    return [float(one) for one in inner]  # type: ignore[arg-type]  # numbers


def is_number(value: Plain) -> bool:
    """Return whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def each(numbers: Numbers, function: Callable[[float], float]) -> Plain:
    """Return numbers put through a function."""
    return [function(one) for one in numbers] if isinstance(numbers, list) else function(numbers)


def merge(operation: Operation) -> Rewritten:
    """Return two tensors put together element by element."""
    first, second = operation.parts
    if first.rank != second.rank:
        # Keras lays the axes of an operation side by side from the last one, those of a layer
        # from the first.
        raise NoLayerComputesError
    sketch = Sketch()
    widest = [max(pair) for pair in zip(first.extents, second.extents, strict=True)]
    return sketch.done(sketch.add(operation.name, [first, second], widest))


def binary(with_constant: Callable[[Operation], Rewritten]) -> Callable[[Operation], Rewritten]:
    """Return what rewrites an operation on two tensors, or on a tensor and a constant."""

    def rewrite(operation: Operation) -> Rewritten:
        if len(operation.histories) == len(operation.positional) == len(("left", "right")):
            return merge(operation)
        return with_constant(operation)

    return rewrite


def scaled(part: Part, scale: Plain = 1.0, offset: Plain = 0.0) -> Rewritten:
    """Return a tensor times and plus numbers."""
    sketch = Sketch()
    given: dict[str, Plain] = {} if offset == 0.0 else {"offset": offset}
    return sketch.done(sketch.like("Rescaling", part, scale=scale, **given))


def add(operation: Operation) -> Rewritten:
    """Return a tensor plus a constant."""
    return scaled(operation.parts[0], offset=each(operation.constant, float))


def subtract(operation: Operation) -> Rewritten:
    """Return a tensor minus a constant, or a constant minus a tensor."""
    if operation.reversed:
        return scaled(operation.parts[0], -1.0, each(operation.constant, float))
    return scaled(operation.parts[0], offset=each(operation.constant, lambda one: -one))


def multiply(operation: Operation) -> Rewritten:
    """Return a tensor times a constant."""
    return scaled(operation.parts[0], each(operation.constant, float))


def divide(operation: Operation) -> Rewritten:
    """Return a tensor divided by a constant."""
    numbers = operation.constant
    zero = 0.0 in numbers if isinstance(numbers, list) else not numbers
    if operation.reversed or zero:
        raise NoLayerComputesError
    return scaled(operation.parts[0], each(numbers, lambda one: 1.0 / one))


def bounded(*, above: bool) -> Callable[[Operation], Rewritten]:
    """Return what rewrites the larger, or the smaller, of each element and a constant."""

    def rewrite(operation: Operation) -> Rewritten:
        bound, sign = operation.constant, 1.0 if above else -1.0
        sketch, part = Sketch(), operation.parts[0]
        moved = part
        if bound != 0.0 or not above:
            offset = each(bound, lambda one: -sign * one)
            moved = sketch.like("Rescaling", part, scale=sign, offset=offset)
        kept = sketch.like("ReLU", moved)
        if moved is part:
            return sketch.done(kept)
        back = each(bound, float)
        return sketch.done(sketch.like("Rescaling", kept, scale=sign, offset=back))

    return rewrite


def clip(operation: Operation) -> Rewritten:
    """Return each element kept within two bounds."""
    low, high = operation.number("x_min"), operation.number("x_max")
    if operation.dtype not in FLOATS or low > high:
        raise NoLayerComputesError
    sketch, part = Sketch(), operation.part
    if low:
        part = sketch.like("Rescaling", part, scale=1.0, offset=-low)
    part = sketch.like("ReLU", part, max_value=high - low)
    return sketch.done(sketch.like("Rescaling", part, scale=1.0, offset=low) if low else part)


def negative(operation: Operation) -> Rewritten:
    """Return each number times -1."""
    if operation.dtype not in FLOATS:
        raise NoLayerComputesError
    return scaled(operation.part, -1.0)


def absolute(operation: Operation) -> Rewritten:
    """Return the larger of each number and its opposite."""
    if operation.dtype not in FLOATS:
        raise NoLayerComputesError
    sketch, part = Sketch(), operation.part
    turned = sketch.like("Rescaling", part, scale=-1.0)
    return sketch.done(sketch.add("Maximum", [part, turned], part.extents))


def square(operation: Operation) -> Rewritten:
    """Return a tensor times itself."""
    sketch, part = Sketch(), operation.part
    return sketch.done(sketch.add("Multiply", [part, part], part.extents))


def power(operation: Operation) -> Rewritten:
    """Return a whole power as a product, or a power of a constant by its logarithm."""
    sketch, number = Sketch(), operation.constant
    part = operation.parts[0]
    if isinstance(number, list):
        raise NoLayerComputesError
    if operation.reversed:
        if number <= 0:
            raise NoLayerComputesError
        grown = sketch.like("Rescaling", part, scale=log(number))
        return sketch.done(sketch.like("Activation", grown, activation="exponential"))
    if number != int(number) or not 1 <= number <= MOST_FACTORS:
        raise NoLayerComputesError
    factors = [part] * int(number)
    return sketch.done(sketch.add("Multiply", factors, part.extents) if factors[1:] else part)


def cast(operation: Operation) -> Rewritten:
    """Return numbers in another type that layers compute in."""
    wanted, part, sketch = operation.arguments.get("dtype"), operation.part, Sketch()
    if wanted == operation.dtype:
        return sketch.done(part)
    if wanted not in FLOATS or operation.dtype == "string":
        raise NoLayerComputesError
    if operation.dtype in FLOATS:
        return sketch.done(sketch.like("Activation", part, activation="linear", dtype=wanted))
    return sketch.done(sketch.like("Rescaling", part, scale=1.0, dtype=wanted))


def identity(operation: Operation) -> Rewritten:
    """Return the tensor as it came."""
    return Sketch().done(operation.part)


def activate(operation: Operation) -> Rewritten:
    """Return the activation that the operation is; refused if it is none."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation.name).lower()
    name = ACTIVATIONS.get(operation.name, words)
    kind, part = find("activations", name), operation.part
    if kind is None or set(operation.arguments) - set(kind.model_fields):
        raise NoLayerComputesError
    layer = AS_LAYERS.get(name)
    given = dict(operation.arguments)
    sketch = Sketch()
    if layer is not None:
        return sketch.done(sketch.like(layer, part, **given))
    inner: Plain = {name: given} if given else name
    return sketch.done(sketch.like("Activation", part, activation=inner))


AS_LAYERS = {"elu": "ELU", "leaky_relu": "LeakyReLU"}
"""Activations with arguments that are layers, too: such Keras can write down again."""

ELEMENTWISE: Mapping[str, Callable[[Operation], Rewritten]] = {
    "Add": binary(add),
    "Subtract": binary(subtract),
    "Multiply": binary(multiply),
    "Divide": divide,
    "TrueDivide": divide,
    "Maximum": binary(bounded(above=True)),
    "Minimum": binary(bounded(above=False)),
    "Clip": clip,
    "Negative": negative,
    "Absolute": absolute,
    "Abs": absolute,
    "Square": square,
    "Power": power,
    "Cast": cast,
    "Identity": identity,
    "Positive": identity,
}
