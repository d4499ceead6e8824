"""Floor 5: functions between layers: where one is missing, doubled, or out of place."""

from collections.abc import Iterator
from typing import Any

from nnspec.diagnostics import Diagnostic, Related
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import AFFINE, SEQUENTIAL, argument, function_of, is_function, range_of
from nnspec.rules.rule import rule


@rule("P105")
def check_twice(case: Case) -> Iterator[Diagnostic]:
    """Find an activation right behind another."""
    for node in case.network.nodes:
        feeder = case.feeder(node)
        if node.layer is None or feeder is None or feeder.layer is None:
            continue
        if not is_function(node.layer):
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
    """Find two Dense layers with nothing between, which are one.

    A first layer that is narrower than both sides makes a product of low rank, and is meant.
    """
    for node in case.layers("Dense"):
        second = case.follower(node)
        if second is None or second.layer is None or second.layer.keras_name != "Dense":
            continue
        layer: Any = node.layer
        if layer.keras_name != "Dense" or function_of(layer) != "linear" or not node.inputs:
            continue
        features = node.inputs[0].shape[-1]
        units, then = layer.units, argument(second.layer, "units")
        shaped = layer.activity_regularizer or layer.kernel_constraint or layer.lora_rank
        if features is None or shaped or not isinstance(then, int) or units < min(features, then):
            continue
        message = (
            f"two Dense layers ({units} and {then} units) with no activation between "
            "are one matrix product: the first adds nothing"
        )
        yield at(node, "P106", message, "activation", hint="add activation: relu to the first")


@rule("P107")
def check_hidden_softmax(case: Case) -> Iterator[Diagnostic]:
    """Find softmax between layers, where it makes units compete and gradients small."""
    for node in case.network.nodes:
        follower = case.follower(node)
        if node.layer is None or follower is None or follower.layer is None:
            continue
        function = function_of(node.layer)
        if function is None or range_of(function) != "distribution":
            continue
        if follower.layer.keras_name in AFFINE | SEQUENTIAL | {"BatchNormalization"}:
            message = (
                f"{function} in a hidden layer: its units share a sum of 1, "
                f"and {follower.layer.keras_name} behind it gets little to work with"
            )
            yield at(node, "P107", message, "activation", hint="write activation: relu")


@rule("P111")
def check_step(case: Case) -> Iterator[Diagnostic]:
    """Find a step function that no gradient passes."""
    for node in case.network.nodes:
        hidden = case.consumers[node.name] and node.name not in case.ends
        if node.layer is None or not hidden or function_of(node.layer) != "step":
            continue
        if case.training is not None and has_weights_before(case, node):
            message = "step has no gradient, so the layers before it are never trained"
            yield at(node, "P111", message, "activation", hint="write activation: sigmoid")


def has_weights_before(case: Case, node: ResolvedNode) -> bool:
    """Return whether a layer, or the one right before it, has weights."""
    feeder = case.feeder(node)
    return bool(node.weights) or bool(feeder and feeder.weights)


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
