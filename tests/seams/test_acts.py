"""Callbacks and schedules, from a spec's text, decide what they decide in `keras.Model.fit`."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from acts import CALLBACKS, SCHEDULES
from family import ONE_AND_THE_OTHERS, difference

if TYPE_CHECKING:
    from conftest import Told

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("executor", ONE_AND_THE_OTHERS)
@pytest.mark.parametrize("name", CALLBACKS)
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


@pytest.mark.parametrize("executor", ONE_AND_THE_OTHERS)
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_count_epochs_as_fit_counts_steps(
    told_twice: "Told", name: str, executor: str
) -> None:
    ours, theirs = told_twice(name, SCHEDULES[name], executor)
    assert ours.rate == pytest.approx(theirs.rate, rel=1e-6)
    assert difference(ours.before, theirs.before) == 0.0
    assert difference(ours.weights, theirs.weights) < 1e-5
