"""A built model to the JSON document by which plain Keras builds it again; floor 7."""

import json
from collections.abc import Iterator
from typing import Any

import keras

from nnspec.diagnostics import Diagnostic, Refused

OWN = "nnspec"
"""What the registered names and modules of this package's own objects begin with."""
FACTORS = ("x_factor", "y_factor")
COMPILED = "compile_config"
"""How Keras compiles a model: that is the spec's, which trains it."""


def encode_keras_json(model: keras.Model) -> str:
    """Return a model as a document that Keras reads without this package, two blanks deep.

    Raises:
        Refused: A113 for layers whose arguments hold an object of this package.
    """
    document: dict[str, Any] = loadable(json.loads(model.to_json()))
    owners = sorted(set(own_objects(document, model.name)))
    if owners:
        layers = ", ".join(f'"{name}"' for name in owners[:5])
        message = (
            "a layer or an activation of this package's own, or one with arguments, has no form in "
            f"Keras' JSON: {layers}"
        )
        hint = (
            "write an activation as a layer behind: - LeakyReLU: 0.1, - ELU, - Softmax: 1 ...; or "
            "export to savedmodel or onnx, which hold every layer of its own"
        )
        raise Refused([Diagnostic("A113", message, hint=hint)])
    text = json.dumps(document, indent=2) + "\n"
    check_loads(text)
    return text


def check_loads(text: str) -> None:
    """Let Keras read a document once, without numbers in its weights wherever it can.

    Raises:
        Refused: A113 where Keras 3.15 cannot read what it writes itself: Equalization, for one.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            keras.models.model_from_json(text)
    except (TypeError, ValueError):
        # A stateful layer makes its states here, which needs memory.
        check_builds(text)


def check_builds(text: str) -> None:
    """Let Keras read a document once, weights and all.

    Raises:
        Refused: A113, as above.
    """
    try:
        keras.models.model_from_json(text)
    except (TypeError, ValueError) as error:
        reason = str(error).strip().rpartition("\n")[2]
        message = f"Keras cannot read the JSON that it writes of this network: {reason}"
        raise Refused([Diagnostic("A113", message)]) from error


def loadable(value: Any) -> Any:  # noqa: ANN401 - a part of a document is any JSON value
    """Return a part of a document as Keras reads it, without how models in it were compiled.

    Keras 3.15 writes the shear v as [-v, v], which it refuses to read.
    """
    match value:
        case {"class_name": "RandomShear", "config": config}:
            factors = {name: abs(config[name][-1]) for name in FACTORS if symmetric(config[name])}
            return {**value, "config": {**config, **factors}}
        case dict():
            return {key: loadable(one) for key, one in value.items() if key != COMPILED}
        case list():
            return [loadable(one) for one in value]
        case _:
            return value


def symmetric(factor: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether a range of shears lies around 0."""
    return isinstance(factor, list) and factor[0] == -factor[-1]


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
    elif isinstance(value, str) and value.startswith(f"{OWN}>"):
        yield layer
