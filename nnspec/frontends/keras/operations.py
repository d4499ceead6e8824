"""Operations on tensors in Keras' documents as layers that compute the same; floor 4.

`ops.reshape`, `x[:, 0]`, `ops.mean` and others are written as if they were layers. Axes count the
batch as 0, as Keras writes them; shapes here leave it out.

Source: Keras 3.15, keras/src/ops.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

from nnspec.document import Mapping as MappingNode
from nnspec.document import Node, Plain, Scalar, Sequence, plain
from nnspec.frontends.keras.calls import Call, History
from nnspec.frontends.keras.tree import text_of

Arguments = Mapping[str, Plain]
FUNCTIONS = {
    "Relu": "relu",
    "Relu6": "relu6",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Silu": "silu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "HardSigmoid": "hard_sigmoid",
    "HardSilu": "hard_silu",
    "Gelu": "gelu",
    "Elu": "elu",
    "LeakyRelu": "leaky_relu",
    "Exp": "exponential",
}
"""Operations on one tensor that are activations."""
MOST_FACTORS = 4
"""Powers that are written as products, at most."""


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


Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and how it is called.

    Attributes:
        tensors: what it is called with.
        constants: other values that it is called with.
        arguments: those of the operation itself.
    """

    tensors: tuple[History, ...]
    constants: tuple[Node, ...]
    arguments: Arguments

    @property
    def extents(self) -> list[int]:
        """Return the shape of the first tensor without its batch; -1 where it is unknown."""
        shape = self.tensors[0].shape[1:]
        return [one if isinstance(one, int) else -1 for one in shape]

    def axis(self, number: object) -> int | None:
        """Return an axis of the first tensor, counted from 0 behind the batch; None for others."""
        if isinstance(number, bool) or not isinstance(number, int):
            return None
        place = number - 1 if number > 0 else number + len(self.extents)
        return place if number and 0 <= place < len(self.extents) else None


def as_layers(name: str, arguments: dict[str, Plain], call: Call) -> Steps:
    """Return the layers that compute what an operation does; none if there are no such.

    Args:
        name: class of the operation.
        arguments: those of the operation.
        call: how it is applied.
    """
    given = {key: value for key, value in arguments.items() if key != "name"}
    constants = tuple(one for one in call.positional if not isinstance(one, tuple))
    operation = Operation(call.histories, constants, given)
    rewriter = REWRITERS.get(name)
    if call.settings or call.named or not operation.tensors or not operation.tensors[0].shape:
        return ()
    if name in FUNCTIONS and not constants:
        inner: Plain = {FUNCTIONS[name]: given} if given else FUNCTIONS[name]
        return (Step("", "Activation", {"activation": inner}, operation.tensors[:1]),)
    return rewriter(operation) if rewriter else ()


def reshaped(extents: list[int], feeds: tuple[History | str, ...], suffix: str = "") -> Steps:
    """Return the layer that gives each row another shape; none if two axes are unknown."""
    if extents.count(-1) > 1:
        return ()
    target: list[Plain] = list(extents)
    return (Step(suffix, "Reshape", {"target_shape": target}, feeds),)


def reshape(operation: Operation) -> Steps:
    """Return a new shape of each row, where the batch stays what it is."""
    wanted = operation.arguments.get("newshape")
    if not isinstance(wanted, list) or len(wanted) < 2 or wanted[0] not in (-1, None):  # noqa: PLR2004 - the batch, and an axis
        return ()
    inner = [one for one in wanted[1:] if isinstance(one, int)]
    known = -1 not in (*inner, *operation.extents)
    if len(inner) < len(wanted) - 1 or not known or prod(inner) != prod(operation.extents):
        return ()
    return reshaped(inner, operation.tensors)


def expand(operation: Operation) -> Steps:
    """Return an axis of length 1 put in."""
    number, rank = operation.arguments.get("axis"), len(operation.extents)
    if isinstance(number, bool) or not isinstance(number, int):
        return ()
    place = number - 1 if number > 0 else number + rank + 1
    if number == 0 or not 0 <= place <= rank:
        return ()
    extents = operation.extents
    return reshaped([*extents[:place], 1, *extents[place:]], operation.tensors)


def squeeze(operation: Operation) -> Steps:
    """Return an axis of length 1 taken out."""
    place = operation.axis(operation.arguments.get("axis"))
    if place is None or operation.extents[place] != 1 or len(operation.extents) == 1:
        return ()
    left = [one for index, one in enumerate(operation.extents) if index != place]
    return reshaped(left, operation.tensors)


def concatenate(operation: Operation) -> Steps:
    """Return tensors joined along an axis of each row."""
    axis = operation.arguments.get("axis")
    if operation.axis(axis) is None or len(operation.tensors) == 1:
        return ()
    return (Step("", "Concatenate", {"axis": axis}, operation.tensors),)


def transpose(operation: Operation) -> Steps:
    """Return the axes of each row in another order."""
    axes = operation.arguments.get("axes")
    if not isinstance(axes, list) or axes[:1] != [0]:
        return ()
    return (Step("", "Permute", {"dims": axes[1:]}, operation.tensors),)


def softmax(operation: Operation) -> Steps:
    """Return the layer of the same name."""
    return (Step("", "Softmax", dict(operation.arguments), operation.tensors),)


def negative(operation: Operation) -> Steps:
    """Return each number times -1."""
    return (Step("", "Rescaling", {"scale": -1.0}, operation.tensors),)


def power(operation: Operation) -> Steps:
    """Return a power as a product."""
    times = plain(operation.constants[0]) if len(operation.constants) == 1 else None
    whole = isinstance(times, int | float) and times == int(times)
    if not whole or not isinstance(times, int | float) or not 1 < times <= MOST_FACTORS:
        return ()
    return (Step("", "Multiply", {}, operation.tensors[:1] * int(times)),)


def matmul(operation: Operation) -> Steps:
    """Return the product of two matrices in each row."""
    if [len(one.shape) for one in operation.tensors] != [3, 3]:
        return ()
    return (Step("", "Dot", {"axes": [2, 1]}, operation.tensors),)


def pool(pooling: str) -> Callable[[Operation], Steps]:
    """Return what rewrites the mean or the maximum over axes that stand side by side."""

    def rewrite(operation: Operation) -> Steps:
        wanted, kept = operation.arguments.get("axis"), operation.arguments.get("keepdims") is True
        places = [operation.axis(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
        axes = sorted(one for one in places if one is not None)
        extents = operation.extents
        side_by_side = axes == list(range(axes[0], axes[-1] + 1)) if axes else False
        if len(axes) < len(places) or not side_by_side or operation.arguments.get("initial"):
            return ()
        first, last = axes[0], axes[-1] + 1
        before, among, behind = extents[:first], extents[first:last], extents[last:]
        if -1 in extents or not (before or behind):
            return ()
        parts = [prod(before), prod(among), prod(behind)]
        window: dict[str, Plain] = {"pool_size": [1, parts[1]]}
        result = [*before, *([1] * len(among) if kept else []), *behind]
        return (
            *reshaped(parts, operation.tensors, "_parts"),
            Step("_pooled", f"{pooling}Pooling2D", window, ("_parts",)),
            *reshaped(result, ("_pooled",)),
        )

    return rewrite


def total(operation: Operation) -> Steps:
    """Return a sum over axes: the mean times the number of what is added."""
    steps = pool("Average")(operation)
    if not steps:
        return ()
    window = steps[1].arguments["pool_size"]
    assert isinstance(window, list)
    count = window[1]
    assert isinstance(count, int)
    scaled = Step("_sum", "Rescaling", {"scale": float(count)}, ("_pooled",))
    last = steps[-1]
    return (*steps[:-1], scaled, Step("", last.kind, last.arguments, ("_sum",)))


def item(operation: Operation) -> Steps:
    """Return a part of each row: one axis is cut, or one place of it taken."""
    index = operation.constants[0] if len(operation.constants) == 1 else None
    if not isinstance(index, Sequence) or -1 in operation.extents:
        return ()
    cuts = read_cuts(index, len(operation.extents))
    if cuts is None or cuts[0] != (None, None):
        return ()
    cut = [(place, one) for place, one in enumerate(cuts[1:]) if one != (None, None)]
    if len(cut) != 1:
        return ()
    (place, wanted), extents = cut[0], operation.extents
    extent = extents[place]
    begin, end, _ = slice(*(wanted if isinstance(wanted, tuple) else (wanted, None))).indices(
        extent
    )
    if not isinstance(wanted, tuple):
        end = begin + 1
    if end <= begin:
        return ()
    parts = [prod(extents[:place]), extent, prod(extents[place + 1 :])]
    cropping: Plain = [[0, 0], [begin, extent - end]]
    left = [end - begin] if isinstance(wanted, tuple) else []
    result = [*extents[:place], *left, *extents[place + 1 :]]
    if not result:
        return ()
    return (
        *reshaped(parts, operation.tensors, "_parts"),
        Step("_cut", "Cropping2D", {"cropping": cropping}, ("_parts",)),
        *reshaped(result, ("_cut",)),
    )


Cut = tuple[int | None, int | None] | int
"""The begin and end of a stretch, or one place."""


def read_cuts(index: Sequence, rank: int) -> list[Cut] | None:
    """Return what is taken of each axis, the batch first; None where no stretch is."""
    cuts: list[Cut] = []
    for one in index.items:
        match one:
            case Scalar(value=int(number)) if not isinstance(number, bool):
                cuts.append(number)
            case MappingNode() if text_of(one, "class_name") == "__ellipsis__":
                missing = rank + 2 - len(index.items)
                cuts += [(None, None)] * missing
            case MappingNode() if text_of(one, "class_name") == "__slice__":
                read = read_slice(one.get("config"))
                if read is None:
                    return None
                cuts.append(read)
            case _:
                return None
    return cuts if len(cuts) <= rank + 1 else None


def read_slice(config: Node | None) -> Cut | None:
    """Return a stretch of an axis; None where it leaves places out."""
    said = plain(config) if config is not None else None
    if not isinstance(said, dict) or said.get("step") not in (None, 1):
        return None
    begin, end = said.get("start"), said.get("stop")
    if (begin is None or isinstance(begin, int)) and (end is None or isinstance(end, int)):
        return begin, end
    return None


def with_array(sign: float, *, scales: bool = False) -> Callable[[Operation], Steps]:
    """Return what rewrites arithmetic with an array of one number a channel.

    Args:
        sign: what an offset is multiplied with.
        scales: whether the array is a factor.
    """

    def rewrite(operation: Operation) -> Steps:
        constant = operation.constants[0] if len(operation.constants) == 1 else None
        config = constant.get("config") if isinstance(constant, MappingNode) else None
        value = config.get("value") if isinstance(config, MappingNode) else None
        numbers = plain(value) if value is not None else None
        if not isinstance(numbers, list) or not all(
            isinstance(one, int | float) for one in numbers
        ):
            return ()
        if operation.extents[-1:] != [len(numbers)]:
            return ()
        if scales:
            return (Step("", "Rescaling", {"scale": numbers}, operation.tensors),)
        offset: Plain = [sign * one for one in numbers if isinstance(one, int | float)]
        return (Step("", "Rescaling", {"scale": 1.0, "offset": offset}, operation.tensors),)

    return rewrite


REWRITERS: Mapping[str, Callable[[Operation], Steps]] = {
    "Reshape": reshape,
    "ExpandDims": expand,
    "Squeeze": squeeze,
    "Concatenate": concatenate,
    "Transpose": transpose,
    "Softmax": softmax,
    "Negative": negative,
    "Power": power,
    "Matmul": matmul,
    "Mean": pool("Average"),
    "Max": pool("Max"),
    "Sum": total,
    "GetItem": item,
    "Add": with_array(1.0),
    "Multiply": with_array(1.0, scales=True),
}
