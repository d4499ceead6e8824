"""A learning rule in a spec: what it stands for, and where the weights begin."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from nnspec.catalog.initializers import Zeros
from nnspec.catalog.layer import Layer
from nnspec.catalog.learning_rules import LearningRule, Mistakes, Perceptron
from nnspec.catalog.registry import find
from nnspec.spec.model import LayerUse, ModelSection

REPLACED = ("optimizer", "loss")
"""Settings of the training in whose place a rule stands."""
RULE = "rule"
ROW = 1
"""Rows per step of a rule that learns row by row."""


def settle_rule(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a training, with what a rule stands for in their places.

    Whoever asks for the optimizer finds one of the rule's rate, whoever asks for the loss one of
    the rule's task.

    Raises:
        PydanticCustomError: a rule beside what it replaces, or beside steps of several rows.
    """
    rule = values.get(RULE)
    if not isinstance(rule, Perceptron):
        return dict(values)
    refuse_both(rule, [name for name in REPLACED if name in values])
    batch = values.get("batch_size", ROW)
    if batch != ROW:
        raise PydanticCustomError(
            "contradiction",
            "`rule: {rule}` changes the weights after every row; found batch_size: {batch}, "
            "expected 1",
            {
                "rule": rule.keras_name,
                "batch": str(batch),
                "field": "batch_size",
                "hint": "remove batch_size",
            },
        )
    descent: Any = find("optimizers", "SGD")
    stands_for = {"optimizer": descent(learning_rate=rule.learning_rate), "loss": Mistakes()}
    return {**values, **stands_for, "batch_size": ROW}


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


def from_zeros(model: ModelSection, rule: LearningRule | None) -> ModelSection:
    """Return the layers as a rule begins with them: kernels at 0 where nothing else is written."""
    if not isinstance(rule, Perceptron):
        return model
    return replace(model, layers=tuple(map(beginning, model.layers)))


def beginning(use: LayerUse) -> LayerUse:
    """Return a layer whose kernel begins at 0, unless the spec says how it begins."""
    layer = use.layer
    if not isinstance(layer, Layer) or layer.keras_name != "Dense":
        return use
    if "kernel_initializer" in layer.model_fields_set:
        return use
    return replace(use, layer=layer.model_copy(update={"kernel_initializer": Zeros()}))
