"""A built model to the JSON document by which plain Keras builds it again; floor 7."""

import json
from collections.abc import Iterator
from typing import Any

import keras

from nnspec.diagnostics import Diagnostic, Refused

OWN = "nnspec"
"""What the registered names and modules of this package's own objects begin with."""
COMPILED = "compile_config"
"""How Keras compiles a model: that is the spec's, which trains it."""


def encode_keras_json(model: keras.Model) -> str:
    """Return a model as a document that Keras reads without this package, two blanks deep.

    Raises:
        Refused: A113 for layers whose arguments hold an object of this package.
    """
    document: dict[str, Any] = json.loads(model.to_json())
    owners = sorted(set(own_objects(uncompiled(document), model.name)))
    if owners:
        layers = ", ".join(f'"{name}"' for name in owners[:5])
        message = f"an activation with arguments of its own has no form in Keras' JSON: {layers}"
        hint = "write the activation as a layer behind: - LeakyReLU: 0.1, - ELU, - Softmax: 1 ..."
        raise Refused([Diagnostic("A113", message, hint=hint)])
    return json.dumps(uncompiled(document), indent=2) + "\n"


def uncompiled(value: Any) -> Any:  # noqa: ANN401 - a part of a document is any JSON value
    """Return a part of a document without how models in it were compiled."""
    match value:
        case dict():
            return {key: uncompiled(one) for key, one in value.items() if key != COMPILED}
        case list():
            return [uncompiled(one) for one in value]
        case _:
            return value


def own_objects(value: object, layer: str) -> Iterator[str]:
    """Give the name of the layer around each object that only this package can make.

    Args:
        value: a part of the document.
        layer: the layer that it stands in.
    """
    if isinstance(value, dict):
        names = (value.get("registered_name"), value.get("module"))
        if any(isinstance(name, str) and name.startswith(OWN) for name in names):
            yield layer
        inner = value.get("name") if "inbound_nodes" in value else None
        for one in value.values():
            yield from own_objects(one, inner if isinstance(inner, str) else layer)
    elif isinstance(value, list):
        for one in value:
            yield from own_objects(one, layer)
