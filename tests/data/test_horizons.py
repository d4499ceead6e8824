"""Several horizons: one unit for each target at each moment, in rows of one split and series."""

import re
from collections.abc import Callable
from itertools import pairwise
from math import floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.diagnostics import Refused
from nnspec.pipeline.check import Checked
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]
SERIES = "t,y,z\n" + "".join(f"{row},{row * 10},{-row}\n" for row in range(100))


def test_units_are_all_targets_at_the_first_horizon_then_at_the_next(load: Load) -> None:
    dataset = load(SERIES, target=["y", "z"], window={"length": 4, "horizon": [1, 2, 7]})
    fit = dataset.fitted.targets["out"]
    assert fit.columns == ("y+1", "z+1", "y+2", "z+2", "y+7", "z+7")
    assert (fit.sources, fit.shape) == (("y", "z"), (6,))
    for name in SPLITS:
        last = dataset.splits[name].features["t"].values[:, -1].astype(int)
        steps = np.array([1, 2, 7])
        aims = np.stack([10 * (last[:, None] + steps), -(last[:, None] + steps)], axis=2)
        assert dataset.raw_targets(name)["out"].tolist() == aims.reshape(len(last), 6).tolist()
        latest = dataset.latest_targets(name)
        assert latest is not None
        assert latest["out"].tolist() == np.tile(np.stack([10 * last, -last], 1), 3).tolist()
        assert dataset.splits[name].rows.tolist() == last.tolist()
    train = dataset.raw_targets("train")["out"]
    assert fit.shift == pytest.approx(train.mean(axis=0))
    assert fit.scale == pytest.approx(train.std(axis=0))


def test_a_range_is_every_horizon_from_its_first_to_its_last(load: Load) -> None:
    long = load(SERIES, window={"length": 4, "horizon": {"first": 2, "last": 4}})
    written = load(window={"length": 4, "horizon": [2, 3, 4]})
    assert long.fitted.targets == written.fitted.targets
    assert long.fitted.targets["out"].columns == ("y+2", "y+3", "y+4")
    alone = load(window={"length": 4, "horizon": [3]}).fitted.targets["out"]
    assert alone == load(window={"length": 4, "horizon": 3}).fitted.targets["out"]
    assert alone.columns == ("y",)


def test_a_window_whose_targets_lie_in_two_splits_is_in_none(load: Load) -> None:
    split = {"validation": 0.2, "test": 0.3}
    dataset = load(SERIES, window={"length": 6, "horizon": [1, 5]}, split=split)
    last = {name: dataset.splits[name].features["t"].values[:, -1] for name in SPLITS}
    assert last["train"].tolist() == list(range(5, 45))
    assert last["validation"].tolist() == list(range(49, 65))
    assert last["test"].tolist() == list(range(69, 95))
    fit = dataset.fitted.columns["t"]
    assert fit.kind == "numeric"
    assert fit.shift == pytest.approx(np.arange(50).mean())


def test_a_window_weighs_what_the_rows_of_its_targets_do_on_average(load: Load) -> None:
    text = "t,y,w\n" + "".join(f"{row},{row},{row * row}\n" for row in range(60))
    window = {"length": 3, "horizon": [1, 4]}
    train = load(text, features=["t"], window=window, sample_weight="w").splits["train"]
    last = train.features["t"].values[:, -1].astype(int)
    assert train.weights is not None
    assert train.weights.tolist() == (((last + 1) ** 2 + (last + 4) ** 2) / 2).tolist()


def counted_by_hand(days: list[int], cuts: list[int], length: int, horizons: list[int]) -> int:
    """Return the windows of a shop whose days follow one another, and whose targets are together.

    Args:
        days: when the shop sold.
        cuts: the first moments of validation and test.
        length: days of a window.
        horizons: days from its last to its targets.
    """
    count = 0
    for first in days:
        last = first + length - 1
        whole = set(days).issuperset(range(first, last + horizons[-1] + 1))
        places = {sum(last + one >= cut for cut in cuts) for one in horizons}
        count += whole and len(places) == 1
    return count


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 3),
    holes=st.frozensets(st.tuples(st.integers(0, 2), st.integers(1, 38)), max_size=3),
    length=st.integers(1, 4),
    horizons=st.sets(st.integers(1, 5), min_size=1, max_size=3).map(sorted),
)
def test_windows_never_cross_a_split_a_series_or_a_gap(
    count: int,
    holes: frozenset[tuple[int, int]],
    length: int,
    horizons: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    days = {shop: [day for day in range(40) if (shop, day) not in holes] for shop in range(count)}
    rows = [(shop, day) for shop, own in days.items() for day in own]
    rows.sort(key=lambda row: (row[1] * 7 % 40, row[0]))
    folder = tmp_path_factory.mktemp("series")
    text = "shop,day,sold\n" + "".join(f"s{shop},{day},{1000 * shop + day}\n" for shop, day in rows)
    (folder / "data.csv").write_text(text)
    window = {"length": length, "horizon": horizons, "key": "shop", "time": "day", "gap": 1}
    split = {"validation": 0.25, "test": 0.25}
    section = DataSection.model_validate(
        {"source": "data.csv", "target": "sold", "window": window, "split": split}
    )
    try:
        dataset = load_dataset(section, {"out": TargetNeed("regression")}, folder=folder)
    except Refused as refused:
        if "is left with 0 rows" not in str(refused):
            raise
        reject()  # holes and horizons leave a split without windows
    found = {name: dataset.splits[name].features["sold"].values for name in SPLITS}
    aims = {name: dataset.raw_targets(name)["out"] for name in SPLITS}
    for name in SPLITS:
        for cells, ahead in zip(found[name].tolist(), aims[name].tolist(), strict=True):
            assert np.diff(cells).tolist() == [1] * (length - 1)
            assert [one - cells[-1] for one in ahead] == horizons
            assert len({one // 1000 for one in (*cells, *ahead)}) == 1
    for before, behind in pairwise(SPLITS):
        assert (aims[before] % 1000).max() < (aims[behind] % 1000).min()
    moments, held = sorted(day for _, day in rows), floor(len(rows) / 4 + 0.5)
    cuts = [moments[-2 * held], moments[-held]]
    by_hand = (counted_by_hand(own, cuts, length, horizons) for own in days.values())
    assert sum(map(len, found.values())) == sum(by_hand)


@pytest.mark.parametrize(
    ("horizon", "said"),
    [
        ([2, 1], r"horizons are not in rising order, each once .*write horizon: \[1, 2\]"),
        ([1, 1, 3], r"write horizon: \[1, 3\]"),
        ({"first": 3, "last": 2}, r"horizon runs from 3 to 2; expected a last one of 3 or more"),
        ({"last": 5000}, r"5,000 horizons take a unit each; expected at most 1,000"),
    ],
)
def test_horizons_that_are_none_are_refused(load: Load, horizon: object, said: str) -> None:
    with pytest.raises(Refused) as refused:
        load(SERIES, window={"length": 4, "horizon": horizon})
    (found,) = refused.value.diagnostics
    assert found.code == "S104"
    assert re.search(said, f"{found.message} {found.hint}")


def test_classes_at_several_horizons_are_one_for_each(load: Load) -> None:
    text = "t,y\n" + "".join(f"{row},{'abc'[row // 2 % 3]}\n" for row in range(60))
    window = {"length": 3, "horizon": [1, 4]}
    dataset = load(text, "multiclass", features=["t"], window=window)
    fit = dataset.fitted.targets["out"]
    assert (fit.shape, fit.labels, fit.columns) == ((2,), ("a", "b", "c"), ("y+1", "y+4"))
    last = dataset.splits["test"].features["t"].values[:, -1].astype(int)
    codes = np.stack([(last + 1) // 2 % 3, (last + 4) // 2 % 3], axis=1)
    assert dataset.encoded_targets("test")["out"].tolist() == codes.tolist()
    with pytest.raises(Refused, match=r"several horizons take one column of classes; got 2"):
        load(text, "multiclass", target=["t", "y"], features=["t"], window=window)


def test_targets_of_new_rows_are_those_at_each_horizon(load: Load, tmp_path: Path) -> None:
    fitted = load(SERIES, features=["t"], window={"length": 5, "horizon": [1, 3]}).fitted
    rows = read_for_prediction("data.csv", fitted, folder=tmp_path)
    assert rows.rows.tolist() == list(range(4, 100))
    known = read_for_prediction("data.csv", fitted, folder=tmp_path, with_targets=True)
    assert known.rows.tolist() == list(range(4, 97))
    assert known.targets["y+3"].values.tolist() == [10 * row for row in range(7, 100)]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("- Flatten\n  - Dense: 1", "1 column at 3 horizons, y+1, y+2, y+7 | write units: 3"),
        ("- Dense: 1", "1 column at 3 horizons, y+1, y+2, y+7 | add Flatten"),
        ("- Flatten\n  - Dense: 3", ""),
    ],
)
def test_a_head_is_told_how_many_units_the_horizons_take(
    read: Callable[..., Checked], head: str, said: str
) -> None:
    text = f"""\
nnspec: 1
data: {{source: t.csv, target: y, features: [y], window: {{length: 3, horizon: [1, 2, 7]}}}}
model:
  - Input: [3, 1]
  {head}
training: {{optimizer: Adam, loss: mse}}
"""
    found = [one for one in read(text).diagnostics if one.code == "M105"]
    shown = [f"{one.message} | {one.hint}" for one in found]
    assert len(shown) == bool(said)
    assert all(said in one for one in shown)


def test_classes_at_several_horizons_need_an_axis_of_them(read: Callable[..., Checked]) -> None:
    text = """\
nnspec: 1
data: {source: t.csv, target: y, features: [y], window: {length: 3, horizon: [1, 2]}}
model:
  - Flatten
  - Dense: {units: 8, activation: softmax}
training: {optimizer: Adam, loss: sparse_categorical_crossentropy}
"""
    found = read(text.replace("- Flatten", "- Input: [3, 1]\n  - Flatten")).diagnostics
    assert any("a class at each of 2 horizons takes (2, ?)" in one.message for one in found)
