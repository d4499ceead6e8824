"""A learning rule in a spec: what it stands for, and what cannot stand beside it."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.learning_rules import LearningRule
from nnspec.catalog.registry import find

REPLACED = ("optimizer", "loss")
"""Settings of the training in whose place a rule stands."""
OF_LOSSES = ("loss_weights", "metrics", "class_weight")
"""Settings that speak of a loss or of targets, which a rule without targets has none of."""
RULE = "rule"


def settle_rule(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a training, with what a rule stands for in their places.

    Whoever asks for the optimizer finds a plain one, and no output has a loss.

    Raises:
        PydanticCustomError: a rule beside what it replaces.
    """
    rule = values.get(RULE)
    if not isinstance(rule, Kohonen):
        return dict(values)
    refuse_both(rule, [name for name in REPLACED if name in values])
    for name in OF_LOSSES:
        if values.get(name):
            raise PydanticCustomError(
                "contradiction",
                "`rule: {rule}` learns without targets; found {name} beside it",
                {
                    "rule": rule.keras_name,
                    "name": name,
                    "field": name,
                    "hint": f"remove {name}; the report measures distances, and labels if given",
                },
            )
    descent: Any = find("optimizers", "SGD")
    return {**values, "optimizer": descent(), "loss": {}}


def refuse_both(rule: LearningRule, given: list[str]) -> None:
    """Refuse a rule beside what it replaces.

    Raises:
        PydanticCustomError: at the first of what was given.
    """
    if given:
        raise PydanticCustomError(
            "contradiction",
            "`rule: {rule}` takes the place of optimizer and loss; found {given} beside it",
            {
                "rule": rule.keras_name,
                "given": " and ".join(given),
                "field": given[0],
                "hint": f"remove {' and '.join(given)}, or the rule",
            },
        )


def replaced(settings: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
    """Return the settings that need not be there, since a rule that is given stands for them.

    Args:
        settings: all that a section has.
        given: those that are written.
    """
    return REPLACED if RULE in settings and RULE in given else ()


def in_force(settings: Iterable[str], rule: object) -> tuple[str, ...]:
    """Return the settings of a training that decide how it learns: a rule, or what it replaces."""
    left_out = (RULE,) if rule is None else REPLACED
    return tuple(name for name in settings if name not in left_out)
