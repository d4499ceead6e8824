"""Floor 5: where BatchNormalization stands.

Source: Ioffe and Szegedy, 2015, section 3.2: before the nonlinearity, and in place of the bias;
Li and others, 2018: not right behind Dropout, which changes the variance between training and use.
"""

from collections.abc import Iterator
from typing import Any

from nnspec.diagnostics import Diagnostic, Related
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import AFFINE, DROPOUTS, argument, function_of, inner, is_function
from nnspec.rules.rule import rule

TAKEN = {
    "AutoContrast": "the smallest number of each channel",
    "BatchNormalization": "the mean",
    "GroupNormalization": "the mean of each channel",
}
"""Layers that may take away what is added to a whole channel -> what they take away."""


def fed_normalizations(case: Case, *names: str) -> Iterator[tuple[ResolvedNode, ResolvedNode]]:
    """Give each BatchNormalization, or layer of these names, with the only layer that feeds it."""
    for node in case.layers(*(names or ("BatchNormalization",))):
        feeder = case.feeder(node)
        if feeder is not None and feeder.layer is not None:
            yield node, feeder


@rule("P101")
def check_order(case: Case) -> Iterator[Diagnostic]:
    """Find BatchNormalization right after an activation."""
    for node, feeder in fed_normalizations(case):
        layer: Any = feeder.layer
        function = function_of(layer)
        alone = is_function(inner(layer))
        if function in (None, "linear") or not (alone or inner(layer).keras_name in AFFINE):
            continue
        message = f"BatchNormalization stands right after an activation, {function}"
        hint = f"write {inner(layer).keras_name}, BatchNormalization, Activation: {function}"
        if alone:
            hint = f"exchange the two: BatchNormalization, then {function}"
        made = at(node, "P101", message, hint=hint)
        also = Related(f"{function} is applied here", feeder.node.origin.of("activation"))
        yield Diagnostic("P101", message, made.span, hint, (also, *made.related))


@rule("P108")
def check_bias(case: Case) -> Iterator[Diagnostic]:
    """Find biases that the normalization behind them takes away again."""
    for node, feeder in fed_normalizations(case, *TAKEN):
        layer: Any = feeder.layer
        plain = layer.keras_name in AFFINE and function_of(layer) == "linear"
        if not plain or argument(layer, "use_bias") is not True:
            continue
        if takes_offsets(node) and case.follower(feeder) is node and node.layer is not None:
            name = node.layer.keras_name
            message = f"{name} takes away {TAKEN[name]}, and with it the bias before it"
            yield at(feeder, "P108", message, "use_bias", hint="add use_bias: false")


def takes_offsets(node: ResolvedNode) -> bool:
    """Return whether what is added to a whole channel is gone behind a layer, as its own begins."""
    layer, channels = node.layer, node.inputs[0].shape[-1] if node.inputs else None
    if layer is None or layer.keras_name == "AutoContrast":
        return layer is not None
    if argument(layer, "center") is not True or argument(layer, "axis") != -1:
        return False
    each = argument(layer, "groups") in (-1, channels)
    return layer.keras_name == "BatchNormalization" or each


@rule("P109")
def check_after_dropout(case: Case) -> Iterator[Diagnostic]:
    """Find normalization that measures a variance which only training has."""
    for node, feeder in fed_normalizations(case):
        if feeder.layer is not None and feeder.layer.keras_name in DROPOUTS:
            message = (
                f"BatchNormalization right after {feeder.layer.keras_name} learns a variance "
                "that predictions do not have"
            )
            yield at(node, "P109", message, hint="put the Dropout behind it")


@rule("P110")
def check_last(case: Case) -> Iterator[Diagnostic]:
    """Find normalization of the predictions themselves."""
    for head in case.trained:
        node = case.network.by_name.get(head.layer)
        if node is None or node.layer is None or node.layer.keras_name != "BatchNormalization":
            continue
        if head.loss and head.loss.predictions in {"numbers", "probability", "distribution"}:
            message = (
                "BatchNormalization is the last layer: predictions depend on the batch they "
                "are trained in"
            )
            yield at(node, "P110", message, hint="move it before the last layer with weights")
