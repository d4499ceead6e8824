"""How series and their windows are divided, held against divisions by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from divided import numbers, rows_of, split_of, texts

from nnspec.data import SPLITS, Dataset, TargetNeed, load_dataset
from nnspec.data.split.forward import carry, carry_all, check_carried
from nnspec.data.split.seasons import Past, season_of
from nnspec.data.split.series import Series, arrange, find_gaps, split_series, stretch_windows
from nnspec.data.split.windows import Windows, split_windows
from nnspec.data.table import Table
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection
from nnspec.spec.window import WindowSection

Load = Callable[..., Dataset]


def window(**settings: object) -> WindowSection:
    return WindowSection.model_validate({"length": 3, **settings})


@pytest.mark.parametrize("length", [1, 4])
@pytest.mark.parametrize("horizon", [1, 3, [1, 2], [2, 5]])
@pytest.mark.parametrize("stride", [1, 3])
def test_windows_belong_to_the_split_that_all_of_their_targets_lie_in(
    length: int, horizon: int | list[int], stride: int
) -> None:
    section = window(length=length, horizon=horizon, stride=stride)
    steps = [horizon] if isinstance(horizon, int) else horizon
    found = split_windows(60, section, split_of(0.25, 0.25))
    place = [0] * 30 + [1] * 15 + [2] * 15
    expected: dict[str, list[int]] = {name: [] for name in SPLITS}
    for start in range(0, 60, stride):
        aims = [start + length - 1 + step for step in steps]
        if aims[-1] < 60 and len({place[aims[0]], place[aims[-1]]}) == 1:
            expected[SPLITS[place[aims[0]]]].append(start)
    assert {name: one.starts.tolist() for name, one in found.items()} == expected
    assert found["test"].last_rows.tolist() == [start + length - 1 for start in expected["test"]]


def test_what_is_known_in_advance_lies_at_the_rows_of_the_targets() -> None:
    some = Windows(window(length=4, horizon=[2, 3, 7]), np.array([0, 5]))
    rows = some.ahead.starts[:, None] + some.ahead.offsets
    assert rows.tolist() == [[5, 6, 10], [10, 11, 15]]
    assert (some.past.starts[:, None] + some.past.offsets).tolist() == [[0, 1, 2, 3], [5, 6, 7, 8]]
    assert [one.tolist() for one in some.target_rows] == [[5, 10], [6, 11], [10, 15]]
    assert some.numbers.tolist() == [3, 8]
    assert Windows(window(length=4, horizon=3), np.array([0])).numbers.tolist() == [6]


@pytest.mark.parametrize(("rows", "fits"), [(6, False), (7, True)])
def test_a_series_holds_one_window_and_its_target_at_least(rows: int, *, fits: bool) -> None:
    section, split = window(length=4, horizon=3), split_of(0, 0)
    if fits:
        assert split_windows(rows, section, split)["train"].starts.tolist() == [0]
        return
    with pytest.raises(Refused, match=r"6 rows are too few .* 4 rows .* 3 rows later; .* 7 "):
        split_windows(rows, section, split)


def series_of(codes: list[int], times: list[float], **settings: object) -> Series:
    table = rows_of({"k": numbers(codes), "t": numbers(times)})
    found = arrange(table, window(key="k", time="t", **settings))
    assert found is not None
    return found


def test_rows_are_ordered_by_series_and_time_and_parted_at_gaps() -> None:
    found = series_of([7, 3, 7, 3, 7, 3, 7], [4, 2, 1, 1, 2, 9, 3], gap=1)
    assert found.codes.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert found.order.tolist() == [2, 4, 6, 0, 3, 1, 5]
    assert found.starts.tolist() == [0, 4, 6]
    assert found.stops.tolist() == [4, 6, 7]
    assert found.begins.tolist() == [0, 4]
    assert found.begin(np.array([0, 3, 4, 5, 6])).tolist() == [0, 0, 4, 4, 6]
    assert stretch_windows(found, window(length=2), ahead=1).tolist() == [0, 1]
    assert stretch_windows(found, window(length=2), ahead=0).tolist() == [0, 1, 2, 4]
    assert stretch_windows(found, window(length=1, stride=2), ahead=0).tolist() == [0, 2, 4, 6]
    assert arrange(rows_of({"k": numbers([1])}), window()) is None


@pytest.mark.parametrize(
    ("steps", "gap"),
    [
        ([1] * 19 + [7], 7),  # one of twenty is usual
        ([1] * 20 + [7], 1),
        ([1, 1, 1, 3] * 5, 3),
        ([2.0], 2.0),
        ([0.1000001, 0.1000004] * 4, 0.1000004),
    ],
)
def test_the_largest_usual_step_is_no_gap(steps: list[float], gap: float) -> None:
    times = np.cumsum([0.0, *steps]).tolist()
    found = series_of([1] * len(times), times)
    assert found.gap == pytest.approx(gap)
    assert len(found.starts) == 1 + sum(one > gap + 1e-6 for one in steps)


def test_gaps_are_told_with_the_first_and_the_largest() -> None:
    times = numbers([0, 1, 2, 5, 6, 7, 15, 16, 17, 18])
    section = window(length=2, key="k", time="t", gap=1)
    table = rows_of({"k": numbers(np.ones(10)), "t": times})
    found = arrange(table, section)
    assert found is not None
    (told,) = find_gaps(found, section, times)
    assert told.message == (
        '"t" has 2 gaps: neighbours are at most 1 apart, the first gap is 3 (between row 3, 2, '
        "and row 4, 5), the largest 8; windows do not run across them, and 4 remain"
    )
    assert told.hint == "to let them run on: window: {gap: 8}"
    turned = table.take(np.arange(9, -1, -1))
    back = arrange(turned, section)
    assert back is not None
    (told,) = find_gaps(back, section, times)
    assert "the first gap is 3 (between row 8, 2, and row 7, 5)" in told.message
    # Where one series ends and another begins is no gap.
    two = series_of([1, 1, 1, 2, 2, 2], [0, 1, 2, 90, 91, 92], gap=1)
    assert list(find_gaps(two, section, numbers([0, 1, 2, 90, 91, 92]))) == []


def test_two_rows_at_one_time_are_told_with_their_rows() -> None:
    with pytest.raises(
        Refused, match=r'1 time of "t" stands twice in a series, first in rows 2 and 4 '
    ):
        series_of([1, 1, 1, 1], [0, 5, 3, 5])
    with pytest.raises(
        Refused, match=r'2 times of "t" stand twice in a series, first in rows 1 and 3 '
    ):
        series_of([1, 1, 1, 1], [3, 5, 3, 5])
    assert len(series_of([1, 2, 1, 2], [3, 3, 4, 4]).codes) == 4


def test_too_short_series_are_told_with_the_longest_stretch() -> None:
    found = series_of([1] * 6, [0, 1, 2, 3, 9, 10], gap=1)
    for length, hint in ((5, "write window: {length: 2} or less"), (3, None)):
        section = window(length=length, horizon=2, key="k", time="t", gap=1)
        if hint is None:
            continue
        with pytest.raises(Refused) as raised:
            split_series(found, section, split_of(0, 0))
        (told,) = raised.value.diagnostics
        assert told.message == (
            "no window of 5 rows and a target 2 later fits into a series: the longest stretch "
            "without a gap has 4 rows"
        )
        assert told.hint == hint
    section = window(length=5, horizon=4, key="k", time="t", gap=1)
    with pytest.raises(Refused) as raised:
        split_series(found, section, split_of(0, 0))
    assert raised.value.diagnostics[0].hint == "give more rows"


@pytest.mark.parametrize("rows", [(20, 31), (7, 50)])
def test_without_times_each_series_has_its_own_shares(rows: tuple[int, int]) -> None:
    codes = np.repeat([0, 1], rows)
    table = rows_of({"k": numbers(codes)})
    section = window(length=1, key="k")
    found = arrange(table, section)
    assert found is not None
    parts, seen = split_series(found, section, split_of(0.25, 0.3))
    for name, first, last in (("train", 0, 1), ("validation", 1, 2), ("test", 2, 3)):
        expected = []
        for place, size in enumerate(rows):
            tested, validated = int(size * 0.3 + 0.5), int(size * 0.25 + 0.5)
            ends = [0, size - tested - validated, size - tested, size]
            begin = place * rows[0]
            # A window of one row aims at the next one of the same series.
            expected += [begin + aim - 1 for aim in range(max(1, ends[first]), ends[last])]
        assert parts[name].starts.tolist() == expected  # type: ignore[index]
    trained = [size - int(size * 0.3 + 0.5) - int(size * 0.25 + 0.5) for size in rows]
    assert seen.tolist() == [*range(trained[0]), *range(rows[0], rows[0] + trained[1])]


def seasons(times: list[float], *, dated: bool = True, **settings: object) -> int | None:
    found = series_of([1] * len(times), times, gap=1e9)
    return season_of(found, window(**settings), dated=dated)


def test_a_series_comes_again_after_a_day_a_week_or_a_year() -> None:
    hours, days = np.arange(24 * 9) / 24, np.arange(60.0)
    months = np.cumsum([0, *[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 4])
    assert seasons(hours.tolist()) == 24
    assert seasons((np.arange(40) * 0.49).tolist()) == 2
    assert seasons(days.tolist()) == 7
    assert seasons([one for one in days.tolist() if one % 7 < 5]) == 5
    assert seasons((days * 5.9).tolist()) is None
    assert seasons((days * 7).tolist()) == 52
    assert seasons(months.tolist()) == 12
    assert seasons((days * 91.3).tolist()) == 4
    assert seasons((days * 199).tolist()) == 2
    assert seasons((days * 200).tolist()) is None
    assert seasons((days * 365).tolist()) is None
    assert seasons(days.tolist(), dated=False) is None
    assert seasons(days.tolist(), dated=False, season=9) == 9
    assert season_of(None, window(), dated=True) is None
    assert seasons([3.0]) is None
    # Of three days hours are not counted, but reckoned.
    assert seasons((np.arange(50) / 20).tolist()) == 20
    assert seasons((np.arange(10, 90) / 20).tolist()) == 20
    assert seasons((np.arange(12, 52) / 20).tolist()) == 20
    # Years are reckoned, however few of their months have rows.
    summers = [year * 365.25 + 30.4 * month for year in range(5) for month in range(6)]
    assert seasons(summers) == 12


@pytest.mark.parametrize("season", [1, 3, 7])
def test_a_season_before_is_the_same_place_of_the_last_whole_one(season: int) -> None:
    targets = rows_of({"y": numbers(np.arange(100, 140))})
    section = window(length=2, horizon=[1, 4])
    past = Past(targets, None, season)
    found = past.seasonal(Windows(section, np.arange(0, 30)))
    assert found is not None
    for name, ahead in zip(found.columns, (1, 4), strict=True):
        for start in range(30):
            last = start + 1
            row = last + ahead
            while row > last:
                row -= season
            expected = 100 + (row if row >= 0 else last)
            assert found[name].values[start] == expected
    assert Past(targets, None, None).seasonal(Windows(section, np.arange(3))) is None


def test_a_season_before_the_series_is_its_last_value() -> None:
    codes, times = [1] * 6 + [2] * 6, [*range(6), *range(6)]
    found = series_of(codes, [float(one) for one in times])
    targets = rows_of({"y": numbers(np.arange(12.0))})
    past = Past(targets, found, 4)
    section = window(length=1, horizon=1)
    seasonal = past.seasonal(Windows(section, np.array([0, 2, 3, 4, 6, 8, 9, 10])))
    assert seasonal is not None
    (values,) = (one.values.tolist() for one in seasonal.columns.values())
    assert values == [0, 2, 0, 1, 6, 8, 6, 7]


def test_the_last_known_cell_of_a_series_is_carried_on() -> None:
    cells = numbers([np.nan, 1, np.nan, np.nan, 4, np.nan, np.nan, 7, np.nan])
    begins = np.array([0, 5])
    carried = carry(cells, begins).values
    assert np.array_equal(carried, [np.nan, 1, 1, 1, 4, np.nan, np.nan, 7, 7], equal_nan=True)
    words = carry(texts(["a", "", "b", "", "c"]), np.array([0, 3])).values
    assert words.tolist() == ["a", "a", "b", "", "c"]
    whole = numbers([1, 2])
    assert carry(whole, begins[:1]) is whole
    table = rows_of({"x": cells, "none": numbers(np.full(9, np.nan)), "all": numbers(np.arange(9))})
    filled = carry_all(table, begins)
    assert filled["x"].values.tolist() == [1, 1, 1, 1, 4, 1, 1, 7, 7]
    assert np.isnan(filled["none"].values).all()
    assert filled["all"].values.tolist() == list(range(9))


def test_cells_before_the_first_known_one_are_told_with_their_row() -> None:
    table = Table(
        {"x": numbers([np.nan, 1, np.nan, np.nan, 4]), "c": texts(["a", "", "", "", "b"])}
    )
    found = series_of([2, 1, 2, 1, 1], [0, 0, 1, 1, 2])
    # The cells are in the order of series: rows 1 and 3 of the first, 2, 4 and 5 of the other.
    with pytest.raises(Refused) as raised:
        check_carried(table, ["x", "c"], found)
    first, second = raised.value.diagnostics
    said = "before the first known one of a series"
    assert first.message == f'column "x" has 3 missing cells {said} (first: row 1)'
    assert second.message == f'column "c" has 2 missing cells {said} (first: row 2)'
    alone = rows_of({"x": numbers([np.nan, 1, np.nan])})
    with pytest.raises(Refused, match=r"has 1 missing cell before .* series \(first: row 1\)"):
        check_carried(alone, ["x"], None)
    check_carried(rows_of({"x": numbers([1, np.nan])}), ["x"], None)


def test_the_weight_of_a_window_of_several_horizons_is_their_mean(tmp_path: Path) -> None:
    text = "t,y,w\n" + "".join(f"{n},{n},{(n % 7) + 1}\n" for n in range(60))
    (tmp_path / "data.csv").write_text(text)
    section = DataSection.model_validate(
        {
            "source": "data.csv",
            "target": "y",
            "features": ["t"],
            "sample_weight": "w",
            "window": {"length": 2, "horizon": [1, 3]},
        }
    )
    found = load_dataset(section, {"out": TargetNeed("regression")}, folder=tmp_path)
    split = found.splits["train"]
    assert split.weights is not None
    expected = [((n + 1) % 7 + (n + 3) % 7) / 2 + 1 for n in split.rows.tolist()]
    assert split.weights.tolist() == expected
