"""Callbacks and schedules, from a spec's text, decide what they decide in `keras.Model.fit`."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from acts import CALLBACKS, SCHEDULES
from family import difference, usual_first

if TYPE_CHECKING:
    from conftest import Told

pytestmark = pytest.mark.keras

USUAL_CALLBACKS = ("best_weights", "baseline", "plateau", "least_change", "not_a_number")
USUAL_SCHEDULES = ("cosine", "pieces", "staircase")


@pytest.mark.parametrize(("name", "executor"), usual_first(CALLBACKS, USUAL_CALLBACKS))
def test_callbacks_decide_as_in_fit(told_twice: "Told", name: str, executor: str) -> None:
    case, acted = CALLBACKS[name]
    ours, theirs = told_twice(name, case, executor)
    assert acted(theirs), "the case shows nothing"
    assert difference(ours.before, theirs.before) == 0.0
    assert {key: len(one) for key, one in ours.history.items()} == {
        key: len(one) for key, one in theirs.history.items()
    }
    assert ours.rate == pytest.approx(theirs.rate, rel=1e-6)
    for figure, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[figure], values, rtol=1e-4)
    if all(np.isfinite(one).all() for one in theirs.weights):
        assert difference(ours.weights, theirs.weights) < 1e-4


@pytest.mark.parametrize(("name", "executor"), usual_first(SCHEDULES, USUAL_SCHEDULES))
def test_schedules_count_epochs_as_fit_counts_steps(
    told_twice: "Told", name: str, executor: str
) -> None:
    ours, theirs = told_twice(name, SCHEDULES[name], executor)
    assert ours.rate == pytest.approx(theirs.rate, rel=1e-6)
    assert difference(ours.before, theirs.before) == 0.0
    assert difference(ours.weights, theirs.weights) < 1e-5
