"""Intervals hold what they promise, and temperatures bring probabilities to what happens."""

from typing import Literal

import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss as sklearn_log_loss

from nnspec.build.back import Back
from nnspec.build.calibration import Calibration
from nnspec.data import TargetFit
from nnspec.diagnostics import Refused
from nnspec.judge.answers import Answers, Truth, class_answers, label_answers, number_answers
from nnspec.judge.calibration import (
    CALIBRATIONS_OF_RUN,
    calibrate,
    conformal_margins,
    fit_interval,
    fit_temperature,
    log_loss,
)
from nnspec.judge.heads import Numbers, OneClass, SeveralLabels
from nnspec.judge.metrics import measure
from nnspec.judge.spread_baselines import with_intervals
from nnspec.spec.intervals import fewest_rows
from nnspec.spec.training import EvaluationSection

pytestmark = pytest.mark.keras
RANDOM = np.random.default_rng(5)
DRAWS = 500
FRESH = 200
QUANTILES = (0.1, 0.5, 0.8)
COLUMNS = tuple(f"y{place}" for place in range(DRAWS))
Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def network(kind: str, x: Array) -> Array:
    """Return the units of a network that knows little: (rows, draws * units)."""
    if kind == "quantiles":
        units = [1.5 * x - 0.5, 1.5 * x, 1.5 * x + 0.7]
    elif kind == "normal":
        units = [1.5 * x, x - 1.0]
    else:
        units = [1.5 * x]
    return np.stack(units, axis=-1).reshape(len(x), -1)


def back_of(kind: str, level: float | None = None, margins: tuple[float, ...] = ()) -> Back:
    fit = TargetFit(
        need="regression",
        columns=COLUMNS,
        shape=(DRAWS,),
        shift=(3.0,),
        scale=(2.0,),
        precision="double",
        quantiles=QUANTILES if kind == "quantiles" else (),
        floor=0.01 if kind == "normal" else None,
    )
    return Back(fit, calibration=Calibration(level, margins))


def answered(back: Back, kind: str, rows: int) -> Answers:
    """Return answers for new rows, in 500 columns that know nothing of each other."""
    x = RANDOM.normal(size=(rows, DRAWS))
    noise = RANDOM.gamma(2.0, size=x.shape) * (0.2 + np.abs(x))
    found = {
        key: one.numpy() for key, one in back(tf.constant(network(kind, x), tf.float64)).items()
    }
    prediction = found.pop("prediction")
    return number_answers(np.arange(rows), prediction, Truth(3 + 2 * (2 * x + noise)), found)


@pytest.mark.parametrize("kind", ["numbers", "quantiles", "normal"])
@pytest.mark.parametrize("rows", [9, 60])
def test_an_interval_holds_its_share_of_new_rows_over_500_draws(kind: str, rows: int) -> None:
    quantiles = QUANTILES if kind == "quantiles" else ()
    head = Numbers("y", COLUMNS, (DRAWS,), quantiles, kind == "normal", 0.9)
    found = fit_interval(head, 0.9, answered(back_of(kind), kind, rows))
    assert found is not None
    assert found.rows == rows
    after = answered(back_of(kind, 0.9, found.margins), kind, FRESH)
    figures = measure(head, after)
    assert 0.88 <= (figures["coverage_90"] or 0) <= 0.92
    target = np.asarray(after.target)
    inside = (after.around["lower"] <= target) & (target <= after.around["upper"])
    assert figures["coverage_90"] == pytest.approx(inside.mean())
    width = (after.around["upper"] - after.around["lower"]).mean()
    assert figures["width_90"] == pytest.approx(width)


def test_the_margin_is_the_distance_in_the_place_that_the_finite_sample_asks_for() -> None:
    distances = RANDOM.permutation(np.arange(1.0, 10.0)).reshape(-1, 1)
    assert conformal_margins(distances, 0.9) == [9.0]
    assert conformal_margins(distances, 0.8) == [8.0]
    assert conformal_margins(distances, 0.71) == [8.0]
    assert conformal_margins(distances[1:], 0.9) is None
    assert [fewest_rows(level) for level in (0.5, 0.8, 0.9, 0.95, 0.99)] == [1, 4, 9, 19, 99]


def test_steps_that_do_not_count_are_left_out_and_the_others_share_a_margin() -> None:
    head = Numbers("y", ("y",), (4, 1), interval=0.8)
    target = RANDOM.normal(size=(30, 4, 1))
    counted = np.arange(4)[None, :] < RANDOM.integers(1, 5, (30, 1))
    found = fit_interval(
        head, 0.8, number_answers(range(30), np.zeros_like(target), Truth(target, counted))
    )
    assert found is not None
    distances = np.sort(np.abs(target[counted][:, 0]))
    place = int(np.ceil((len(distances) + 1) * 0.8)) - 1
    assert found.margins == (distances[place],)
    fit = TargetFit(need="regression", columns=("y",), shape=(4, 1))
    given = Back(fit, calibration=found)(tf.zeros((2, 4, 1)))
    assert given["upper"].numpy() == pytest.approx(np.full((2, 4, 1), distances[place]))


@pytest.mark.parametrize(("precision", "shift"), [("single", 40.0), ("double", 1.7e9)])
@pytest.mark.parametrize("kind", ["numbers", "quantiles", "normal"])
def test_rounding_takes_no_row_out_of_an_interval_that_it_was_fitted_on(
    kind: str, precision: Literal["single", "double"], shift: float
) -> None:
    quantiles = QUANTILES if kind == "quantiles" else ()
    head = Numbers("y", ("y",), (1,), quantiles, kind == "normal", 0.8)
    fit = TargetFit(
        need="regression",
        columns=("y",),
        shape=(1,),
        shift=(shift,),
        scale=(0.3,),
        precision=precision,
        quantiles=quantiles,
        floor=0.01 if kind == "normal" else None,
    )
    for rows in (9, 14, 120):
        # Few answers and targets of one decimal: many rows are equally far away.
        x = np.asarray(RANDOM.integers(0, 3, (rows, 1)), np.float64)
        units = tf.constant(network(kind, x), tf.float32)
        target = shift + np.round(RANDOM.normal(size=(rows, 1)), 1)
        found = {key: one.numpy() for key, one in Back(fit)(units).items()}
        prediction = found.pop("prediction")
        answers = number_answers(np.arange(rows), prediction, Truth(target), found)
        calibration = fit_interval(head, 0.8, answers)
        ends = {key: one.numpy() for key, one in Back(fit, calibration=calibration)(units).items()}
        inside = (ends["lower"] <= target) & (target <= ends["upper"])
        assert inside.sum() >= np.ceil((rows + 1) * 0.8)
        assert calibration is not None
        assert (ends["upper"] - ends["lower"]).mean() < 4 * abs(calibration.margins[0]) + 8


def test_rounding_takes_no_row_out_of_a_baseline_s_interval() -> None:
    head = Numbers("y", ("y",), (1,), interval=0.8)
    target = np.round(RANDOM.normal(size=(200, 1)), 1)
    for answer in np.linspace(-2, 2, 41).round(1):
        answers = number_answers(np.arange(200), np.full((200, 1), answer), Truth(target))
        around = with_intervals(head, {"validation": answers})["validation"].around
        inside = (around["lower"] <= target) & (target <= around["upper"])
        assert inside.sum() >= np.ceil(201 * 0.8)
        assert np.abs(around["upper"] - around["lower"]).max() < 12


def test_nothing_is_fitted_where_nothing_is_asked_for_or_no_rows_are_there() -> None:
    head = Numbers("y", ("y",))
    answers = number_answers(np.arange(9), np.zeros(9), Truth(np.arange(9.0)))
    assert calibrate(EvaluationSection(), head, {"validation": answers}) is None
    assert calibrate(EvaluationSection(interval=0.9), head, {"test": answers}) is None
    assert calibrate(EvaluationSection(calibration="temperature"), head, {}) is None


class Known(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A classifier whose probabilities are its inputs."""

    def __init__(self, classes: int = 3) -> None:
        self.classes = classes
        self.classes_ = np.arange(classes)

    def fit(self, _x: Array, _y: Array) -> "Known":
        return self

    def predict_proba(self, x: Array) -> Array:
        return x

    def predict(self, x: Array) -> Array:
        return np.asarray(x.argmax(axis=1), np.float64)


def planted(rows: int, classes: int, factor: float) -> tuple[Array, Array]:
    """Return true classes, and probabilities that are too sure of themselves."""
    logits = RANDOM.normal(size=(rows, classes)) * 1.5
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    drawn = (RANDOM.random((rows, 1)) < np.cumsum(shares, axis=1)).argmax(axis=1)
    sure = np.exp(factor * logits)
    return drawn.astype(np.float64), sure / sure.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 4])
def test_a_temperature_undoes_planted_overconfidence_as_scikit_learn_s_does(classes: int) -> None:
    labels = tuple(range(classes))
    head = OneClass("out", ("y",), labels)

    def answers(rows: int) -> tuple[Answers, Array, Array]:
        truth, shares = planted(rows, classes, 4.0)
        return class_answers(np.arange(rows), shares, labels, Truth(truth)), truth, shares

    validation, truth, shares = answers(800)
    found = fit_temperature(head, validation)
    assert found is not None
    assert found.temperature == pytest.approx(4.0, rel=0.2)
    own = CalibratedClassifierCV(FrozenEstimator(Known(classes)), method="temperature")
    own.fit(np.clip(shares, 1e-7, 1 - 1e-7), truth)
    kind = "binary" if classes == 2 else "multiclass"
    shape = (1,) if classes == 2 else ()
    fit = TargetFit(need=kind, labels=labels, shape=shape)
    test, truth, shares = answers(2000)
    given = shares[:, 1:] if classes == 2 else shares
    cooled = Back(fit, calibration=found)(tf.constant(given))["probabilities"].numpy()
    expected = own.predict_proba(np.clip(shares, 1e-7, 1 - 1e-7))
    assert np.abs(cooled - expected).max() < 0.005
    after = class_answers(np.arange(2000), cooled, labels, Truth(truth))
    assert (after.prediction == test.prediction).all()
    assert (measure(head, after)["ece"] or 1) < 0.4 * (measure(head, test)["ece"] or 0)
    assert (log_loss(head, after) or 9) < (log_loss(head, test) or 0)
    assert log_loss(head, after) == pytest.approx(sklearn_log_loss(truth, cooled), rel=1e-3)


def test_labels_share_a_temperature_and_rows_count_by_their_weights() -> None:
    head = SeveralLabels("out", ("a", "b"), (0, 1))
    logits = RANDOM.normal(size=(600, 2))
    held = (RANDOM.random((600, 2)) < 1 / (1 + np.exp(-logits))).astype(int)
    shares = 1 / (1 + np.exp(-3 * logits))
    weights = np.r_[np.ones(300), np.zeros(300)]
    found = fit_temperature(head, label_answers(range(600), shares, (0, 1), Truth(held)))
    assert found is not None
    assert found.temperature == pytest.approx(3.0, rel=0.25)
    whole = label_answers(range(600), shares, (0, 1), Truth(held, weights=weights))
    first = label_answers(range(300), shares[:300], (0, 1), Truth(held[:300]))
    one, other = fit_temperature(head, whole), fit_temperature(head, first)
    assert one is not None
    assert other is not None
    assert one.temperature == pytest.approx(other.temperature, rel=1e-4)
    back = Back(TargetFit(need="binary", labels=(0, 1), shape=(2,)), calibration=found)
    cooled = back(tf.constant(shares))["probabilities"].numpy()
    assert np.log(cooled / (1 - cooled)) == pytest.approx(
        3 * logits / (found.temperature or 1), abs=1e-3
    )


def test_probabilities_of_exactly_0_and_1_stay_finite_and_in_their_order() -> None:
    fit = TargetFit(need="multiclass", labels=(0, 1, 2))
    back = Back(fit, calibration=Calibration(temperature=50.0))
    cooled = back(tf.constant([[0.0, 1.0, 0.0]]))["probabilities"].numpy()
    assert cooled.argmax() == 1
    assert np.isfinite(np.log(cooled)).all()
    head = OneClass("out", ("y",), (0, 1))
    wrong = class_answers(
        range(4), np.array([0.0, 1.0, 1.0, 0.0]), (0, 1), Truth(np.array([1, 0, 1, 0]))
    )
    found = fit_temperature(head, wrong)
    assert found is not None
    assert "at the bound" in found.notes[-1]


def test_calibrations_survive_their_file_and_a_damaged_one_is_refused() -> None:
    known = {"out": Calibration(0.9, (1.5, 2.0), None, 40, ("said",))}
    assert CALIBRATIONS_OF_RUN.decode(CALIBRATIONS_OF_RUN.encode(known)) == known
    with pytest.raises(Refused, match="A102"):
        CALIBRATIONS_OF_RUN.decode(b'{"out": {"margins": "many"}}')
