"""Windows over series are copied out when they are looked at, and take the series' memory."""

from collections.abc import Callable

import numpy as np
import pytest

from nnspec.build.front import build_front, prepare_inputs
from nnspec.catalog.columns import Category, Numeric
from nnspec.data import SPLITS, Dataset
from nnspec.data.table import Column, OnDemand, Table
from nnspec.data.window_view import Cut, Held, WindowColumns, laid_out_bytes, windows_over

Load = Callable[..., Dataset]
pytestmark = pytest.mark.keras
SHOPS, DAYS = 5, 90


def shops() -> str:
    """Return days of shops, each with a gap at another place, some without a target."""
    lines = ["shop,day,x,c,fair,sold"]
    for shop in range(SHOPS):
        for day in range(DAYS):
            cells = [
                "" if day % 11 == shop else f"{shop * 100 + day / 4}",
                ["usa", "", "europe"][(shop + day) % 3],
                str(day % 7 == 0).lower(),
                "" if day % 17 == shop else str(day * 2),
            ]
            lines.append(",".join([f"s{shop}", str(day + 9 * (day > 20 + shop)), *cells]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def dataset(load: Load, request: pytest.FixtureRequest) -> Dataset:
    window = {"length": 6, "key": "shop", "time": "day", "known": ["fair"], **request.param}
    return load(
        shops(),
        target="sold",
        features=["x", "c", "fair"],
        columns={
            "x": Numeric(missing="mean", indicator=True),
            "c": Category(missing="own"),
        },
        target_missing="drop",
        window=window,
    )


def copied(features: Table) -> Table:
    """Return columns of windows copied out."""
    return Table(dict(features.columns), features.rows)


WINDOWS = [
    {},
    {"stride": 4},
    {"horizon": [1, 2, 3]},
    {"horizon": [2, 5, 9]},
    {"horizon": {"first": 1, "last": 8}},
]


@pytest.mark.parametrize("dataset", WINDOWS, indirect=True)
def test_inputs_over_several_series_are_those_of_windows_copied_out(dataset: Dataset) -> None:
    front = build_front(dataset.fitted)
    for name in SPLITS:
        features = dataset.splits[name].features
        assert isinstance(features.columns, OnDemand)
        found, expected = prepare_inputs(front, features), prepare_inputs(front, copied(features))
        assert list(found) == list(expected) == ["input", "known"]
        for key, one in expected.items():
            assert isinstance(one, np.ndarray)
            np.testing.assert_array_equal(found[key], one)
            assert found[key].dtype == one.dtype
            some = np.array([3, 0, 3])
            np.testing.assert_array_equal(found[key][some], one[some])


@pytest.mark.parametrize("dataset", [{}], indirect=True)
def test_windows_over_several_series_take_the_memory_of_the_series(dataset: Dataset) -> None:
    front, rows = build_front(dataset.fitted), SHOPS * DAYS
    for name in SPLITS:
        features = dataset.splits[name].features
        found = prepare_inputs(front, features)["input"]
        width = found.shape[-1]
        assert found.nbytes <= rows * width * 4 + features.rows * 4
        assert found.nbytes < laid_out_bytes(found) / 2


@pytest.mark.parametrize("dataset", [{}], indirect=True)
def test_windows_that_share_nothing_are_laid_out(dataset: Dataset) -> None:
    known = prepare_inputs(build_front(dataset.fitted), dataset.splits["train"].features)["known"]
    assert isinstance(known, np.ndarray)


@pytest.mark.parametrize("dataset", [{"horizon": [1, 2, 3]}, {"horizon": [2, 9]}], indirect=True)
def test_some_windows_are_those_of_all(dataset: Dataset) -> None:
    features = dataset.splits["train"].features
    whole = copied(features)
    for rows in (slice(0, 0), slice(2, 9), slice(-5, None), slice(9, 1, -2), np.array([7, 1, 7])):
        some, expected = features.take(rows), whole.take(rows)
        assert some.rows == expected.rows
        for name in whole.columns:
            assert some[name].kind == expected[name].kind
            np.testing.assert_array_equal(some[name].values, expected[name].values)
    assert list(features.select(["c", "x"]).columns) == ["c", "x"]
    for name in whole.columns:
        cells, seen = features.cells(name), whole[name].values
        np.testing.assert_array_equal(np.unique(cells), np.unique(seen))


def test_windows_do_what_an_array_of_them_does() -> None:
    series = np.random.default_rng(0).normal(size=(30, 2)).astype("float32")
    starts = np.array([0, 3, 4, 20])
    windows = windows_over(series, Cut(starts, np.arange(5)))
    copy = np.stack([series[one : one + 5] for one in starts])
    assert windows.shape == copy.shape
    assert len(windows) == len(copy)
    assert windows.ndim == copy.ndim
    assert (windows == copy).all()
    assert (copy == windows).all()
    np.testing.assert_array_equal(windows[..., 1], copy[..., 1])
    np.testing.assert_array_equal(windows[2], copy[2])
    np.testing.assert_array_equal(windows[1:3, -1], copy[1:3, -1])
    np.testing.assert_array_equal(windows[starts > 3], copy[starts > 3])
    np.testing.assert_array_equal(
        windows * 2 + np.sqrt(abs(windows)), copy * 2 + np.sqrt(abs(copy))
    )
    np.testing.assert_array_equal(np.concatenate([windows, copy]), np.concatenate([copy, copy]))
    assert windows.mean() == copy.mean()
    assert windows.reshape(4, -1).tolist() == copy.reshape(4, -1).tolist()
    assert windows[:].flags.c_contiguous


def test_the_fewest_windows_that_hold_every_step_stay_within_stretches() -> None:
    cut = Cut(np.array([2, 3, 9, 20, 25]), np.arange(5))
    held = Held.of(cut, 40)
    assert list(zip(held.begins, held.ends, strict=True)) == [(2, 8), (9, 14), (20, 30)]
    assert held.count == 21
    assert held.covering(5).starts.tolist() == [2, 3, 9, 20, 25]
    assert held.numbers(cut.starts).tolist() == [0, 1, 6, 11, 16]


def test_cells_are_those_that_windows_hold_and_no_others() -> None:
    """What lies between horizons, or behind the last window, is none of a column's cells."""
    series = Table({"x": Column("integer", np.arange(12))}, 12)
    for offsets, cells in (([0, 1, 2], [1, 2, 3, 4, 7, 8, 9]), ([0, 2], [1, 2, 3, 4, 7, 9])):
        cut = Cut(np.array([1, 2, 7]), np.array(offsets))
        found = Table(WindowColumns(series, {"x": cut}), 3).cells("x")
        assert sorted(set(found.reshape(-1).tolist())) == cells
