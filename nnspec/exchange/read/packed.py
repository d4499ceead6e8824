"""What a packed model file says of its layers and its training, as text: .keras, .h5, .hdf5.

Nothing is unpacked to disk and nothing is built: members of an archive are read by name, bounded,
and of an HDF5 file only attributes of its own root are.
"""

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import limits
from nnspec.document.file import open_file

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
ARCHIVE, HDF5 = (".keras",), (".h5", ".hdf5")
MAGIC = b"\x89HDF\r\n\x1a\n"
# RuntimeError: the archive is encrypted, or packed in a way that is not known.
DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)
INSTALL = "pip install 'nnspec[tensorflow]'"
ALONE = "write its to_json() into a .json file beside it, and name the weights: of the model"


@dataclass(frozen=True, slots=True)
class Packed:
    """What a file says.

    Attributes:
        model: the model's document, JSON.
        version: that of the Keras which wrote it; empty where it is not told.
        backend: what it ran on; empty where it is not told.
        training: how it was compiled; None where it was not.
    """

    model: str
    version: str = ""
    backend: str = ""
    training: Any = None


def open_packed(path: Path) -> str:
    """Return the document of the model in a file.

    Raises:
        Refused: as `read_packed`.
    """
    return read_packed(path).model


def read_packed(path: Path) -> Packed:
    """Return what a file says of its model.

    Raises:
        Refused: D102 for a file that is damaged, too large or holds no model; D118 where the
            library that reads HDF5 is not installed.
    """
    return read_archive(path) if path.suffix.lower() in ARCHIVE else read_hdf5(path)


def refuse(path: Path, reason: str, hint: str | None = None) -> Refused:
    """Return the refusal of a file."""
    return Refused([Diagnostic("D102", f"cannot read {path.name}: {reason}", hint=hint)])


def read_archive(path: Path) -> Packed:
    """Return what a .keras archive says."""
    try:
        with open_file(path) as stream, zipfile.ZipFile(stream) as archive:
            text = member(archive, CONFIG, path, limits.FILE_BYTES).decode("utf-8")
            told = as_mapping(member(archive, METADATA, path, limits.VALUE_CHARACTERS))
    except FileNotFoundError:
        raise refuse(path, "there is no such file") from None
    except DAMAGED as error:
        raise refuse(path, f"it is no .keras archive, or damaged ({error})") from None
    compiled = as_mapping(text.encode()).get("compile_config")
    return Packed(text, str(told.get("keras_version") or ""), "tensorflow", compiled)


def member(archive: zipfile.ZipFile, name: str, path: Path, most: int) -> bytes:
    """Return a member of an archive, unpacked in memory.

    Args:
        archive: the open archive.
        name: of the member.
        path: that of the archive, for the message.
        most: bytes that it may have.
    """
    try:
        with archive.open(name) as stream:
            content = stream.read(most + 1)
    except KeyError:
        raise refuse(path, f"the archive has no {name}", "save the model as .keras anew") from None
    if len(content) > most:
        raise refuse(path, f"its {name} is larger than {most // 2**20 or 1} MB")
    return content


def as_mapping(content: bytes | str) -> dict[str, Any]:
    """Return a JSON text that holds a mapping; an empty one for anything else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def read_hdf5(path: Path) -> Packed:
    """Return what an HDF5 file says in the attributes of its root."""
    try:
        from nnspec.exchange.read import hdf5  # noqa: PLC0415 - h5py is no part of the light core
    except ModuleNotFoundError as error:
        message = f"{path.name} is an HDF5 file; {error.name} reads such, and is not installed"
        raise Refused([Diagnostic("D118", message, hint=INSTALL)]) from None
    with hdf5.opened(path) as file:
        told = {name: hdf5.text_of(file, name) for name in hdf5.ATTRIBUTES}
    model = told["model_config"]
    if not model:
        raise refuse(path, "it holds weights and no model", ALONE)
    if len(model) > limits.FILE_BYTES:
        raise refuse(path, f"its model_config is larger than {limits.FILE_BYTES // 2**20} MB")
    training = as_mapping(told["training_config"]) or None
    return Packed(model, told["keras_version"], told["backend"], training)
