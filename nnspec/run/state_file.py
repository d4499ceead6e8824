"""Floor 8, a snapshot as the bytes of a file, and back, bit for bit.

The form is that of safetensors: a length, a JSON header, raw arrays; nothing in it is executed.
What is no array stands as JSON in the header's metadata, where arrays are named.

Source: github.com/huggingface/safetensors, README, "Format".
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.engine.snapshot import Memory, Snapshot

Array = npt.NDArray[Any]
FORMAT = 1
"""Version of what stands in the metadata; raised when an older nnspec could not read it."""
TYPES: Mapping[str, str] = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
}
"""NumPy's names of types -> those of the form."""
NAMES = {short: name for name, short in TYPES.items()}
METADATA, KEY = "__metadata__", "nnspec"
LENGTH = 8
"""Bytes of the header's length, and the multiple that a header is filled up to."""
CALLBACK = "callbacks"


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return a snapshot as the content of a file."""
    arrays = dict(snapshot.arrays)
    told = {
        "format": FORMAT,
        "epoch": snapshot.epoch,
        "step": snapshot.step,
        "executor": list(snapshot.arrays),
        "callbacks": [
            {"kind": kind, "memory": told_apart(memory, f"{CALLBACK}/{place}", arrays)}
            for place, (kind, memory) in enumerate(snapshot.memories)
        ],
        "logs": told_apart(snapshot.logs, "logs", arrays),
        "history": dict(snapshot.history),
        "stopped": snapshot.stopped,
        "seconds": snapshot.seconds,
        "route": snapshot.route,
    }
    return pack(arrays, json.dumps(told))


def decode_snapshot(content: bytes) -> Snapshot:
    """Return the snapshot that a file holds.

    Raises:
        Refused: A103 where a newer nnspec wrote it.
    """
    arrays, text = unpack(content)
    told = json.loads(text)
    if told["format"] > FORMAT:
        message = f"the checkpoint has format {told['format']}; this nnspec reads format {FORMAT}"
        raise Refused([Diagnostic("A103", message, hint="update nnspec")])
    return Snapshot(
        told["epoch"],
        told["step"],
        {name: arrays[name] for name in told["executor"]},
        tuple((one["kind"], put_together(one["memory"], arrays)) for one in told["callbacks"]),
        put_together(told["logs"], arrays),
        told["history"],
        told["stopped"],
        told["seconds"],
        told["route"],
    )


def told_apart(memory: Memory, place: str, arrays: dict[str, Array]) -> dict[str, Any]:
    """Return values with names in the place of arrays, which are put among the others."""
    return {name: named(value, f"{place}/{name}", arrays) for name, value in memory.items()}


def named(value: Any, name: str, arrays: dict[str, Array]) -> Any:  # noqa: ANN401 - as JSON has it
    """Return a value as JSON has it, its arrays by their names."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {"mapping": told_apart(value, name, arrays)}
        case list() | tuple():
            return [named(one, f"{name}/{place}", arrays) for place, one in enumerate(value)]
        case _:
            arrays[name] = np.asarray(value)
            return {"array": name}


def put_together(memory: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return values with their arrays in place."""
    return {name: whole(value, arrays) for name, value in memory.items()}


def whole(value: Any, arrays: Mapping[str, Array]) -> Any:  # noqa: ANN401 - as JSON has it
    """Return a value with its arrays in place."""
    match value:
        case {"array": str(name)}:
            return arrays[name]
        case {"mapping": dict(inner)}:
            return put_together(inner, arrays)
        case list():
            return [whole(one, arrays) for one in value]
        case _:
            return value


def pack(arrays: Mapping[str, Array], text: str) -> bytes:
    """Return named arrays, and a text about them, as bytes."""
    header: dict[str, Any] = {METADATA: {KEY: text}}
    parts: list[bytes] = []
    begin = 0
    for name, array in arrays.items():
        content = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": TYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [begin, begin + len(content)],
        }
        parts.append(content)
        begin += len(content)
    written = json.dumps(header).encode()
    written += b" " * (-len(written) % LENGTH)
    return b"".join([len(written).to_bytes(LENGTH, "little"), written, *parts])


def unpack(content: bytes) -> tuple[dict[str, Array], str]:
    """Return the named arrays of some bytes, and the text about them."""
    begin = LENGTH + int.from_bytes(content[:LENGTH], "little")
    header = json.loads(content[LENGTH:begin])
    text: str = header.pop(METADATA)[KEY]
    return {name: unpacked(content, begin, one) for name, one in header.items()}, text


def unpacked(content: bytes, begin: int, about: Mapping[str, Any]) -> Array:
    """Return one array: a copy, which can be written to."""
    first, end = about["data_offsets"]
    shape: Sequence[int] = about["shape"]
    flat = np.frombuffer(content[begin + first : begin + end], np.dtype(NAMES[about["dtype"]]))
    return flat.reshape(shape).copy()
