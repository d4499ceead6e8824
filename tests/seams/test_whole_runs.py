"""Whole runs whose executors, states or losses once led past the end of the training."""

import csv
import io
import json
from pathlib import Path
from textwrap import dedent

import keras
import numpy as np
import pytest

import nnspec
from nnspec.diagnostics import Diagnostic, Refused, RunFailed, Severity

pytestmark = pytest.mark.keras

STATEFUL = """
nnspec: 1
data:
  source: series.csv
  target: level
  features: [level]
  window: {length: 4}
model:
  - Input: {shape: [4, 1], batch_size: BATCH}
  - GRU: {units: 3, stateful: true}
  - Dense: 1
training: {optimizer: adam, loss: mse, batch_size: BATCH, shuffle: false, epochs: 2}
evaluation: {baselines: false}
runtime: {xla: "off"}
"""


def series(folder: Path) -> None:
    steps = np.arange(83)
    level = 50 + 10 * np.sin(steps / 5) + np.random.default_rng(4).normal(size=83)
    lines = "\n".join(f"{one:.4f}" for one in level)
    (folder / "series.csv").write_text(f"level\n{lines}\n")


def errors(refused: Refused) -> list[Diagnostic]:
    return [one for one in refused.diagnostics if one.severity is Severity.ERROR]


def spec(folder: Path, text: str) -> Path:
    path = folder / "spec.yaml"
    path.write_text(dedent(text))
    return path


def answers(run: Path, table: Path) -> list[float]:
    rows = csv.DictReader(io.StringIO(nnspec.predict(run, table)))
    return [float(row["prediction"]) for row in rows]


@pytest.mark.parametrize("batch", [1, pytest.param(7, marks=pytest.mark.slow)])
def test_a_stateful_network_trains_on_whole_batches_and_answers_every_row(
    tmp_path: Path, batch: int
) -> None:
    series(tmp_path)
    path = spec(tmp_path, STATEFUL.replace("BATCH", str(batch)))
    run = nnspec.train(path, runs=tmp_path / "runs").folder
    report = json.loads((run / "report.json").read_text())
    said = f"the last {report['rows']['train'] % batch} of {report['rows']['train']} training rows"
    assert (said in json.dumps(report)) == (report["rows"]["train"] % batch > 0)
    found = answers(run, tmp_path / "series.csv")
    assert found == pytest.approx(answers(run, tmp_path / "series.csv"), rel=1e-6)
    assert found == pytest.approx(by_keras(run, tmp_path, batch), rel=1e-4)


def by_keras(run: Path, folder: Path, batch: int) -> list[float]:
    """Return what Keras predicts from states of zero, the last batch filled up."""
    fitted = json.loads((run / "preprocessing.json").read_text())
    shift, scale = (fitted["columns"]["level"][key] for key in ("shift", "scale"))
    aim = fitted["targets"]
    (target,) = aim.values()
    level = np.loadtxt(folder / "series.csv", skiprows=1)
    windows = np.stack([level[place : place + 4] for place in range(len(level) - 3)])
    x = ((windows - shift) / scale).astype("float32")[..., None]
    inputs = keras.Input(batch_shape=(batch, 4, 1))
    hidden = keras.layers.GRU(3, stateful=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.load_weights(run / "checkpoints" / "last.weights.h5")
    filled = np.concatenate([x, np.repeat(x[-1:], -len(x) % batch, axis=0)])
    left = model.predict(filled, batch_size=batch, verbose=0)[: len(x), 0]
    answers: list[float] = (left * target["scale"][0] + target["shift"][0]).tolist()
    return answers


def test_a_batch_of_another_size_and_a_split_that_fills_none_are_refused(tmp_path: Path) -> None:
    series(tmp_path)
    path = spec(tmp_path, STATEFUL.replace("BATCH", "4"))
    with pytest.raises(Refused) as refused:
        nnspec.train(path, runs=tmp_path / "runs", overrides=["training.batch_size=8"])
    assert [one.code for one in errors(refused.value)] == ["T128"]
    path = spec(tmp_path, STATEFUL.replace("BATCH", "40"))
    with pytest.raises(Refused, match="the validation split has") as refused:
        nnspec.train(path, runs=tmp_path / "runs")
    assert [one.code for one in errors(refused.value)] == ["D111"]


BREAKING = """
nnspec: 1
data: {source: series.csv, target: level, features: [level], window: {length: 4}}
model: [Flatten, Dense: 1]
training:
  optimizer:
    SGD:
      learning_rate:
        PiecewiseConstantDecay: {boundaries: [2], values: [0.001, 1e9], unit: epochs}
  loss: mse
  epochs: 7
  callbacks: [TerminateOnNaN]
evaluation: {baselines: false}
export: {formats: []}
"""


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_a_training_that_breaks_ends_early_with_the_best_weights(
    tmp_path: Path, engine: str
) -> None:
    series(tmp_path)
    run = nnspec.train(
        spec(tmp_path, BREAKING), runs=tmp_path / "runs", overrides=[f"runtime.engine={engine}"]
    )
    stopped = str(run.report.training.stopped)
    assert stopped.startswith("ended early by TerminateOnNaN: the loss became NaN or infinite")
    assert stopped.endswith("; the best weights before are put back")
    assert run.report.training.epochs < 7
    figures = run.report.first.metrics["test"].values()
    assert all(one is not None and np.isfinite(one) for one in figures)


def test_a_training_that_breaks_at_once_or_must_fail_ends_with_its_own_code(
    tmp_path: Path,
) -> None:
    series(tmp_path)
    text = BREAKING.replace("[0.001, 1e9]", "[1e30, 1e30]")
    for path in (text, BREAKING.replace("TerminateOnNaN", "TerminateOnNaN: {raise_error: true}")):
        with pytest.raises(RunFailed) as failed:
            nnspec.train(spec(tmp_path, path), runs=tmp_path / "runs")
        assert failed.value.exit_code == 3
        assert failed.value.diagnostics[0].code == "R101"


def test_numbers_that_an_embedding_has_no_row_for_are_shown(tmp_path: Path) -> None:
    types = [-1 if place == 31 else place % 3 for place in range(40)]
    rows = "\n".join(f"{place % 5},{types[place]},{place}" for place in range(40))
    (tmp_path / "table.csv").write_text(f"zone,type,price\n{rows}\n")
    text = """
        nnspec: 1
        data:
          source: table.csv
          target: price
          columns: {zone: integer, type: integer}
          features: [zone, type]
        model:
          - Embedding: {input_dim: SIZE, output_dim: 2}
          - Flatten
          - Dense: 1
        training: {optimizer: adam, loss: mse}
        """
    for size, said in (("5", 'column "type" holds -1 in row 32'), ("4", "from 0 to 4")):
        with pytest.raises(Refused) as refused:
            nnspec.train(spec(tmp_path, text.replace("SIZE", size)), runs=tmp_path)
        assert {one.code for one in errors(refused.value)} == {"G320"}
        assert said in "".join(one.message for one in errors(refused.value))
