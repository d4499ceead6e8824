"""One class of a target against all others, which are then one class: the rest."""

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.fitted import Label, Need, TargetFit
from nnspec.data.fit.labels import TARGET, labels_of
from nnspec.data.table import Column
from nnspec.diagnostics import Path
from nnspec.document.write import flow
from nnspec.spec.data import DataSection
from nnspec.spec.source import nearest

REST = "rest"
"""Label of all classes but the positive one."""
SHOWN = 10
"""How many classes a message lists."""
POSITIVE: Path = ("data", "positive")


def is_against_rest(section: DataSection, need: Need) -> bool:
    """Return whether a target's classes are one that is named and the rest."""
    return section.negative is not None and need == "binary"


def fit_against_rest(
    target: TargetFit, columns: tuple[Column, ...], section: DataSection
) -> TargetFit:
    """Return a target of two classes: the rest, and the one that the section names.

    Raises:
        Refused: S115 for several columns, S106 for a class that is not in the training rows, D115
            where there is no other.
    """
    asked = str(section.positive)
    if len(columns) > 1 or columns[0].shape not in {(), (1,)}:
        message = (
            f"`negative: rest` is of one class a row; the target is {', '.join(target.columns)}"
        )
        raise refuse("S115", message, hint="remove it", path=("data", "negative"))
    found = labels_of(columns[0])
    labels: list[Label] = np.unique(found).tolist()
    meant = next((one for one in labels if asked in written(one)), None)
    if meant is None or asked == REST:
        shown = tuple(str(one) for one in labels)
        first = ", ".join(shown[:SHOWN]) + ", ..." * (len(shown) > SHOWN)
        message = f'`positive` names "{asked}"; the classes are {first}'
        hint = nearest(asked, shown) or f"write one of them: positive: {flow(labels[-1])}"
        raise refuse("S106", message, hint=hint, path=POSITIVE)
    held = int((found == meant).sum())
    if held == found.size:
        message = f"the target has 1 class in training ({meant}); expected others beside it"
        hint = "give rows of another class, or name another target"
        raise refuse("D115", message, hint=hint, path=TARGET)
    counts = (found.size - held, held)
    two: tuple[Label, ...] = (REST, str(meant))
    return target.model_copy(update={"labels": two, "counts": counts, "joined": True})


def written(label: Label) -> tuple[str, ...]:
    """Return how a class may be written; true and false in small letters too."""
    return (str(label), str(label).lower()) if isinstance(label, bool) else (str(label),)


def codes_against_rest(target: TargetFit, column: Column) -> NDArray[np.int64]:
    """Return 1 where a cell is of the positive class, 0 at all others, (rows,)."""
    positive = str(target.labels[1])
    cells = labels_of(column).reshape(-1).tolist()
    return np.fromiter((str(one) == positive for one in cells), np.int64, len(cells))
