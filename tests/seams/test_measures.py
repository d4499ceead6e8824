"""Each metric, from a spec's text, is logged as `keras.Model.fit` logs it."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from family import ONE_AND_THE_OTHERS, difference
from measures import CASES

if TYPE_CHECKING:
    from conftest import Told

pytestmark = pytest.mark.keras

EACH = [
    (group, place, name) for group, (named, _) in CASES.items() for place, name in enumerate(named)
]


@pytest.mark.parametrize("executor", ONE_AND_THE_OTHERS)
@pytest.mark.parametrize(
    ("group", "place"),
    [(group, place) for group, place, _ in EACH],
    ids=[f"{group}-{name}" for group, _, name in EACH],
)
def test_each_metric_is_logged_as_in_fit(
    told_twice: "Told", group: str, place: int, executor: str
) -> None:
    ours, theirs = told_twice(group, CASES[group][1], executor)
    figure = [name for name in ours.history if not name.startswith("val_")][1 + place]
    for name in (figure, f"val_{figure}"):
        # A list of one figure is a figure here.
        wanted = np.reshape(theirs.history[name], np.shape(ours.history[name]))
        np.testing.assert_allclose(ours.history[name], wanted, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("executor", ONE_AND_THE_OTHERS)
@pytest.mark.parametrize("group", CASES)
def test_weights_of_rows_teach_what_they_teach_in_fit(
    told_twice: "Told", group: str, executor: str
) -> None:
    ours, theirs = told_twice(group, CASES[group][1], executor)
    assert ours.history.keys() == theirs.history.keys()
    assert difference(ours.before, theirs.before) == 0.0
    assert difference(ours.weights, theirs.weights) < 1e-5
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(ours.history[name], theirs.history[name], rtol=1e-5)
