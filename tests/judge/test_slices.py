"""The test rows by the values of columns: each value, quarters of numbers, where it is worse."""

import numpy as np
import pytest

from nnspec.data.table import Column
from nnspec.judge.answers import Answers, Truth, number_answers
from nnspec.judge.heads import Numbers
from nnspec.judge.intervals import make_sure
from nnspec.judge.resampling import Sampling
from nnspec.judge.slices import Slices, chosen_columns, cut_slices, parts_of

PRICE = Numbers("price", ("price",))
RANDOM = np.random.default_rng(3)


def sliced(answers: Answers, **columns: Column) -> Slices:
    return cut_slices(PRICE, answers, make_sure(PRICE, answers, {}, Sampling(0)), columns)


def answers_of(off: np.ndarray) -> Answers:
    target = RANDOM.normal(0, 5, len(off))
    return number_answers(range(len(off)), target + off, Truth(target))


def test_the_value_on_which_the_network_fails_is_found_and_no_other() -> None:
    towns = np.array(["Ørsted", "Bonn", "", "Lima"], dtype=object)[RANDOM.integers(0, 4, 800)]
    off = RANDOM.normal(size=800) * np.where(towns == "Bonn", 4.0, 1.0)
    found = sliced(answers_of(off), town=Column("category", towns)).found
    assert {one.value for one in found if one.worse} == {"Bonn"}
    assert {one.value for one in found} == {"Ørsted", "Bonn", "missing", "Lima"}
    assert sum(one.rows for one in found) == 800
    (bonn,) = (one for one in found if one.worse)
    assert bonn.metrics["rmse"] == pytest.approx(np.sqrt((off[towns == "Bonn"] ** 2).mean()))
    assert bonn.intervals["rmse"].low < (bonn.metrics["rmse"] or 0) < bonn.intervals["rmse"].high


def test_equal_parts_are_not_told_to_be_worse() -> None:
    worse = 0
    for _ in range(20):
        column = Column("numeric", RANDOM.normal(size=400))
        worse += sum(
            one.worse for one in sliced(answers_of(RANDOM.normal(size=400)), x=column).found
        )
    assert worse == 0


def test_numbers_are_parted_at_their_quarters_and_few_numbers_at_their_values() -> None:
    many = Column("numeric", np.append(np.arange(1.0, 101.0), np.nan))
    parts = {name: int(places.sum()) for name, places in parts_of(many)}
    assert list(parts) == [
        "up to 25.75",
        "25.75 to 50.50",
        "50.50 to 75.25",
        "above 75.25",
        "missing",
    ]
    assert list(parts.values()) == [25, 25, 25, 25, 1]
    few = {name for name, _ in parts_of(Column("numeric", np.array([0.0, 1.0, 1.0, np.nan])))}
    assert few == {"0", "1.000", "missing"}
    flags = {name for name, _ in parts_of(Column("boolean", np.array([0.0, 1.0, np.nan])))}
    assert flags == {"false", "true", "missing"}


def test_a_window_counts_by_its_last_step_and_a_picture_not_at_all() -> None:
    window = Column("category", np.array([["a", "b"], ["b", "a"], ["a", "a"]], dtype=object))
    assert {name: places.tolist() for name, places in parts_of(window)} == {
        "a": [False, True, True],
        "b": [True, False, False],
    }
    assert list(parts_of(Column("numeric", np.ones((3, 4, 4))))) == []


def test_parts_of_few_rows_are_left_out_and_counted() -> None:
    kinds = np.array(["common"] * 95 + ["rare"] * 5, dtype=object)
    found = sliced(answers_of(RANDOM.normal(size=100)), kind=Column("category", kinds))
    assert [one.value for one in found.found] == ["common"]
    assert found.notes == ('slices: 1 value of "kind" with fewer than 10 rows left out',)


def test_without_being_asked_only_few_columns_of_few_values_are_looked_at() -> None:
    few = Column("category", np.array(list("ab" * 10), dtype=object))
    many = Column("category", np.array(list("abcdefghij" * 2), dtype=object))
    numbers = Column("numeric", np.arange(20.0))
    flag = Column("boolean", np.arange(20.0) % 2)
    assert list(chosen_columns({"few": few, "many": many, "n": numbers, "flag": flag})) == [
        "few",
        "flag",
    ]
    assert chosen_columns({str(place): few for place in range(5)}) == {}


@pytest.mark.parametrize(("few", "left"), [(9, True), (10, False)])
def test_ten_rows_are_a_slice_and_what_is_left_out_is_counted(few: int, *, left: bool) -> None:
    names = ["common"] * 40 + ["rare"] * few + ["scarce"] * few + ["single"]
    found = sliced(
        answers_of(RANDOM.normal(size=len(names))),
        kind=Column("category", np.array(names, dtype=object)),
    )
    assert [one.value for one in found.found] == (
        ["common"] if left else ["common", "rare", "scarce"]
    )
    several = "3 values" if left else "1 value"
    assert found.notes == (f'slices: {several} of "kind" with fewer than 10 rows left out',)


def test_the_twelve_most_frequent_values_and_twenty_columns_are_looked_at() -> None:
    names = np.array([f"v{place:02}" for place in range(13) for _ in range(30 - place)], object)
    values = [name for name, _ in parts_of(Column("category", names))]
    assert values == [f"v{place:02}" for place in range(12)]
    answers = answers_of(RANDOM.normal(size=40))
    columns = {f"c{place}": Column("boolean", np.arange(40) % 2 * 1.0) for place in range(21)}
    found = sliced(answers, **columns)
    assert {one.column for one in found.found} == {f"c{place}" for place in range(20)}
    assert found.notes == ("slices: of 21 columns the first 20",)
    del columns["c20"]
    assert sliced(answers, **columns).notes == ()


@pytest.mark.parametrize(("values", "names"), [(6, 6), (7, 4)])
def test_up_to_six_different_numbers_are_told_apart(values: int, names: int) -> None:
    cells = np.arange(70.0) % values
    assert len(list(parts_of(Column("numeric", cells)))) == names


def test_a_slice_is_told_to_be_better_by_nothing_and_worse_by_its_interval() -> None:
    where = np.arange(600) < 300
    for factor, worse in ((4.0, True), (0.25, False)):
        off = RANDOM.normal(size=600) * np.where(where, factor, 1.0)
        found = sliced(answers_of(off), half=Column("boolean", where.astype(float)))
        assert {one.value for one in found.found if one.worse} == {"true" if worse else "false"}


def test_cells_that_are_all_missing_or_equal_are_one_part() -> None:
    missing = Column("numeric", np.full(9, np.nan))
    assert [(name, int(one.sum())) for name, one in parts_of(missing)] == [("missing", 9)]
    heavy = Column("numeric", np.array([0.0] * 60 + [1, 2, 3, 4, 5, 6, 7, 8]))
    assert [(name, int(one.sum())) for name, one in parts_of(heavy)] == [
        ("up to 0", 60),
        ("above 0", 8),
    ]
    assert list(parts_of(Column("numeric", np.zeros(0)))) == []
