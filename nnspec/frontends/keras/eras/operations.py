"""TensorFlow's functions in documents of tf.keras, as layers where one computes the same; floor 4.

Source: tf_keras 2.21, tf_keras/src/layers/core/tf_op_layer.py.
"""

from nnspec.document import Entry, Mapping, Node, Plain, Sequence, plain
from nnspec.frontends.keras.calls import TENSOR
from nnspec.frontends.keras.eras.calls import Numbers, modern_nodes
from nnspec.frontends.keras.eras.edits import config_of, drop, items_of, put, value_of
from nnspec.frontends.keras.tree import text_of
from nnspec.frontends.keras.values import as_node

MERGED = {
    "add": "Add",
    "subtract": "Subtract",
    "sub": "Subtract",
    "multiply": "Multiply",
    "mul": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "concat": "Concatenate",
}
"""Functions of several tensors -> the layer that computes the same."""
ACTIVATIONS = (
    "relu",
    "relu6",
    "sigmoid",
    "tanh",
    "softmax",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "gelu",
    "silu",
    "leaky_relu",
)


def modern_operation(node: Mapping, numbers: Numbers) -> Mapping:
    """Return a function of TensorFlow as a layer; as it is where none computes the same.

    Args:
        node: the serialized function, of class TFOpLambda or SlicingOpLambda.
        numbers: by which calls are named.
    """
    function = (text_of(config_of(node), "function") or "").rpartition(".")[2]
    calls = node.get("inbound_nodes")
    nodes = modern_nodes(calls, "TFOpLambda", numbers) if calls is not None else calls
    made = [one for one in items_of(nodes) if isinstance(one, Mapping)]
    if nodes is None or not made:
        return node
    named = {"name": value_of(config_of(node), "name")}
    found = [as_layer(function, one) for one in made]
    first = found[0]
    if first is None or any(one is None or one[:2] != first[:2] for one in found):
        return put(node, "inbound_nodes", nodes)
    kind, given, _ = first
    listed = Sequence(tuple(one[2] for one in found if one), nodes.span)
    layer = put(drop(node, ("module", "registered_name")), "class_name", kind)
    layer = put(layer, "config", as_node({**named, **given}, config_of(node).span))
    return put(layer, "inbound_nodes", listed)


def as_layer(function: str, call: Mapping) -> tuple[str, dict[str, Plain], Node] | None:
    """Return the layer of a function, its arguments, and how it is called; None if none does.

    Args:
        function: the last part of its name.
        call: positional and named arguments, in the form of Keras 3.
    """
    keywords = call.get("kwargs")
    named = keywords if isinstance(keywords, Mapping) else Mapping((), call.span)
    given: list[Node] = []
    for one in items_of(call.get("args")):
        given += items_of(one) or [one]
    second = named.get("y") or named.get("b")
    operands = [*given, *([second] if second is not None else [])]
    tensors = [one for one in operands if is_tensor(one)]
    constants = [plain(one) for one in operands if not is_tensor(one)]
    if function in MERGED and len(tensors) > 1 and not constants:
        axis: dict[str, Plain] = {}
        if function == "concat":
            axis["axis"] = value_of(named, "axis")
        return MERGED[function], axis, applied(tensors, call)
    if len(tensors) == 1 and not constants and function in ACTIVATIONS:
        return "Activation", {"activation": function}, applied(tensors, call)
    if len(tensors) == 1 and len(operands) == 1 and (found := shaped(function, named)):
        return *found, applied(tensors, call)
    if len(operands) == len(("x", "y")) and len(constants) == 1 == len(tensors):
        return scaled(function, constants[0], tensors, call, is_tensor(operands[0]))
    return None


def shaped(function: str, named: Mapping) -> tuple[str, dict[str, Plain]] | None:
    """Return the layer of a function of one tensor, and its arguments; None if none does.

    Args:
        function: the last part of its name.
        named: what it is given by name.
    """
    axis, keepdims = value_of(named, "axis"), value_of(named, "keepdims")
    match function, value_of(named, "shape"), value_of(named, "perm"):
        case "reshape", [-1, *extents], _ if all(isinstance(one, int) for one in extents):
            return "Reshape", {"target_shape": extents}
        case "transpose", _, [0, *order]:
            return "Permute", {"dims": order}
        case "l2_normalize", _, _ if axis is not None:
            return "UnitNormalization", {"axis": axis}
        case "reduce_mean" | "reduce_max" as kind, _, _:
            place = axis if isinstance(axis, list) else [axis]
            rank = {"[1]": 1, "[1, 2]": 2, "[1, 2, 3]": 3}.get(str(place))
            word = "Average" if kind == "reduce_mean" else "Max"
            given: dict[str, Plain] = {"keepdims": True} if keepdims else {}
            return (f"Global{word}Pooling{rank}D", given) if rank else None
    return None


def scaled(
    function: str,
    constant: Plain,
    tensors: list[Node],
    call: Mapping,
    first: bool,  # noqa: FBT001
) -> tuple[str, dict[str, Plain], Node] | None:
    """Return a tensor and a number put together, as the layer that scales."""
    if isinstance(constant, bool) or not isinstance(constant, int | float):
        return None
    factors: dict[str, tuple[float, float]] = {
        "add": (1.0, constant),
        "multiply": (constant, 0.0),
        "mul": (constant, 0.0),
        "subtract": (1.0, -constant) if first else (-1.0, constant),
        "sub": (1.0, -constant) if first else (-1.0, constant),
    }
    if function in ("truediv", "divide") and first and constant:
        factors[function] = (1 / constant, 0.0)
    if function not in factors:
        return None
    scale, offset = factors[function]
    return "Rescaling", {"scale": scale, "offset": offset}, applied(tensors, call)


def is_tensor(node: Node) -> bool:
    """Return whether a value is a tensor in the form of Keras 3."""
    return isinstance(node, Mapping) and text_of(node, "class_name") == TENSOR


def applied(tensors: list[Node], call: Mapping) -> Node:
    """Return a call with these tensors alone."""
    listed = Sequence(tuple(tensors), call.span)
    argument: Node = listed if len(tensors) > 1 else tensors[0]
    entries = (
        Entry("args", call.span, Sequence((argument,), call.span)),
        Entry("kwargs", call.span, Mapping((), call.span)),
    )
    return Mapping(entries, call.span)
