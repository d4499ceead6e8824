"""The way to what is written in Keras' own form: a whole model, or one layer; floor 4.

Few specs hold such, so the modules that read it are imported where it is met.
"""

from dataclasses import replace
from typing import TypeGuard

from nnspec.catalog.base import CatalogObject
from nnspec.diagnostics import Findings
from nnspec.document import Mapping, Node, Scalar
from nnspec.spec.model import SubModel
from nnspec.validate.reader import Reader, Written

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


def read_whole(node: Mapping, reader: Reader) -> SubModel | None:
    """Return the model of a Keras document; None where its layers cannot be found."""
    from nnspec.validate.keras_document import read_keras_model  # noqa: PLC0415 - rarely met

    return read_keras_model(node, reader)


def settle(written: Written, kind: type[CatalogObject], findings: Findings) -> Written:
    """Return a layer in Keras' own form with its arguments as a spec writes them."""
    if not written.config or not isinstance(written.argument, Mapping):
        return written
    from nnspec.validate.keras_values import Settler  # noqa: PLC0415 - rarely met

    argument = Settler(findings).settle_arguments(kind, written.argument)
    return replace(written, argument=argument)
