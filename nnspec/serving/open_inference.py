"""Floor 10, the Open Inference Protocol, version 2, over HTTP, with tensors as JSON or as bytes.

Source: kserve/open-inference-protocol, specification/protocol/inference_rest.md; for tensors as
bytes Triton's extension_binary_data.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnspec.data.table import Values
from nnspec.document import shorten
from nnspec.language.near_names import nearest
from nnspec.pipeline.answering import Tensor, Tensors
from nnspec.serving.binary import TEXTS, TYPES, datatype, decode, encode
from nnspec.serving.cells import as_cells, check_names, check_rows, fitting
from nnspec.serving.documents import read_object, write
from nnspec.serving.exchange import VERSION, Asked, Model, Reply
from nnspec.serving.problem import bad
from nnspec.version import __version__

HEADER = "inference-header-content-length"
"""Bytes of the JSON that stands before tensors as bytes."""
BINARY = "application/octet-stream"
SIZE, WANTED, ALL_WANTED = "binary_data_size", "binary_data", "binary_data_output"
UNSUPPORTED = ("classification", "shared_memory_region")
"""Parameters of other extensions, which change what is answered."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An output that is asked for."""

    name: str
    binary: bool


def describe_server() -> dict[str, object]:
    """Return the metadata of the server."""
    return {"name": "nnspec", "version": __version__, "extensions": ["binary_tensor_data"]}


def describe_model(model: Model) -> dict[str, object]:
    """Return the metadata of the model."""
    return {
        "name": model.name,
        "versions": [VERSION],
        "platform": "nnspec_run",
        "inputs": [_described(one) for one in model.inputs],
        "outputs": [_described(one) for one in model.outputs],
    }


def _described(tensor: Tensor) -> dict[str, object]:
    return {
        "name": tensor.name,
        "datatype": datatype(tensor.dtype),
        "shape": [-1, *tensor.shape],
    }


def read_request(body: bytes, json_bytes: str | None, model: Model) -> Asked:
    """Return a request for answers.

    Args:
        body: JSON, and behind it the tensors that come as bytes.
        json_bytes: what the header says of the length of the JSON; None without it.
        model: what is asked.

    Raises:
        Problem: what is wrong with the request.
    """
    length = _json_length(json_bytes, len(body))
    document = read_object(body[:length])
    inputs = _objects(document.get("inputs"), "inputs")
    names = [_name(one, "input") for one in inputs]
    if len(set(names)) < len(names):
        raise bad("an input is given twice")
    check_names(names, model.inputs)
    taken = {one.name: one for one in model.inputs}
    rows = check_rows(_rows(inputs[0], taken[names[0]]), model.rows)
    rest = _Rest(memoryview(body)[length:])
    cells = {
        name: fitting(_cells(one, rows, taken[name], rest), taken[name])
        for name, one in zip(names, inputs, strict=True)
    }
    if rest.data:
        raise bad(f"{len(rest.data):,} bytes are left behind the tensors")
    wanted = _wanted(document, model)
    told = {"id": document["id"]} if isinstance(document.get("id"), str) else {}

    def reply(answers: Tensors, notes: Sequence[str]) -> Reply:
        parameters = {"parameters": {"notes": "; ".join(notes)}} if notes else {}
        head = {"model_name": model.name, "model_version": VERSION, **told, **parameters}
        return _reply(head, answers, wanted)

    return Asked(cells, rows, reply)


class _Rest:
    """The bytes behind the JSON, from which each tensor takes its own."""

    def __init__(self, data: memoryview) -> None:
        self.data = data

    def take(self, size: int, name: str) -> memoryview:
        """Return the next bytes."""
        if size > len(self.data):
            message = f'the input "{shorten(name)}" takes {size:,} bytes behind the JSON'
            raise bad(f"{message}; there are {len(self.data):,}")
        taken, self.data = self.data[:size], self.data[size:]
        return taken


def _json_length(told: str | None, whole: int) -> int:
    if told is None:
        return whole
    found = int(told) if told.isascii() and told.isdigit() and len(told) < len(str(2**63)) else -1
    if not 0 < found <= whole:
        message = f"{HEADER} is {shorten(told)!r}; expected the bytes of the JSON, 1 to {whole:,}"
        raise bad(message)
    return found


def _objects(value: Any, key: str) -> list[dict[str, Any]]:  # noqa: ANN401 - as JSON has it
    """Return the objects of a list of tensors."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise bad(f'"{key}" is not a list of objects')
    if not value:
        raise bad(f'"{key}" is an empty list')
    return value


def _name(tensor: Mapping[str, Any], what: str) -> str:
    name = tensor.get("name")
    if not isinstance(name, str):
        raise bad(f'an {what} has no "name" that is a text')
    return name


def _parameters(tensor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a request or a tensor; none of an extension that is not held."""
    found = tensor.get("parameters", {})
    if not isinstance(found, dict):
        raise bad('"parameters" is not an object')
    for key in UNSUPPORTED:
        if key in found:
            raise bad(f'the parameter "{key}" belongs to an extension that is not supported')
    return found


def _rows(tensor: Mapping[str, Any], taken: Tensor) -> int:
    """Return the rows that the shape of a tensor tells."""
    shape = tensor.get("shape")
    whole = isinstance(shape, list) and all(type(one) is int and 0 <= one < 2**31 for one in shape)
    if not isinstance(shape, list) or not whole or shape[1:] != list(taken.shape) or not shape:
        shown = shorten(str(shape))
        expected = str([-1, *taken.shape])
        message = f'the input "{shorten(taken.name)}" has the shape {shown}; expected {expected}'
        raise bad(message)
    return int(shape[0])


def _cells(tensor: Mapping[str, Any], rows: int, taken: Tensor, rest: _Rest) -> Values:
    """Return the cells of one input."""
    name, kind = shorten(taken.name), tensor.get("datatype")
    if not isinstance(kind, str) or (kind not in TYPES and kind != TEXTS):
        listed = ", ".join([*TYPES, TEXTS])
        raise bad(f'the input "{name}" has the datatype {shorten(str(kind))}; expected of {listed}')
    own = _rows(tensor, taken)
    if own != rows:
        raise bad(f'the input "{name}" has {own:,} rows; the first input has {rows:,}')
    size = _parameters(tensor).get(SIZE)
    if size is None:
        return _from_json(tensor, rows, taken, kind)
    if type(size) is not int or size < 0 or "data" in tensor:
        raise bad(f'the input "{name}" has a {SIZE} beside data, or one that is no number of bytes')
    count = rows * math.prod(taken.shape)
    cells = decode(rest.take(size, taken.name), kind, count, taken.name)
    return cells.reshape(rows, *taken.shape)


def _from_json(tensor: Mapping[str, Any], rows: int, taken: Tensor, kind: str) -> Values:
    """Return the cells of an input whose values stand in the JSON, of the type that they claim."""
    data = tensor.get("data")
    if not isinstance(data, list):
        raise bad(f'the input "{shorten(taken.name)}" has no "data" that is a list')
    cells = as_cells(data, rows, taken)
    bare = cells.dtype.kind
    number = bare in "iuf"
    fits = {"BOOL": bare in "bO", TEXTS: bare == "O"}.get(kind, number)
    empty = bare == "f" and bool(np.isnan(cells).all())
    if fits or empty:
        return cells
    raise bad(f'the input "{shorten(taken.name)}" has values that are not of the datatype {kind}')


def _wanted(document: Mapping[str, Any], model: Model) -> tuple[Wanted, ...]:
    """Return the outputs that are asked for; all where none is named."""
    binary = _flag(_parameters(document), ALL_WANTED, default=False)
    names = [one.name for one in model.outputs]
    if document.get("outputs") in (None, []):
        return tuple(Wanted(name, binary) for name in names)
    found: dict[str, Wanted] = {}
    for one in _objects(document["outputs"], "outputs"):
        name = _name(one, "output")
        if name not in names:
            near = nearest(name, names)
            hint = f"; did you mean {near}?" if near else ""
            raise bad(f'there is no output "{shorten(name)}"; there is {", ".join(names)}{hint}')
        found[name] = Wanted(name, _flag(_parameters(one), WANTED, default=binary))
    return tuple(found.values())


def _flag(parameters: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = parameters.get(key, default)
    if not isinstance(value, bool):
        raise bad(f'the parameter "{key}" is neither true nor false')
    return value


def _reply(head: dict[str, Any], answers: Tensors, wanted: Sequence[Wanted]) -> Reply:
    """Return a response: JSON, and behind it the tensors that are wanted as bytes."""
    outputs, tail = [], []
    for one in wanted:
        values = answers[one.name]
        told: dict[str, Any] = {
            "name": one.name,
            "datatype": datatype(values.dtype.name),
            "shape": list(values.shape),
        }
        if one.binary:
            tail.append(encode(values))
            told["parameters"] = {SIZE: len(tail[-1])}
        else:
            told["data"] = values.reshape(-1).tolist()
        outputs.append(told)
    body = write({**head, "outputs": outputs})
    reply = Reply(body)
    if not tail:
        return reply
    headers = {"content-type": BINARY, HEADER: str(len(body))}
    return replace(reply, body=b"".join([body, *tail]), headers=headers)
