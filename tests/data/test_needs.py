"""What a loss asks of the data: a task, and classes by number or as one number each."""

from typing import Any

import pytest

from nnspec.catalog.registry import find
from nnspec.data.columns.roles import TargetNeed
from nnspec.data.fit.needs import need_of
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection


def needs(loss: str, units: int, ignored: int | None = None, **data: object) -> TargetNeed:
    section = DataSection.model_validate({"source": "a.csv", "target": "y", **data})
    kind: Any = find("losses", loss)
    made = kind() if ignored is None else kind(ignore_class=ignored)
    return need_of(made, section, units)


@pytest.mark.parametrize(
    ("loss", "units", "task", "one_hot"),
    [
        ("sparse_categorical_crossentropy", 3, "multiclass", False),
        ("categorical_crossentropy", 3, "multiclass", True),
        ("crossentropy", 3, "multiclass", False),
        ("binary_crossentropy", 1, "binary", False),
        ("binary_crossentropy", 3, "binary", False),
        ("mse", 1, "regression", False),
        ("Poisson", 1, "regression", False),
    ],
)
def test_a_loss_says_what_its_targets_are(loss: str, units: int, task: str, one_hot: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert needs(loss, units) == TargetNeed(task, one_hot=one_hot, units=units)  # type: ignore[arg-type]


def test_numbers_over_classes_are_compared_unit_by_unit() -> None:
    assert needs("mse", 3, task="classification") == TargetNeed("multiclass", one_hot=True, units=3)
    assert needs("Dice", 3, task="classification").one_hot


def test_a_loss_of_classes_is_none_of_numbers() -> None:
    with pytest.raises(Refused, match=r"measures classes, but data\.task is regression"):
        needs("categorical_crossentropy", 3, task="regression")


def test_the_class_that_a_loss_leaves_out_is_that_of_the_target() -> None:
    assert needs("sparse_categorical_crossentropy", 3, ignored=2).ignored == 2
    assert needs("sparse_categorical_crossentropy", 3).ignored is None
