"""What a service answers is what `predict` answers, in both protocols, for cells of every kind."""

import csv
import io
import json
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

import served_runs
from asking import Asking, serving

import nnspec

pytestmark = pytest.mark.keras

ROWS = 1000
KINDS = {
    "Länge [cm]": "FP32",
    "Note": "BYTES",
    "am Tag": "BYTES",
    "ok?": "BOOL",
    "Bemerkung": "BYTES",
}


@pytest.fixture(scope="module")
def kinds() -> Iterator[Asking]:
    with serving(served_runs.kinds()) as asking:
        yield asking


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("new") / "new.csv"
    served_runs.write_kinds(file, ROWS, seed=2)
    return file


@pytest.fixture(scope="module")
def offline(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(nnspec.predict(served_runs.kinds(), table))))


def columns_of(table: Path) -> dict[str, list[Any]]:
    """Return a table's cells as a program would hold them."""
    frame = pl.read_csv(table, infer_schema=False)
    cells: dict[str, list[Any]] = {name: frame[name].to_list() for name in KINDS}
    cells["Länge [cm]"] = [None if one is None else float(one) for one in cells["Länge [cm]"]]
    cells["ok?"] = [one == "yes" for one in cells["ok?"]]
    return cells


def inputs_of(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "datatype": KINDS[name], "shape": [len(cells)], "data": cells}
        for name, cells in columns.items()
    ]


def assert_offline(answers: dict[str, Any], offline: list[dict[str, str]]) -> None:
    """Hold answers against the table that `predict` writes: they differ by rounding at most."""
    assert list(answers) == ["prediction", "lower", "upper"]
    for name, values in answers.items():
        expected = [float(row[name]) for row in offline]
        assert values == pytest.approx(expected, rel=1e-6)


def test_a_thousand_rows_are_answered_as_predict_answers_them(
    kinds: Asking, table: Path, offline: list[dict[str, str]]
) -> None:
    assert_offline(kinds.outputs(inputs_of(columns_of(table))), offline)


def test_rows_asked_for_one_by_one_at_once_are_answered_as_together(
    kinds: Asking, table: Path, offline: list[dict[str, str]]
) -> None:
    columns = columns_of(table)
    rows = [{name: cells[place] for name, cells in columns.items()} for place in range(120)]
    with ThreadPoolExecutor(12) as several:
        replies = list(several.map(lambda row: kinds.predict(instances=[row]), rows))
    assert {one.status for one in replies} == {200}
    answers = [one.told["predictions"][0] for one in replies]
    together = {name: [one[name] for one in answers] for name in answers[0]}
    assert_offline(together, offline[:120])
    told = kinds.ask("/metrics").body.decode()
    batches = next(line for line in told.splitlines() if line.startswith("nnspec_batch_rows_count"))
    asked = next(
        one
        for one in told.splitlines()
        if one.startswith('nnspec_requests_total{route="predict",status="200"}')
    )
    assert float(batches.split()[1]) < float(asked.split()[1])


def test_columns_of_tensorflow_serving_are_answered_in_columns(
    kinds: Asking, table: Path, offline: list[dict[str, str]]
) -> None:
    reply = kinds.predict(inputs=columns_of(table), signature_name="serving_default")
    assert reply.status == 200
    assert_offline(reply.told["outputs"], offline)


def test_tensors_as_bytes_are_read_and_answered_as_bytes(
    kinds: Asking, table: Path, offline: list[dict[str, str]]
) -> None:
    tail, inputs = b"", []
    for name, cells in columns_of(table).items():
        if KINDS[name] == "BYTES":
            texts = [one.encode() for one in cells]
            data = b"".join(struct.pack("<I", len(one)) + one for one in texts)
        else:
            missing = [np.nan if one is None else one for one in cells]
            data = np.array(missing, "<f4" if KINDS[name] == "FP32" else "?").tobytes()
        size = {"parameters": {"binary_data_size": len(data)}}
        inputs.append({"name": name, "datatype": KINDS[name], "shape": [ROWS], **size})
        tail += data
    told = json.dumps({"inputs": inputs, "parameters": {"binary_data_output": True}}).encode()
    headers = {"Inference-Header-Content-Length": str(len(told))}
    reply = kinds.ask("/v2/models/kinds/infer", told + tail, headers=headers)
    assert reply.status == 200
    length = int(reply.headers["inference-header-content-length"])
    document, rest = json.loads(reply.body[:length]), reply.body[length:]
    answers, place = {}, 0
    for one in document["outputs"]:
        size = one["parameters"]["binary_data_size"]
        answers[one["name"]] = np.frombuffer(rest[place : place + size], "<f4").tolist()
        place += size
    assert place == len(rest)
    assert_offline(answers, offline)


def test_only_the_outputs_that_are_asked_for_are_answered(kinds: Asking, table: Path) -> None:
    cells = {name: many[:1] for name, many in columns_of(table).items()}
    reply = kinds.infer(inputs_of(cells), outputs=[{"name": "upper"}], id="7")
    assert [one["name"] for one in reply.told["outputs"]] == ["upper"]
    assert reply.told["id"] == "7"


def test_a_missing_cell_is_null_or_nan_or_an_empty_text(kinds: Asking, table: Path) -> None:
    cells = {name: many[:1] for name, many in columns_of(table).items()}
    answers = [
        kinds.outputs(inputs_of({**cells, "Länge [cm]": [empty]}))["prediction"]
        for empty in (None, float("nan"))
    ]
    as_text = [
        {**one, "datatype": "BYTES", "data": [""]} if one["name"] == "Länge [cm]" else one
        for one in inputs_of(cells)
    ]
    answers.append(kinds.outputs(as_text)["prediction"])
    assert answers[0] == answers[1] == answers[2]


def test_what_the_training_had_not_is_answered_and_said(kinds: Asking, table: Path) -> None:
    cells = {**{name: many[:1] for name, many in columns_of(table).items()}, "Note": ["Ω"]}
    reply = kinds.infer(inputs_of(cells))
    assert 'column "Note"' in reply.told["parameters"]["notes"]
    assert "[D125]" in reply.told["parameters"]["notes"]


def test_labels_and_probabilities_are_those_of_predict(tmp_path: Path) -> None:
    rows = np.random.default_rng(3).normal(size=(50, 4, 3)).astype("float32")
    np.savez(tmp_path / "new.npz", x=rows)
    told = nnspec.predict(served_runs.classes(), tmp_path / "new.npz")
    offline = list(csv.DictReader(io.StringIO(told)))
    with serving(served_runs.classes()) as asking:
        given = {"name": "x", "datatype": "FP32", "shape": [50, 4, 3]}
        nested = asking.outputs([{**given, "data": rows.tolist()}])
        flat = asking.outputs([{**given, "data": rows.reshape(-1).tolist()}])
        rowwise = asking.predict(instances=rows.tolist()).told["predictions"]
        told_of = asking.ask("/v2/models/classes").told
    assert nested == flat
    assert nested["prediction"] == [row["prediction"] for row in offline]
    labels = ["blau", "grün", "rot"]
    expected = [float(row[f"probability_{one}"]) for row in offline for one in labels]
    assert nested["probabilities"] == pytest.approx(expected, rel=1e-6)
    assert [one["prediction"] for one in rowwise] == nested["prediction"]
    assert told_of["outputs"] == [
        {"name": "prediction", "datatype": "BYTES", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]},
    ]


def test_windows_are_answered_as_those_that_predict_cuts_out_of_a_series(tmp_path: Path) -> None:
    lines = served_runs.write_series(tmp_path / "new.csv", 40)
    with pytest.warns(UserWarning, match="the last 3 windows have no prediction"):
        told = nnspec.predict(served_runs.series(), tmp_path / "new.csv")
    offline = {row["day"]: row for row in csv.DictReader(io.StringIO(told))}
    # What is carried on from before a window is not known to a request, so these stay out.
    whole = [one for one in range(32) if "" not in lines[one][1:3]]
    assert any("" in line for one in whole for line in lines[one : one + 6])
    windows = {
        name: [
            [None if line[at] == "" else line[at] for line in lines[one : one + 6]] for one in whole
        ]
        for at, name in ((1, "rides"), (2, "warm"))
    }
    known = [[lines[one + 5 + ahead][3] for ahead in (1, 3)] for one in whole]
    with serving(served_runs.series()) as asking:
        reply = asking.predict(inputs={**windows, "known_holiday": known})
        shapes = {
            one["name"]: one["shape"] for one in asking.ask("/v2/models/series").told["inputs"]
        }
        first_lacks = {name: [[None, *many[0][1:]]] for name, many in windows.items()}
        refused = asking.predict(inputs={**first_lacks, "known_holiday": known[:1]})
    assert refused.status == 400
    assert "missing" in refused.told["error"]
    assert reply.status == 200
    assert shapes == {"rides": [-1, 6], "warm": [-1, 6], "known_holiday": [-1, 2]}
    rows = [offline[str(lines[one + 5][0])] for one in whole]
    expected = [[float(row[f"prediction_rides+{ahead}"]) for ahead in (1, 3)] for row in rows]
    assert np.array(reply.told["outputs"]) == pytest.approx(np.array(expected), rel=1e-5)


def test_pictures_are_taken_as_bytes_of_pixels(tmp_path: Path) -> None:
    sheets = np.random.default_rng(5).integers(0, 256, (7, 5, 4, 3)).astype("uint8")
    np.savez(tmp_path / "new.npz", sheet=sheets)
    told = nnspec.predict(served_runs.pictures(), tmp_path / "new.npz")
    offline = [list(row.values()) for row in csv.DictReader(io.StringIO(told))]
    with serving(served_runs.pictures()) as asking:
        given = {"name": "sheet", "datatype": "UINT8", "shape": list(sheets.shape)}
        answers = asking.outputs([{**given, "data": sheets.tolist()}])
        beyond = asking.infer([{**given, "data": (sheets.astype(int) + 200).tolist()}])
    assert beyond.status == 400
    assert "whole numbers from 0 to 255" in beyond.told["error"]
    predicted = np.array(answers["prediction"]).reshape(7, -1)
    header = next(csv.reader(io.StringIO(told)))
    places = [place for place, name in enumerate(header) if name.startswith("prediction")]
    expected = np.array([[float(row[place]) for place in places] for row in offline])
    assert predicted == pytest.approx(expected, rel=1e-5)
