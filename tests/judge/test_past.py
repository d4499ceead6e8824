"""The baselines of a series: what it held last, and what it held a season before."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.data import Dataset
from nnspec.data.table import Values
from nnspec.judge.baselines import fit_baselines
from nnspec.judge.heads import ClassPerPosition, Numbers, OneClass, SeveralLabels
from nnspec.judge.known import Known

Load = Callable[..., Dataset]
DAYS = "day,y\n" + "".join(
    f"2024-{1 + row // 28:02d}-{1 + row % 28:02d},{row}\n" for row in range(200)
)


def test_past_values_are_judged_at_each_horizon_in_the_target_s_units() -> None:
    draw = np.random.default_rng(0)
    target, last, season = (draw.normal(size=(30, 2)) for _ in range(3))
    head = Numbers("price", ("price+1", "price+7"), (2,))
    known = Known({"input": target[:, :1]}, target, last, season=season)
    found = fit_baselines(head, {"train": known}, seed=0)
    for name, past in (("last_value", last), ("seasonal", season)):
        for place, column in enumerate(head.columns):
            one = found.by_column[name]["train"][column]
            rmse = sk.root_mean_squared_error(target[:, place], past[:, place])
            assert one["rmse"] == pytest.approx(rmse)
            assert one["r2"] == pytest.approx(sk.r2_score(target[:, place], past[:, place]))
        mae = sk.mean_absolute_error(target, past)
        assert found.figures[name]["train"]["mae"] == pytest.approx(mae)


@pytest.mark.parametrize(
    "head",
    [
        OneClass("kind", ("kind",), ("no", "yes")),
        SeveralLabels("kind", ("kind+1", "kind+2"), ("no", "yes"), (2,)),
        ClassPerPosition("kind", ("kind+1", "kind+2"), ("no", "yes"), (2,)),
    ],
)
def test_past_classes_are_answers_with_all_their_probability(
    head: OneClass | SeveralLabels | ClassPerPosition,
) -> None:
    labels = np.array(["no", "yes"], dtype=object)
    draw = np.random.default_rng(1)
    shape = (40,) if isinstance(head, OneClass) else (40, 2)
    target, last = (labels[draw.integers(0, 2, shape)] for _ in range(2))
    known = Known({"input": np.zeros((40, 1))}, target, last)
    found = fit_baselines(head, {"train": known}, seed=0).figures["last_value"]["train"]
    if isinstance(head, SeveralLabels):
        each = (last == target).all(axis=1).mean()
        assert found["subset_accuracy"] == pytest.approx(each)
    else:
        assert found["accuracy"] == pytest.approx((last == target).mean())


def season(dataset: Dataset) -> list[float]:
    """Return how many rows before its target's each seasonal value of the test lies."""
    found = dataset.season_targets("test")
    assert found is not None
    return before(dataset.raw_targets("test")["out"], found["out"])[-1]


def before(target: Values, past: Values) -> list[list[float]]:
    """Return by how much past values are smaller, which count the rows, than the targets."""
    difference: list[list[float]] = np.subtract(target, past, dtype=np.float64).tolist()
    return difference


def test_a_season_is_what_is_said_or_what_dates_come_again_in(load: Load) -> None:
    window = {"length": 4, "horizon": [1, 7, 10]}
    said = load(DAYS, features=["y"], window={**window, "season": 5})
    assert (said.season, season(said)) == (5, [5, 10, 10])
    dated = load(features=["y"], window={**window, "time": "day", "gap": 5})
    assert dated.season == 7
    assert season(dated) == [7, 7, 14]
    assert load(features=["y"], window=window).season is None


@pytest.mark.parametrize(
    ("moments", "rows"),
    [
        ([f"2024-01-{1 + hour // 24:02d} {hour % 24:02d}:00" for hour in range(120)], 24),
        ([f"{2000 + month // 12}-{1 + month % 12:02d}-01" for month in range(60)], 12),
        ([f"{1960 + quarter // 4}-{1 + quarter % 4 * 3:02d}-01" for quarter in range(60)], 4),
        ([f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}" for day in range(84) if day % 7 < 5], 5),
        ([f"{1900 + year}-01-01" for year in range(60)], None),
    ],
)
def test_hours_come_again_after_a_day_months_and_quarters_after_a_year(
    load: Load, moments: list[str], rows: int | None
) -> None:
    text = "when,y\n" + "".join(f"{when},{row}\n" for row, when in enumerate(moments))
    assert load(text, features=["y"], window={"length": 3, "time": "when"}).season == rows


def test_before_its_first_season_a_series_is_answered_by_its_last_value(load: Load) -> None:
    dataset = load(DAYS, features=["y"], window={"length": 2, "season": 5})
    found = dataset.season_targets("train")
    assert found is not None
    rows = before(dataset.raw_targets("train")["out"], found["out"])
    assert rows[:5] == [[1], [1], [1], [5], [5]]
