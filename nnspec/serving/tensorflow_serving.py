"""Floor 10, the REST interface of TensorFlow Serving: rows as `instances`, columns as `inputs`.

Source: TensorFlow Serving, tensorflow_serving/g3doc/api_rest.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nnspec.document import shorten
from nnspec.pipeline.answering import Tensor, Tensors
from nnspec.serving.cells import as_cells, check_names, check_rows
from nnspec.serving.documents import check_keys, read_object, write
from nnspec.serving.exchange import VERSION, Asked, Model, Reply
from nnspec.serving.problem import bad

SIGNATURE = "serving_default"
INSTANCES, INPUTS = "instances", "inputs"
TYPES = {
    "object": "DT_STRING",
    "float32": "DT_FLOAT",
    "float64": "DT_DOUBLE",
    "int64": "DT_INT64",
    "uint8": "DT_UINT8",
    "bool": "DT_BOOL",
}
"""NumPy's type -> TensorFlow's."""


def describe_status() -> dict[str, object]:
    """Return the state of the model's one version."""
    status = {"error_code": "OK", "error_message": ""}
    state = {"version": VERSION, "state": "AVAILABLE", "status": status}
    return {"model_version_status": [state]}


def describe_signature(model: Model) -> dict[str, object]:
    """Return the metadata of the model: its signature."""
    signature = {
        "inputs": {one.name: _described(one) for one in model.inputs},
        "outputs": {one.name: _described(one) for one in model.outputs},
        "method_name": "tensorflow/serving/predict",
    }
    spec = {"name": model.name, "signature_name": "", "version": VERSION}
    return {
        "model_spec": spec,
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
    }


def _described(tensor: Tensor) -> dict[str, object]:
    extents = [{"size": str(one), "name": ""} for one in (-1, *tensor.shape)]
    shape = {"dim": extents, "unknown_rank": False}
    return {"dtype": TYPES[tensor.dtype], "tensor_shape": shape, "name": tensor.name}


def read_request(body: bytes, model: Model) -> Asked:
    """Return a request for predictions.

    Raises:
        Problem: what is wrong with the request.
    """
    document = read_object(body)
    check_keys(document, ("signature_name", INSTANCES, INPUTS), "the body")
    signature = document.get("signature_name", SIGNATURE)
    if signature != SIGNATURE:
        raise bad(f'there is no signature "{shorten(str(signature))}"; there is {SIGNATURE}')
    if (INSTANCES in document) == (INPUTS in document):
        raise bad(f'the body has "{INSTANCES}", rows, or "{INPUTS}", columns: one of the two')
    by_row = INSTANCES in document
    given = document[INSTANCES if by_row else INPUTS]
    columns = _of_rows(given, model) if by_row else _of_columns(given, model)
    rows = check_rows(len(next(iter(columns.values()))), model.rows)
    taken = {one.name: one for one in model.inputs}
    cells = {name: as_cells(many, rows, taken[name]) for name, many in columns.items()}

    def reply(answers: Tensors, notes: Sequence[str]) -> Reply:
        del notes  # the protocol has no place for them
        return _by_row(answers) if by_row else _by_column(answers)

    return Asked(cells, rows, reply)


def _of_rows(given: Any, model: Model) -> dict[str, list[Any]]:  # noqa: ANN401 - as JSON has it
    """Return rows as columns; rows of one input alone need not name it."""
    if not isinstance(given, list) or not given:
        raise bad(f'"{INSTANCES}" is not a list of rows')
    check_rows(len(given), model.rows)
    names = [one.name for one in model.inputs]
    if len(names) == 1 and not any(_is_named(one, names[0]) for one in given):
        return {names[0]: given}
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for place, row in enumerate(given):
        if not isinstance(row, dict):
            raise bad(f"instance {place + 1} is not an object of the inputs by their names")
        if row.keys() != columns.keys():
            check_names(list(row), model.inputs)
        for name, many in columns.items():
            many.append(row[name])
    return columns


def _is_named(row: Any, name: str) -> bool:  # noqa: ANN401 - as JSON has it
    return isinstance(row, dict) and name in row


def _of_columns(given: Any, model: Model) -> dict[str, list[Any]]:  # noqa: ANN401 - as JSON has it
    """Return columns; one alone need not be named."""
    if isinstance(given, list) and len(model.inputs) == 1:
        return {model.inputs[0].name: given}
    if not isinstance(given, Mapping):
        raise bad(f'"{INPUTS}" is not an object of the inputs by their names')
    check_names(list(given), model.inputs)
    for name, many in given.items():
        if not isinstance(many, list):
            raise bad(f'the input "{shorten(name)}" is not a list with a cell for each row')
    return dict(given)


def _by_row(answers: Tensors) -> Reply:
    """Return answers row by row; of one output alone without its name."""
    listed = {name: values.tolist() for name, values in answers.items()}
    if len(listed) == 1:
        (rows,) = listed.values()
        return Reply(write({"predictions": rows}))
    rows = [dict(zip(listed, row, strict=True)) for row in zip(*listed.values(), strict=True)]
    return Reply(write({"predictions": rows}))


def _by_column(answers: Tensors) -> Reply:
    """Return answers by output; one alone without its name."""
    listed = {name: values.tolist() for name, values in answers.items()}
    if len(listed) == 1:
        (rows,) = listed.values()
        return Reply(write({"outputs": rows}))
    return Reply(write({"outputs": listed}))
