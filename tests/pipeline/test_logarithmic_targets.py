"""`target_scaling: log`: logarithms are learned, and everything told is in the target's own units.

The oracles are Keras on targets that scikit-learn has transformed, and NumPy on what comes back.
"""

import csv
import io
import json
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from keras import ops
from sklearn import metrics as sk
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import nnspec
from nnspec.commands import main
from nnspec.diagnostics import Refused
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.exchanged import export_python
from nnspec.pipeline.finished import open_run

pytestmark = pytest.mark.keras

Array = np.ndarray[Any, Any]
ROWS, TRAIN, HELD = 100, 60, 20
AREA, ROOMS, PRICE, WEIGHT = "Floor area (m²)", "rooms", "Price €", "Weight [kg]"
EXECUTORS = {"fused": "", "keras": "engine: keras", "graph": "engine: fused, xla: 'off'"}
SPEC = f"""
nnspec: 1
name: logs
data:
  source: t.csv
  features: ["{AREA}", {ROOMS}]
  target: "{PRICE}"
  target_scaling: log
  split: {{validation: 0.2, test: 0.2, method: time}}
model: [{{Dense: {{units: 8, activation: tanh}}}}, {{Dense: 1}}]
training:
  optimizer: {{Adam: {{learning_rate: 0.1}}}}
  loss: mse
  metrics: [mae, mse, rmse, r2, mape]
  batch_size: 16
  epochs: 14
  shuffle: false
  callbacks:
    - EarlyStopping: {{monitor: val_mae, min_delta: 2000, patience: 4}}
    - ReduceLROnPlateau: {{monitor: val_mae, min_delta: 6000, patience: 1, factor: 0.5}}
evaluation: {{interval: 0.8}}
runtime: {{seed: 5, @}}
"""
SEVERAL = f"""
nnspec: 1
name: several
data:
  source: t.csv
  features: ["{AREA}", {ROOMS}]
  target: {{both: ["{PRICE}", "{WEIGHT}"], wide: "{PRICE}", kind: kind}}
  target_scaling: log
  split: {{validation: 0.2, test: 0.2, method: time}}
model:
  layers:
    - Dense: {{units: 8, activation: tanh}}
      name: base
    - Dense: 2
      name: both
    - Dense: 3
      name: wide
      inputs: base
    - Dense: {{units: 1, activation: sigmoid}}
      name: kind
      inputs: base
  outputs: [both, wide, kind]
training:
  optimizer: {{Adam: {{learning_rate: 0.05}}}}
  loss: {{both: mae, wide: {{Pinball: [0.1, 0.5, 0.9]}}, kind: bce}}
  metrics: {{both: [mae, rmse, r2], wide: [rmse], kind: [accuracy]}}
  epochs: 6
evaluation: {{baselines: false}}
"""


def draw_table() -> dict[str, list[Any]]:
    draw = np.random.default_rng(2)
    area, rooms = draw.uniform(20, 250, ROWS), draw.integers(1, 7, ROWS)
    price = np.exp(7 + 0.02 * area + 0.1 * rooms + 0.3 * draw.normal(size=ROWS))
    price[3] = 0.0
    weight = np.exp(draw.normal(size=ROWS) - 0.01 * area)
    return {
        AREA: area.round(2).tolist(),
        ROOMS: rooms.tolist(),
        PRICE: price.round(2).tolist(),
        WEIGHT: weight.round(5).tolist(),
        "kind": [["flat", "House"][int(one > 90)] for one in area],
    }


TABLE = draw_table()


def write(folder: Path, spec: str, table: dict[str, list[Any]] = TABLE) -> Path:
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    (folder / "s.yaml").write_text(spec, encoding="utf-8")
    return folder / "s.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Train the spec by an executor, once."""

    @cache
    def train(executor: str) -> Path:
        spec = SEVERAL if executor == "several" else SPEC.replace("@", EXECUTORS[executor])
        folder = tmp_path_factory.mktemp(executor)
        return nnspec.train(write(folder, spec), runs=folder).folder

    return train


def columns(text: str) -> dict[str, list[str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [one[name] for one in rows] for name in rows[0]}


def numbers(cells: list[str]) -> Array:
    return np.array([float(one) for one in cells])


def history_of(folder: Path) -> dict[str, Array]:
    found = columns((folder / "history.csv").read_text())
    return {name: numbers(cells) for name, cells in found.items()}


@dataclass(frozen=True)
class Taught:
    """What Keras learns of targets transformed by hand, and what NumPy says of each epoch."""

    weights: list[Array]
    history: dict[str, list[float]]
    validation: dict[str, list[float]]
    answers: Array


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """Fit the same network on targets that scikit-learn transforms; measure what it gives back."""
    spec = write(tmp_path_factory.mktemp("hand"), SPEC.replace("@", ""))
    x = StandardScaler().fit(features()[:TRAIN]).transform(features())
    price = np.array(TABLE[PRICE])[:, None]
    logarithm = FunctionTransformer(np.log1p, np.expm1)
    scaler = make_pipeline(logarithm, StandardScaler()).fit(price[:TRAIN])
    y = scaler.transform(price)
    mean, deviation = float(scaler[1].mean_[0]), float(scaler[1].scale_[0])

    def back(values: Any) -> Any:
        return ops.expm1(values * deviation + mean)

    def mae(truth: Any, answer: Any) -> Any:
        return ops.mean(ops.abs(back(answer) - back(truth)), axis=-1)

    def mse(truth: Any, answer: Any) -> Any:
        return ops.mean(ops.square(back(answer) - back(truth)), axis=-1)

    model = compile_model(spec)
    model.compile(keras.optimizers.Adam(0.1), "mse", metrics=[mae, mse])
    told: dict[str, list[float]] = {name: [] for name in ("mae", "rmse", "r2", "mape")}
    held = slice(TRAIN, TRAIN + HELD)

    def measure(_: int, logs: Any) -> None:
        del logs
        answer, truth = scaler.inverse_transform(model(x[held]).numpy()), price[held]
        told["mae"].append(sk.mean_absolute_error(truth, answer))
        told["rmse"].append(sk.root_mean_squared_error(truth, answer))
        told["r2"].append(sk.r2_score(truth, answer))
        told["mape"].append(100 * sk.mean_absolute_percentage_error(truth, answer))

    history = model.fit(
        *(x[:TRAIN], y[:TRAIN]),
        batch_size=16,
        epochs=14,
        shuffle=False,
        verbose=0,
        validation_data=(x[held], y[held]),
        callbacks=[
            keras.callbacks.EarlyStopping("val_mae", mode="min", min_delta=2000, patience=4),
            keras.callbacks.ReduceLROnPlateau("val_mae", 0.5, 1, mode="min", min_delta=6000),
            keras.callbacks.LambdaCallback(on_epoch_end=measure),
        ],
    ).history
    answers = scaler.inverse_transform(model(x).numpy())[:, 0]
    return Taught(model.get_weights(), history, told, answers)


def features() -> Array:
    return np.array([TABLE[AREA], TABLE[ROOMS]]).T


@pytest.mark.parametrize(
    "executor", ["fused", "keras", pytest.param("graph", marks=pytest.mark.slow)]
)
def test_a_run_learns_logs_and_decides_what_keras_does_on_transformed_targets(
    executor: str, run: Callable[[str], Path], taught: Taught
) -> None:
    found = history_of(run(executor))
    epochs = len(taught.history["loss"])
    assert 6 < epochs < 14
    assert len(found["loss"]) == epochs
    # The rate falls more than once, by what val_mae is in the target's own units.
    rates = found["learning_rate"]
    assert rates == pytest.approx(taught.history["learning_rate"], rel=1e-6)
    assert len(set(rates.tolist())) > 2
    for name in ("loss", "val_loss", "mae", "val_mae", "mse", "val_mse"):
        assert found[name] == pytest.approx(np.array(taught.history[name]), rel=2e-4), name
    assert found["rmse"] == pytest.approx(np.sqrt(taught.history["mse"]), rel=2e-4)
    for name, wanted in taught.validation.items():
        assert found[f"val_{name}"] == pytest.approx(np.array(wanted), rel=2e-4, abs=2e-5), name
    core = open_run(run(executor)).program.core
    for ours, theirs in zip(core.get_weights(), taught.weights, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)
    told = columns(nnspec.predict(run(executor), run(executor).parent / "t.csv"))
    assert numbers(told["prediction"]) == pytest.approx(taught.answers, rel=2e-4)


def test_the_scale_is_that_of_training_rows_alone(run: Callable[[str], Path]) -> None:
    fitted = json.loads((run("fused") / "preprocessing.json").read_text())
    (target,) = fitted["targets"].values()
    logs = np.log1p(TABLE[PRICE][:TRAIN])
    assert target["log"] is True
    assert target["shift"] == pytest.approx([logs.mean()])
    assert target["scale"] == pytest.approx([logs.std()])


def test_report_predictions_and_intervals_are_in_the_target_s_units(
    run: Callable[[str], Path], taught: Taught
) -> None:
    folder = run("fused")
    report = json.loads((folder / "report.json").read_text())
    (output,) = report["outputs"].values()
    truth = np.array(TABLE[PRICE])
    test, held = slice(TRAIN + HELD, ROWS), slice(TRAIN, TRAIN + HELD)
    figures = output["metrics"]["test"]
    assert figures["mae"] == pytest.approx(
        sk.mean_absolute_error(truth[test], taught.answers[test]), rel=1e-3
    )
    assert figures["r2"] == pytest.approx(sk.r2_score(truth[test], taught.answers[test]), rel=1e-3)
    assert figures["mape"] == pytest.approx(
        100 * sk.mean_absolute_percentage_error(truth[test], taught.answers[test]), rel=1e-3
    )
    mean = np.full(HELD, truth[:TRAIN].mean())
    assert output["baselines"]["mean"]["test"]["mae"] == pytest.approx(
        sk.mean_absolute_error(truth[test], mean)
    )
    told = columns((folder / "predictions.csv").read_text())
    assert numbers(told["target"]) == pytest.approx(truth[test])
    apart = np.sort(np.abs(taught.answers[held] - truth[held]))
    reach = apart[int(np.ceil((HELD + 1) * 0.8)) - 1]
    assert numbers(told["upper"]) - numbers(told["prediction"]) == pytest.approx(reach, rel=1e-3)
    assert "MeanSquaredError of scaled logarithms of targets" in (folder / "report.md").read_text()


@pytest.mark.parametrize("name", ["fused", pytest.param("several", marks=pytest.mark.slow)])
def test_savedmodel_and_onnx_answer_as_predict_does(
    name: str, run: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = run(name)
    told = columns(nnspec.predict(folder, folder.parent / "t.csv"))
    loaded = tf.saved_model.load(str(folder / "model"))
    served = {
        key: one.numpy()
        for key, one in loaded.serve(
            {one: tf.constant(TABLE[one], tf.float32) for one in (AREA, ROOMS)}
        ).items()
    }
    with pytest.raises(SystemExit) as stopped:
        main(["export", str(folder), "--format", "onnx", "-o", str(tmp_path / "net.onnx")])
    assert stopped.value.code == 0
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    names = [one.name for one in session.get_outputs()]
    given = {one: np.array(TABLE[one], np.float32) for one in (AREA, ROOMS)}
    kinds = {one.name: one.type for one in session.get_inputs()}
    given = {
        one: cells.astype(np.float64 if kinds[one] == "tensor(double)" else np.float32)
        for one, cells in given.items()
    }
    found = dict(zip(names, session.run(None, given), strict=True))
    keys = [one for one in served if not one.startswith(("prob", "prediction_kind"))]
    assert len(keys) == (3 if name == "fused" else 5)
    for key in keys:
        places = [PRICE, WEIGHT] if key.endswith("_both") else [None]
        cells = [told[key if place is None else f"{key}.{place}"] for place in places]
        wanted = np.stack([numbers(one) for one in cells], axis=1)
        near = pytest.approx(wanted, rel=1e-5, abs=2**-24)  # half a step of single precision at 1
        for one in (served[key], found[key]):
            assert one.reshape(wanted.shape) == near, key


@pytest.mark.slow
def test_several_targets_are_each_in_their_own_units(run: Callable[[str], Path]) -> None:
    folder = run("several")
    outputs = json.loads((folder / "report.json").read_text())["outputs"]
    history = history_of(folder)
    told = columns(nnspec.predict(folder, folder.parent / "t.csv"))
    held, test = slice(TRAIN, TRAIN + HELD), slice(TRAIN + HELD, ROWS)
    truth = np.array([TABLE[PRICE], TABLE[WEIGHT]]).T
    both = np.stack([numbers(told[f"prediction_both.{one}"]) for one in (PRICE, WEIGHT)], axis=1)
    middle = numbers(told["prediction_wide"])
    for name, function in (
        ("mae", sk.mean_absolute_error),
        ("rmse", sk.root_mean_squared_error),
        ("r2", sk.r2_score),
    ):
        found = history[f"val_both_{name}"][-1]
        assert found == pytest.approx(function(truth[held], both[held]), rel=1e-3), name
        reported = outputs["both"]["metrics"]["test"][name]
        assert reported == pytest.approx(function(truth[test], both[test]), rel=1e-5), name
    wide = sk.root_mean_squared_error(truth[held, 0], middle[held])
    assert history["val_wide_rmse"][-1] == pytest.approx(wide, rel=1e-3)
    pinball = np.mean(
        [
            sk.mean_pinball_loss(
                truth[test, 0], numbers(told[f"q{one}_wide"])[test], alpha=one / 100
            )
            for one in (10, 50, 90)
        ]
    )
    assert outputs["wide"]["metrics"]["test"]["pinball"] == pytest.approx(pinball, rel=1e-5)
    assert outputs["kind"]["metrics"]["test"]["accuracy"] is not None


@pytest.mark.slow
def test_a_program_of_keras_alone_learns_the_same_logarithms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = SPEC.replace("@", "").partition("  callbacks:")
    alone = said[0] + "evaluation: {baselines: false}\nruntime: {seed: 5}\n"
    source = write(tmp_path, alone)
    export_python(source, tmp_path / "program.py")
    capsys.readouterr()
    runpy.run_path(str(tmp_path / "program.py"), run_name="__main__")
    told = capsys.readouterr().out.strip().splitlines()[-1]
    run = nnspec.train(source, runs=tmp_path).folder
    (output,) = json.loads((run / "report.json").read_text())["outputs"].values()
    figures = output["metrics"]["test"]
    mae = float(told.rpartition("mae ")[2])
    assert mae == pytest.approx(figures["mae"], rel=1e-3)


def test_a_program_says_no_callback_that_watches_other_units(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="callbacks watch val_mae"):
        export_python(write(tmp_path, SPEC.replace("@", "")), tmp_path / "program.py")


@pytest.mark.slow
def test_each_horizon_of_a_series_is_in_the_target_s_units(tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    sold = np.exp(3 + np.sin(np.arange(150) / 4) + 0.1 * draw.normal(size=150)).round(3).tolist()
    spec = """
nnspec: 1
name: ahead
data:
  source: t.csv
  target: sold
  target_scaling: log
  window: {length: 6, horizon: [1, 3]}
model: [Flatten, {Dense: 8}, {Dense: 2}]
training: {optimizer: adam, loss: mse, metrics: [mae], epochs: 3}
"""
    folder = nnspec.train(write(tmp_path, spec, {"sold": sold}), runs=tmp_path).folder
    told = columns((folder / "predictions.csv").read_text())
    (output,) = json.loads((folder / "report.json").read_text())["outputs"].values()
    truth, answer = (
        np.stack([numbers(told[f"{what}sold+{step}"]) for step in (1, 3)], axis=1)
        for what in ("", "prediction_")
    )
    assert np.isin(truth, sold).all()
    assert answer.min() > 1
    assert output["metrics"]["test"]["mae"] == pytest.approx(np.abs(truth - answer).mean())


def test_new_rows_below_0_are_refused_by_an_evaluation(
    run: Callable[[str], Path], tmp_path: Path
) -> None:
    prices = [*TABLE[PRICE]]
    prices[2] = -1
    write(tmp_path, "", {**TABLE, PRICE: prices})
    with pytest.raises(Refused, match="is -1 in row 3; target_scaling: log takes"):
        nnspec.evaluate(run("fused"), tmp_path / "t.csv")
