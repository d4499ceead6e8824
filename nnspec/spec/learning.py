"""A learning rule in a spec: what it stands for, what it rules out, and where weights begin."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticCustomError

from nnspec.catalog.initializers import Zeros
from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.layer import Layer
from nnspec.catalog.learning_rules import LearningRule, Mistakes, Perceptron
from nnspec.catalog.registry import find
from nnspec.spec.model import LayerUse, ModelSection

REPLACED = ("optimizer", "loss")
"""Settings of the training in whose place a rule stands."""
OF_LOSSES = ("loss_weights", "metrics", "class_weight")
"""Settings that speak of a loss or of targets, which a rule without targets has none of."""
RULE = "rule"
AUGMENTATION = "augmentation"
ROW = 1
"""Rows per step of a rule that learns row by row."""


def settle_rule(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a training, with what a rule stands for in their places.

    Whoever asks for the optimizer finds a plain one.

    Raises:
        PydanticCustomError: a rule beside what it replaces, or has no use for.
    """
    rule = values.get(RULE)
    if not isinstance(rule, LearningRule):
        return dict(values)
    refuse_both(rule, [name for name in REPLACED if name in values])
    if values.get(AUGMENTATION):
        raise PydanticCustomError(
            "contradiction",
            "`rule: {rule}` learns from the rows as they are; found augmentation beside it",
            {"rule": rule.keras_name, "field": AUGMENTATION, "hint": "remove augmentation"},
        )
    match rule:
        case Perceptron():
            return {**values, **for_perceptron(values, rule)}
        case Kohonen():
            return {**values, **for_map(values, rule)}
        case _:
            raise AssertionError(f"{rule} stands for nothing")


def for_perceptron(values: Mapping[str, Any], rule: Perceptron) -> dict[str, Any]:
    """Return what the perceptron rule stands for: its rate, its mistakes, and single rows."""
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
    optimizer = descent(learning_rate=rule.learning_rate)
    return {"optimizer": optimizer, "loss": Mistakes(), "batch_size": ROW}


def for_map(values: Mapping[str, Any], rule: Kohonen) -> dict[str, Any]:
    """Return what the rule of maps stands for: no output has a loss."""
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
    return {"optimizer": descent(), "loss": {}}


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
    """Return a layer whose kernel begins at 0, unless the spec says how it begins.

    One that is not trained would stay there, and give nothing to the unit behind it.
    """
    layer = use.layer
    if not isinstance(layer, Layer) or layer.keras_name != "Dense":
        return use
    if not layer.trainable or "kernel_initializer" in layer.model_fields_set:
        return use
    return replace(use, layer=layer.model_copy(update={"kernel_initializer": Zeros()}))
