"""The calibration error is what scikit-learn's calibration curve says, bin by bin."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from nnspec.judge.answers import Truth, class_answers, label_answers
from nnspec.judge.heads import OneClass, SeveralLabels
from nnspec.judge.metrics import measure
from nnspec.judge.reliability import BINS, calibration_error

RANDOM = np.random.default_rng(8)
Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def expected(sure: Array, right: Array) -> float:
    happens, said = calibration_curve(right, sure, n_bins=BINS, strategy="uniform")
    counts = np.histogram(sure, bins=np.linspace(0, 1, BINS + 1))[0]
    return float((np.abs(happens - said) * counts[counts > 0]).sum() / len(sure))


def test_it_is_the_distance_between_the_most_probable_class_and_how_often_it_is_right() -> None:
    shares = RANDOM.dirichlet((1.0, 1.0, 1.0), 500)
    target = RANDOM.integers(0, 3, 500)
    head = OneClass("out", ("y",), (0, 1, 2))
    found = measure(head, class_answers(range(500), shares, head.classes, Truth(target)))["ece"]
    assert found == pytest.approx(expected(shares.max(axis=1), shares.argmax(axis=1) == target))


def test_of_labels_it_is_the_mean_of_each_label_s() -> None:
    shares, target = RANDOM.random((400, 2)), RANDOM.integers(0, 2, (400, 2))
    head = SeveralLabels("out", ("a", "b"), (0, 1))
    found = measure(head, label_answers(range(400), shares, head.classes, Truth(target)))["ece"]
    sure, right = np.maximum(shares, 1 - shares), (shares > 0.5) == target
    each = [expected(sure[:, place], right[:, place]) for place in range(2)]
    assert found == pytest.approx(np.mean(each))


def test_rows_count_by_their_weights_and_none_leave_nothing() -> None:
    sure, right = RANDOM.random(200), RANDOM.random(200) < 0.5
    weights = RANDOM.integers(1, 4, 200)
    repeated = expected(np.repeat(sure, weights), np.repeat(right, weights))
    assert calibration_error(sure, right, weights.astype(np.float64)) == pytest.approx(repeated)
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0
    assert calibration_error(np.empty(0), np.empty(0, np.bool_)) is None
