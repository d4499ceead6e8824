"""Floor 8, figures: how far the answers are from the targets, head by head."""

from typing import assert_never

from nnspec.judge.answers import Answers
from nnspec.judge.class_figures import (
    Confusion,
    count_classes,
    measure_classes,
    measure_each_label,
    measure_labels,
)
from nnspec.judge.cluster_answers import ClusterAnswers
from nnspec.judge.cluster_figures import measure_clusters
from nnspec.judge.figures import Metrics
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
from nnspec.judge.number_figures import measure_each, measure_numbers


def measure(head: Head, answers: Answers) -> Metrics:
    """Return the figures of one split.

    Args:
        head: what the output predicts.
        answers: rows with targets.
    """
    match head:
        case Numbers() | Reconstruction():
            return measure_numbers(head, answers)
        case OneClass() | ClassPerPosition():
            return measure_classes(head, answers)
        case SeveralLabels():
            return measure_labels(head, answers)
        case Clusters():
            assert isinstance(answers, ClusterAnswers), "a map answers with clusters"
            return measure_clusters(head, answers)
        case Unjudged():
            return {}
        case _:
            assert_never(head)


def measure_columns(head: Head, answers: Answers) -> dict[str, Metrics]:
    """Return the figures of each target column or label, none where there is only one."""
    match head:
        case Numbers() | Reconstruction():
            return measure_each(head, answers)
        case SeveralLabels():
            return measure_each_label(head, answers)
        case OneClass() | ClassPerPosition() | Clusters() | Unjudged():
            return {}
        case _:
            assert_never(head)


def confusion(head: Head, answers: Answers) -> Confusion | None:
    """Count the lines of a split by label and answer; None where there is no one class a line."""
    match head:
        case OneClass() | ClassPerPosition():
            return count_classes(head, answers)
        case Numbers() | Reconstruction() | SeveralLabels() | Clusters() | Unjudged():
            return None
        case _:
            assert_never(head)


def figures_of(head: Head, *, masked: bool) -> str | None:
    """Return in words what the built-in figures are of; None where they are simply of all rows.

    Args:
        head: what the output predicts.
        masked: whether some steps are left out, so that those of all rows are thrown together.
    """
    match head:
        case Numbers() | Reconstruction() if masked:
            return "all steps that count, pooled"
        case Numbers() | Reconstruction() if head.of_pictures:
            return "each picture, averaged"
        case Numbers() | Reconstruction():
            return "each column, averaged" if len(head.elements) > 1 else None
        case SeveralLabels():
            return "each label, averaged"
        case ClassPerPosition():
            return "all steps or pixels that count, pooled"
        case Clusters():
            return "the rows as the map sees them"
        case OneClass() | Unjudged():
            return None
        case _:
            assert_never(head)
