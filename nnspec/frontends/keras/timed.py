"""A TimeDistributed that holds a whole model, as one around each of its layers; floor 4.

That is the same as long as every layer takes one tensor, or puts several together element by
element, and no mask is made within: Keras' TimeDistributed makes the steps a part of the batch.
"""

from collections.abc import Iterator

from nnspec.diagnostics import Findings
from nnspec.document import Mapping, Plain
from nnspec.frontends.keras.arithmetic import MERGES
from nnspec.frontends.keras.calls import Call, History, read_calls, read_ends
from nnspec.frontends.keras.steps import NoLayerComputesError, Step
from nnspec.frontends.keras.tree import MODELS, inner_layers, is_operation, text_of

ALIKE = frozenset({*MERGES, "Average"})
"""Layers of several tensors of one shape, which need no TimeDistributed."""
INPUTS = ("InputLayer", "Input")


def is_timed_model(node: Mapping) -> bool:
    """Return whether a serialized layer applies a model to each step of a series."""
    model = held(node)
    return text_of(node, "class_name") == "TimeDistributed" and (
        model is not None and text_of(model, "class_name") in MODELS
    )


def held(node: Mapping) -> Mapping | None:
    """Return what a wrapper holds."""
    config = node.get("config")
    inner = config.get("layer") if isinstance(config, Mapping) else None
    return inner if isinstance(inner, Mapping) else None


def time_each(node: Mapping, arguments: dict[str, Plain], call: Call) -> tuple[Step, ...]:
    """Return a model applied to each step of a series: each of its layers is, by itself.

    Args:
        node: the serialized TimeDistributed.
        arguments: those in its config, settled.
        call: how it is applied.
    """
    model, settled = held(node), arguments.get("layer")
    if model is None or not isinstance(settled, dict) or len(call.histories) != 1:
        return ()
    try:
        steps = list(steps_of(model, settled, call.histories[0]))
    except NoLayerComputesError:
        return ()
    return tuple(steps)


def steps_of(model: Mapping, settled: dict[str, Plain], series: History) -> Iterator[Step]:
    """Give a layer of every step for each layer of the model, the last one under the whole name."""
    config = settled.get("config")
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list) or len(layers) != len(inner_layers(model)):
        raise NoLayerComputesError
    chain = text_of(model, "class_name") == "Sequential"
    previous: History | str = series
    given: dict[str, History | str] = {}
    last = last_of(model)
    for node, layer in zip(inner_layers(model), layers, strict=True):
        name, kind = name_of(node), text_of(node, "class_name") or ""
        if not isinstance(layer, dict) or makes_mask(layer):
            raise NoLayerComputesError
        if kind in INPUTS:
            given[name] = series
            continue
        feeds = (previous,) if chain else feeds_of(node, given)
        suffix = "" if name == last else f"_{name}"
        given[name] = previous = suffix
        if kind in ALIKE and len(feeds) > 1:
            own = layer.get("config")
            kept = own if isinstance(own, dict) and not is_operation(node) else {}
            yield Step(suffix, kind, {"dtype": kept["dtype"]} if "dtype" in kept else {}, feeds)
        elif len(feeds) == 1 and not is_operation(node) and kind not in MODELS:
            yield Step(suffix, "TimeDistributed", {"layer": layer}, feeds)
        else:
            raise NoLayerComputesError


def name_of(node: Mapping) -> str:
    """Return the name of a serialized layer."""
    config = node.get("config")
    inner = text_of(config, "name") if isinstance(config, Mapping) else None
    return text_of(node, "name") or inner or "?"


def last_of(model: Mapping) -> str:
    """Return the name of the layer that gives the model's one output."""
    if text_of(model, "class_name") == "Sequential":
        return name_of(inner_layers(model)[-1])
    config = model.get("config")
    ends = [
        read_ends(config.get(f"{side}_layers")) if isinstance(config, Mapping) else ()
        for side in ("input", "output")
    ]
    if any(len(one) != 1 for one in ends):
        raise NoLayerComputesError
    return ends[1][0].layer


def feeds_of(node: Mapping, given: dict[str, History | str]) -> tuple[History | str, ...]:
    """Return what feeds a layer of the model, called once, by tensors alone."""
    calls = read_calls(node, Findings())
    if len(calls) != 1 or calls[0].named or calls[0].settings or calls[0].masks:
        raise NoLayerComputesError
    if any(one.layer not in given or one.tensor for one in calls[0].histories):
        raise NoLayerComputesError
    if not all(isinstance(one, tuple) for one in calls[0].positional):
        raise NoLayerComputesError
    return tuple(given[one.layer] for one in calls[0].histories)


def makes_mask(layer: dict[str, Plain]) -> bool:
    """Return whether a layer makes a mask, which would not reach the next one within a step."""
    config = layer.get("config")
    told = isinstance(config, dict) and config.get("mask_zero") is True
    return told or layer.get("class_name") == "Masking"
