"""Several series in one table: windows hold rows of one, in the order of time, without gaps."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]
Row = tuple[str, int, float]


def table(rows: list[Row]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([("shop", "day", "sold"), *rows])
    return text.getvalue()


def load(folder: Path, rows: list[Row], **window: object) -> Dataset:
    (folder / "data.csv").write_text(table(rows))
    section = DataSection.model_validate(
        {
            "source": "data.csv",
            "target": "sold",
            "scaling": "none",
            "window": {"key": "shop", "time": "day", **window},
            "split": {"validation": 0.2, "test": 0.2},
        }
    )
    return load_dataset(section, {"out": TargetNeed("regression")}, folder=folder)


def windows_of(dataset: Dataset) -> list[tuple[list[float], float]]:
    """Return every window with its target, of all splits."""
    found = []
    for name in SPLITS:
        split = dataset.splits[name]
        cells = split.features["sold"].values.tolist()
        aims = split.targets["sold"].values.tolist()
        found += list(zip(cells, aims, strict=True))
    return found


def by_hand(rows: list[Row], length: int, horizon: int) -> list[tuple[list[float], float]]:
    """Return the windows of each shop whose days follow one another without a hole."""
    found = []
    for shop in {one[0] for one in rows}:
        own = sorted(one[1:] for one in rows if one[0] == shop)
        for start in range(len(own)):
            reach = own[start : start + length + horizon]
            whole = len(reach) == length + horizon and reach[-1][0] - reach[0][0] == len(reach) - 1
            if whole:
                found.append(([one[1] for one in reach[:length]], reach[-1][1]))
    return found


def shops(count: int, days: int, holes: frozenset[tuple[int, int]] = frozenset()) -> list[Row]:
    return [
        (f"shop {shop}", day, float(1000 * shop + day))
        for day in range(days)
        for shop in range(count)
        if (shop, day) not in holes
    ]


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 4),
    holes=st.frozensets(st.tuples(st.integers(0, 3), st.integers(1, 38)), max_size=3),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 3)),
    order=st.randoms(use_true_random=False),
)
def test_stacked_series_give_the_windows_counted_by_hand(
    count: int,
    holes: frozenset[tuple[int, int]],
    shape: tuple[int, int],
    order: Random,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    length, horizon = shape
    rows = shops(count, 40, holes)
    order.shuffle(rows)
    folder = tmp_path_factory.mktemp("series")
    dataset = load(folder, rows, length=length, horizon=horizon, gap=1)
    expected = by_hand(rows, length, horizon)
    assert sorted(windows_of(dataset)) == sorted(expected)
    days = {name: dataset.splits[name].targets["sold"].values % 1000 for name in SPLITS}
    assert days["train"].max() < days["validation"].min()
    assert days["validation"].max() < days["test"].min()


def test_what_is_fitted_are_rows_before_the_first_moment_of_validation(tmp_path: Path) -> None:
    rows = shops(3, 40)
    dataset = load(tmp_path, rows, length=3)
    first = dataset.splits["validation"].targets["sold"].values % 1000
    seen = [one[2] for one in rows if one[1] < first.min()]
    (tmp_path / "again").mkdir()
    scaled = DataSection.model_validate(
        {
            "source": "data.csv", "target": "sold",
            "window": {"key": "shop", "time": "day", "length": 3},
            "split": {"validation": 0.2, "test": 0.2},
        }
    )  # fmt: skip
    fit = load_dataset(scaled, {"out": TargetNeed("regression")}, folder=tmp_path).fitted
    assert fit.columns["sold"].shift == pytest.approx(sum(seen) / len(seen))  # type: ignore[union-attr]
    assert tuple(fit.columns) == ("sold",)


def test_gaps_are_told_and_may_be_allowed(tmp_path: Path) -> None:
    rows = shops(2, 40, frozenset({(1, 20), (1, 21)}))
    dataset = load(tmp_path, rows, length=3)
    (told,) = dataset.doubts
    assert told.code == "D137"
    assert '"day" has 1 gap: neighbours are at most 1 apart, the first gap is 3' in told.message
    assert told.hint == "to let them run on: window: {gap: 3}"
    assert len(windows_of(dataset)) == 2 * 37 - 2 - 3
    assert load(tmp_path, rows, length=3, gap=3).doubts == ()


@pytest.mark.parametrize("digits", [2, 3, 8, 12])
def test_months_in_parts_of_a_year_follow_each_other_however_they_are_rounded(
    tmp_path: Path, digits: int
) -> None:
    def months(*lacking: int) -> str:
        rows = (f"{1949 + month / 12:.{digits}f},{month}\n" for month in range(144))
        return "time,y\n" + "".join(one for at, one in enumerate(rows) if at not in lacking)

    settings = {"source": "data.csv", "target": "y", "window": {"length": 12, "time": "time"}}
    section = DataSection.model_validate(settings)
    (tmp_path / "data.csv").write_text(months())
    dataset = load_dataset(section, {"out": TargetNeed("regression")}, folder=tmp_path)
    assert dataset.doubts == ()
    assert sum(map(len, dataset.splits.values())) == 132
    (tmp_path / "data.csv").write_text(months(70, 71))
    (told,) = load_dataset(section, {"out": TargetNeed("regression")}, folder=tmp_path).doubts
    assert "has 1 gap" in told.message


def test_a_gap_is_told_however_small_the_units_of_time_are(tmp_path: Path) -> None:
    rows = (f"{step * 1e-8:.12f},{step}\n" for step in range(144) if step != 70)
    (tmp_path / "data.csv").write_text("time,y\n" + "".join(rows))
    settings = {"source": "data.csv", "target": "y", "window": {"length": 12, "time": "time"}}
    section = DataSection.model_validate(settings)
    (told,) = load_dataset(section, {"out": TargetNeed("regression")}, folder=tmp_path).doubts
    assert "has 1 gap" in told.message


def test_weekends_are_no_gaps_of_working_days(tmp_path: Path) -> None:
    days = [f"2024-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 29)]
    working = [one for place, one in enumerate(days[:28]) if place % 7 < 5]
    text = "shop,day,sold\n" + "".join(
        f"{shop},{day},{place}\n" for shop in "ab" for place, day in enumerate(working)
    )
    (tmp_path / "data.csv").write_text(text)
    section = DataSection.model_validate(
        {"source": "data.csv", "target": "sold",
         "window": {"length": 3, "key": "shop", "time": "day"},
         "columns": {"day": "date"}}
    )  # fmt: skip
    dataset = load_dataset(section, {"out": TargetNeed("regression")}, folder=tmp_path)
    assert dataset.doubts == ()
    assert dataset.fitted.window is not None
    assert dataset.fitted.window.gap == 3


def test_without_times_each_series_is_split_by_its_own_shares(tmp_path: Path) -> None:
    rows = [*[("a", n, float(n)) for n in range(20)], *[("b", n, 1000.0 + n) for n in range(40)]]
    dataset = load(tmp_path, rows, length=2, time=None)
    tested = dataset.splits["test"].targets["sold"].values.tolist()
    assert tested == [*[float(n) for n in range(16, 20)], *[1000.0 + n for n in range(32, 40)]]


@pytest.mark.parametrize(
    ("rows", "window", "code", "said"),
    [
        (shops(2, 20), {"key": None}, "D136", "stand twice in a series"),
        (shops(1, 20), {"time": "shop"}, "D136", 'the time "shop" is a category column'),
        (shops(5, 3), {"length": 7}, "D113", "the longest stretch without a gap has 3 rows"),
        (shops(1, 20), {"key": "shops"}, "D103", 'no column "shops"'),
    ],
)
def test_what_orders_nothing_is_refused(
    rows: list[Row], window: dict[str, object], code: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=rf"{said}.*\[{code}\]"):
        load(tmp_path, rows, **{"length": 2, **window})


def test_new_rows_give_a_window_for_each_series_up_to_its_end(tmp_path: Path) -> None:
    fitted = load(tmp_path, shops(3, 40), length=3, horizon=2).fitted
    new = shops(2, 5, frozenset({(1, 0)}))
    new.reverse()
    (tmp_path / "new.csv").write_text(table(new))
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path)
    beside = rows.beside.of(rows.rows.tolist())
    assert beside["shop"] == ["shop 1", "shop 1", "shop 0", "shop 0", "shop 0"]
    assert beside["day"] == [3, 4, 2, 3, 4]
    assert rows.features["sold"].values.tolist()[0] == [1001, 1002, 1003]
    assert [new[row][:2] for row in rows.rows.tolist()] == list(
        zip(beside["shop"], beside["day"], strict=True)
    )
