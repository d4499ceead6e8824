"""Initializers, regularizers, constraints and activations of older documents; floor 4.

Sources: Keras 1.2.2, keras/initializations.py, regularizers.py, constraints.py; Keras 2.3.1,
keras/initializers.py; TensorFlow 2.15, tf_keras/initializers.
"""

from dataclasses import replace

from nnspec.document import Mapping, Node, Scalar, Sequence
from nnspec.frontends.keras.eras.edits import config_of, drop, put, rename, value_of
from nnspec.frontends.keras.tree import text_of
from nnspec.frontends.keras.values import as_node

SPREAD = 0.05
"""Bound, or deviation, of Keras 1's uniform and normal first weights."""
INITIALIZERS: dict[str, dict[str, object]] = {
    "uniform": {"RandomUniform": {"minval": -SPREAD, "maxval": SPREAD}},
    "normal": {"RandomNormal": {"mean": 0.0, "stddev": SPREAD}},
}
RENAMED_INITIALIZERS = {"zero": "zeros", "one": "ones"}
REGULARIZERS = ("L1L2Regularizer", "WeightRegularizer", "ActivityRegularizer")
CONSTRAINTS = {"m": "max_value", "low": "min_value", "high": "max_value"}
ALIASES = {
    "maxnorm": "MaxNorm",
    "nonneg": "NonNeg",
    "unitnorm": "UnitNorm",
    "WeightRegularizer": "L1L2",
    "L1L2Regularizer": "L1L2",
    "ActivityRegularizer": "L1L2",
}
ACTIVATIONS = {
    "softmax_v2": "softmax",
    "relu_v2": "relu",
    "leaky_relu_v2": "leaky_relu",
    "tf.nn.relu": "relu",
    "swish": "silu",
}
"""Functions as TensorFlow names them -> the activation that is the same."""
INITIALIZER_CONFIG = ("dtype", "partition_info", "verify_shape", "partitioner")
INITIALIZER_CLASSES = {
    "TruncatedNormalV2": "TruncatedNormal",
    "RandomNormalV2": "RandomNormal",
    "RandomUniformV2": "RandomUniform",
    "ZerosV2": "Zeros",
    "OnesV2": "Ones",
    "ConstantV2": "Constant",
    "VarianceScalingV2": "VarianceScaling",
    "GlorotUniformV2": "GlorotUniform",
    "GlorotNormalV2": "GlorotNormal",
    "OrthogonalV2": "Orthogonal",
    "IdentityV2": "Identity",
}


SCALINGS: dict[tuple[object, ...], str] = {
    (1.0, "fan_avg", "uniform"): "GlorotUniform",
    (1.0, "fan_avg", "truncated_normal"): "GlorotNormal",
    (2.0, "fan_in", "uniform"): "HeUniform",
    (2.0, "fan_in", "truncated_normal"): "HeNormal",
    (1.0, "fan_in", "uniform"): "LecunUniform",
    (1.0, "fan_in", "truncated_normal"): "LecunNormal",
}
"""Scale, mode and distribution -> the initializer that is made of them."""


def modern_object(name: str, node: Node) -> Node:
    """Return an argument of a layer with the objects in it as Keras 3 writes them.

    Args:
        name: the argument.
        node: its value.
    """
    if name.endswith("initializer"):
        return initializer(node)
    if name.endswith(("regularizer", "constraint")):
        return bound(node)
    if name.endswith("activation"):
        return activation(node)
    if name == "dtype":
        return policy(node)
    return node


def initializer(node: Node) -> Node:
    """Return an initializer."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        name = RENAMED_INITIALIZERS.get(node.value, node.value)
        made = INITIALIZERS.get(name, name)
        return as_node(made, node.span)  # type: ignore[arg-type]  # plain values
    if not isinstance(node, Mapping) or not isinstance(node.get("config"), Mapping):
        return node
    kind = text_of(node, "class_name") or ""
    node = put(node, "class_name", INITIALIZER_CLASSES.get(kind, kind))
    config = drop(config_of(node), INITIALIZER_CONFIG)
    if kind.startswith("VarianceScaling") and value_of(config, "distribution") == "normal":
        config = put(config, "distribution", "truncated_normal")
    if kind.startswith("VarianceScaling") and (named := named_scaling(config)):
        node, config = put(node, "class_name", named), only(config, "seed")
    return put(node, "config", config)


def named_scaling(config: Mapping) -> str | None:
    """Return the name that a scaling of the variance goes by; Keras 2 wrote what it is made of."""
    said = (value_of(config, one) for one in ("scale", "mode", "distribution"))
    return SCALINGS.get(tuple(said))


def only(config: Mapping, name: str) -> Mapping:
    """Return a mapping with one of its keys alone."""
    return replace(config, entries=tuple(one for one in config if one.name == name))


def bound(node: Node) -> Node:
    """Return a regularizer or a constraint: Keras 1 writes its name among its arguments."""
    if not isinstance(node, Mapping):
        return node
    if (name := text_of(node, "name")) and node.get("class_name") is None:
        inner = rename(drop(node, ("name",)), CONSTRAINTS)
        node = Mapping((), node.span)
        node = put(put(node, "class_name", name), "config", inner)
    kind = text_of(node, "class_name") or ""
    if kind in ("L1L2", *REGULARIZERS) and set_to_none(config_of(node)):
        return Scalar(None, node.span)
    return put(node, "class_name", ALIASES.get(kind, kind))


def set_to_none(config: Mapping) -> bool:
    """Return whether both factors of a regularizer are zero."""
    return not any(value_of(config, name) for name in ("l1", "l2"))


def activation(node: Node) -> Node:
    """Return an activation: functions of TensorFlow by Keras' name."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return replace(node, value=ACTIVATIONS.get(node.value, node.value))
    return node


def policy(node: Node) -> Node:
    """Return a dtype: a policy of tf.keras by its name."""
    if not isinstance(node, Mapping):
        return as_node("float32", node.span) if is_float(node) else node
    name = config_of(node).get("name")
    known = text_of(node, "class_name") in ("Policy", "PolicyV1", "DTypePolicy")
    return name if known and name is not None else node


def as_one(node: Node) -> Node:
    """Return the one number in a list of one, anything else as it is."""
    alone = isinstance(node, Sequence) and len(node.items) == 1
    return node.items[0] if alone and isinstance(node, Sequence) else node


def is_float(node: Node) -> bool:
    """Return whether a dtype is NumPy's name for a number of the usual size."""
    return isinstance(node, Scalar) and node.value == "float"
