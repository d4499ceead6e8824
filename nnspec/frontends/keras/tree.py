"""Keras' serialized objects as they stand in a document: told apart and read by key; floor 4."""

from typing import TypeGuard

from nnspec.document import Mapping, Node, Scalar

MODELS = ("Functional", "Sequential", "Model")
"""Names under which Keras writes a model without code of its own."""


def is_keras_model(node: Node) -> TypeGuard[Mapping]:
    """Return whether a value is an object in Keras' own form that holds a whole model."""
    return isinstance(node, Mapping) and text_of(node, "class_name") in MODELS


def text_of(node: Mapping, name: str) -> str | None:
    """Return the text behind a key, None where there is none."""
    found = node.get(name)
    value = found.value if isinstance(found, Scalar) else None
    return value if isinstance(value, str) else None
