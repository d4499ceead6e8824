"""What one output reached: its figures beside those of its baselines, on every split."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.judge.answers import Answers, Head
from nnspec.judge.baselines import Baselines
from nnspec.judge.metrics import Confusion, Metrics, confusion, measure, measure_columns


@dataclass(frozen=True, slots=True)
class OutputReport:
    """What one output reached."""

    name: str
    task: str
    columns: tuple[str, ...]
    """Target columns."""
    metrics: Mapping[str, Metrics]
    """Split -> metrics, in the target's units."""
    baselines: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Baseline -> split -> metrics, of the same rows."""
    baseline_notes: tuple[str, ...] = ()
    metrics_by_column: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Split -> target column -> metrics; where there are several columns."""
    confusion_matrix: Mapping[str, Confusion] = field(default_factory=dict)
    """Split -> rows counted by label and answer; classification only."""


def judge(
    head: Head, answers: Mapping[str, Answers], baselines: Baselines | None = None
) -> OutputReport:
    """Return what one output reached.

    Args:
        head: what the output predicts.
        answers: split (train, validation, test) -> its rows with targets; splits without rows
            are left out.
        baselines: the figures of simple models on the same rows.
    """
    splits = {split: one for split, one in answers.items() if len(one.rows)}
    by_column = {split: measure_columns(head, one) for split, one in splits.items()}
    classes = head.task == "classification"
    return OutputReport(
        name=head.name,
        task=head.task,
        columns=head.columns,
        metrics={split: measure(head, one) for split, one in splits.items()},
        baselines=baselines.figures if baselines else {},
        baseline_notes=baselines.notes if baselines else (),
        metrics_by_column={split: found for split, found in by_column.items() if found},
        confusion_matrix={s: confusion(head, one) for s, one in splits.items()} if classes else {},
    )
