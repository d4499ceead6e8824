"""A network with its weights as Keras 2 kept them, in HDF5, and as TensorFlow.js loads them.

Sources: tf_keras 2.21, tf_keras/src/saving/legacy/hdf5_format.py; tfjs-layers 4.22,
src/engine/container.ts, loadWeights, and tfjs-core, src/io/types.ts.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import numpy.typing as npt

from nnspec.exchange.write.keras2.apart import document_apart, names_apart, weights_apart
from nnspec.exchange.write.keras2.dialect import KERAS_2, TFJS
from nnspec.exchange.write.keras2.topology import translate
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.version import __version__

Array = npt.NDArray[Any]
VERSION = "2.15.0"
"""The Keras whose form is written."""
SHARD = 4 * 2**20
"""Bytes of one file of weights: browsers keep files of this size in their cache."""
LAYERS_MODEL = "layers-model"
FLOATS = {"float32": np.float32, "int32": np.int32}


def encode_keras_2(core: keras.Model) -> bytes:
    """Return a model as the bytes of an HDF5 file that Keras 2 loads.

    Raises:
        Refused: A113 with the layer that Keras 2 does not have.
    """
    document = translate(json.loads(encode_keras_json(core)), KERAS_2)
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = VERSION, "tensorflow"
        file.attrs["model_config"] = json.dumps(document)
        weights = file.create_group("model_weights")
        weights.attrs["keras_version"], weights.attrs["backend"] = VERSION, "tensorflow"
        weights.attrs["layer_names"] = names([one.name for one in core.layers])
        for layer in core.layers:
            group = weights.create_group(layer.name)
            held = list(weights_of(layer))
            group.attrs["weight_names"] = names([name for name, _ in held])
            for name, array in held:
                group[name] = array
    return content.getvalue()


def names(many: list[str]) -> Array:
    """Return names as an array of texts, which an attribute holds however many there are."""
    return np.asarray(many, h5py.string_dtype())


def weights_of(layer: keras.layers.Layer) -> Iterator[tuple[str, Array]]:
    """Give the weights of a layer as Keras 2 lists them: those that are trained first."""
    for number, one in enumerate([*layer.trainable_weights, *layer.non_trainable_weights]):
        yield f"{one.path}_{number}:0", keras.ops.convert_to_numpy(one)


def write_tfjs(core: keras.Model, folder: Path) -> None:
    """Write a model as a folder that TensorFlow.js loads: topology, and shards of weights.

    Args:
        core: with its weights.
        folder: is made; `model.json` names the others.

    Raises:
        Refused: A113 with the layer that TensorFlow.js does not have.
    """
    apart = names_apart(core)
    document = translate(document_apart(json.loads(encode_keras_json(core)), apart), TFJS)
    folder.mkdir(parents=True)
    held = [
        (name, plain(keras.ops.convert_to_numpy(one))) for name, one in weights_apart(core, apart)
    ]
    content = b"".join(array.tobytes() for _, array in held)
    count = max(1, -(-len(content) // SHARD))
    paths = [f"group1-shard{number + 1}of{count}.bin" for number in range(count)]
    for number, path in enumerate(paths):
        (folder / path).write_bytes(content[number * SHARD : (number + 1) * SHARD])
    said = {
        "format": LAYERS_MODEL,
        "generatedBy": f"keras v{VERSION}",
        "convertedBy": f"nnspec {__version__}",
        "modelTopology": {
            "keras_version": VERSION,
            "backend": "tensorflow",
            "model_config": document,
        },
        "weightsManifest": [
            {
                "paths": paths,
                "weights": [
                    {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
                    for name, array in held
                ],
            }
        ],
    }
    text = json.dumps(said, indent=1) + "\n"
    (folder / "model.json").write_text(text, encoding="utf-8")


def plain(array: Array) -> Array:
    """Return an array in one of the types that TensorFlow.js has."""
    kind = np.int32 if array.dtype.kind in "iub" else np.float32
    return np.ascontiguousarray(array.astype(kind))
