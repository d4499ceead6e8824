"""The front and the back in TensorFlow against NumPy and against their exported selves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnspec.build.back import build_back, decode_predictions
from nnspec.build.front import build_front, prepare_arrays, prepare_inputs
from nnspec.build.raw import raw_columns
from nnspec.catalog.columns import Category, Date, Numeric
from nnspec.data import SPLITS, Dataset, decode_targets, read_for_prediction
from nnspec.data.fit.fitted import NumericFit
from nnspec.data.table import Table
from nnspec.data.window_view import laid_out_bytes

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]
ROWS = 120


def mixed() -> str:
    return "x,c,b,y\n" + "".join(
        f"{k * 3.25},{['usa', 'japan', 'europe'][k % 3]},{['true', 'false'][k % 2]},{k * 7}\n"
        for k in range(ROWS)
    )


def test_the_front_equals_keras_own_layers(load: Load) -> None:
    dataset = load(mixed())
    arrays = prepare_arrays(build_front(dataset.fitted), dataset, "train")
    features = dataset.splits["train"].features
    normalization = keras.layers.Normalization(axis=None)
    normalization.adapt(features["x"].values.astype(np.float32))
    lookup = keras.layers.StringLookup(
        vocabulary=["europe", "japan", "usa"], output_mode="one_hot", num_oov_indices=0
    )
    expected = np.column_stack(
        [
            normalization(features["x"].values.astype(np.float32)),
            lookup(features["c"].values.astype(str)),
            features["b"].values,
        ]
    )
    assert arrays.inputs["input"] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert arrays.inputs["input"].dtype == np.float32


def test_the_front_equals_numpy_on_every_split(load: Load) -> None:
    dataset = load(mixed(), features=["x"])
    fit = dataset.fitted.columns["x"]
    assert isinstance(fit, NumericFit)
    for name in SPLITS:
        arrays = prepare_arrays(build_front(dataset.fitted), dataset, name)
        cells = dataset.splits[name].features["x"].values.astype(np.float64)
        expected = (cells - fit.shift) / fit.scale
        assert arrays.inputs["input"][:, 0] == pytest.approx(expected, rel=1e-5, abs=1e-6)
        assert arrays.rows == len(dataset.splits[name])


def test_index_encoding_counts_from_1_and_keeps_0_for_unknown(load: Load, tmp_path: Path) -> None:
    dataset = load(mixed(), features=["c"], encoding="index")
    (tmp_path / "new.csv").write_text("c\njapan\neurope\natlantis\nusa\n")
    split = read_for_prediction("new.csv", dataset.fitted, folder=tmp_path)
    inputs = prepare_inputs(build_front(dataset.fitted), split.features)
    assert inputs["input"].dtype == np.int32
    assert inputs["input"].tolist() == [[2], [1], [0], [3]]


def test_an_unknown_category_is_all_zeros_in_one_hot(load: Load, tmp_path: Path) -> None:
    dataset = load(mixed(), features=["c"])
    (tmp_path / "new.csv").write_text("c\natlantis\nusa\n")
    split = read_for_prediction("new.csv", dataset.fitted, folder=tmp_path)
    inputs = prepare_inputs(build_front(dataset.fitted), split.features)
    assert inputs["input"].tolist() == [[0, 0, 0], [0, 0, 1]]


def test_missing_cells_are_filled_in_the_graph(load: Load, tmp_path: Path) -> None:
    dataset = load(mixed(), missing="mean")
    (tmp_path / "new.csv").write_text("x,c,b\n,,\n")
    split = read_for_prediction("new.csv", dataset.fitted, folder=tmp_path)
    inputs = prepare_inputs(build_front(dataset.fitted), split.features)
    fills = [dataset.fitted.columns[name] for name in ("c", "b")]
    category, boolean = (getattr(fit, "fill", None) for fit in fills)
    one_hot = [float(category == name) for name in ("europe", "japan", "usa")]
    assert inputs["input"] == pytest.approx(np.array([[0, *one_hot, boolean]]), rel=1e-6, abs=1e-6)


def test_integers_pass_as_they_are(load: Load, tmp_path: Path) -> None:
    tokens = np.random.default_rng(0).integers(0, 500, (40, 7))
    np.savez(tmp_path / "data.npz", tokens=tokens, y=np.arange(40.0))
    dataset = load(source="data.npz", columns={"tokens": "integer"})
    arrays = prepare_arrays(build_front(dataset.fitted), dataset, "train")
    assert arrays.inputs["input"].dtype == np.int32
    assert arrays.inputs["input"].tolist() == tokens[dataset.splits["train"].rows].tolist()


def test_columns_of_a_window_lie_side_by_side_at_each_step(load: Load) -> None:
    dataset = load(mixed(), features=["x", "c"], window={"length": 6}, scaling="none")
    arrays = prepare_arrays(build_front(dataset.fitted), dataset, "test")
    features = dataset.splits["test"].features
    assert arrays.inputs["input"].shape == (len(dataset.splits["test"]), 6, 4)
    assert arrays.inputs["input"][..., 0].tolist() == features["x"].values.tolist()
    assert (arrays.inputs["input"][..., 2] == (features["c"].values == "japan")).all()


def series_with_gaps() -> str:
    return "x,c,y,day\n" + "".join(
        f"{'' if k % 9 == 4 else k * 3.25},{['usa', '', 'europe'][k % 3]},{k},"
        f"2024-01-{k % 28 + 1:02d}\n"
        for k in range(ROWS)
    )


@pytest.mark.parametrize("stride", [1, 4, 6, 7])
def test_windows_lie_over_the_prepared_series_and_hold_what_copies_of_them_hold(
    load: Load, stride: int
) -> None:
    dataset = load(
        series_with_gaps(),
        target="y",
        features=["x", "c", "day"],
        columns={
            "x": Numeric(missing="mean", indicator=True),
            "c": Category(missing="own"),
            "day": Date(parts=("month", "weekday")),
        },
        window={"length": 6, "stride": stride},
    )
    front = build_front(dataset.fitted)
    for name in SPLITS:
        features = dataset.splits[name].features
        found = prepare_inputs(front, features)["input"]
        copied = {
            key: replace(one, values=one.values.copy()) for key, one in features.columns.items()
        }
        expected = prepare_inputs(front, Table(copied, features.rows))["input"]
        assert np.array_equal(found, expected)
        shares = found.nbytes < laid_out_bytes(found)
        assert shares == (stride < 6 and len(found) > 1)


def test_a_reconstruction_s_target_is_the_input_and_no_copy(load: Load) -> None:
    dataset = load(source="sklearn:digits", need="reconstruction")
    arrays = prepare_arrays(build_front(dataset.fitted), dataset, "test")
    assert arrays.targets["out"] is arrays.inputs["input"]
    back = build_back(dataset.fitted, "out")
    pictures = decode_predictions(back, arrays.targets["out"])["prediction"]
    original = dataset.splits["test"].features["images"].values
    assert pictures == pytest.approx(original, rel=1e-6, abs=1e-5)


def test_large_tables_are_prepared_in_parts(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load(mixed())
    whole = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    monkeypatch.setattr("nnspec.build.front.BATCH_ELEMENTS", 30)
    parts = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize(
    "settings",
    [
        {"missing": "median"},
        {"features": ["x", "c"], "window": {"length": 5}},
        {"inputs": {"measures": ["x", "b"], "place": ["c"]}, "encoding": {"c": "index"}},
    ],
)
def test_the_exported_front_equals_the_one_used_for_training(
    settings: dict[str, object], load: Load, tmp_path: Path
) -> None:
    dataset = load(mixed(), **settings)
    front = build_front(dataset.fitted)
    arrays = prepare_arrays(front, dataset, "test")
    front.serve = tf.function(front)
    front.serve.get_concrete_function(front.signature)
    tf.saved_model.save(front, str(tmp_path / "model"))
    serve = tf.saved_model.load(str(tmp_path / "model")).serve
    features = dataset.splits["test"].features
    for name, tensor in serve(raw_columns(features, dataset.fitted.columns)).items():
        assert np.array_equal(tensor.numpy(), arrays.inputs[name])
    one = serve(raw_columns(features.take(slice(0, 1)), dataset.fitted.columns))
    assert {len(tensor) for tensor in one.values()} == {1}


def test_the_back_of_a_regression_gives_the_target_s_units(load: Load) -> None:
    dataset = load(mixed())
    arrays = prepare_arrays(build_front(dataset.fitted), dataset, "test")
    found = decode_predictions(build_back(dataset.fitted, "out"), arrays.targets["out"])
    raw = dataset.raw_targets("test")["out"]
    assert found["prediction"] == pytest.approx(raw, rel=1e-4, abs=1e-3)
    exact = decode_targets(dataset.fitted.targets["out"], arrays.targets["out"])
    assert found["prediction"] == pytest.approx(exact, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("from_logits", [False, True])
def test_the_back_of_classes_gives_labels_and_probabilities(
    from_logits: bool,  # noqa: FBT001 - pytest hands it over by name
    load: Load,
) -> None:
    dataset = load(mixed(), target="c", features=["x"], need="multiclass")
    logits = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    softmax = tf.nn.softmax(logits).numpy()
    back = build_back(dataset.fitted, "out", from_logits=from_logits)
    found = decode_predictions(back, logits if from_logits else softmax)
    assert found["probabilities"] == pytest.approx(softmax, rel=1e-6, abs=1e-6)
    labels = ["europe", "japan", "usa"]
    assert found["prediction"].tolist() == [labels[k] for k in logits.argmax(axis=1)]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [("01", [0, 1]), (("no", "yes"), ["no", "yes"]), (("false", "true"), [False, True])],
)
def test_the_back_of_two_classes_splits_at_one_half(
    cells: tuple[str, str], labels: list[object], load: Load
) -> None:
    text = "x,y\n" + "".join(f"{k},{cells[k % 2]}\n" for k in range(ROWS))
    back = build_back(load(text, need="binary").fitted, "out")
    found = decode_predictions(back, np.array([[0.2], [0.5], [0.9]], np.float32))
    assert found["prediction"].tolist() == [labels[0], labels[0], labels[1]]
    assert found["probabilities"] == pytest.approx(
        np.array([[0.8, 0.2], [0.5, 0.5], [0.1, 0.9]]), rel=1e-6, abs=1e-6
    )
    logits = build_back(load(text, need="binary").fitted, "out", from_logits=True)
    assert (
        decode_predictions(logits, np.array([[-3.0], [3.0]], np.float32))["prediction"].tolist()
        == labels
    )
