"""Floor 5: what an output learns, read off its loss and the data section."""

from typing import Literal

from nnspec.catalog.losses import Loss
from nnspec.spec.builtin import bundled_set, columns_of_output
from nnspec.spec.data import DataSection

Task = Literal["regression", "binary", "multiclass", "reconstruction", "none"]
"""What an output learns; none: vectors or scores that are no answer of their own."""


def task_of(loss: Loss | None, data: DataSection | None, units: int | None) -> Task | None:
    """Return what an output learns; None while loss and data leave it open.

    Args:
        loss: the output's loss; None where it is not trained.
        data: the data section, if there is one.
        units: length of the output's last axis.
    """
    if loss is None:
        return None
    if data is not None and is_reconstruction(data):
        return "reconstruction"
    if loss.task is None and loss.targets == "indices":
        return "none"
    if loss.task is not None and loss.task != "regression":
        return loss.task
    if measures_probabilities(loss) or (data is not None and data.task == "classification"):
        return None if units is None else "multiclass" if units > 1 else "binary"
    return loss.task


def measures_probabilities(loss: Loss) -> bool:
    """Return whether a loss of no one task compares probabilities with zeros and ones.

    These are the cross-entropy that fits the head, and the overlaps of masks.
    """
    return loss.task is None and loss.targets == "zero_one"


def is_reconstruction(data: DataSection) -> bool:
    """Return whether the network learns to give back its input."""
    return data.task == "reconstruction" or (data.task is None and data.target is None)


def has_numbers(data: DataSection, output: str) -> bool:
    """Return whether an output's target is known to be numbers without classes."""
    known = bundled_set(data)
    columns = columns_of_output(data, output)
    if known is None or known.classes is not None or not columns:
        return False
    return set(columns) <= set(known.targets)
