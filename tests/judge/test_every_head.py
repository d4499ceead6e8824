"""From spec to figures: every kind of target trains, is judged, predicted and exported."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics as sk

from nnspec.diagnostics import GateMissed
from nnspec.judge.reliability import error_of_label
from nnspec.pipeline import finished
from nnspec.pipeline.run import Place, run

pytestmark = pytest.mark.keras
Array = np.ndarray[Any, Any]
Trained = Callable[[str, str], "Kept"]
LABELS = ("Is loud (dB)", "très tard", "no")


@dataclass(frozen=True)
class Kept:
    """A finished run, and what it wrote."""

    folder: Path
    report: dict[str, Any]

    @property
    def test(self) -> dict[str, float]:
        figures: dict[str, float] = self.report["metrics"]["test"]
        return figures

    @property
    def last_epoch(self) -> dict[str, float]:
        rows = list(csv.DictReader((self.folder / "history.csv").read_text().splitlines()))
        return {name: float(value) for name, value in rows[-1].items()}

    def predictions(self, text: str | None = None) -> dict[str, list[str]]:
        text = text or (self.folder / "predictions.csv").read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text)))
        return {name: [row[name] for row in rows] for name in rows[0]}

    def columns(self, *names: str) -> Array:
        found = self.predictions()
        return np.array([found[name] for name in names], dtype=float).T


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tables that the specs read."""
    made = tmp_path_factory.mktemp("heads")
    random = np.random.default_rng(7)
    inputs = random.normal(size=(150, 3)).round(3)
    held = (inputs @ random.normal(size=(3, 3)) + random.normal(size=(150, 3)) > 0.4).astype(int)
    kinds = inputs.argmax(axis=1)
    sizes = [1000 + 300 * inputs[:, 0], 0.01 + 0.002 * inputs[:, 0] + 0.0004 * inputs[:, 1]]
    with (made / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "c", *LABELS, "Cat", "Dog", "Owl", "kind", "big", "small", "w"])
        for row in range(150):
            one_hot = np.eye(3, dtype=int)[kinds[row]].tolist()
            measured = [round(float(size[row]), 6) for size in sizes]
            kind, weight = "xyz"[kinds[row]], (row % 5 + 1) / 2
            writer.writerow([*inputs[row], *held[row], *one_hot, kind, *measured, weight])
    tokens = random.integers(1, 12, (120, 6))
    for row, length in enumerate(random.integers(1, 7, 120)):
        tokens[row, length:] = 0
    np.savez(made / "tokens.npz", token=tokens, tag=np.where(tokens, tokens % 3, 0))
    pictures = random.random((80, 5, 4, 1)).astype(np.float32)
    np.savez(made / "pictures.npz", picture=pictures, mask=(pictures[..., 0] > 0.5).astype(int))
    return made


@pytest.fixture(scope="module")
def trained(folder: Path) -> Trained:
    """Train a spec, given as its name and the rest of its text."""

    def train(name: str, text: str) -> Kept:
        path = folder / f"{name}.yaml"
        path.write_text(f"nnspec: 1\nname: {name}\n{text}", encoding="utf-8")
        result = run(path, place=Place(runs=folder / "runs"))
        report = json.loads((result.folder / "report.json").read_text(encoding="utf-8"))
        return Kept(result.folder, report)

    return train


def reloaded(kept: Kept) -> Any:
    return tf.saved_model.load(str(kept.folder / "model")).signatures["serving_default"]


def test_several_labels_from_a_table_to_figures_and_back(trained: Trained, folder: Path) -> None:
    kept = trained(
        "labels",
        f"""
data: {{source: table.csv, target: {json.dumps(LABELS)}, features: [a, b, c]}}
model: [{{Dense: {{units: 3, activation: sigmoid}}}}]
training:
  optimizer: {{Adam: 0.05}}
  loss: binary_crossentropy
  metrics: [accuracy, Precision, {{F1Score: {{average: macro, threshold: 0.5}}}}]
  epochs: 6
evaluation: {{gates: {{Precision: {{min: 0.01}}, subset_accuracy: {{min: 0.01}}}}}}
""",
    )
    truth = kept.columns(*LABELS)
    said = kept.columns(*(f"prediction_{one}" for one in LABELS))
    shares = kept.columns(*(f"probability_{one}" for one in LABELS))
    assert kept.test == pytest.approx(
        {
            "accuracy": (truth == said).mean(),
            "macro_f1": sk.f1_score(truth, said, average="macro", zero_division=0),
            "roc_auc": sk.roc_auc_score(truth, shares),
            "subset_accuracy": sk.accuracy_score(truth, said),
            "ece": np.mean(
                [error_of_label(shares[:, one], truth[:, one] == 1, None) for one in range(3)]
            ),
            "precision": sk.precision_score(truth, said, average="micro"),
            "f1_score": sk.f1_score(truth, said, average="macro", zero_division=0),
        },
        abs=1e-6,
    )
    assert list(kept.report["metrics_by_column"]["test"]) == list(LABELS)
    assert kept.last_epoch["val_accuracy"] == pytest.approx(
        kept.report["metrics"]["validation"]["accuracy"], abs=1e-6
    )
    again = kept.predictions(finished.predict(kept.folder, folder / "table.csv").content.decode())
    rows = [int(one) for one in kept.predictions()["row"]]
    for one in LABELS:
        assert [again[f"prediction_{one}"][row] for row in rows] == (
            kept.predictions()[f"prediction_{one}"]
        )
    answers = reloaded(kept)(**{one: tf.constant([0.5, -0.5]) for one in "abc"})
    assert answers["prediction"].shape == answers["probabilities"].shape == (2, 3)


def test_steps_behind_a_mask_are_left_out_everywhere(trained: Trained) -> None:
    kept = trained(
        "steps",
        """
data: {source: tokens.npz, target: tag, columns: {token: integer}}
model:
  - Embedding: {input_dim: 12, output_dim: 6, mask_zero: true}
  - Dense: {units: 3, activation: softmax}
training:
  {optimizer: {Adam: 0.02}, loss: sparse_categorical_crossentropy, metrics: [accuracy], epochs: 3}
""",
    )
    found = kept.predictions()
    pairs = [
        (truth, said)
        for place in range(6)
        for truth, said in zip(found[f"tag_{place}"], found[f"prediction_tag_{place}"], strict=True)
    ]
    counted = [(truth, said) for truth, said in pairs if said]
    assert 0 < len(counted) < len(pairs)
    truth, said = zip(*counted, strict=True)
    assert kept.test["accuracy"] == pytest.approx(sk.accuracy_score(truth, said), abs=1e-12)
    assert kept.test["macro_f1"] == pytest.approx(
        sk.f1_score(truth, said, average="macro", zero_division=0), abs=1e-12
    )
    assert kept.last_epoch["val_accuracy"] == pytest.approx(
        kept.report["metrics"]["validation"]["accuracy"], abs=1e-6
    )
    (output,) = finished.evaluate(kept.folder).report.outputs
    assert output.metrics["test"]["accuracy"] == kept.test["accuracy"]


def test_pixels_of_two_classes_have_a_class_each(trained: Trained) -> None:
    kept = trained(
        "pixels",
        """
data: {source: pictures.npz, target: mask}
model: [{Conv2D: {filters: 1, kernel_size: 1, activation: sigmoid}}]
training:
  {optimizer: {Adam: 0.1}, loss: binary_crossentropy, metrics: [accuracy, Recall], epochs: 3}
""",
    )
    places = [f"{row}_{column}" for row in range(5) for column in range(4)]
    truth = kept.columns(*(f"mask_{one}" for one in places)).ravel()
    said = kept.columns(*(f"prediction_mask_{one}" for one in places)).ravel()
    shares = kept.columns(*(f"probability_mask_{one}_1" for one in places)).ravel()
    assert kept.test["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, shares), abs=1e-9)
    assert kept.test["recall"] == pytest.approx(sk.recall_score(truth, said), abs=1e-6)
    answers = reloaded(kept)(picture=tf.zeros((2, 5, 4, 1)))
    assert answers["prediction"].shape == (2, 5, 4)


def test_one_hot_columns_are_one_class_named_after_its_column(trained: Trained) -> None:
    kept = trained(
        "one_hot",
        """
data: {source: table.csv, target: [Cat, Dog, Owl], features: [a, b, c]}
model: [{Dense: {units: 3, activation: softmax}}]
training:
  optimizer: {Adam: 0.05}
  loss: categorical_crossentropy
  metrics: [accuracy]
  epochs: 3
  class_weight: {Dog: 4.0}
""",
    )
    found = kept.predictions()
    shares = kept.columns(*(f"probability_{one}" for one in ("Cat", "Dog", "Owl")))
    assert found["prediction"] == [("Cat", "Dog", "Owl")[place] for place in shares.argmax(axis=1)]
    assert kept.test["accuracy"] == sk.accuracy_score(found["target"], found["prediction"])
    assert kept.report["weighted"] is False
    (note,) = kept.report["baseline_notes"]
    assert note == (
        "figures and baselines count all rows alike; the training weighs them by class_weight"
    )
    assert {one.decode() for one in reloaded(kept)(
        **{name: tf.constant([0.0, 2.0]) for name in "abc"}
    )["prediction"].numpy()} <= {"Cat", "Dog", "Owl"}  # fmt: skip


def test_a_reconstruction_is_gated_by_the_mean_of_its_columns(folder: Path) -> None:
    path = folder / "columns.yaml"
    path.write_text(
        "nnspec: 1\nname: columns\n"
        "data: {source: table.csv, task: reconstruction, features: [big, small]}\n"
        "model: [{Dense: 2}]\n"
        "training: {optimizer: adam, loss: mse, epochs: 1}\n"
        "evaluation: {gates: {r2: {min: 0.9}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(GateMissed, match=r"r2 is .* on the test rows"):
        run(path, place=Place(runs=folder / "runs"))
    report = json.loads((folder / "runs" / "columns" / "report.json").read_text())
    kept = Kept(folder / "runs" / "columns", report)
    truth, said = kept.columns("big", "small"), kept.columns("prediction_big", "prediction_small")
    assert kept.test["r2"] == pytest.approx(sk.r2_score(truth, said), abs=1e-9)
    assert kept.test["r2"] < 0.9 < sk.r2_score(truth.ravel(), said.ravel())
    assert report["baselines"]["mean"]["test"]["r2"] == pytest.approx(0, abs=0.1)
    assert report["training"]["loss"] == "MeanSquaredError of scaled targets"


@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_what_is_logged_and_watched_is_what_the_report_says(engine: str, trained: Trained) -> None:
    kept = trained(
        f"units_{engine}",
        f"""
data: {{source: table.csv, target: [big, small], features: [a, b]}}
model: [{{Dense: 2}}]
training:
  optimizer: {{Adam: 0.05}}
  loss: mse
  metrics: [mae, rmse, mape, r2, msle, mse]
  epochs: 40
  callbacks:
    - EarlyStopping: {{monitor: val_mae, min_delta: 40, patience: 2}}
runtime: {{engine: {engine}}}
export: {{formats: []}}
""",
    )
    validation, last = kept.report["metrics"]["validation"], kept.last_epoch
    for name, value in validation.items():
        assert last[f"val_{name}"] == pytest.approx(value, rel=2e-5), name
    truth = kept.columns("big", "small")
    said = kept.columns("prediction_big", "prediction_small")
    assert kept.test["mape"] == pytest.approx(
        100 * sk.mean_absolute_percentage_error(truth, said), rel=1e-4
    )
    assert kept.test["mse"] == pytest.approx(sk.mean_squared_error(truth, said), rel=1e-4)
    assert kept.test["msle"] == pytest.approx(sk.mean_squared_log_error(truth, said), rel=1e-3)
    rows = list(csv.DictReader((kept.folder / "history.csv").read_text().splitlines()))
    watched = [float(row["val_mae"]) for row in rows]
    best, waited, stop = np.inf, 0, 0
    while waited < 2:
        better = watched[stop] < best - 40
        best, waited = (watched[stop], 0) if better else (best, waited + 1)
        stop += 1
    assert len(watched) == stop < 40


def test_two_outputs_of_different_kinds_weighted_as_they_are_trained(trained: Trained) -> None:
    kept = trained(
        "two",
        """
data: {source: table.csv, target: {size: big, sort: kind}, features: [a, b, c], sample_weight: w}
model:
  layers:
    - {Dense: 1, name: size}
    - {Dense: {units: 3, activation: softmax}, name: sort, inputs: input}
  outputs: [size, sort]
training:
  optimizer: {Adam: 0.05}
  loss: {size: mse, sort: sparse_categorical_crossentropy}
  metrics: {size: [mape], sort: [accuracy]}
  epochs: 2
evaluation: {weighted: true, gates: {mape: {min: 0}, sort_accuracy: {min: 0}}}
export: {formats: []}
""",
    )
    found = kept.predictions()
    weights = np.array([(int(row) % 5 + 1) / 2 for row in found["row"]])
    truth, said = kept.columns("target_size").ravel(), kept.columns("prediction_size").ravel()
    outputs = kept.report["outputs"]
    size, sort = (outputs[name]["metrics"]["test"] for name in ("size", "sort"))
    assert size["mae"] == pytest.approx(
        sk.mean_absolute_error(truth, said, sample_weight=weights), rel=1e-9
    )
    assert size["mape"] == pytest.approx(
        100 * sk.mean_absolute_percentage_error(truth, said, sample_weight=weights), rel=1e-4
    )
    assert sort["accuracy"] == pytest.approx(
        sk.accuracy_score(found["target_sort"], found["prediction_sort"], sample_weight=weights),
        abs=1e-12,
    )
    assert outputs["size"]["weighted"]
    assert outputs["sort"]["baseline_notes"][0] == (
        'figures and baselines count each row by its weight (the column "w")'
    )
