"""Weights of a TensorFlow.js model, written as the HDF5 file that Keras would have of them.

Source: the format of tfjs-layers, as its converter 4.22 writes it: a manifest lists the arrays in
the order in which their bytes follow each other in the files beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document.file import read_file

Array = np.ndarray[Any, Any]
DTYPES = {"float32": "<f4", "int32": "<i4", "uint8": "<u1", "uint16": "<u2", "float16": "<f2"}
MOST_BYTES = 2**31
UNREADABLE = (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What reading and storing arrays raises where a manifest says what cannot be."""
MANIFEST = "weightsManifest"


def write_weights(said: Mapping[str, Any], source: Path, target: Path) -> None:
    """Write the weights that a model.json lists.

    Args:
        said: what stands in the file.
        source: the file; the bytes lie in its folder.
        target: the HDF5 file to write.

    Raises:
        Refused: D102 where files are missing, too short, or named elsewhere.
    """
    try:
        with np.errstate(all="ignore"):
            arrays = [one for group in said[MANIFEST] for one in arrays_of(group, source)]
        store(arrays, str(version_of(said)), target)
    except UNREADABLE as error:
        target.unlink(missing_ok=True)
        message = f"cannot read the weights of {source.name}: {error}"
        raise Refused([Diagnostic("D102", message)]) from None


def store(arrays: Sequence[tuple[str, Array]], version: str, target: Path) -> None:
    """Write arrays as Keras does: a group for each layer, which lists its own in their order."""
    layers: dict[str, list[tuple[str, Array]]] = {}
    for name, array in arrays:
        layers.setdefault(name.partition("/")[0], []).append((name, array))
    with h5py.File(target, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = version, "tensorflow"
        file.attrs["layer_names"] = [one.encode() for one in layers]
        for layer, held in layers.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name, _ in held]
            for name, array in held:
                group[name] = array


def version_of(said: Mapping[str, Any]) -> object:
    """Return the version of the Keras that made the model."""
    topology = said.get("modelTopology")
    return (topology.get("keras_version") if isinstance(topology, dict) else None) or "2"


def arrays_of(group: Mapping[str, Any], source: Path) -> Iterator[tuple[str, Array]]:
    """Give name and array of every weight of a group of files."""
    content = b"".join(shards(group["paths"], source.parent))
    begin = 0
    for weight in group["weights"]:
        packed = weight.get("quantization") or {}
        kind = np.dtype(DTYPES[packed.get("dtype") or weight["dtype"]])
        shape = [int(one) for one in weight["shape"]]
        end = begin + prod(shape) * kind.itemsize
        if min(shape, default=0) < 0 or end > len(content):
            raise ValueError(f"the files end before {weight['name']}")
        array: Array = np.frombuffer(content[begin:end], kind).reshape(shape)
        if "scale" in packed:
            array = array.astype("float32") * packed["scale"] + packed["min"]
        yield str(weight["name"]), array
        begin = end


def shards(names: Sequence[str], folder: Path) -> Iterator[bytes]:
    """Give the bytes of the files, which lie beside the model."""
    for name in names:
        if Path(name).name != name:
            raise ValueError(f"{name} does not lie beside it")
        yield read_file(folder / name, MOST_BYTES)
