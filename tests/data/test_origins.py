"""Rows of several files: which file each is from, as a column and in what is said of rows."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

import nnspec
from nnspec.data import Dataset
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]
PARTS = "parts/*.csv"


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    for name, rows in (("a", 30), ("b", 40), ("c", 30)):
        lines = [f"{at * 7 % 13},{at * 5 % 11}.5" for at in range(rows)]
        (folder / f"{name}.csv").write_text("\n".join(["x,y", *lines, ""]))
    return folder


def put(file: Path, row: int, line: str) -> None:
    lines = file.read_text().split("\n")
    lines[row] = line
    file.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",1.5", 'in 100 rows (first: row 37 (row 7 of "b.csv"))'),
        ("tall,1.5", 'column "x", row 37 (row 7 of "b.csv"): "tall" is not a number'),
        ("inf,1.5", 'column "x", row 37 (row 7 of "b.csv"): inf is not a number'),
    ],
)
def test_what_is_wrong_with_a_row_names_its_file(
    load: Load, parts: Path, line: str, said: str
) -> None:
    put(parts / "b.csv", 7, line)
    with pytest.raises(Refused) as refused:
        load(source=PARTS)
    assert said in refused.value.diagnostics[0].message


def test_of_one_file_a_row_is_called_by_its_number_alone(load: Load, parts: Path) -> None:
    put(parts / "b.csv", 7, ",1.5")
    with pytest.raises(Refused) as refused:
        load(source="parts/b.csv")
    assert refused.value.diagnostics[0].message.endswith("in 40 rows (first: row 7)")


def test_what_stands_in_quotes_is_no_row(load: Load, parts: Path) -> None:
    for file in parts.iterdir():
        file.write_text(file.read_text().replace("x,y", "row 5,y"))
    put(parts / "c.csv", 2, ",1.5")
    with pytest.raises(Refused) as refused:
        load(source=PARTS)
    message = refused.value.diagnostics[0].message
    assert message.startswith('column "row 5" has 1 missing cell')
    assert message.endswith('(first: row 72 (row 2 of "c.csv"))')


def test_times_that_come_twice_name_both_files(load: Load, parts: Path) -> None:
    window = {"length": 3, "time": "x", "horizon": 1}
    for name in "abc":
        begin = {"a": 0, "b": 29, "c": 100}[name]
        rows = "".join(f"{begin + at},{at * 5 % 11}.5\n" for at in range(30))
        (parts / f"{name}.csv").write_text(f"x,y\n{rows}")
    with pytest.raises(Refused) as refused:
        load(source=PARTS, window=window, features=["y"])
    said = 'in rows 30 and 31 (row 30 of "a.csv" and row 1 of "b.csv")'
    assert said in refused.value.diagnostics[0].message


@pytest.mark.usefixtures("parts")
def test_each_file_is_a_series_of_its_own(load: Load) -> None:
    window = {"length": 5, "horizon": 1, "key": "file"}
    data = load(source=PARTS, origin="file", window=window, features=["x", "y"])
    windows = sum(len(one) for one in data.splits.values())
    assert windows == 25 + 35 + 25, "none runs from one file into the next"
    assert list(data.fitted.columns) == ["x", "y"]


def test_the_rows_of_a_file_stay_together_and_files_of_one_name_are_told_apart(
    load: Load, tmp_path: Path
) -> None:
    for at in range(10):
        (tmp_path / f"m{at}").mkdir()
        rows = "".join(f"{row},{at}.5\n" for row in range(9))
        (tmp_path / f"m{at}" / "data.csv").write_text(f"x,y\n{rows}")
    split = {"group": "file", "validation": 0.2, "test": 0.2}
    data = load(source="*/data.csv", origin="file", split=split)
    held = [set((one.rows // 9).tolist()) for one in data.splits.values()]
    assert sorted(map(len, held)) == [2, 2, 6]
    assert len(set.union(*held)) == 10
    groups = data.splits["test"].groups
    assert groups is not None
    assert set(groups.tolist()) == {f"m{at}/data.csv" for at in held[2]}


@pytest.mark.usefixtures("parts")
def test_a_name_that_is_taken_is_refused(load: Load) -> None:
    with pytest.raises(Refused) as refused:
        load(source=PARTS, origin="x")
    assert [one.code for one in refused.value.diagnostics] == ["D121"]
    with pytest.raises(Refused) as refused:
        load(source="sklearn:iris", target="target", origin="file", need="multiclass")
    assert [one.code for one in refused.value.diagnostics] == ["S115"]


SPEC = """
nnspec: 1
name: machines
data: {source: parts/*.csv, target: y, origin: file, features: [x, file]}
model: [Dense: 1]
training: {optimizer: adam, loss: mse, epochs: 1}
export: {formats: []}
evaluation: {baselines: false}
"""


@pytest.mark.keras
def test_the_file_is_a_feature_where_it_is_named_and_stands_beside_predictions(
    parts: Path, tmp_path: Path
) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    run = nnspec.train(tmp_path / "spec.yaml", runs=tmp_path / "runs").folder
    told = list(csv.DictReader(io.StringIO(nnspec.predict(run, parts / "b.csv"))))
    assert list(told[0]) == ["row", "file", "prediction"]
    assert {row["file"] for row in told} == {"b.csv"}
    saved = list(csv.DictReader(io.StringIO((run / "predictions.csv").read_text())))
    assert {row["file"] for row in saved} <= {"a.csv", "b.csv", "c.csv"}
    (parts / "d.csv").write_text((parts / "b.csv").read_text())
    with pytest.warns(UserWarning, match='"file": each of 40 cells are unknown'):
        nnspec.predict(run, parts / "d.csv")
