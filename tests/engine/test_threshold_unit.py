"""A threshold unit learns as scikit-learn's Perceptron does, and tells whether any unit could."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.linear_model import Perceptron

from nnspec.engine.separation import separability
from nnspec.engine.threshold_unit import Floats, Rows, ThresholdUnit

LOGIC = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TABLES = {
    "setosa": load_iris,
    "breast_cancer": load_breast_cancer,
    "wine": load_wine,
    "diabetes": load_diabetes,
}
CLASS = {"setosa": 0, "breast_cancer": 0, "wine": 1, "diabetes": 1}
EPOCHS = (1, 2, 3, 5, 9, 20, 40)


def table(name: str, *, scaled: bool) -> tuple[Floats, Floats]:
    if name == "digits":
        features, target = load_digits(return_X_y=True)
        return features, np.where(target == 8, 1.0, -1.0)
    features, target = TABLES[name](return_X_y=True)
    target = target > np.median(target) if name == "diabetes" else target
    if scaled:
        features = (features - features.mean(axis=0)) / features.std(axis=0)
    return features, np.where(target == CLASS[name], 1.0, -1.0)


def unit(features: Floats, *, biased: bool = True) -> ThresholdUnit:
    return ThresholdUnit(np.zeros(features.shape[1]), 0.0, biased)


def by_scikit_learn(features: Floats, sides: Floats, epochs: int, **settings: object) -> Perceptron:
    oracle = Perceptron(shuffle=False, tol=None, max_iter=epochs, **settings)
    return oracle.fit(features, sides)


def assert_equal(learned: ThresholdUnit, oracle: Perceptron) -> None:
    np.testing.assert_allclose(learned.kernel, oracle.coef_[0], rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(learned.bias, oracle.intercept_[0], rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("name", ["setosa", "breast_cancer", "wine", "digits", "diabetes"])
def test_weights_equal_those_of_scikit_learn_after_every_epoch(name: str, scaled: bool) -> None:  # noqa: FBT001 - a parameter
    features, sides = table(name, scaled=scaled)
    rows, learned = Rows(features, sides, np.ones(len(sides))), unit(features)
    for before, after in pairwise((0, *EPOCHS)):
        for _ in range(after - before):
            learned.learn(rows)
        assert_equal(learned, by_scikit_learn(features, sides, after))


def test_rate_weights_of_rows_and_a_missing_bias_are_those_of_scikit_learn() -> None:
    features, sides = table("wine", scaled=True)
    weights = np.linspace(0.5, 2.0, len(sides))
    learned = unit(features, biased=False)
    rows = Rows(features, sides, 0.25 * weights)
    for _ in range(7):
        learned.learn(rows)
    oracle = Perceptron(shuffle=False, tol=None, max_iter=7, eta0=0.25, fit_intercept=False)
    assert_equal(learned, oracle.fit(features, sides, sample_weight=weights))
    assert learned.bias == 0.0


def test_stretches_of_any_length_give_the_same_bits() -> None:
    features, sides = table("breast_cancer", scaled=True)
    rows = Rows(features, sides, np.ones(len(sides)))
    whole, apart = unit(features), unit(features)
    mistakes = whole.learn(rows)
    cuts = pairwise((0, 1, 3, 40, 41, 300, len(sides)))
    assert sum(apart.learn(rows.take(np.arange(*cut))) for cut in cuts) == mistakes
    np.testing.assert_array_equal(whole.kernel, apart.kernel)


def test_a_row_of_no_weight_is_passed_by() -> None:
    learned = unit(LOGIC)
    assert learned.learn(Rows(LOGIC, np.ones(4), np.zeros(4))) == 0
    assert learned.kernel.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("sides", "verdict"),
    [
        ([-1, -1, -1, 1], "separable"),
        ([-1, 1, 1, 1], "separable"),
        ([-1, 1, 1, -1], "not separable"),
    ],
)
def test_and_or_are_separable_and_xor_is_not(sides: list[int], verdict: str) -> None:
    assert separability(LOGIC, np.array(sides, np.float64), biased=True) == verdict


def test_through_the_origin_fewer_rows_are_separable() -> None:
    features, sides = np.array([[1.0], [2.0]]), np.array([-1.0, 1.0])
    assert separability(features, sides, biased=True) == "separable"
    assert separability(features, sides, biased=False) == "not separable"


def test_equal_rows_on_both_sides_are_not_separable() -> None:
    features = np.array([[1.0, 5.0], [1.0, 5.0], [2.0, 7.0]])
    assert separability(features, np.array([1.0, -1.0, 1.0]), biased=True) == "not separable"


def test_a_narrow_gap_between_large_numbers_is_found() -> None:
    features = np.array([[1e6], [1e6 + 1], [1e6 + 2], [1e6 + 3]])
    assert separability(features, np.array([-1.0, -1, 1, 1]), biased=True) == "separable"
    assert separability(features, np.array([-1.0, 1, -1, 1]), biased=True) == "not separable"


def test_what_would_take_minutes_is_left_open() -> None:
    features = np.zeros((3000, 2000))
    assert separability(features, np.ones(3000), biased=True) == "not decided"


@pytest.mark.parametrize("seed", range(6))
def test_what_the_rule_separates_is_separable(seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(12, 3))
    sides = np.where(random.random(12) < 0.5, 1.0, -1.0)
    learned, rows = unit(features), Rows(features, sides, np.ones(12))
    found = any(learned.learn(rows) == 0 for _ in range(3000))
    assert separability(features, sides, biased=True) == ("separable" if found else "not separable")
