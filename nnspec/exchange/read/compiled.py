"""How Keras compiled a model, as the training section of a spec; what has no place is told."""

from typing import Any

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import find
from nnspec.document import Plain
from nnspec.network.brief import rounded

RENAMED = {"lr": "learning_rate"}
OWN = ("name", "decay", "schedule_decay", "is_legacy_optimizer", "jit_compile")
"""Settings of older optimizers that today's leave out."""


def training_of(
    compiled: Any,  # noqa: ANN401 - as it stands in the file
    outputs: list[str],
    notes: list[str],
) -> dict[str, Plain]:
    """Return the training section; empty where a model was not compiled.

    Args:
        compiled: training_config, compile_config, or what Keras 1 wrote beside the model.
        outputs: names of the network's outputs.
        notes: takes what could not be kept.
    """
    if not isinstance(compiled, dict):
        return {}
    section: dict[str, Plain] = {}
    optimizer = compiled.get("optimizer_config") or compiled.get("optimizer")
    if made := optimizer_of(optimizer, notes):
        section["optimizer"] = made
    if loss := losses_of(compiled.get("loss"), outputs, notes):
        several = len(outputs) > 1 and not isinstance(compiled.get("loss"), dict | list)
        section["loss"] = dict.fromkeys(outputs, loss) if several else loss
    metrics = metrics_of(compiled.get("metrics"), notes)
    if metrics and loss:
        section["metrics"] = metrics
    if compiled.get("loss_weights"):
        notes.append("training: loss_weights are not kept; write them beside the loss")
    return section if "loss" in section else {}


def optimizer_of(said: Any, notes: list[str]) -> Plain:  # noqa: ANN401
    """Return an optimizer; None where there is none that a spec names."""
    if isinstance(said, str):
        return said if find("optimizers", said) else None
    if not isinstance(said, dict):
        return None
    config = said.get("config") if isinstance(said.get("config"), dict) else said
    name = str(said.get("class_name") or said.get("name") or "").rpartition(">")[2]
    kind = find("optimizers", name)
    if kind is None:
        notes.append(f"training: the optimizer {name or '?'} is not kept")
        return None
    given = {
        RENAMED.get(key, key): rounded(value) if isinstance(value, float) else value
        for key, value in (config or {}).items()
    }
    notes += [
        f"training: {key} {given[key]} of {name} is not kept; write a schedule"
        for key in ("decay", "schedule_decay")
        if given.get(key) and key not in kind.model_fields
    ]
    kept = {
        key: value
        for key, value in given.items()
        if key in kind.model_fields and key not in OWN and is_said(kind, key, value)
    }
    return {kind.keras_name: kept} if kept else kind.keras_name


def is_said(kind: type[CatalogObject], key: str, value: object) -> bool:
    """Return whether a setting differs from its default, and is a plain one."""
    default = kind.model_fields[key].default
    if isinstance(value, float) and isinstance(default, int | float):
        return abs(value - default) > 1e-7 * abs(default)
    return value is not None and value != default and isinstance(value, int | float | bool)


def losses_of(said: Any, outputs: list[str], notes: list[str]) -> Plain:  # noqa: ANN401
    """Return a loss, or one for each output by its name."""
    if isinstance(said, dict) and "class_name" not in said:
        made: dict[str, Plain] = {str(key): loss_of(one, notes) for key, one in said.items()}
        return made if all(made.values()) else None
    if isinstance(said, list):
        if len(said) != len(outputs):
            return None
        return losses_of(dict(zip(outputs, said, strict=True)), outputs, notes)
    return loss_of(said, notes)


def loss_of(said: Any, notes: list[str]) -> Plain:  # noqa: ANN401
    """Return one loss; None where a spec names none such."""
    config: dict[str, Any] = {}
    name = said
    if isinstance(said, dict):
        name, inner = said.get("class_name"), said.get("config")
        config = inner if isinstance(inner, dict) else {}
        if name == "function":
            name, config = said.get("config"), {}
    if name is None:
        return None
    kind = find("losses", str(name))
    if kind is None:
        notes.append(f"training: the loss {name} is not kept")
        return None
    kept = {
        key: value
        for key, value in config.items()
        if key in kind.model_fields and key not in ("name", "reduction", "dtype")
        if is_said(kind, key, value)
    }
    return {kind.keras_name: kept} if kept else str(name)


def metrics_of(said: Any, notes: list[str]) -> list[Plain]:  # noqa: ANN401
    """Return the metrics that are named; others are told."""
    found: list[Plain] = []
    for one in said if isinstance(said, list) else []:
        name = one.get("class_name") if isinstance(one, dict) else one
        if isinstance(name, str) and (name in SHORT or find("metrics", name)):
            found.append(SHORT.get(name, name))
        else:
            notes.append(f"training: the metric {str(name)[:60]} is not kept")
    return found


SHORT = {"acc": "accuracy", "accuracy": "accuracy"}
