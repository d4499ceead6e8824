"""Floor 8, further figures, head by head: those that stand behind the main ones in a report."""

from collections.abc import Mapping
from typing import assert_never

from nnspec.judge.answers import Answers, Floats
from nnspec.judge.figures import Metrics
from nnspec.judge.further_classes import (
    measure_each_further,
    measure_further_classes,
    measure_further_labels,
)
from nnspec.judge.further_numbers import (
    count_zeros,
    measure_further_columns,
    measure_further_numbers,
)
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)


def measure_further(head: Head, answers: Answers, naive: Floats | None = None) -> Metrics:
    """Return the further figures of one split.

    Args:
        head: what the output predicts.
        answers: rows with targets.
        naive: mean distance of a series' last value on the training rows, for each column.
    """
    match head:
        case Numbers() | Reconstruction():
            return measure_further_numbers(head, answers, naive)
        case OneClass() | ClassPerPosition():
            return measure_further_classes(head, answers)
        case SeveralLabels():
            return measure_further_labels(head, answers)
        case Clusters() | Unjudged():
            return {}
        case _:
            assert_never(head)


def measure_further_each(
    head: Head, answers: Answers, main: Mapping[str, Metrics], naive: Floats | None = None
) -> dict[str, Metrics]:
    """Return the further figures of each target column or label that has main ones of its own."""
    match head:
        case Numbers() | Reconstruction():
            return measure_further_columns(head, answers, tuple(main), naive) if main else {}
        case SeveralLabels():
            return measure_each_further(head, answers)
        case OneClass() | ClassPerPosition() | Clusters() | Unjudged():
            return {}
        case _:
            assert_never(head)


def told_of_zeros(head: Head, answers: Mapping[str, Answers]) -> tuple[str, ...]:
    """Return for which splits MAPE is not defined, and why; nothing where it is."""
    if not isinstance(head, Numbers | Reconstruction):
        return ()
    found = {split: count_zeros(one) for split, one in answers.items()}
    zeros = ", ".join(f"{count:,} ({split})" for split, count in found.items() if count)
    return (f"MAPE is not defined where targets are 0: {zeros}",) if zeros else ()
