"""Cells of several numbers: from texts, lists and arrays, to the network and the SavedModel."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import tensorflow as tf

import nnspec
from nnspec.data import Dataset
from nnspec.diagnostics import Refused

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]
WHOLE = {"validation": 0, "test": 0, "method": "time"}
ROWS = np.round(np.random.default_rng(1).normal(5, 2, (30, 4)), 3)


def table(written: Callable[[list[float]], str], separator: str = ",") -> str:
    lines = [f'"{written(row)}"{separator}{at % 7}' for at, row in enumerate(ROWS.tolist())]
    return "\n".join([f"v{separator}y", *lines, ""])


def cells(load: Load, text: str | None, said: object = "vector", **settings: object) -> Any:
    data = load(text, columns={"v": said}, split=WHOLE, **settings)
    return data.splits["train"].features["v"].values


@pytest.mark.parametrize(
    "written",
    [
        lambda row: " ".join(map(str, row)),
        str,
        lambda row: ",".join(map(str, row)),
        lambda row: "(" + "; ".join(map(str, row)) + ")",
        lambda row: "  [ " + "   ".join(map(str, row)) + " ]",
    ],
)
def test_texts_of_numbers_are_read_however_they_are_written(
    load: Load, written: Callable[[list[float]], str]
) -> None:
    assert np.array_equal(cells(load, table(written)), ROWS)


def test_a_separator_of_ones_own_and_decimal_commas(load: Load, tmp_path: Path) -> None:
    said = {"vector": {"separator": "|"}}
    assert np.array_equal(cells(load, table(lambda row: " | ".join(map(str, row))), said), ROWS)
    german = table(lambda row: ";".join(map(str, row)).replace(".", ","), ";")
    (tmp_path / "d.csv").write_text(german)
    source = {"csv": {"path": "d.csv", "separator": ";", "decimal": ","}}
    assert np.array_equal(cells(load, None, source=source), ROWS)


def test_lists_of_files_with_types_are_the_same_numbers(load: Load, tmp_path: Path) -> None:
    frame = pl.DataFrame({"v": ROWS.tolist(), "y": [at % 7 for at in range(30)]})
    frame.write_parquet(tmp_path / "d.parquet")
    frame.write_ndjson(tmp_path / "d.jsonl")
    np.savez(tmp_path / "d.npz", v=ROWS, y=frame["y"].to_numpy())
    for name in ("d.parquet", "d.jsonl", "d.npz"):
        assert np.array_equal(cells(load, None, source=name), ROWS)


def test_a_shape_lays_the_numbers_out(load: Load) -> None:
    text = table(lambda row: " ".join(map(str, row)))
    found = cells(load, text, {"vector": [2, 2]})
    assert np.array_equal(found, ROWS.reshape(30, 2, 2))
    with pytest.raises(Refused) as refused:
        cells(load, text, {"vector": [3, 2]})
    (told,) = refused.value.diagnostics
    assert told.code == "D110"
    assert 'the cells of "v" hold 4 numbers; the shape [3, 2] takes 6' in told.message


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1 2 3", 'column "v", row 3: 3 numbers in a cell; row 1 has 4'),
        ("1 2 high 4", 'column "v", row 3: "high" in a cell is no number'),
        ("1,2,,4", 'column "v", row 3: "" in a cell is no number'),
        ("1 2 inf 4", 'column "v", row 3: 1 2 inf 4 is not a number a network can take'),
        ("", 'column "v" has 1 missing cell in 30 rows (first: row 3)'),
    ],
)
def test_a_cell_that_is_no_vector_is_named(load: Load, cell: str, said: str) -> None:
    lines = table(lambda row: " ".join(map(str, row))).split("\n")
    lines[3] = f'"{cell}",1'
    with pytest.raises(Refused) as refused:
        cells(load, "\n".join(lines))
    assert said in refused.value.diagnostics[0].message
    if not cell:
        left = cells(load, "\n".join(lines), {"vector": {"missing": "drop"}})
        assert np.array_equal(left, np.delete(ROWS, 2, axis=0))


def test_words_and_targets_are_no_vectors(load: Load, tmp_path: Path) -> None:
    pl.DataFrame({"v": [True, False] * 15, "y": range(30)}).write_parquet(tmp_path / "d.parquet")
    with pytest.raises(Refused) as refused:
        cells(load, None, source="d.parquet")
    assert [one.code for one in refused.value.diagnostics] == ["D119"]
    with pytest.raises(Refused) as refused:
        load(table(lambda _: "1 2"), columns={"v": "vector"}, target="v", features=["y"])
    assert [one.code for one in refused.value.diagnostics] == ["S115"]


SPEC = """
nnspec: 1
name: spectra
data:
  source: d.csv
  target: y
  columns: {v: {vector: {scaling: minmax}}}
model: [Dense: {units: 4, activation: tanh}, Dense: 1]
training: {optimizer: adam, loss: mse, epochs: 2}
evaluation: {baselines: false}
"""


@pytest.mark.slow
def test_the_savedmodel_takes_the_numbers_that_predict_reads_of_texts(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(table(str))
    (tmp_path / "spec.yaml").write_text(SPEC)
    assert nnspec.validate(tmp_path / "spec.yaml") == ()
    run = nnspec.train(tmp_path / "spec.yaml", runs=tmp_path / "runs").folder
    pl.DataFrame({"v": ROWS.tolist()}).write_parquet(tmp_path / "new.parquet")
    answers = [
        [float(row["prediction"]) for row in csv.DictReader(io.StringIO(nnspec.predict(run, one)))]
        for one in (tmp_path / "d.csv", tmp_path / "new.parquet")
    ]
    assert answers[0] == answers[1]
    types = json.loads((run / "model/assets.extra/columns.json").read_text())["columns"]
    loaded = tf.saved_model.load(str(run / "model"))
    served = loaded.serve({"v": tf.constant(ROWS, types["v"]["dtype"])})["prediction"]
    np.testing.assert_allclose(np.ravel(served), answers[0], rtol=1e-6)
    assert nnspec.evaluate(run, data=tmp_path / "d.csv")[0].metrics
