"""Floor 5: recurrent layers, masks, and what stands behind them."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import RECURRENT, argument, inner
from nnspec.rules.rule import rule

BLIND = frozenset(
    {
        "Conv1D",
        "Flatten",
        "GlobalMaxPooling1D",
        "MaxPooling1D",
        "AveragePooling1D",
        "SeparableConv1D",
    }
)
"""Layers that compute on masked steps as on all others."""

MOST_STEPS = 1000
"""Steps beyond which a recurrent layer forgets and an epoch takes very long."""


@rule("P125")
def check_mask(case: Case) -> Iterator[Diagnostic]:
    """Find masked steps that a layer takes for real ones."""
    for node in case.layers(*BLIND):
        if node.layer is not None and node.inputs and node.inputs[0].masked:
            message = f"{node.layer.keras_name} does not know masks: padded steps count as steps"
            hint = "use GlobalAveragePooling1D or a recurrent layer, which leave them out"
            yield at(node, "P125", message, hint=hint)


@rule("G321")
def check_softmax(case: Case) -> Iterator[Diagnostic]:
    """Find Softmax layers that are given the mask of padded steps.

    Source: Keras 3.15, keras/src/layers/activations/softmax.py, call: the mask must broadcast.
    """
    for node in case.layers("Softmax"):
        if node.layer is not None and node.inputs and node.inputs[0].masked:
            axis = argument(node.layer, "axis")
            written = "softmax" if axis == -1 else f"{{softmax: {{axis: {axis}}}}}"
            message = "Softmax cannot take the mask of padded steps: it has an axis less"
            yield at(node, "G321", message, hint=f"write Activation: {written}")


@rule("P126")
def check_function(case: Case) -> Iterator[Diagnostic]:
    """Find recurrent layers with a function that grows from step to step."""
    for node in case.layers(*RECURRENT):
        layer = inner(node.layer) if node.layer else None
        function = argument(layer, "activation") if layer else None
        name = getattr(function, "keras_name", "")
        if layer and layer.keras_name in {"LSTM", "GRU"} and name in {"relu", "exponential"}:
            message = (
                f"{name} in {layer.keras_name} has no upper bound, so states grow from step to "
                "step; it also rules out the fast kernel of GPUs"
            )
            yield at(node, "P126", message, "activation", hint="remove activation: tanh is meant")


@rule("P127")
def check_long(case: Case) -> Iterator[Diagnostic]:
    """Find recurrent layers over very long series, and loops written out at length."""
    for node in case.layers(*RECURRENT, "Bidirectional"):
        steps = node.inputs[0].shape[1] if node.inputs and node.inputs[0].rank > 1 else None
        if node.layer is None or steps is None:
            continue
        if steps > MOST_STEPS:
            message = f"{node.layer.keras_name} over {steps:,} steps is slow and forgets the first"
            hint = "shorten the series before it, with Conv1D strides or pooling"
            yield at(node, "P127", message, hint=hint)
