"""Floor 5: learning rates and their schedules against sense and the length of the training."""

from collections.abc import Iterator
from math import ceil, log

from nnspec.catalog.schedules import Schedule
from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case
from nnspec.rules.rule import rule

PATH = ("training", "optimizer", "learning_rate")

UNSCALED = frozenset({"SGD", "Ftrl", "Adagrad", "Adadelta"})
"""Optimizers whose steps follow the gradient's size, or whose rate is usually large."""
LARGEST = {True: 10.0, False: 1.0}
"""Largest sensible rate, by whether the optimizer is one of these."""
BY_SIGN = 0.03
"""Largest of Lion, which moves every weight by the rate itself. Source: Chen et al. 2023,
arXiv:2302.06675, section 5: three to ten times smaller than AdamW's."""
SMALLEST = 1e-9
"""Rate below which float32 weights near 1 do not change any more."""
LONG = frozenset({"CosineDecay", "PolynomialDecay", "PiecewiseConstantDecay"})
"""Schedules that come to an end, which a shorter training never sees."""

TOLERANCE = 1.5
"""How many times as long as the training a schedule may be."""


def schedule_of(case: Case) -> Schedule | None:
    """Return the schedule, None where the rate is a number."""
    rate = case.training.optimizer.learning_rate if case.training else None
    return rate if isinstance(rate, Schedule) else None


def highest(rate: float | Schedule) -> float:
    """Return the highest rate of a schedule that falls, or the rate itself."""
    if not isinstance(rate, Schedule):
        return rate
    given: tuple[float, ...] = (
        getattr(rate, "initial_learning_rate", 0.0),
        getattr(rate, "warmup_target", None) or 0.0,
        *getattr(rate, "values", ()),
    )
    return max(given)


@rule("T107")
def check_rate(case: Case) -> Iterator[Diagnostic]:
    """Find learning rates that diverge or do nothing."""
    if case.training is None:
        return
    optimizer = case.training.optimizer
    rate = highest(optimizer.learning_rate)
    signs = optimizer.keras_name == "Lion"
    largest = BY_SIGN if signs else LARGEST[optimizer.keras_name in UNSCALED]
    place = case.place(*PATH)
    if rate > largest:
        message = (
            f"a learning_rate of {rate:g} is above {largest:g}: {optimizer.keras_name} "
            "would jump over every minimum"
        )
        hint = "try 0.0001" if signs else "try 0.001, or 0.01 for SGD"
        yield Diagnostic("T107", message, place, hint)
    elif rate < SMALLEST:
        message = f"a learning_rate of {rate:g} changes no weight; expected {SMALLEST:g} or more"
        yield Diagnostic("T107", message, place, "try 0.001, or 0.01 for SGD")
    elif optimizer.keras_name == "Ftrl" and first(optimizer.learning_rate) == 0:
        message = "Ftrl divides by the learning rate, which begins at 0: no weight stays a number"
        place = case.place(*PATH, "initial_learning_rate")
        yield Diagnostic("T107", message, place, "begin with a small rate, such as 0.0001")


def first(rate: float | Schedule) -> float:
    """Return the rate of the first step."""
    found: object = getattr(rate, "initial_learning_rate", None)
    return found if isinstance(found, float) else highest(rate)


def length_of(schedule: Schedule) -> int:
    """Return the length of a schedule, in its own unit."""
    boundaries = getattr(schedule, "boundaries", None)
    if boundaries:
        return int(max(boundaries))
    return int(getattr(schedule, "decay_steps", 0)) + int(getattr(schedule, "warmup_steps", 0))


@rule("T106")
def check_length(case: Case) -> Iterator[Diagnostic]:
    """Find schedules that the training ends long before."""
    schedule = schedule_of(case)
    if schedule is None or case.training is None or schedule.keras_name not in LONG:
        return
    epochs = case.training.epochs
    trained = epochs
    if schedule.unit == "steps":
        if case.steps is None:
            return
        trained = epochs * case.steps
    length = length_of(schedule)
    # A schedule a little longer than the training ends on a low rate all the same.
    if length <= TOLERANCE * trained:
        return
    message = (
        f"{schedule.keras_name} takes {length:,} {schedule.unit}; "
        f"the training has {trained:,} ({epochs} epochs)"
    )
    field = "boundaries" if hasattr(schedule, "boundaries") else "decay_steps"
    hint = f"write {trained} {schedule.unit} or fewer, or train longer"
    also = case.also("the epochs are here", "training", "epochs")
    yield Diagnostic("T106", message, case.place(*PATH, field), hint, also)


@rule("T136")
def check_end(case: Case) -> Iterator[Diagnostic]:
    """Find schedules that come to nothing long before the training ends."""
    schedule = schedule_of(case)
    if schedule is None or case.training is None:
        return
    end = end_of(schedule)
    trained: int | None = case.training.epochs
    if schedule.unit == "steps":
        trained = None if case.steps is None else case.training.epochs * case.steps
    if end is None or (end > 0 and (trained is None or end * 2 > trained)):
        return
    lasting = f"; the training has {trained:,}" if trained else ""
    message = f"{schedule.keras_name} ends at a rate of 0 after {end:,} {schedule.unit}{lasting}"
    field = "decay_rate" if hasattr(schedule, "decay_rate") else "decay_steps"
    hint = f"write decay_steps: {trained}" if trained and end else f"write a larger {field}"
    also = case.also("the epochs are here", "training", "epochs")
    yield Diagnostic("T136", message, case.place(*PATH, field), hint, also)


def end_of(schedule: Schedule) -> int | None:
    """Return from where on a schedule changes no weight, in its own unit; None: never."""
    name, length = schedule.keras_name, int(getattr(schedule, "decay_steps", 0))
    start = highest(schedule)
    if name == "CosineDecay" and start * getattr(schedule, "alpha", 0.0) < SMALLEST:
        return length_of(schedule)
    cycles = getattr(schedule, "cycle", False)
    if name == "PolynomialDecay" and not cycles:
        return length if getattr(schedule, "end_learning_rate", 0.0) < SMALLEST else None
    if name != "ExponentialDecay":
        return None
    rate = getattr(schedule, "decay_rate", 0.0)
    if rate == 0:
        return length if getattr(schedule, "staircase", False) else 0
    return ceil(length * log(SMALLEST / start) / log(rate)) if rate < 1 and start > 0 else None


@rule("T120")
def check_warmup(case: Case) -> Iterator[Diagnostic]:
    """Find a warm-up that is described by half."""
    schedule = schedule_of(case)
    steps = getattr(schedule, "warmup_steps", 0)
    target = getattr(schedule, "warmup_target", None)
    if schedule is None or bool(steps) == (target is not None):
        return
    if steps:
        message = f"warmup_steps {steps} without warmup_target: there is no warm-up"
        place = case.place(*PATH, "warmup_steps")
        yield Diagnostic("T120", message, place, "add warmup_target: RATE")
    else:
        message = f"warmup_target {target:g} with 0 warmup_steps: there is no warm-up"
        place = case.place(*PATH, "warmup_target")
        yield Diagnostic("T120", message, place, "add warmup_steps: STEPS")


@rule("T121")
def check_direction(case: Case) -> Iterator[Diagnostic]:
    """Find schedules that make the learning rate grow."""
    schedule = schedule_of(case)
    if schedule is None:
        return
    name, start = schedule.keras_name, getattr(schedule, "initial_learning_rate", 0.0)
    grows: list[tuple[str, str]] = []
    rate = getattr(schedule, "decay_rate", 0.0)
    if name == "ExponentialDecay" and rate > 1:
        grows.append(("decay_rate", f"decay_rate {rate:g} is above 1"))
    end = getattr(schedule, "end_learning_rate", 0.0)
    if name == "PolynomialDecay" and end > start:
        grows.append(("end_learning_rate", f"the rate ends at {end:g} and begins at {start:g}"))
    if name == "CosineDecay" and getattr(schedule, "alpha", 0.0) > 1:
        grows.append(("alpha", "alpha is above 1"))
    for field, found in grows:
        message = f"{name} makes the learning rate grow: {found}"
        yield Diagnostic("T121", message, case.place(*PATH, field), "write a smaller value")
