"""A threshold unit learns as scikit-learn's Perceptron does, and tells whether any unit could."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.linear_model import Perceptron

from nnspec.engine.separation import scaled, separability
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


class Looking(ThresholdUnit):
    """Remembers how many rows it looked at together."""

    def __init__(self, features: Floats) -> None:
        super().__init__(np.zeros(features.shape[1]), 1.0, biased=True)
        self.looked: list[int] = []

    def wrong(self, features: Floats, sides: Floats, amounts: Floats) -> npt.NDArray[np.intp]:
        self.looked.append(len(sides))
        return super().wrong(features, sides, amounts)


def test_few_rows_are_looked_at_in_vain_after_a_mistake_and_many_without_one() -> None:
    features = np.zeros((20_000, 1))
    right = Looking(features)
    assert right.learn(Rows(features, np.ones(20_000), np.ones(20_000))) == 0
    assert right.looked == [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4096, 4096, 3624]
    sides = np.ones(300)
    sides[[3, 40, 41]] = -1.0
    late = Looking(features)
    assert late.learn(Rows(features[:300], sides, np.zeros(300) + 0.25)) == 3
    assert late.looked == [8, 8, 16, 32, 24, 8, 16, 32, 64, 128, 10]


def test_a_sum_of_nothing_is_a_mistake_and_the_smallest_right_one_is_none() -> None:
    one = np.ones((1, 1))
    for bias, mistakes in ((0.0, 1), (1e-300, 0), (-0.5, 1), (0.5, 0)):
        assert ThresholdUnit(np.zeros(1), bias, biased=True).learn(Rows(one, one[0], one[0])) == (
            mistakes
        )


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


def test_four_million_cells_are_still_decided() -> None:
    cells = np.zeros((4_000_001, 1))
    sides = np.ones(len(cells))
    assert separability(cells, sides, biased=False) == "not decided"
    assert separability(cells[1:], sides[1:], biased=False) == "not separable"


def test_a_row_on_the_hyperplane_is_not_on_its_side() -> None:
    features, sides = np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([1.0, -1.0])
    assert separability(features, sides, biased=False) == "not separable"
    assert separability(features, sides, biased=True) == "separable"


def test_columns_are_scaled_by_their_largest_size_and_empty_ones_left() -> None:
    features = np.array([[1.0, -8.0, 0.0], [-4.0, 2.0, 0.0]])
    assert scaled(features).tolist() == [[0.25, -1.0, 0.0], [-1.0, 0.25, 0.0]]
    assert scaled(features[:0]).shape == (0, 3)


@pytest.mark.parametrize("seed", range(6))
def test_what_the_rule_separates_is_separable(seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(12, 3))
    sides = np.where(random.random(12) < 0.5, 1.0, -1.0)
    learned, rows = unit(features), Rows(features, sides, np.ones(12))
    found = any(learned.learn(rows) == 0 for _ in range(3000))
    assert separability(features, sides, biased=True) == ("separable" if found else "not separable")
