"""A built model, or its weights, as files that Keras and safetensors read; floor 8."""

import tempfile
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.write.keras_json import encode_keras_json

Kind = Literal["keras", "weights.h5", "safetensors"]
ENDINGS: dict[str, Kind] = {
    ".keras": "keras",
    ".weights.h5": "weights.h5",
    ".safetensors": "safetensors",
}
"""Ending of a file -> what it holds."""


def kind_of(path: Path, wanted: tuple[Kind, ...]) -> Kind:
    """Return what a file is to hold, by its ending.

    Raises:
        Refused: A113 for an ending of nothing that is wanted.
    """
    for ending, kind in ENDINGS.items():
        if path.name.lower().endswith(ending) and kind in wanted:
            return kind
    endings = " or ".join(ending for ending, kind in ENDINGS.items() if kind in wanted)
    message = f'the file "{path.name}" ends in nothing that this format is kept as: {endings}'
    raise Refused([Diagnostic("A113", message, hint=f"write --output NAME{endings.split()[0]}")])


def encode_archive(model: keras.Model, kind: Kind) -> bytes:
    """Return a model, or its weights, as the bytes of a file.

    Args:
        model: built, with its weights.
        kind: `keras` is the whole model without its training; the others hold weights alone, by
            the names `layer/variable`.

    Raises:
        Refused: A113 where plain Keras could not make the model's layers, or safetensors is not
            installed.
    """
    if kind == "safetensors":
        return encode_safetensors(model)
    if kind == "keras":
        encode_keras_json(model)
    with tempfile.TemporaryDirectory(prefix="nnspec-") as folder:
        path = Path(folder) / f"model.{kind}"
        if kind == "keras":
            bare = keras.Model(model.input, model.output, name=model.name)
            bare.save(path)
        else:
            model.save_weights(path)
        return path.read_bytes()


def encode_safetensors(model: keras.Model) -> bytes:
    """Return the weights as safetensors, names and shapes as Keras has them."""
    try:
        from safetensors.numpy import save  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        message = "safetensors is not installed, and this format takes it"
        hint = "pip install 'nnspec[export]', or write --output NAME.weights.h5"
        raise Refused([Diagnostic("A113", message, hint=hint)]) from None
    arrays = {
        one.path: np.ascontiguousarray(keras.ops.convert_to_numpy(one)) for one in model.weights
    }
    content: bytes = save(arrays, metadata={"format": "keras", "model": model.name})
    return content


def write_weights(model: keras.Model, path: Path) -> None:
    """Write the weights as NumPy's archive of arrays, in the model's order."""
    arrays = [keras.ops.convert_to_numpy(one) for one in model.weights]
    numbered = {f"value_{place}": one for place, one in enumerate(arrays)}
    np.savez(path, names=np.asarray([str(place) for place in range(len(arrays))]), **numbered)
