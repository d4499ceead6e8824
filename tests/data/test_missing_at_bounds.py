"""Missing cells, numbers beyond bounds, and series side by side: counts, rows and bounds."""

import numpy as np
import polars as pl
import pytest

from nnspec.data.columns.cells import LARGEST, LARGEST_INTEGER, SMALLEST_INTEGER
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.missing import Cure, find_far, find_infinite, find_missing
from nnspec.data.columns.series import Key, interleaved, join, mixed, order_of, restarts
from nnspec.data.fit.fitted import NumericFit
from nnspec.data.read.raw import Raw
from nnspec.data.table import Column, Table
from nnspec.diagnostics import Refused

NAN = np.nan


def numbers(*cells: float) -> Column:
    return Column("numeric", np.array(cells, np.float64))


def told(table: Table, cure: Cure | None = None, kept: object = None) -> list[tuple[str, str]]:
    flags = None if kept is None else np.asarray(kept, np.bool_)
    found = find_missing(table, table.columns, cure or Cure("error"), flags)
    return [(one.message, str(one.hint)) for one in found]


def gaps(columns: int, rows: int = 9) -> Table:
    """Return a table whose first column lacks one cell, the next two, and so on."""
    cells = np.arange(1.0, rows + 1)
    made = {
        f"column number {place}": Column(
            "numeric", np.where(np.arange(rows) > rows - 2 - place, NAN, cells)
        )
        for place in range(columns)
    }
    return Table(made, rows)


def test_up_to_four_columns_are_told_each_with_its_first_row() -> None:
    for columns in (1, 3, 4):
        found = told(gaps(columns))
        assert [message for message, _ in found] == [
            f'column "column number {place}" has {place + 1} missing '
            f"cell{'s' * (place > 0)} in 9 rows (first: row {9 - place})"
            for place in range(columns)
        ]
        filling = "set data.missing to drop, mean, median or most_frequent, or fill the cells"
        assert {hint for _, hint in found} == {filling}


@pytest.mark.parametrize(("columns", "more"), [(5, ""), (6, ""), (7, " and 1 more")])
def test_five_columns_and_more_are_told_together_the_worst_first(columns: int, more: str) -> None:
    ((message, _),) = told(gaps(columns))
    listed = ", ".join(
        f'"column number {place}" ({place + 1})' for place in reversed(range(columns))
    )
    shown = ", ".join(listed.split(", ")[:6])
    assert message == f"{columns} columns have missing cells in 9 rows: {shown}{more}"


def test_rows_that_are_left_out_lack_nothing_and_hints_go_by_what_is_asked_for() -> None:
    table = Table({"a": numbers(NAN, 1, NAN, 2)}, 4)
    ((message, _),) = told(table, kept=[False, True, True, True])
    assert message == 'column "a" has 1 missing cell in 4 rows (first: row 3)'
    assert told(table, kept=[False, True, False, True]) == []
    aim = "write target_missing: drop to leave such rows out, or fill the cells"
    assert told(table, Cure("error", ("a",)))[0][1] == aim
    assert told(table, Cure("drop", ("a",)))[0][1] == aim
    assert (
        "never filled: use target_missing: drop, missing" in told(table, Cure("mean", ("a",)))[0][1]
    )
    assert (
        "never filled: use target_missing: drop for" in told(table, Cure("mean", series=True))[0][1]
    )
    assert "to forward, mean" in told(table, Cure("error", series=True))[0][1]
    empty = Table({"a": numbers(NAN, NAN)}, 2)
    assert told(empty)[0][1] == "leave it out: exclude: [a], or fill the cells"


def test_two_columns_that_are_one_are_told_as_a_slip() -> None:
    table = Table({"height": numbers(1, NAN, 3, NAN), "heigth": numbers(NAN, 2, NAN, 4)}, 4)
    ((message, hint),) = told(table)
    assert message == 'row 2 has "heigth" where the others have "height": two columns, none whole'
    assert hint == 'write "height" in row 2 and such others'
    table = Table({"heigth": numbers(NAN, 2, NAN, NAN), "height": numbers(1, NAN, 3, 4)}, 4)
    assert told(table)[0][1] == 'write "height" in row 2'
    apart = Table({"height": numbers(1, NAN, 3), "width": numbers(NAN, 2, NAN)}, 3)
    assert len(told(apart)) == 2
    both = Table({"height": numbers(1, NAN, NAN), "heigth": numbers(NAN, 2, NAN)}, 3)
    assert len(told(both)) == 2
    three = {**both.columns, "c": numbers(NAN, 1, 1)}
    assert len(told(Table(three, 3))) == 3


def beyond(column: Column) -> list[str]:
    return [one.message for one in find_infinite(Table({"x": column}, len(column.values)))]


def test_numbers_beyond_single_precision_and_whole_ones_beyond_32_bits_are_told() -> None:
    said = "is not a number a network can take"
    assert beyond(numbers(LARGEST, -LARGEST, NAN)) == []
    for cell, shown in ((np.inf, "inf"), (-np.inf, "-inf"), (-1e39, "-1e+39"), (4e38, "4e+38")):
        assert beyond(numbers(0, NAN, cell, 1)) == [f'column "x", row 3: {shown} {said}']
    whole = Column("integer", np.array([SMALLEST_INTEGER, LARGEST_INTEGER, 0]))
    assert beyond(whole) == []
    for cell in (SMALLEST_INTEGER - 1, LARGEST_INTEGER + 1):
        (message,) = beyond(Column("integer", np.array([0, cell])))
        assert message.startswith('column "x", row 2: ')
    array = Column("numeric", np.array([[1, 2], [3, 4], [5, np.inf]]))
    assert beyond(array) == [f'column "x", row 3: inf {said}']
    assert beyond(Column("numeric", np.array([1, 2]))) == []
    table = Table({"x": numbers(1, np.inf)}, 2)
    (found,) = find_infinite(table, lambda name, row: f"{name}{row}")
    assert found.message == f'column "x", row 2: x1 {said}'


def test_a_number_far_from_all_training_rows_is_told_in_its_row() -> None:
    fit = NumericFit(shift=1.0, scale=1e-30)
    (found,) = find_far(Table({"x": numbers(1, 1e20)}, 2), {"x": fit})
    assert found.message.startswith('column "x", row 2: 1e+20 is not')
    assert list(find_far(Table({"x": numbers(1, 1e7)}, 2), {"x": NumericFit()})) == []


def key(codes: list[int], *columns: str, names: int | None = None) -> Key:
    count = max(codes) + 1 if names is None else names
    return Key(columns or ("k",), np.array(codes), tuple(f"n{n}" for n in range(count)), True)


def test_windows_that_hold_rows_of_several_series_are_counted() -> None:
    one = key([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    for reach, several in ((1, 0), (2, 2), (3, 4), (4, 6)):
        runs = [one.codes[start : start + reach] for start in range(10 - reach + 1)]
        count = sum(len(set(run.tolist())) > 1 for run in runs)
        assert count == several
        assert mixed(one, reach) == f"{count} of {len(runs)}"
    assert mixed(one, 5) == "all"
    assert one.blocks
    assert not key([0, 1, 0]).blocks
    assert one.borders.tolist() == [4, 7]


def test_times_begin_anew_with_each_series() -> None:
    one = key([0, 0, 0, 1, 1, 2, 2])
    assert restarts(np.array([1.0, 2, 3, 1, 2, 0, 5]), one)
    assert not restarts(np.array([1.0, 2, 3, 3, 4, 0, 5]), one)
    assert not restarts(np.array([1.0, 2, 2, 1, 2, 0, 5]), one)
    assert not restarts(np.array([1.0, 2, 3, 1, 0, -1, 5]), one)


def test_each_time_stands_once_for_most_series() -> None:
    full = np.repeat(np.arange(3.0), 2)
    assert interleaved(full, key([0, 1] * 3))
    assert not interleaved(full[:4], key([0, 1] * 2))
    assert not interleaved(full, key([0, 0, 1, 1, 0, 1]))
    assert not interleaved(full[::-1], key([0, 1] * 3))
    # Half of all pairs of a time and a series are there: 6 of 3 times 4, not of 3 times 5.
    some = key([0, 1, 2, 3, 0, 1])
    assert interleaved(full, some)
    assert not interleaved(full, key([0, 1, 2, 3, 4, 0]))


def test_two_columns_tell_series_apart_with_two_rows_each() -> None:
    first, second = key([0, 0, 1, 1] * 2, "a"), key([0, 1] * 4, "b")
    both = join(first, second)
    assert both is not None
    assert both.columns == ("a", "b")
    assert both.codes.tolist() == [0, 1, 2, 3] * 2
    assert both.names == ("n0 n0", "n0 n1", "n1 n0", "n1 n1")
    assert join(key([0, 0, 1, 1], "a"), key([0, 1, 0, 1], "b")) is None
    assert join(first, key([0, 0, 1, 1] * 2, "b")) is None


def test_times_are_numbers_dates_and_texts_of_dates() -> None:
    found = order_of(pl.Series(["2024-03-01", "2023-01-31", "2024-03-01"]))
    assert found is not None
    assert found.tolist() == [2.0, 1.0, 2.0]
    assert order_of(pl.Series(["a", "b"])) is None
    assert order_of(pl.Series([1, None])) is None
    assert order_of(pl.Series([[1], [2]])) is None
    numbered = order_of(pl.Series([3, 1]))
    assert numbered is not None
    assert numbered.tolist() == [3.0, 1.0]


@pytest.mark.parametrize(("slips", "refused"), [(5, True), (6, False)])
def test_a_column_of_which_95_in_100_cells_are_numbers_has_slips(
    slips: int, *, refused: bool
) -> None:
    cells = [f"{n}.5" for n in range(100 - slips)] + [f"slip{n}" for n in range(slips)]
    column = pl.Series("x", cells)
    for text in (True, False):
        raw = Raw({"x": column}, 100, text=text, source="", fingerprint="")
        if refused:
            with pytest.raises(Refused, match=r"D106"):
                type_columns(raw, ["x"], {})
        else:
            assert type_columns(raw, ["x"], {})["x"].kind == "category"
