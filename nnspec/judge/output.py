"""What one output reached: its figures beside those of its baselines, on every split."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.judge.answers import Answers
from nnspec.judge.baselines import Baselines
from nnspec.judge.class_figures import Confusion
from nnspec.judge.figures import Metrics
from nnspec.judge.heads import TASKS, Head
from nnspec.judge.metrics import confusion, figures_of, measure, measure_columns


@dataclass(frozen=True, slots=True)
class OutputReport:
    """What one output reached."""

    name: str
    task: str
    columns: tuple[str, ...]
    """Target columns."""
    metrics: Mapping[str, Metrics]
    """Split -> metrics, in the target's units; behind the built-in ones those of the spec."""
    baselines: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Baseline -> split -> metrics, of the same rows."""
    baseline_notes: tuple[str, ...] = ()
    metrics_by_column: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Split -> target column or label -> metrics; where there are several."""
    baselines_by_column: Mapping[str, Mapping[str, Mapping[str, Metrics]]] = field(
        default_factory=dict
    )
    """Baseline -> split -> target column or label -> metrics; where there are several."""
    confusion_matrix: Mapping[str, Confusion] = field(default_factory=dict)
    """Split -> rows counted by label and answer; classification only."""
    figures_of: str | None = None
    """What the built-in figures are of, and whether they are averaged or pooled, in words."""
    weighted: bool = False
    """Whether rows count by their weights in figures and baselines."""
    thresholds: tuple[float, ...] = ()
    """Probabilities above which second classes are answered; none: the larger one decides."""
    pictures: tuple[str, ...] = ()
    """Files in the run folder that show it."""
    temperature: float | None = None
    """What logits are divided by; None: probabilities are as the network gives them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a report beside the built-in figures of the network."""

    baselines: Baselines | None = None
    declared: Mapping[str, Metrics] = field(default_factory=dict)
    """Split -> figure that the spec names -> value."""
    notes: tuple[str, ...] = ()


ALONE = Beside()


def judge(head: Head, answers: Mapping[str, Answers], beside: Beside = ALONE) -> OutputReport:
    """Return what one output reached.

    Args:
        head: what the output predicts.
        answers: split (train, validation, test) -> its rows with targets; splits without rows
            are left out.
        beside: baselines and the spec's own figures, of the same rows.
    """
    splits = {split: one for split, one in answers.items() if len(one.rows)}
    by_column = {split: measure_columns(head, one) for split, one in splits.items()}
    counted = {split: confusion(head, one) for split, one in splits.items()}
    baselines = beside.baselines or Baselines({})
    return OutputReport(
        name=head.name,
        task=TASKS[type(head)],
        columns=head.columns,
        metrics={
            split: dict(measure(head, one)) | dict(beside.declared.get(split, {}))
            for split, one in splits.items()
        },
        baselines=baselines.figures,
        baseline_notes=(*beside.notes, *baselines.notes),
        metrics_by_column={split: found for split, found in by_column.items() if found},
        baselines_by_column={
            name: {split: columns for split, columns in found.items() if columns}
            for name, found in baselines.by_column.items()
            if any(found.values())
        },
        confusion_matrix={split: one for split, one in counted.items() if one is not None},
        figures_of=figures_of(head, masked=any(one.counted is not None for one in splits.values())),
        weighted=any(one.weights is not None for one in splits.values()),
    )
