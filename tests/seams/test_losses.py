"""Each loss, from a spec's text, teaches what it teaches in `keras.Model.fit`."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from family import ONE_AND_THE_OTHERS, difference
from heads import CLASSES, NUMBERS, case_of
from meant_differences import DIFFERENCES

from nnspec.catalog.registry import load_all

if TYPE_CHECKING:
    from conftest import Told

pytestmark = pytest.mark.keras

HEADS = {"numbers": NUMBERS, "classes": CLASSES}
EACH = [(group, name) for group, heads in HEADS.items() for name in heads]


@pytest.mark.parametrize("executor", ONE_AND_THE_OTHERS)
@pytest.mark.parametrize(
    ("group", "name"),
    [
        # One network has all heads of a group; that of classes takes Keras half a minute.
        pytest.param(group, name, id=name, marks=pytest.mark.slow if group == "classes" else ())
        for group, name in EACH
    ],
)
def test_each_loss_teaches_its_head_what_fit_teaches_it(
    told_twice: "Told", group: str, name: str, executor: str
) -> None:
    ours, theirs = told_twice(group, case_of(HEADS[group]), executor)
    place = 2 * list(HEADS[group]).index(name)
    head = slice(place, place + 2)
    assert difference(ours.before[head], theirs.before[head]) == 0.0
    assert difference(ours.weights[head], theirs.weights[head]) < 1e-5
    for figure in (f"{name}_loss", f"val_{name}_loss"):
        np.testing.assert_allclose(ours.history[figure], theirs.history[figure], rtol=1e-5)


@pytest.mark.parametrize("executor", ONE_AND_THE_OTHERS)
@pytest.mark.parametrize("group", ["numbers", pytest.param("classes", marks=pytest.mark.slow)])
def test_the_figures_have_the_names_of_fit(told_twice: "Told", group: str, executor: str) -> None:
    ours, theirs = told_twice(group, case_of(HEADS[group]), executor)
    assert ours.history.keys() == theirs.history.keys()
    np.testing.assert_allclose(ours.history["loss"], theirs.history["loss"], rtol=1e-5)


def test_every_loss_is_told_or_its_absence_has_a_reason() -> None:
    known = load_all()["losses"]
    told = {known[head.loss] for heads in HEADS.values() for head in heads.values()}
    untold = {kind.keras_name for kind in known.values() if kind not in told}
    assert {name for name in untold if name not in " ".join(DIFFERENCES)} == set()
