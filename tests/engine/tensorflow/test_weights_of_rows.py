"""Weights of classes become weights of rows, as `Model.fit` makes them."""

from typing import Any

import numpy as np
import pytest

from nnspec.data.arrays import Arrays
from nnspec.engine import weighted_by_class

pytestmark = pytest.mark.keras
WEIGHTS = {0: 0.5, 2: 4.0}
EXPECTED = [4.0, 1.0, 0.5, 4.0]


@pytest.mark.parametrize(
    "target",
    [
        np.array([2, 1, 0, 2]),
        np.array([[2], [1], [0], [2]]),
        np.array([1.9, 1.1, 0.4, 2.0], np.float32),
        np.eye(3)[[2, 1, 0, 2]],
        np.array([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.5, 0.2, 0.3], [0.0, 0.1, 0.9]]),
    ],
)
def test_each_row_weighs_what_its_class_does_and_one_that_is_not_named_1(target: Any) -> None:
    rows = Arrays({"x": np.zeros((4, 1))}, {"y": target, "z": np.zeros(4)})
    found = weighted_by_class(rows, "y", WEIGHTS).weights
    assert found is not None
    assert found.dtype == np.float32
    assert found.tolist() == EXPECTED


def test_two_classes_in_two_columns_are_one_hot() -> None:
    rows = Arrays({"x": np.zeros((2, 1))}, {"y": np.array([[0, 1], [1, 0]])})
    found = weighted_by_class(rows, "y", {1: 3.0}).weights
    assert found is not None
    assert found.tolist() == [3.0, 1.0]


def test_weights_that_rows_have_already_are_multiplied() -> None:
    rows = Arrays({"x": np.zeros((4, 1))}, {"y": np.array([2, 1, 0, 2])}, np.arange(4.0) + 1)
    found = weighted_by_class(rows, "y", WEIGHTS).weights
    assert found is not None
    assert found.tolist() == [4.0, 2.0, 1.5, 16.0]
