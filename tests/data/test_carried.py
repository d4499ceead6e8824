"""Columns beside predictions: what identifies rows stands there by itself, others are asked for."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.data import Dataset, NewRows, read_for_prediction
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]

TRAINED = "Case ID,x,note,y\n" + "".join(f"00{k},{k * 0.5},n{k},{k}\n" for k in range(40))
FRAME = pl.DataFrame(
    {"Case ID": ["007", "12", None], "x": [0.5, 7.25, 1.0], "Größe": [3, None, 5]},
    schema={"Case ID": pl.String, "x": pl.Float64, "Größe": pl.Int64},
)
EXPECTED = {"Case ID": ["007", "12", None], "Größe": [3, None, 5]}


def database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE t ("Case ID" TEXT, x REAL, "Größe" INTEGER)')
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", FRAME.rows())
    connection.commit()
    connection.close()


FILES: dict[str, Callable[[Path], object]] = {
    "new.csv": FRAME.write_csv,
    "new.tsv": lambda path: FRAME.write_csv(path, separator="\t"),
    "new.csv.gz": lambda path: path.write_bytes(gzip.compress(FRAME.write_csv().encode())),
    "new.parquet": FRAME.write_parquet,
    "new.feather": FRAME.write_ipc,
    "new.jsonl": FRAME.write_ndjson,
    "new.json": lambda path: path.write_text(json.dumps(FRAME.to_dicts())),
    "new.db": database,
}


@pytest.fixture
def dataset(load: Load) -> Dataset:
    kinds = {"Case ID": "identifier"}
    return load(TRAINED, columns=kinds, exclude="note", split={"method": "time"})


def beside(rows: NewRows) -> dict[str, list[object]]:
    return rows.beside.of(rows.rows.tolist())


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_same_cells(
    name: str, dataset: Dataset, tmp_path: Path
) -> None:
    FILES[name](tmp_path / name)
    rows = read_for_prediction(name, dataset.fitted, folder=tmp_path, keep=["Größe"])
    assert beside(rows) == EXPECTED
    assert [type(one) for one in beside(rows)["Größe"]] == [int, type(None), int]


def test_arrays_and_several_files_are_carried_row_by_row(dataset: Dataset, tmp_path: Path) -> None:
    arrays = {"Case ID": np.array(["1", "2"]), "x": np.array([1.0, 2.0])}
    np.savez(tmp_path / "new.npz", allow_pickle=False, **arrays)
    rows = read_for_prediction("new.npz", dataset.fitted, folder=tmp_path, keep=["x"])
    assert beside(rows) == {"Case ID": ["1", "2"], "x": [1.0, 2.0]}
    FRAME.write_csv(tmp_path / "a.csv")
    FRAME.reverse().write_csv(tmp_path / "b.csv")
    rows = read_for_prediction(("a.csv", "b.csv"), dataset.fitted, folder=tmp_path)
    assert beside(rows) == {"Case ID": ["007", "12", None, None, "12", "007"]}


def test_a_spec_s_own_rows_keep_their_identifiers(dataset: Dataset) -> None:
    test = dataset.splits["test"]
    assert dataset.beside.of(test.rows.tolist()) == {
        "Case ID": [f"00{row}" for row in test.rows.tolist()]
    }
    assert dataset.fitted.identifiers == ("Case ID",)


def test_the_nameless_index_of_a_table_identifies_its_rows(load: Load, tmp_path: Path) -> None:
    text = ",x,y\n" + "".join(f"r{k},{k},{k}\n" for k in range(30))
    fitted = load(text).fitted
    (tmp_path / "new.csv").write_text(",x\n101,1\n102,2\n")
    assert beside(read_for_prediction("new.csv", fitted, folder=tmp_path)) == {
        "index": ["101", "102"]
    }
    (tmp_path / "new.csv").write_text("x\n1\n")
    assert beside(read_for_prediction("new.csv", fitted, folder=tmp_path)) == {}


def test_the_rows_of_a_window_s_target_are_told_by_time_and_may_not_be_there_yet(
    load: Load, tmp_path: Path
) -> None:
    text = "y\n" + "".join(f"{k % 7}\n" for k in range(60))
    fitted = load(text, window={"length": 3}).fitted
    (tmp_path / "new.csv").write_text("day,y\n" + "".join(f"d{k},{k}\n" for k in range(5)))
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path, keep=["day"])
    assert rows.rows.tolist() == [3, 4, 5]
    assert beside(rows) == {"day": ["d3", "d4", None]}


def test_columns_are_kept_by_name_by_pattern_or_several_behind_commas(
    dataset: Dataset, tmp_path: Path
) -> None:
    frame = pl.DataFrame(
        {"x": [1.5], "Tag": [date(2024, 1, 31)], "a, b": ["1,5"], "note": ["NA"], "no": [True]}
    )
    frame.write_parquet(tmp_path / "new.parquet")
    for asked, names in (
        (["n*", "x"], ["note", "no", "x"]),
        (["x, Tag"], ["x", "Tag"]),
        (["a, b"], ["a, b"]),
    ):
        rows = read_for_prediction("new.parquet", dataset.fitted, folder=tmp_path, keep=asked)
        assert list(beside(rows)) == names
    rows = read_for_prediction("new.parquet", dataset.fitted, folder=tmp_path, keep=["*"])
    assert [cells[0] for cells in beside(rows).values()] == [
        1.5,
        date(2024, 1, 31),
        "1,5",
        None,
        True,
    ]
    with pytest.raises(Refused) as caught:
        read_for_prediction("new.parquet", dataset.fitted, folder=tmp_path, keep=["note,tag", "z*"])
    first, second = caught.value.diagnostics
    assert (first.code, first.hint) == ("D103", "did you mean Tag?")
    assert 'no column "z*" to keep' in second.message
