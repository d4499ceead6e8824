"""What losses and metrics say about themselves, against what Keras' do with numbers."""

from typing import Any

import keras
import numpy as np
import pytest
from keras_oracle import build, classes

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.catalog.registry import find, load_all

pytestmark = pytest.mark.keras

LOSSES = [kind for kind in classes("losses") if issubclass(kind, Loss)]
METRICS = [kind for kind in classes("metrics") if issubclass(kind, Metric)]
Row = np.ndarray[Any, Any]
APART = {"CTC", "Circle"}
"""Losses of sequences and of groups, which no row decides alone."""


def defaults(kind: type[CatalogObject]) -> Any:
    """Return an object of defaults; what must be given fits three classes."""
    given: dict[str, object] = {"num_classes": 3, "target_class_ids": [0, 1, 2], "k": 1}
    fields = kind.model_fields.items()
    needed = {name for name, field in fields if field.is_required() or name == "k"}
    return kind.model_validate({name: given.get(name, 0.9) for name in needed})


def sample(kind: Any) -> tuple[Row, Row, Row]:
    """Return targets, good predictions and bad ones, as the class says it takes them."""
    classes_ = np.array([0, 1, 2, 1])
    one_hot = np.eye(3, dtype="float32")[classes_]
    targets: dict[str, Row] = {
        "numbers": np.array([[1.0, -2.0], [3.0, 0.5], [-1.0, 4.0], [2.0, 2.5]], "float32"),
        "non_negative": np.array([[1.0, 2.0], [3.0, 0.5], [1.5, 4.0], [2.0, 2.5]], "float32"),
        "zero_one": np.array([[0.0], [1.0], [1.0], [0.0]], "float32"),
        "signed": np.array([[-1.0], [1.0], [1.0], [-1.0]], "float32"),
        "indices": classes_,
        "one_hot": one_hot,
        "distribution": one_hot * 0.7 + 0.1,
    }
    chosen = targets[kind.targets]
    good = predicted(kind, chosen, one_hot)
    return chosen, good, np.roll(good, 1, axis=0)


def predicted(kind: Any, targets: Row, one_hot: Row) -> Row:
    """Return predictions of the declared kind that are near the targets."""
    base = one_hot if kind.targets == "indices" else targets
    match kind.predictions:
        case "probability" | "distribution":
            return np.clip(base, 0.02, 0.96)
        case "scores":
            return 4 * base - (0 if kind.targets == "signed" else 2)
        case _:
            return targets


@pytest.mark.parametrize("kind", [kind for kind in LOSSES if kind.keras_name not in APART])
def test_a_loss_of_its_targets_and_predictions_is_least_for_good_ones(kind: Any) -> None:
    targets, good, bad = sample(kind)
    loss = build(defaults(kind))
    least, more = float(loss(targets, good)), float(loss(targets, bad))
    assert np.isfinite([least, more]).all()
    assert least < more


@pytest.mark.parametrize("kind", [kind for kind in LOSSES if kind.takes_logits])
def test_from_logits_turns_predictions_into_scores(kind: Any) -> None:
    targets, good, _ = sample(kind)
    scores = np.log(good / (1 - good) if kind.task == "binary" else good)
    plain = float(build(kind())(targets, good))
    assert float(build(kind(from_logits=True))(targets, scores)) == pytest.approx(plain, rel=1e-3)


def test_losses_with_a_field_for_logits_say_so() -> None:
    for kind in LOSSES:
        assert kind.takes_logits == ("from_logits" in kind.model_fields), kind


@pytest.mark.parametrize("kind", METRICS)
def test_a_metric_of_its_targets_and_predictions_prefers_good_ones(kind: Any) -> None:
    targets, good, bad = sample(kind)
    better, worse = (measure(kind, targets, given) for given in (good, bad))
    assert better < worse if kind.direction == "min" else better > worse


@pytest.mark.parametrize("kind", METRICS)
def test_a_metric_has_the_direction_that_keras_gives_it(kind: Any) -> None:
    known = {"up": "max", "down": "min", None: kind.direction}
    assert known[getattr(build(defaults(kind)), "_direction", None)] == kind.direction


@pytest.mark.parametrize("kind", [kind for kind in METRICS if "regression" in kind.task])
def test_a_metric_grows_with_the_unit_as_its_power_says(kind: Any) -> None:
    random = np.random.default_rng(3)
    targets = random.uniform(0.1, 2, (40, 2)).astype("float32")
    given = targets + random.uniform(0.1, 1, (40, 2)).astype("float32")
    plain = measure(kind, targets, given)
    grown = [measure(kind, a * targets + b, a * given + b) / plain for a, b in ((2, 1), (3, 5))]
    if kind.power is None:
        fitting = [k for k in range(4) if np.allclose(grown, [2.0**k, 3.0**k], rtol=1e-3)]
        assert fitting == []
    else:
        assert grown == pytest.approx([2**kind.power, 3**kind.power], rel=1e-3)


def measure(kind: type[Metric], targets: Row, given: Row) -> float:
    """Return what Keras' metric makes of targets and predictions."""
    metric = build(defaults(kind))
    metric.update_state(targets, given)
    return float(np.mean(metric.result()))


def test_words_of_compile_choose_by_the_head() -> None:
    words = [
        kind
        for family in ("losses", "metrics")
        for kind in set(load_all()[family].values())
        if kind.beyond_keras and not kind.keras_module
    ]
    assert sorted(kind.keras_name for kind in words) == ["accuracy", "crossentropy"]
    for units, targets, expected in ((1, [[0.0], [1.0]], 0.5), (3, [0, 1], 0.5)):
        inputs = keras.Input((2,))
        head = "sigmoid" if units == 1 else "softmax"
        dense = keras.layers.Dense(units, head, kernel_initializer="zeros")
        model = keras.Model(inputs, dense(inputs))
        model.compile(loss="crossentropy", metrics=["accuracy"], run_eagerly=True)
        logs = model.evaluate(np.ones((2, 2)), np.array(targets), verbose=0, return_dict=True)
        assert logs["accuracy"] == expected
        assert logs["loss"] == pytest.approx(np.log(2 if units == 1 else 3), rel=1e-4)


@pytest.mark.parametrize(("name", "kept"), [("AUC", slice(1, -1)), ("Precision", slice(None))])
def test_thresholds_reach_keras_as_it_takes_them(name: str, kept: slice) -> None:
    kind = find("metrics", name)
    assert kind is not None
    metric = build(kind.model_validate({"thresholds": [0.25, 0.75]}))
    assert metric.thresholds[kept] == [0.25, 0.75]
