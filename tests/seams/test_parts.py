"""Parts of networks, weights and types of numbers, from a spec's text, learn what `fit` learns."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from family import Case, difference, usual_first
from parts import CLASSES, PARTS, POLICIES, under

if TYPE_CHECKING:
    from conftest import Told

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore:Gradients do not exist")]

CASES: dict[str, Case] = {**PARTS, **CLASSES}
DRAWING = ("dropped", "xla")
"""Under XLA, Dropout and noise draw from another stream, of the same distribution."""
USUAL_PARTS = (
    *("masked", "joined_and_weighted", "nested", "frozen", "dropped", "stateful"),
    *("two_classes", "three_classes"),
)
USUAL_POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")
EACH = [one for one in usual_first(CASES, USUAL_PARTS) if one.values != DRAWING]


@pytest.mark.parametrize(("name", "executor"), EACH)
def test_each_part_learns_what_it_learns_in_fit(
    told_twice: "Told", name: str, executor: str
) -> None:
    ours, theirs = told_twice(name, CASES[name], executor)
    assert difference(ours.before, theirs.before) == 0.0
    assert difference(theirs.weights, theirs.before) > 1e-3, "the case shows nothing"
    assert difference(ours.weights, theirs.weights) < 2e-5
    assert ours.history.keys() == theirs.history.keys()
    for figure, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[figure], values, rtol=2e-5)


@pytest.mark.parametrize(("policy", "executor"), usual_first(POLICIES, USUAL_POLICIES))
def test_each_type_of_numbers_learns_what_it_learns_in_fit(
    told_twice: "Told", policy: str, executor: str
) -> None:
    ours, theirs = told_twice(policy, under(policy), executor)
    tolerance = POLICIES[policy]
    assert difference(ours.before, theirs.before) == 0.0
    assert theirs.history["loss"][-1] < 0.7 * theirs.history["loss"][0], "the case shows nothing"
    assert difference(ours.weights, theirs.weights) < tolerance
    for figure in ("loss", "val_loss"):
        np.testing.assert_allclose(
            ours.history[figure], theirs.history[figure], rtol=10 * tolerance
        )
