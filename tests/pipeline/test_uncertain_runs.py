"""Intervals, quantiles and temperatures: the same in report, predictions and SavedModel."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics as sk

import nnspec

pytestmark = [pytest.mark.keras, pytest.mark.slow]

SPEC = """
nnspec: 1
name: sure
data:
  source: t.csv
  features: [a, b]
  target: {middle: y, wide: [y, z], kind: k, plain: z}
  split: {validation: 0.3, test: 0.3}
model:
  layers:
    - Dense: {units: 8, activation: tanh}
      name: base
    - Dense: 3
      name: middle
      inputs: base
    - Dense: 4
      name: wide
      inputs: base
    - Dense: {units: 1, activation: sigmoid}
      name: kind
      inputs: base
    - Dense: 1
      name: plain
      inputs: base
  outputs: [middle, wide, kind, plain]
training:
  optimizer: {Adam: {learning_rate: 0.02}}
  loss: {middle: {Pinball: [0.1, 0.5, 0.9]}, wide: gaussian_nll, kind: bce, plain: mse}
  metrics: {middle: [rmse], wide: [mae]}
  epochs: 4
evaluation:
  {interval: 0.75, calibration: temperature, threshold: 0.4, gates: {coverage_75: {min: 0.1}}}
"""
NUMBERS = {
    "prediction_middle": "prediction_middle",
    **{f"{one}_middle": f"{one}_middle" for one in ("q10", "q50", "q90", "lower", "upper")},
    **{f"{one}_plain": f"{one}_plain" for one in ("prediction", "lower", "upper")},
}
Table = dict[str, list[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sure")
    draw = np.random.default_rng(4)
    lines = ["a,b,y,z,k"]
    for _ in range(200):
        a, b = draw.normal(size=2)
        y, z = 50 + 9 * a + draw.normal() * (2 + abs(b)), 3 - b + draw.normal()
        kind = "yes" if draw.random() < 1 / (1 + np.exp(-3 * a)) else "no"
        lines.append(f"{a:.4f},{b:.4f},{y:.4f},{z:.4f},{kind}")
    (folder / "t.csv").write_text("\n".join([*lines, ""]))
    (folder / "s.yaml").write_text(SPEC)
    return nnspec.train(folder / "s.yaml", runs=folder).folder


def columns(text: str) -> Table:
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [one[name] for one in rows] for name in rows[0]}


def numbers(cells: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(one) for one in cells])


def test_the_saved_model_answers_as_predict_does(run: Path) -> None:
    told = columns(nnspec.predict(run, run.parent / "t.csv"))
    cells = columns((run.parent / "t.csv").read_text())
    serve = tf.saved_model.load(str(run / "model")).signatures["serving_default"]
    given = {name: tf.constant(numbers(cells[name]), tf.float32) for name in ("a", "b")}
    served = {name: one.numpy() for name, one in serve(**given).items()}
    for key, column in NUMBERS.items():
        assert served[key] == pytest.approx(numbers(told[column]), rel=1e-6)
    for place, name in enumerate("yz"):
        for kind in ("prediction", "std", "lower", "upper"):
            found = served[f"{kind}_wide"][:, place]
            assert found == pytest.approx(numbers(told[f"{kind}_wide.{name}"]), rel=1e-5)
    shares = numbers(told["probability_kind_yes"])
    assert served["probabilities_kind"][:, 1] == pytest.approx(shares, abs=1e-6)
    answers = ["yes" if one > 0.4 else "no" for one in shares]
    assert answers == told["prediction_kind"]
    assert [one.decode() for one in served["prediction_kind"]] == answers
    named = json.loads((run / "model" / "assets.extra" / "columns.json").read_text())["units"]
    assert named == {f"{one}_wide": ["y", "z"] for one in ("prediction", "std", "lower", "upper")}


def test_the_report_s_figures_follow_from_the_predictions_of_the_test_rows(run: Path) -> None:
    outputs = json.loads((run / "report.json").read_text())["outputs"]
    told = columns((run / "predictions.csv").read_text())
    figures = {name: one["metrics"]["test"] for name, one in outputs.items()}
    for name in ("middle", "plain"):
        low, target, high = (numbers(told[f"{one}_{name}"]) for one in ("lower", "target", "upper"))
        covered = ((low <= target) & (target <= high)).mean()
        assert figures[name]["coverage_75"] == pytest.approx(covered)
        assert figures[name]["width_75"] == pytest.approx((high - low).mean())
    target = numbers(told["target_middle"])
    losses = [
        sk.mean_pinball_loss(target, numbers(told[f"q{one}_middle"]), alpha=one / 100)
        for one in (10, 50, 90)
    ]
    assert figures["middle"]["pinball"] == pytest.approx(np.mean(losses))
    assert set(outputs["middle"]["baselines"]) == {"mean", "ridge", "training_quantiles"}
    assert figures["middle"]["rmse"] == pytest.approx(
        sk.root_mean_squared_error(target, numbers(told["q50_middle"]))
    )
    shares = numbers(told["probability_kind_yes"])
    notes = " ".join(outputs["kind"]["baseline_notes"])
    assert outputs["kind"]["temperature"] > 0
    assert f"{sk.log_loss(told['target_kind'], shares):.4f} after" in notes
    assert set(figures["wide"]) >= {"nll", "coverage_75", "coverage_90", "width_90", "mae"}


def test_an_evaluation_gives_the_figures_again_and_keeps_what_was_fitted(run: Path) -> None:
    before = json.loads((run / "report.json").read_text())["outputs"]
    for output in nnspec.evaluate(run):
        known = before[output.name]
        assert output.metrics["test"] == pytest.approx(known["metrics"]["test"], rel=1e-6)
        assert output.temperature == known["temperature"]
    new = nnspec.evaluate(run, run.parent / "t.csv")
    assert 0.6 < (new[-1].metrics["test"]["coverage_75"] or 0) < 0.9
