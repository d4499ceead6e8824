"""Losses and metrics of a compiled model, against those that a person hands to Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from nnspec.build.model import build_model
from nnspec.build.training import compile_training, with_mode
from nnspec.pipeline.check import Checked
from nnspec.spec.training import TrainingSection

pytestmark = pytest.mark.keras

ONE = """
nnspec: 1
model:
- Input: [3]
- {Dense: {units: 4, activation: ACTIVATION}, name: out}
training: {optimizer: {SGD: 0.0}, METRICS}
"""
TWO = """
nnspec: 1
model:
  layers:
  - Input: [3]
  - {Dense: 4, name: trunk}
  - {Dense: {units: 4, activation: sigmoid}, name: labels, inputs: trunk}
  - {Dense: 4, name: figures, inputs: trunk}
  outputs: [labels, figures]
training: {optimizer: {SGD: 0.0}, METRICS}
"""
ROWS = 40
X = np.random.default_rng(0).normal(size=(ROWS, 3)).astype("float32")
Y = np.random.default_rng(1).integers(0, 2, (ROWS, 4)).astype("float32")


def figures(
    read: Callable[..., Checked], text: str, metrics: dict[str, list[Any]] | None = None
) -> tuple[dict[str, float], list[Any]]:
    """Return what Keras logs of a spec's model, and what leaves the model, by output."""
    checked = read(text)
    spec, network = checked.spec, checked.network
    assert spec is not None
    assert spec.training is not None
    assert network is not None
    core = build_model(network, name="made", seed=0)
    compile_training(core, network, spec.training, steps_per_epoch=1, metrics=metrics)
    several = len(core.outputs)
    aims = [Y] * several if several > 1 else Y
    logs = core.evaluate(X, aims, batch_size=ROWS, verbose=0, return_dict=True)
    left = core.predict(X, verbose=0)
    return logs, left if several > 1 else [left]


def measured(metric: keras.metrics.Metric, left: Any) -> Any:
    metric.update_state(Y, left)
    return pytest.approx(float(metric.result()), rel=1e-5)


@pytest.mark.parametrize("loss", ["bce", "{out: bce}"])
@pytest.mark.parametrize("form", ["[accuracy, AUC, mse]", "{out: [accuracy, AUC, mse]}"])
def test_accuracy_of_several_labels_counts_each_label_and_other_metrics_are_their_own(
    read: Callable[..., Checked], loss: str, form: str
) -> None:
    text = ONE.replace("ACTIVATION", "sigmoid").replace("METRICS", f"loss: {loss}, metrics: {form}")
    logs, (left,) = figures(read, text)
    assert set(logs) == {"loss", "accuracy", "auc", "mse"}
    assert logs["accuracy"] == measured(keras.metrics.BinaryAccuracy(), left)
    assert logs["auc"] == measured(keras.metrics.AUC(), left)


def test_accuracy_of_one_class_looks_for_the_largest(read: Callable[..., Checked]) -> None:
    said = "loss: categorical_crossentropy, metrics: [accuracy]"
    logs, (left,) = figures(read, ONE.replace("ACTIVATION", "softmax").replace("METRICS", said))
    assert logs["accuracy"] == measured(keras.metrics.CategoricalAccuracy(), left)


def test_each_output_has_its_loss_and_its_metrics(read: Callable[..., Checked]) -> None:
    said = "loss: {labels: bce, figures: mse}, metrics: {labels: [accuracy], figures: [mae]}"
    logs, (labels, numbers) = figures(read, TWO.replace("METRICS", said))
    accuracy = measured(keras.metrics.BinaryAccuracy(), labels)
    error = measured(keras.metrics.MeanAbsoluteError(), numbers)
    assert logs["labels_accuracy"] == accuracy
    assert [one for name, one in logs.items() if name.startswith("figures_m")] == [error]


def test_metrics_that_are_handed_over_take_the_place_of_those_named(
    read: Callable[..., Checked],
) -> None:
    said = "loss: {labels: bce, figures: mse}, metrics: {labels: [accuracy]}"
    given: dict[str, list[Any]] = {
        "labels": [keras.metrics.AUC(name="area")],
        "figures": [keras.metrics.MeanAbsoluteError(name="off")],
    }
    logs, (labels, numbers) = figures(read, TWO.replace("METRICS", said), given)
    assert logs["labels_area"] == measured(keras.metrics.AUC(), labels)
    assert logs["figures_off"] == measured(keras.metrics.MeanAbsoluteError(), numbers)
    assert "labels_accuracy" not in logs
    said = "loss: bce, metrics: [accuracy]"
    text = ONE.replace("ACTIVATION", "sigmoid").replace("METRICS", said)
    logs, (left,) = figures(read, text, {"out": [keras.metrics.AUC(name="area")]})
    assert set(logs) == {"loss", "area"}
    assert logs["area"] == measured(keras.metrics.AUC(), left)
    logs, _ = figures(read, text, {"out": []})
    assert set(logs) == {"loss"}


FIGURES = """
nnspec: 1
model: [Input: [3], {Dense: {units: 4, activation: sigmoid}, name: out}]
training:
  optimizer: adam
  loss: bce
  metrics: [accuracy, {R2Score: {name: error}}, {MeanAbsoluteError: {name: mean_error}}]
  callbacks: [{EarlyStopping: {monitor: MONITOR, patience: 1MODE}}]
"""
RULED = """
nnspec: 1
model: [Input: [3], Dense: {units: 1, activation: step}]
training: {rule: perceptron, callbacks: [{EarlyStopping: {monitor: MONITOR, patience: 1MODE}}]}
"""


@pytest.mark.parametrize(
    ("text", "monitor", "expected"),
    [
        (FIGURES, "val_accuracy", "max"),
        (FIGURES, "loss", "min"),
        (FIGURES, "val_loss", "min"),
        (FIGURES, "val_out_loss", "min"),
        (FIGURES, "out_accuracy", "max"),
        (FIGURES, "val_error", "max"),
        (FIGURES, "val_mean_error", "min"),
        (FIGURES, "val_out_mean_error", "min"),
        (FIGURES, "val_out_error", "max"),
        (FIGURES, "nearly", None),
        (FIGURES, "mistakes", None),
        (RULED, "mistakes", "min"),
        (RULED, "val_loss", "min"),
        (RULED, "val_accuracy", None),
    ],
)
def test_which_way_a_figure_is_better_follows_from_what_is_measured(
    training_of: Callable[[str], TrainingSection], text: str, monitor: str, expected: str | None
) -> None:
    training = training_of(text.replace("MONITOR", monitor).replace("MODE", ""))
    (callback,) = training.callbacks
    told = with_mode(callback, training)
    assert told.mode == (expected or "auto")  # type: ignore[attr-defined]


def test_a_way_that_the_spec_says_is_kept(training_of: Callable[[str], TrainingSection]) -> None:
    said = FIGURES.replace("MONITOR", "val_accuracy").replace("MODE", ", mode: min")
    training = training_of(said)
    assert with_mode(training.callbacks[0], training) is training.callbacks[0]


@pytest.fixture
def training_of(read: Callable[..., Checked]) -> Callable[[str], TrainingSection]:
    """Read a spec's training section, whatever else is found in the spec."""

    def section(text: str) -> TrainingSection:
        spec = read(text).spec
        assert spec is not None
        assert spec.training is not None
        return spec.training

    return section
