"""Windows over a series: what the network sees, what it predicts, and nothing of the future."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnspec.data import SPLITS, Dataset, read_for_prediction
from nnspec.data.window_view import WindowColumns
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]
SERIES = "t,y\n" + "".join(f"{row},{row * 10}\n" for row in range(100))


def test_the_target_lies_a_horizon_after_the_window(load: Load) -> None:
    dataset = load(SERIES, features=["t"], window={"length": 4, "horizon": 3})
    for name in SPLITS:
        split = dataset.splits[name]
        seen = split.features["t"].values.astype(np.int64)
        assert seen.shape == (len(split), 4)
        assert (np.diff(seen, axis=1) == 1).all()
        assert (split.rows == seen[:, -1] + 3).all()
        assert dataset.raw_targets(name)["out"][:, 0].tolist() == (split.rows * 10).tolist()
        latest = dataset.latest_targets(name)
        assert latest is not None
        assert latest["out"][:, 0].tolist() == (seen[:, -1] * 10).tolist()


def test_the_weight_of_a_window_is_that_of_its_target_s_row(load: Load) -> None:
    text = "t,y,w\n" + "".join(f"{row},{row * 10},{row / 7}\n" for row in range(100))
    window = {"length": 4, "horizon": 3}
    dataset = load(text, features=["t"], window=window, sample_weight="w")
    for name in SPLITS:
        split = dataset.splits[name]
        assert split.weights is not None
        assert split.weights.tolist() == pytest.approx((split.rows / 7).tolist())


def test_targets_lie_in_their_split_and_inputs_may_reach_back(load: Load) -> None:
    dataset = load(SERIES, window={"length": 6}, split={"validation": 0.2, "test": 0.3})
    rows = {name: dataset.splits[name].rows for name in SPLITS}
    assert rows["train"].tolist() == list(range(6, 50))
    assert rows["validation"].tolist() == list(range(50, 70))
    assert rows["test"].tolist() == list(range(70, 100))
    assert dataset.splits["validation"].features["t"].values[0].tolist() == list(range(44, 50))


def test_training_sees_nothing_of_later_splits(load: Load) -> None:
    for horizon in (1, 5):
        dataset = load(SERIES, window={"length": 8, "horizon": horizon})
        train = dataset.splits["train"]
        first = min(int(dataset.splits[name].rows.min()) for name in ("validation", "test"))
        assert int(train.features["t"].values.astype(np.int64).max()) < first
        assert int(train.rows.max()) < first


def test_scales_are_fitted_on_the_training_rows_once_each(load: Load) -> None:
    dataset = load(SERIES, features=["t"], window={"length": 8})
    fit = dataset.fitted.columns["t"]
    assert fit.kind == "numeric"
    assert fit.shift == pytest.approx(np.arange(70).mean())
    assert fit.scale == pytest.approx(np.arange(70).std())


def test_the_stride_keeps_every_nth_window_of_the_series(load: Load) -> None:
    dataset = load(SERIES, features=["t"], window={"length": 5, "stride": 4})
    parts = [dataset.splits[name].features["t"].values[:, 0] for name in SPLITS]
    starts = np.concatenate(parts).tolist()
    assert starts == list(range(0, 95, 4))


def test_windows_of_all_splits_lie_over_one_series(load: Load) -> None:
    dataset = load(SERIES, features=["t"], window={"length": 5})
    parts = [dataset.splits[name].features.columns for name in SPLITS]
    assert all(isinstance(one, WindowColumns) for one in parts)
    first, *others = (one.series["t"].values for one in parts)  # type: ignore[attr-defined]
    assert all(one is first for one in others)


def test_by_default_the_network_reads_the_target_s_past(load: Load) -> None:
    dataset = load(SERIES, window={"length": 5})
    assert dataset.fitted.tensors["input"].shape == (None, 5, 2)
    assert list(dataset.fitted.columns) == ["t", "y"]


def test_a_window_longer_than_the_series_is_refused(load: Load) -> None:
    with pytest.raises(
        Refused, match=r"for a window of 98 rows and a target 3 rows later; expected at least 101 "
    ):
        load(SERIES, window={"length": 98, "horizon": 3})


def test_a_split_without_windows_is_refused_with_counts(load: Load) -> None:
    with pytest.raises(
        Refused, match=r"train split is left with 0 rows of 100: train 0,.*\[D111\]"
    ):
        load(SERIES, window={"length": 75})


def test_prediction_reaches_beyond_the_end_of_the_series(load: Load, tmp_path: Path) -> None:
    fitted = load(SERIES, features=["t"], window={"length": 5, "horizon": 2}).fitted
    split = read_for_prediction("data.csv", fitted, folder=tmp_path)
    assert split.rows.tolist() == list(range(6, 102))
    assert split.features["t"].values[-1].tolist() == [95, 96, 97, 98, 99]
    known = read_for_prediction("data.csv", fitted, folder=tmp_path, with_targets=True)
    assert known.rows.tolist() == list(range(6, 100))
    assert known.targets["y"].values.tolist() == [row * 10 for row in range(6, 100)]
    (tmp_path / "short.csv").write_text("t\n1\n2\n3\n4\n")
    with pytest.raises(Refused, match=r"4 rows are too few for a window of 5 rows \[D113\]"):
        read_for_prediction("short.csv", fitted, folder=tmp_path)
