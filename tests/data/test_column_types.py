"""How the cells of a column decide what it is, and how a declaration overrules them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.data import Dataset
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]


def table(cells: list[str]) -> str:
    return "x,y\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells))


def kind(dataset: Dataset) -> str:
    return dataset.fitted.columns["x"].kind


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2", "3", "4"] * 5, "numeric"),
        (["1e-3", "-2.5", ".5", "+4"] * 5, "numeric"),
        (["red", "green", "blue", "red"] * 5, "category"),
        (["1", "2", "3", "red"] * 5, "category"),
        (["true", "False", "TRUE", "false"] * 5, "boolean"),
        (["1:30", "2:45", "0:10", "1:00"] * 5, "category"),
    ],
)
def test_cells_of_a_text_file_decide_the_type(cells: list[str], expected: str, load: Load) -> None:
    assert kind(load(table(cells))) == expected


def test_a_few_cells_that_are_no_numbers_are_slips(load: Load) -> None:
    cells = ["1.5", "2.5"] * 20
    cells[16] = "12,5".replace(",", ";")
    with pytest.raises(Refused) as refused:
        load(table(cells))
    (finding,) = refused.value.diagnostics
    assert finding.code == "D106"
    assert finding.message == 'column "x", row 17: "12;5" is not a number (1 of 40 cells are not)'
    assert finding.hint == "correct the cell, or declare columns: {x: category}"


def test_the_border_between_slip_and_category_is_95_percent(load: Load) -> None:
    with pytest.raises(Refused, match="D106"):
        load(table(["1", "2"] * 9 + ["3", "?"]))
    assert kind(load(table(["1", "2"] * 9 + ["?"]))) == "category"


def test_a_declared_type_is_not_inferred(load: Load) -> None:
    cells = ["1", "2"] * 20
    assert kind(load(table([*cells, "?"]), columns={"x": "category"})) == "category"
    vocabulary = load(table(cells), columns={"x": "category"}).fitted.columns["x"]
    assert vocabulary.kind == "category"
    assert vocabulary.vocabulary == ("1", "2")


@pytest.mark.parametrize(
    ("declared", "cell", "expected"),
    [
        ("numeric", "red", "a number"),
        ("boolean", "2", "true or false"),
        ("integer", "1.5", "a whole number"),
    ],
)
def test_a_cell_that_breaks_the_declared_type_is_shown(
    declared: str, cell: str, expected: str, load: Load
) -> None:
    cells = ["1", "0"] * 10
    cells[3] = cell
    with pytest.raises(Refused, match=rf'row 4: "{cell}" is not {expected} .*\[D106\]'):
        load(table(cells), columns={"x": declared})


def test_all_columns_with_slips_are_reported_at_once(load: Load) -> None:
    rows = "".join(f"{i},{i},{i}\n" for i in range(40))
    with pytest.raises(Refused) as refused:
        load(f"a,b,y\n?,?,1\n{rows}")
    assert [one.path for one in refused.value.diagnostics] == [
        ("data", "columns", "a"),
        ("data", "columns", "b"),
    ]


def test_columns_that_are_not_used_are_not_looked_at(load: Load) -> None:
    rows = "".join(f"{i},{i},{i}\n" for i in range(40))
    assert "b" not in load(f"a,b,y\n1,?,1\n{rows}", features=["a"]).fitted.columns


def test_a_type_of_the_file_is_kept(load: Load, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "code": ["1", "2"] * 10,
            "flag": [True, False] * 10,
            "count": list(range(20)),
            "y": [float(row) for row in range(20)],
        }
    )
    frame.write_parquet(tmp_path / "data.parquet")
    fitted = load(source="data.parquet").fitted
    assert [fit.kind for fit in fitted.columns.values()] == ["category", "boolean", "numeric"]


def test_whole_numbers_declared_categories_have_plain_names(load: Load, tmp_path: Path) -> None:
    codes = np.array([3.0, 10.0] * 10)
    np.savez(tmp_path / "data.npz", code=codes, y=np.arange(20.0))
    fit = load(source="data.npz", columns={"code": "category"}).fitted.columns["code"]
    assert fit.kind == "category"
    assert fit.vocabulary == ("10", "3")


def test_days_of_a_typed_file_may_be_declared_as_anything_they_are(
    load: Load, tmp_path: Path
) -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(row) for row in range(20)]
    times = [dt.datetime(2024, 1, 1, row) for row in range(20)]  # noqa: DTZ001 - as tables hold them
    frame = pl.DataFrame({"Tag": days, "at": times, "y": [float(row) for row in range(20)]})
    frame.write_parquet(tmp_path / "data.parquet")
    said = {"Tag": {"date": ["month", "weekday"]}, "at": {"date": ["hour"]}}
    fitted = load(source="data.parquet", columns=said).fitted.columns
    assert [fit.kind for fit in fitted.values()] == ["date", "date"]
    fitted = load(source="data.parquet", columns={"Tag": "category", "at": "date"}).fitted.columns
    assert "2024-01-01" in getattr(fitted["Tag"], "vocabulary", ())
    left = load(source="data.parquet", columns={"Tag": "identifier", "at": "date"}).fitted.columns
    assert list(left) == ["at"]


def test_a_type_without_meaning_is_refused(load: Load, tmp_path: Path) -> None:
    frame = pl.DataFrame({"time": ["13:05:00"] * 20, "y": list(range(20))})
    timed = frame.with_columns(pl.col("time").str.to_time())
    timed.write_parquet(tmp_path / "data.parquet")
    with pytest.raises(Refused, match=r'column "time" is of type Time; expected .*\[D119\]'):
        load(source="data.parquet")


def test_an_infinite_number_in_an_array_is_shown(load: Load, tmp_path: Path) -> None:
    values = np.ones((30, 2, 3))
    values[4, 1, 1] = -np.inf
    np.savez(tmp_path / "d.npz", x=values, y=np.arange(30.0))
    with pytest.raises(Refused) as caught:
        load(source="d.npz")
    message = caught.value.diagnostics[0].message
    assert message == 'column "x", row 5: -inf is not a number a network can take'


def test_an_infinite_number_is_refused_with_its_row(load: Load) -> None:
    cells = ["1", "2"] * 10
    cells[4] = "inf"
    with pytest.raises(Refused, match=r'column "x", row 5: inf is not a number .*\[D112\]'):
        load(table(cells))


def test_an_identifier_is_not_one_hot_encoded(load: Load) -> None:
    with pytest.raises(Refused, match=r'column "x" has \d+ categories in \d+ rows.*\[D120\]'):
        load(table([f"id-{row}" for row in range(2000)]))
