"""A trained program as one ONNX file: raw columns in by their own names, answers out.

The names of what leaves are those of the SavedModel: `prediction`, `probabilities` ...
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import onnx
from onnx import helper

from nnspec.build.connections import match_inputs
from nnspec.data.fit.fitted import Preprocessing
from nnspec.exchange.write.onnx.back import Answer, Back, withhold
from nnspec.exchange.write.onnx.forms import as_kind
from nnspec.exchange.write.onnx.front import raw_kind, raw_shape, write_front
from nnspec.exchange.write.onnx.graph import (
    IR_VERSION,
    ML,
    ML_OPSET,
    OPSET,
    Writer,
    described,
)
from nnspec.exchange.write.onnx.network import Held, apply_network
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.network.network import Network
from nnspec.spec.intervals import quantile_name
from nnspec.version import __version__

COLUMNS, UNITS = "nnspec.columns", "nnspec.units"
"""Keys of the file's metadata: input of each column; what several units of an answer stand for."""
KEYS = (
    "prediction",
    "probabilities",
    "lower",
    "upper",
    "std",
    "cluster",
    "distance",
    "map_row",
    "map_column",
)
"""Keys of answers, those of quantiles apart."""
LARGEST = 2**31 - 2**20
"""Bytes that a file of one part may have: what protobuf holds."""


class TooLarge(Exception):
    """The file would be larger than its form allows."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a program is made of.

    Attributes:
        name: of the spec.
        network: with shapes.
        weights: of its layers.
        backs: by output; outputs that are not trained have none.
    """

    name: str
    fitted: Preprocessing
    network: Network
    weights: Weights
    backs: Mapping[str, Back]


def encode_onnx(parts: Parts) -> bytes:
    """Return a program as the bytes of an ONNX file, checked by onnx itself.

    Raises:
        Unwritten: a layer that cannot be written.
        UnwrittenColumn: a column that cannot be read.
        TooLarge: the weights do not fit one file.
    """
    keys = _answer_names(parts)
    columns = input_names(parts.fitted.columns, keys)
    writer = Writer(frozenset({*columns.values(), *keys}))
    answers = _write(parts, writer, columns)
    graph = helper.make_graph(
        writer.nodes,
        parts.name,
        [
            described(name, raw_kind(parts.fitted.columns[column]), raw_shape(parts.fitted, column))
            for column, name in columns.items()
        ],
        [described(key, one.kind, _leaving(one)) for key, one in answers.items()],
        writer.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
    model = helper.make_model(
        graph,
        opset_imports=opsets,
        ir_version=IR_VERSION,
        producer_name="nnspec",
        producer_version=__version__,
    )
    helper.set_model_props(model, _metadata(parts, columns))
    if model.ByteSize() > LARGEST:
        raise TooLarge(f"{model.ByteSize():,} bytes")
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _leaving(answer: Answer) -> Sequence[int | str | None]:
    return ("batch", *answer.shape[1:])


def _write(parts: Parts, writer: Writer, columns: Mapping[str, str]) -> dict[str, Answer]:
    """Write front, network and backs; return the answers by the names that they leave under."""
    prepared, taken = write_front(writer, parts.fitted, columns)
    tensors = parts.fitted.tensors
    entering: dict[str, Held] = {}
    for given, name in match_inputs(parts.network, parts.fitted).items():
        (declared,) = parts.network.by_name[name].outputs or (tensors[given],)
        found, wanted = tensors[given].element, declared.element
        entering[name] = Held(as_kind(writer, prepared[given], found, wanted))
    left = apply_network(writer, parts.network, parts.weights, entering)
    outputs = [one.name for one in parts.network.graph.outputs]
    answers: dict[str, Answer] = {}
    for name, back in parts.backs.items():
        tensor = parts.network.output(name)
        assert tensor is not None, "a trained network has no unknown output"
        output = as_kind(writer, left[outputs.index(name)].name, tensor.element, "float")
        found_here = withhold(writer, back.write(writer, output, tensor.shape), taken)
        for key, one in found_here.items():
            answers[_named(parts, key, name)] = _leave(writer, key, one)
    for key, one in answers.items():
        writer.nodes.append(helper.make_node("Identity", [one.name], [key]))
    return answers


def _leave(writer: Writer, key: str, answer: Answer) -> Answer:
    """Return an answer of one unit as (batch,), as the SavedModel gives it."""
    lone = key != "probabilities" and len(answer.shape) == 2 and answer.shape[-1] == 1  # noqa: PLR2004
    if not lone:
        return answer
    return Answer(writer.squeeze(answer.name, 1), answer.kind, answer.shape[:1])


def _named(parts: Parts, key: str, output: str) -> str:
    return f"{key}_{output}" if len(parts.backs) > 1 else key


def _answer_names(parts: Parts) -> list[str]:
    """Return every name that an answer may leave under."""
    quantiles = {key for back in parts.backs.values() for key in _quantiles(back)}
    return [_named(parts, key, name) for name in parts.backs for key in (*KEYS, *sorted(quantiles))]


def _quantiles(back: Back) -> Iterable[str]:
    return map(quantile_name, back.target.quantiles)


def input_names(columns: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the name of each column's input: its own, with a number behind where an answer has it.

    Args:
        columns: the columns.
        taken: names of answers.
    """
    held = set(taken)
    wanted = list(columns)
    names: dict[str, str] = {one: one for one in wanted if one not in held}
    for one in wanted:
        if one not in names:
            free = (f"{one}_{number}" for number in count(2))
            names[one] = next(name for name in free if name not in {*held, *names.values()})
    return {one: names[one] for one in wanted}


def columns_of(content: bytes) -> dict[str, str]:
    """Return the name of each column's input in a file that was written here."""
    held = {one.key: one.value for one in onnx.load_from_string(content).metadata_props}
    found: dict[str, str] = json.loads(held[COLUMNS])
    return found


def _metadata(parts: Parts, columns: Mapping[str, str]) -> dict[str, str]:
    units = {
        _named(parts, "prediction", name): list(back.target.columns)
        for name, back in parts.backs.items()
        if len(back.target.columns) > 1
    }
    texts = {COLUMNS: dict(columns), UNITS: units}
    return {key: json.dumps(one, ensure_ascii=False) for key, one in texts.items()}
