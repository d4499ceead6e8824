"""Floor 5: functions between layers: where one is missing, doubled, or out of place."""

from collections.abc import Iterator
from typing import Any

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic, Related
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import (
    AFFINE,
    AVERAGES,
    SEQUENTIAL,
    TRANSPARENT,
    argument,
    axis_of,
    function_of,
    is_function,
    range_of,
)
from nnspec.rules.rule import rule

PRODUCTS = frozenset({"Conv1D", "Conv2D", "Conv3D", "Dense", "SeparableConv1D", "SeparableConv2D"})
"""Layers that are a product with a kernel which mixes channels."""
LINEAR_PASSES = (TRANSPARENT | AVERAGES | {"BatchNormalization"}) - {"ActivityRegularization"}
"""Layers that move, average, scale or disturb values, and bend nothing."""


@rule("P105")
def check_twice(case: Case) -> Iterator[Diagnostic]:
    """Find an activation right behind another."""
    for node in case.network.nodes:
        feeder = case.feeder(node)
        if node.layer is None or feeder is None or feeder.layer is None:
            continue
        if not is_function(node.layer) or axis_of(node.layer) not in (-1, (-1,)):
            # A softmax along another axis, as over steps in attention, is no second activation.
            continue
        second, first = function_of(node.layer), function_of(feeder.layer)
        own = is_function(feeder.layer) or feeder.layer.keras_name in AFFINE
        if first in (None, "linear") or second in (None, "linear") or not own:
            continue
        message = f"two activations in a row: {first}, then {second}"
        made = at(node, "P105", message, "activation", hint="keep one of them")
        also = Related(f"{first} is applied here", feeder.node.origin.of("activation"))
        yield Diagnostic("P105", message, made.span, made.hint, (also, *made.related))


@rule("P106")
def check_product(case: Case) -> Iterator[Diagnostic]:
    """Find two linear layers with nothing between that is not linear too: together they are one.

    A first layer that is narrower than both sides makes a product of low rank, and is meant; so
    are windows along one axis and then another.
    """
    for node in case.layers(*PRODUCTS):
        layer: Any = node.layer
        if layer.keras_name not in PRODUCTS or function_of(layer) != "linear" or not node.inputs:
            continue
        between, second = next_product(case, node)
        if second is None or second.layer is None or is_meant(node, layer, second.layer):
            continue
        passed = f", but {between[0]}," if between else ""
        names = f"two {layer.keras_name} layers"
        if layer.keras_name != second.layer.keras_name:
            names = f"{layer.keras_name} and {second.layer.keras_name}"
        message = (
            f"{names} ({width_of(layer)} and {width_of(second.layer)} units) with no activation "
            f"between{passed} are one matrix product: the first adds nothing"
        )
        yield at(node, "P106", message, "activation", hint="add activation: relu to the first")


def next_product(case: Case, node: ResolvedNode) -> tuple[list[str], ResolvedNode | None]:
    """Return the linear layers behind a layer that only pass values on, and what they end at."""
    between: list[str] = []
    second = case.follower(node)
    while second is not None and second.layer is not None:
        name = second.layer.keras_name
        if name in PRODUCTS:
            return between, second
        if name not in LINEAR_PASSES and not is_linear(second.layer):
            break
        between.append(name)
        second = case.follower(second)
    return between, None


def is_linear(layer: Layer) -> bool:
    """Return whether a layer is an activation that changes nothing."""
    return is_function(layer) and function_of(layer) == "linear"


def is_meant(node: ResolvedNode, layer: Any, second: Layer) -> bool:  # noqa: ANN401 - any product
    """Return whether a product of two linear layers has a sense of its own."""
    features = node.inputs[0].shape[-1] if node.inputs else None
    units, then = width_of(layer), width_of(second)
    lora = getattr(layer, "lora_rank", None)
    shaped = layer.activity_regularizer or argument(layer, "kernel_constraint") or lora
    kernel, other = argument(layer, "kernel_size"), argument(second, "kernel_size")
    parted = isinstance(kernel, tuple) and len(set(kernel)) > 1 and kernel != other
    return bool(shaped or parted or features is None or units < min(features, then))


def width_of(layer: Layer) -> int:
    """Return the units or filters of a layer."""
    width = argument(layer, "units") or argument(layer, "filters")
    return width if isinstance(width, int) else 0


@rule("P107")
def check_hidden_softmax(case: Case) -> Iterator[Diagnostic]:
    """Find softmax between layers, where it makes units compete and gradients small."""
    for node in case.network.nodes:
        follower = case.follower(node)
        if node.layer is None or follower is None or follower.layer is None:
            continue
        function = function_of(node.layer)
        alone = node.outputs and node.outputs[0].shape[-1] == 1
        if function is None or range_of(function) != "distribution" or alone:
            continue
        if follower.layer.keras_name in AFFINE | SEQUENTIAL | {"BatchNormalization"}:
            message = (
                f"{function} in a hidden layer: its units share a sum of 1, "
                f"and {follower.layer.keras_name} behind it gets little to work with"
            )
            yield at(node, "P107", message, "activation", hint="write activation: relu")


@rule("P112")
def check_bottleneck(case: Case) -> Iterator[Diagnostic]:
    """Find a hidden layer of one unit between wider ones."""
    for node in case.layers("Dense"):
        layer: Any = node.layer
        follower = case.follower(node)
        if layer.keras_name != "Dense" or layer.units != 1 or follower is None:
            continue
        then = argument(follower.layer, "units") if follower.layer else None
        if follower.layer and follower.layer.keras_name == "Dense" and then != 1:
            message = "a hidden layer of 1 unit hands a single number to the layers behind it"
            yield at(node, "P112", message, "units", hint="write more units")
