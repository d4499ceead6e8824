"""What one output reached: its figures beside those of its baselines, on every split."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnspec.data.table import Column
from nnspec.judge.answers import Answers, Floats
from nnspec.judge.baselines import TEST, Baselines
from nnspec.judge.class_figures import Confusion
from nnspec.judge.figures import Metrics
from nnspec.judge.further import measure_further, measure_further_each, told_of_zeros
from nnspec.judge.heads import TASKS, Head
from nnspec.judge.importance import NOT_ASKED, Importance, Importances
from nnspec.judge.interval import Difference, Interval, Verdict
from nnspec.judge.intervals import make_sure
from nnspec.judge.metrics import confusion, figures_of, measure, measure_columns
from nnspec.judge.resampling import Sampling
from nnspec.judge.slices import Slice, cut_slices


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
    further: Mapping[str, Metrics] = field(default_factory=dict)
    """Split -> figures that stand behind the main ones."""
    further_by_column: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Split -> target column or label -> figures that stand behind the main ones."""
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    """Split (test) -> metric -> the figure with its 95 % interval."""
    differences: Mapping[str, Mapping[str, Difference]] = field(default_factory=dict)
    """Split (test) -> metric -> the figure less that of the baseline that is best in it."""
    verdict: Verdict | None = None
    """What the difference of the first metric says; None where there is none."""
    slices: tuple[Slice, ...] = ()
    """Test rows by the values of columns."""
    importance_of: str | None = None
    """The metric that `importance` is of."""
    importance: tuple[Importance, ...] = ()
    """Input columns, the most important first."""
    notes: tuple[str, ...] = ()
    """What must be known to read intervals, slices and further figures."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a report beside the built-in figures of the network."""

    baselines: Baselines | None = None
    declared: Mapping[str, Metrics] = field(default_factory=dict)
    """Split -> figure that the spec names -> value."""
    notes: tuple[str, ...] = ()
    naive: Floats | None = None
    """What the last value of a series errs by on the training rows, for each column."""
    sampling: Sampling | None = None
    """How the test rows may be drawn anew; None: no intervals are told."""
    columns: Mapping[str, Column] = field(default_factory=dict)
    """Columns of the test rows by whose values they are looked at."""
    importance: Importances = NOT_ASKED


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
    metrics = {
        split: dict(measure(head, one)) | dict(beside.declared.get(split, {}))
        for split, one in splits.items()
    }
    reached = OutputReport(
        name=head.name,
        task=TASKS[type(head)],
        columns=head.columns,
        metrics=metrics,
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
    return with_test(with_further(reached, head, splits, beside), head, splits, beside)


def with_further(
    reached: OutputReport, head: Head, splits: Mapping[str, Answers], beside: Beside
) -> OutputReport:
    """Return what an output reached with the figures that stand behind the main ones."""
    further = {
        split: {
            name: value
            for name, value in measure_further(head, one, beside.naive).items()
            if name not in reached.metrics[split]
        }
        for split, one in splits.items()
    }
    by_column = {
        split: measure_further_each(
            head, one, reached.metrics_by_column.get(split, {}), beside.naive
        )
        for split, one in splits.items()
    }
    return replace(
        reached,
        further={split: found for split, found in further.items() if found},
        further_by_column={split: found for split, found in by_column.items() if found},
        notes=told_of_zeros(head, splits),
    )


def with_test(
    reached: OutputReport, head: Head, splits: Mapping[str, Answers], beside: Beside
) -> OutputReport:
    """Return what an output reached with what the test rows say beyond their figures."""
    answers, sampling = splits.get(TEST), beside.sampling
    importance = replace(
        reached,
        importance_of=beside.importance.figure,
        importance=beside.importance.found,
        notes=(*reached.notes, *beside.importance.notes),
    )
    if answers is None or sampling is None:
        return importance
    others = beside.baselines.answers.items() if beside.baselines else ()
    tested = {name: one[TEST] for name, one in others if TEST in one}
    sure = make_sure(head, answers, tested, sampling)
    slices = cut_slices(head, answers, sure, beside.columns)
    first = next(iter(sure.differences.values()), None)
    return replace(
        importance,
        intervals={TEST: sure.intervals} if sure.intervals else {},
        differences={TEST: sure.differences} if sure.differences else {},
        verdict=first.verdict if first else None,
        slices=slices.found,
        notes=(*sure.told, *slices.notes, *importance.notes),
    )
