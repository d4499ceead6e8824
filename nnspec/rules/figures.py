"""Floor 5: the figures that a training computes, under the names by which logs call them.

Source: Keras 3.15, keras/src/trainers/compile_utils.py: with several outputs a metric is called
OUTPUT_NAME, and each output's loss OUTPUT_loss.
"""

from collections.abc import Iterator
from typing import Literal

from nnspec.catalog.keras_names import snake_case
from nnspec.catalog.metrics import Metric
from nnspec.rules.case import Case
from nnspec.rules.head import Head

Direction = Literal["min", "max"] | None

VALIDATION = "val_"


def log_name(metric: Metric) -> str:
    """Return the name under which a metric is logged, its output left out."""
    name = getattr(metric, "name", None)
    return name if isinstance(name, str) else snake_case(metric.keras_name)


def figures_of(case: Case, head: Head) -> Iterator[tuple[str, Direction]]:
    """Give the figures of one output, with the direction that is better."""
    several = len(case.outputs) > 1
    prefixes = dict.fromkeys((f"{head.layer}_", f"{head.name}_")) if several else {"": None}
    for prefix in prefixes:
        if several and head.loss is not None:
            yield f"{prefix}loss", "min"
        for metric, _ in head.metrics:
            yield prefix + log_name(metric), metric.direction


def by_rule(case: Case) -> tuple[str, ...]:
    """Return the figures that a learning rule logs beside the loss; the less the better."""
    rule = case.training.rule if case.training else None
    return rule.logs if rule else ()


def computed(case: Case) -> dict[str, Direction]:
    """Return every figure on the training rows, by its name in the logs."""
    found: dict[str, Direction] = {"loss": "min", **dict.fromkeys(by_rule(case), "min")}
    for head in case.heads:
        for name, direction in figures_of(case, head):
            found.setdefault(name, direction)
    return found


def shown(case: Case, *, validation: bool) -> list[str]:
    """Return the figures to show in a message: one name each, as the spec calls its output."""
    names = ["loss", *by_rule(case)]
    for head in case.heads:
        prefix = f"{head.name}_" if len(case.outputs) > 1 else ""
        if prefix and head.loss is not None:
            names.append(f"{prefix}loss")
        names += [prefix + log_name(metric) for metric, _ in head.metrics]
    names = list(dict.fromkeys(names))
    return [*names, *(VALIDATION + name for name in names)] if validation else names


def has_validation(case: Case) -> bool | None:
    """Return whether some rows are kept for validation; None without a data section."""
    data = case.spec.data
    return None if data is None else data.split.validation > 0
