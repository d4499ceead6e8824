"""Keras' serialized objects as they stand in a document: told apart and read by key; floor 4."""

from typing import TypeGuard

from nnspec.document import Entry, Mapping, Node, Scalar, Sequence

MODELS = ("Functional", "Sequential", "Model")
"""Names under which Keras writes a model without code of its own."""
CONFIG = frozenset(
    {"name", "trainable", "dtype", "layers", "input_layers", "output_layers", "build_input_shape"}
)
"""Keys of a model's own config."""
OPERATIONS = "keras.src.ops."
"""What the modules of operations begin with."""


def is_keras_model(node: Node) -> TypeGuard[Mapping]:
    """Return whether a value is an object in Keras' own form that holds a whole model."""
    return isinstance(node, Mapping) and text_of(node, "class_name") in MODELS


def is_keras_object(node: Node) -> TypeGuard[Mapping]:
    """Return whether a value is an object in Keras' own form."""
    if not isinstance(node, Mapping) or node.get("config") is None:
        return False
    return text_of(node, "class_name") is not None


def as_keras_model(node: Node) -> Node:
    """Return a model of which `get_config()` was written, in Keras' own form; others as they are.

    What `get_config()` returns leaves out the class: only a functional model lists its inputs.

    TensorFlow.js' converter writes the document of Keras 2 within one of its own.
    """
    topology = node.get("modelTopology") if isinstance(node, Mapping) else None
    if isinstance(topology, Mapping):
        inner = topology.get("model_config") or topology
        return inner if is_keras_model(inner) else node
    layers = node.get("layers") if isinstance(node, Mapping) else None
    first = layers.items[0] if isinstance(layers, Sequence) and layers.items else None
    if not isinstance(node, Mapping) or first is None or not is_keras_object(first):
        return node
    if node.get("nnspec") or node.get("class_name") or not {one.name for one in node} <= CONFIG:
        return node
    kind = "Sequential" if node.get("input_layers") is None else "Functional"
    name = Entry("class_name", node.span, Scalar(kind, node.span))
    return Mapping((name, Entry("config", node.span, node)), node.span)


def text_of(node: Mapping, name: str) -> str | None:
    """Return the text behind a key, None where there is none."""
    found = node.get(name)
    value = found.value if isinstance(found, Scalar) else None
    return value if isinstance(value, str) else None


def is_operation(node: Mapping) -> bool:
    """Return whether a serialized layer is an operation on tensors."""
    return (text_of(node, "module") or "").startswith(OPERATIONS)


def inner_layers(model: Mapping) -> list[Mapping]:
    """Return the serialized layers of a model, as far as they are readable."""
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, Mapping) else None
    items = layers.items if isinstance(layers, Sequence) else ()
    return [one for one in items if isinstance(one, Mapping)]
