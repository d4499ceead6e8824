"""What is doubtful about columns, on one side of each bound and on the other."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest

from nnspec.data import Dataset
from nnspec.data.columns import distinct
from nnspec.data.columns.checks import (
    check_columns,
    check_rows,
    leak,
    line_through,
    listed,
    one_to_one,
    repeats_by_nature,
    what_texts_are,
)
from nnspec.data.columns.copies import number_rows
from nnspec.data.columns.distinct import codes_of, different, find_distinct
from nnspec.data.columns.logarithms import find_below_zero
from nnspec.data.drift import ColumnDrift, by_chance, stability
from nnspec.data.table import Column, Table
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]
RANDOM = np.random.default_rng(4)
SECTION = DataSection(source="data.csv", target="y")
ALL_TRAINED = {"validation": 0, "test": 0}


def numbers(cells: object) -> Column:
    return Column("numeric", np.asarray(cells, np.float64))


def texts(cells: Sequence[str]) -> Column:
    return Column("category", np.array(cells, dtype=object))


def table(header: str, rows: Sequence[tuple[object, ...]]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows), ""])


@pytest.mark.parametrize("rows", [3, 40, 2500])
@pytest.mark.parametrize(("slope", "start"), [(2.5, -4.0), (-0.01, 1e3)])
def test_a_column_on_a_line_through_the_target_is_told_with_the_line(
    rows: int, slope: float, start: float
) -> None:
    aim = RANDOM.normal(3, 2, rows)
    column = slope * aim + start
    fitted = np.polyfit(aim, column, 1)
    line = line_through(column, aim)
    assert line is not None
    assert line == pytest.approx(tuple(fitted))
    said = leak(numbers(column), numbers(aim), "the target")
    assert said == f"is {slope:.4g} times the target plus {start:.4g}"
    assert leak(numbers(aim), numbers(aim), "the target") == "equals the target"
    assert leak(numbers(aim[:2]), numbers(aim[:2]), "the target") is None


@pytest.mark.parametrize("rows", [50, 2500])
def test_a_line_is_told_to_the_rounding_of_its_numbers_and_no_further(rows: int) -> None:
    aim, noise = RANDOM.normal(size=rows), RANDOM.normal(size=rows)
    for size, told in ((2e-5, True), (8e-5, False)):
        column = 3 * aim + 3 * size * noise
        away = 1 - abs(np.corrcoef(column, aim)[0, 1])
        assert bool(away <= 1e-9) is told
        assert (line_through(column, aim) is not None) is told
        assert (leak(numbers(column), numbers(aim), "it") is not None) is told
    assert line_through(np.ones(9), aim[:9]) is None
    assert line_through(aim[:9], np.ones(9)) is None
    assert line_through(np.append(aim, np.nan), np.append(aim, 1.0)) is None


def test_one_row_off_the_line_in_thousands_leaves_no_line() -> None:
    aim = np.arange(3001.0)
    for row in (0, 1, 2999):
        column = 2 * aim
        column[row] += 500
        assert leak(numbers(column), numbers(aim), "it") is None


@pytest.mark.parametrize(
    ("classes", "rows", "told"), [(1, 40, False), (2, 40, True), (20, 40, True), (21, 40, False)]
)
def test_classes_of_half_of_the_rows_at_most_stand_for_each_other(
    classes: int, rows: int, *, told: bool
) -> None:
    codes = np.arange(rows) % classes
    column = texts([f"k{code:02}" for code in codes])
    aim = numbers((codes * 7) % classes + 3 if classes % 7 else codes + 3)
    assert one_to_one(column, aim) is told
    said = "stands one to one for it" if told else None
    assert leak(column, aim, "it") == said


def test_classes_that_part_late_do_not_stand_for_each_other() -> None:
    codes = np.arange(2400) % 3
    column = texts([f"k{code}" for code in codes])
    assert one_to_one(column, texts([f"q{code}" for code in codes]))
    for row in (5, 1500):
        other = [f"q{code}" for code in codes]
        other[row] = f"q{(codes[row] + 1) % 3}"
        assert not one_to_one(column, texts(other))
    # Equally many classes on both sides, but not the same rows.
    assert not one_to_one(texts(list("aabb")), texts(list("abab")))
    assert not one_to_one(texts(list("aabb")), texts(list("aaaa")))
    assert not one_to_one(texts(list("aabbcc")), texts(list("aabbbb")))


@pytest.mark.parametrize(("words", "told"), [(3, "identifiers"), (4, "free text")])
def test_a_name_has_three_words_on_average(words: int, told: str) -> None:
    cells = np.array([" ".join(["w"] * words)] * 10 + ["v"] * 0, dtype=object)
    assert what_texts_are(cells) == told
    mixed = np.array(["w w"] * 10 + ["w w w w"] * 10, dtype=object)
    assert what_texts_are(mixed) == "identifiers"
    late = np.array(["w"] * 100 + ["w " * 900], dtype=object)
    assert what_texts_are(late) == "identifiers"
    early = np.array(["w"] * 99 + ["w " * 900], dtype=object)
    assert what_texts_are(early) == "free text"


def test_several_numbers_in_each_cell_are_told() -> None:
    several = "several numbers in a cell, which take a column each"
    assert what_texts_are(np.array(["1 2.5", "[3; -4e1]", "(5, 6)"], dtype=object)) == several
    assert what_texts_are(np.array(["1 2", "3"], dtype=object)) == "identifiers"
    assert what_texts_are(np.array(["1 2", "3 x"], dtype=object)) == "identifiers"


@pytest.mark.parametrize(("different_texts", "told"), [(19, False), (20, True)])
def test_twenty_different_texts_are_identifiers_where_half_of_the_rows_differ(
    load: Load, different_texts: int, *, told: bool
) -> None:
    for rows, many in ((2 * different_texts, told), (2 * different_texts + 1, False)):
        cells = [(n * 0.1, f"k{n % different_texts}", n) for n in range(rows)]
        dataset = load(table("x,t,y", cells), split=ALL_TRAINED)
        found = check_columns(dataset, SECTION)
        assert [one.code for one in found] == ["D131"] * many
        if many:
            assert found[0].message == (
                f'column "t" holds 20 different texts in {rows} training rows, such as "k0": '
                "identifiers; each becomes a one-hot column that tells nothing about another row"
            )


@pytest.mark.parametrize(("length", "shown"), [(24, "b" * 24), (25, "b" * 23 + "…")])
def test_a_text_is_shown_by_24_signs(load: Load, length: int, shown: str) -> None:
    rows = [(n * 0.1, "b" * length if n == 0 else f"k{n}", n) for n in range(40)]
    (found,) = check_columns(load(table("x,t,y", rows), split=ALL_TRAINED), SECTION)
    assert f'such as "{shown}": ' in found.message


def test_columns_that_are_the_same_in_all_rows_are_told_by_five_names(load: Load) -> None:
    def told(columns: int, cell: str = "7") -> list[str]:
        header = ",".join([*(f"c{n}" for n in range(columns)), "x", "y"])
        rows = [(*[cell] * columns, n * 0.5, n) for n in range(12)]
        found = check_columns(load(table(header, rows), split=ALL_TRAINED), SECTION)
        return [one.message for one in found]

    assert told(0) == []
    assert told(1) == ['column "c0" is 7 in all 12 training rows']
    assert told(1, "word") == ['column "c0" is "word" in all 12 training rows']
    assert told(2) == ["2 columns are the same in all 12 training rows: c0, c1"]
    assert told(6)[0].endswith(": c0, c1, c2, c3, c4 and 1 more")
    assert listed("abcde") == "a, b, c, d, e"


@pytest.mark.parametrize(
    ("twice", "rows", "told"), [(1, 100, False), (2, 100, True), (2, 200, True), (2, 202, False)]
)
def test_rows_that_two_splits_share_are_two_and_one_in_a_hundred(
    load: Load, twice: int, rows: int, *, told: bool
) -> None:
    """A fifth of the rows is tested on, the last ones, so that a hundredth of these is shared."""
    cells = [(n + 0.25, (n * 37) % 101) for n in range(5 * rows)]
    for place in range(twice):
        cells[4 * rows + 7 + place] = cells[3 + place]
    how = {"method": "time", "validation": 0, "test": 0.2}
    found = check_rows(load(table("x,y", cells), split=how), SECTION)
    assert [one.code for one in found] == ["D122"] * told
    if told:
        assert found[0].message == (
            f"{twice} of {rows} test rows also stand in the training rows, the first of them row "
            f"{4 * rows + 8} of the data"
        )


def test_columns_of_few_values_repeat_by_nature() -> None:
    rows = 100
    for kinds, few in ((20, True), (21, False)):
        assert repeats_by_nature([numbers(np.arange(rows) % kinds)]) is few
    # Ten times as many combinations as rows.
    parts = [numbers(np.arange(rows) % kinds) for kinds in (10, 10, 10)]
    assert repeats_by_nature(parts)
    assert not repeats_by_nature([*parts, numbers(np.arange(rows) % 2)])
    assert not repeats_by_nature([numbers(np.zeros((rows, 2)))])
    assert repeats_by_nature([])


def test_different_texts_are_looked_at_once_where_rows_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distinct, "MANY_ROWS", 40)
    cells = ["b", None, "a", "c"] * 10
    found = find_distinct(pl.Series(cells))
    assert found is not None
    assert found.gathered().to_list() == cells
    assert found.few
    assert sorted(found.texts.drop_nulls().to_list()) == ["a", "b", "c"]
    whole = find_distinct(pl.Series(["b", "a"] * 20))
    assert whole is not None
    assert whole.gathered().to_list() == ["b", "a"] * 20
    assert find_distinct(pl.Series(["b", "a"] * 19 + ["b"])) is None
    ten, eleven = ([f"k{n % kinds}" for n in range(40)] for kinds in (10, 11))
    kept = find_distinct(pl.Series(ten))
    assert kept is not None
    assert kept.few
    assert find_distinct(pl.Series(eleven)) is None


def test_values_of_any_shape_are_told_apart_and_numbered_as_they_rise() -> None:
    assert different(np.array([[3, 1], [1, 2]])).tolist() == [1, 2, 3]
    words = np.array([["b", "a"], ["c", "b"]], dtype=object)
    assert different(words).tolist() == ["a", "b", "c"]
    assert codes_of(texts(list("bacab"))).tolist() == [1, 0, 2, 0, 1]
    assert codes_of(numbers([5, -1, 5, 7])).tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize("measures", [0, 1, 2, 3, 4, 5])
def test_rows_are_the_same_however_many_columns_are_measures(measures: int) -> None:
    rows = 200
    cells = RANDOM.integers(0, 3, (rows, measures + 1)).astype(np.float64)
    whole = [Column("integer", cells[:, -1].astype(np.int64))]
    columns = [*(numbers(cells[:, place]) for place in range(measures)), *whole]
    seen: dict[tuple[float, ...], int] = {}
    expected = [seen.setdefault(tuple(row), place) for place, row in enumerate(cells.tolist())]
    assert number_rows(columns).tolist() == expected
    halves = [[one.take(np.arange(start, start + 100)) for one in columns] for start in (0, 100)]
    assert number_rows(*halves).tolist() == expected


def test_the_first_number_below_0_is_told_and_how_many_more_rows_have_one() -> None:
    def told(cells: object) -> list[tuple[str, str | None]]:
        one = Table({"y": numbers(cells), "t": texts(["a"] * len(np.asarray(cells)))})
        return [(found.message, found.hint) for found in find_below_zero(one, ["y", "t", "y"])]

    assert told([0.0, np.nan, 3.0]) == []
    last = "target_scaling: log takes numbers of 0 and more"
    assert told([1.0, -2.5, 0.0]) == [
        (
            f'the target "y" is -2.5 in row 2; {last}',
            "write target_scaling: standardize, or correct the cell",
        )
    ]
    assert told([1.0, -2.5, -4.0])[0][0] == (
        f'the target "y" is -2.5 in row 2, and below 0 in 1 more row; {last}'
    )
    many = told([[1, 1], [2, -0.5], *[[-7, -8]] * 1200])
    assert many[0][0] == (
        f'the target "y" is -0.5 in row 2, and below 0 in 1,200 more rows; {last}'
    )
    assert many[0][1] == "write target_scaling: standardize, or correct the cells"


def test_the_stability_index_is_the_sum_over_bins_with_a_least_share() -> None:
    new, before = np.array([3.0, 0, 7]), np.array([40.0, 40, 20])
    shares, trained = np.maximum(new / 10, 0.05), before / 100
    expected = float(((shares - trained) * np.log(shares / trained)).sum())
    assert stability(new, before, 0.05) == pytest.approx(expected)
    assert stability(np.zeros(3), np.array([1.0, 0, 0]), 0.5) == pytest.approx(0.5 * np.log(2))
    # A sum below 1 stays what it is: shares of nothing are none.
    assert stability(np.zeros(2), np.zeros(2), 0.1) == 0.0


def test_chance_of_few_bins_and_of_no_rows() -> None:
    assert by_chance(1, (10, 10)) == by_chance(2, (10, 10))
    assert by_chance(0, (10, 10)) == by_chance(1, (10, 10))
    assert by_chance(3, (0, 10)) == pytest.approx(by_chance(3, (1, 10)))
    step = 2 / 9
    quantile = (1 - step + 3.09 * step**0.5) ** 3
    assert by_chance(2, (4, 5)) == pytest.approx(quantile * (1 / 4 + 1 / 5))


@pytest.mark.parametrize(
    ("psi", "chance", "shifted"),
    [
        (0.25, 0.0, False),
        (0.2501, 0.0, True),
        (0.3, 0.3, False),
        (0.31, 0.3, True),
        (0.26, None, True),
        (None, 0.0, False),
    ],
)
def test_a_column_is_marked_beyond_0_25_and_beyond_chance(
    psi: float | None, chance: float | None, *, shifted: bool
) -> None:
    found = ColumnDrift(9, psi=psi, chance=chance)
    assert found.shifted is shifted
    assert found.told is shifted
    assert found.document()["shifted"] is shifted
    assert found.beyond == 0


def test_any_cell_out_of_the_ordinary_is_worth_a_line() -> None:
    assert not ColumnDrift(9).told
    for beside in ({"missing": 1}, {"unknown": 1}, {"below": 1}, {"above": 1}):
        assert ColumnDrift(9, **beside).told  # type: ignore[arg-type]
    assert ColumnDrift(9, below=2, above=3).beyond == 5
