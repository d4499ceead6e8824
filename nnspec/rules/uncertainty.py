"""Floor 5: intervals, temperatures and losses of distributions, against what outputs answer."""

from collections.abc import Iterator
from math import floor

from nnspec.catalog.metrics import Reach
from nnspec.diagnostics import Diagnostic, Path, Related
from nnspec.rules.case import Case
from nnspec.rules.decisions import has_validation, of_classes
from nnspec.rules.head import Head
from nnspec.rules.rule import rule
from nnspec.spec.builtin import bundled_set
from nnspec.spec.intervals import fewest_rows, percent, spread_names

INTERVAL: Path = ("evaluation", "interval")
CALIBRATION: Path = ("evaluation", "calibration")
SHARES: Path = ("data", "split", "validation")
NUMBERS = "write a loss of numbers, such as mse, or remove this"
CLASSES = "write a loss of classes, such as binary_crossentropy, or remove this"
MORE = "give split.validation a share"


def spread_of(case: Case, head: Head) -> tuple[str, ...]:
    """Return the names of an output's figures of intervals and distributions."""
    if case.task(head) != "regression" or head.loss is None:
        return ()
    quantiles: tuple[float, ...] = getattr(head.loss, "quantiles", ())
    normal = getattr(head.loss, "floor", None) is not None
    return spread_names(quantiles, normal=normal, level=case.spec.evaluation.interval)


def reach_of(figure: str) -> Reach | None:
    """Return the smallest and largest value of a figure of intervals or distributions."""
    if figure == "nll":
        return None, None
    if figure.startswith("coverage_"):
        return 0.0, 1.0
    return (0.0, None) if figure.startswith("width_") or figure == "pinball" else None


def without(case: Case, tasks: set[str]) -> Head | None:
    """Return an output if none has one of some tasks; None where one has, or may have."""
    found = {case.task(head) for head in case.trained}
    return None if not case.trained or found & {*tasks, None} else case.trained[0]


@rule("S115", "D113")
def check_interval(case: Case) -> Iterator[Diagnostic]:
    """Find intervals where no number is answered, or no rows say how wide they are."""
    level, data = case.spec.evaluation.interval, case.spec.data
    if level is None:
        return
    place, other = case.place(*INTERVAL), without(case, {"regression"})
    also = case.also("the split is here", *SHARES)
    if other is not None and is_misused(case, other):
        return
    if other is not None:
        message = f"`interval` is that of a predicted number; {of_classes(other)}"
        yield Diagnostic("S115", message, place, NUMBERS)
    elif data is not None and not has_validation(data):
        message = "`interval` is fitted on the validation rows, and there are none"
        yield Diagnostic("S115", message, place, MORE, also)
    elif (rows := validation_rows(case)) is not None and rows < fewest_rows(level):
        yield Diagnostic("D113", too_few(level, rows), place, larger(level), also)


def too_few(level: float, rows: int) -> str:
    """Return what is wrong with so few validation rows, in words."""
    return (
        f"{rows:,} validation rows cannot tell an interval that holds {percent(level)} % of new "
        f"rows; expected {fewest_rows(level):,} or more"
    )


def larger(level: float) -> str:
    """Return what to write where validation rows are too few."""
    return f"give split.validation a larger share, {fewest_rows(level):,} rows, or lower the level"


def validation_rows(case: Case) -> int | None:
    """Return the number of validation rows, None where only the data tells."""
    data = case.spec.data
    known = bundled_set(data) if data else None
    if data is None or known is None or data.window is not None:
        return None
    return floor(known.rows * data.split.validation + 0.5)


@rule("S115")
def check_calibration(case: Case) -> Iterator[Diagnostic]:
    """Find a temperature where no output has probabilities, or no rows say which."""
    data = case.spec.data
    if case.spec.evaluation.calibration is None:
        return
    place, other = case.place(*CALIBRATION), without(case, {"binary", "multiclass"})
    if other is not None:
        message = f"`calibration` is that of probabilities of classes; {of_classes(other)}"
        yield Diagnostic("S115", message, place, CLASSES)
    elif data is not None and not has_validation(data):
        message = "`calibration` is fitted on the validation rows, and there are none"
        also = case.also("the split is here", *SHARES)
        yield Diagnostic("S115", message, place, MORE, also)


@rule("M138")
def check_distribution(case: Case) -> Iterator[Diagnostic]:
    """Find losses of distributions of a number behind an output that answers something else."""
    for head in case.trained:
        if head.loss is None or not is_misused(case, head):
            continue
        back = case.task(head) == "reconstruction"
        what = "gives back its input" if back else "tells classes apart"
        message = (
            f"{head.loss.keras_name} learns a distribution of each number of a target; the output "
            f'"{head.name}" {what}'
        )
        hint = "write loss: " + ("mse" if back else "sparse_categorical_crossentropy")
        also: tuple[Related, ...] = ()
        if back and case.spec.data is not None and case.spec.data.target is None:
            message = (
                f"{head.loss.keras_name} learns a distribution of each number of a target, and "
                "the data names none"
            )
            hint = "add data.target; a network that gives back its input has loss: mse"
            also = case.also("the data is here", "data")
        yield Diagnostic("M138", message, case.place(*head.loss_path), hint, also)


@rule("M139")
def check_normal_of_logarithm(case: Case) -> Iterator[Diagnostic]:
    """Find a normal distribution of a target whose logarithm is learned."""
    data = case.spec.data
    for head in case.trained if data is not None and data.target_scaling == "log" else ():
        if getattr(head.loss, "floor", None) is None or case.task(head) != "regression":
            continue
        assert head.loss is not None, "a loss has the setting"
        message = (
            f"{head.loss.keras_name} learns mean and deviation of the target's logarithm; the "
            "target itself then has no normal distribution to answer with"
        )
        hint = "write loss: {Pinball: [0.05, 0.5, 0.95]}, or target_scaling: standardize"
        also = case.also("the scaling is here", "data", "target_scaling")
        yield Diagnostic("M139", message, case.place(*head.loss_path), hint, also)


def is_misused(case: Case, head: Head) -> bool:
    """Return whether a loss of distributions of a number stands behind what is none."""
    spreads = head.loss is not None and head.loss.units_each != 1
    return spreads and case.task(head) not in {"regression", None}
