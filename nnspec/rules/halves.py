"""Floor 5: numbers that half precision does not hold."""

from collections.abc import Iterator

from nnspec.catalog.dtypes import computed
from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case, at
from nnspec.rules.figures import log_name
from nnspec.rules.gradients import has_free_weights
from nnspec.rules.rule import rule
from nnspec.rules.within import places

SQUARING = frozenset({"Adadelta", "Adam", "AdamW", "Lamb", "Nadam", "RMSprop", "ScheduleFreeAdamW"})
"""Optimizers that divide by the root of a mean of squared gradients."""
HALF = "float16"


@rule("T138")
def check_half_weights(case: Case) -> Iterator[Diagnostic]:
    """Find weights kept in half precision where the optimizer divides by what is 0 there."""
    name = case.training.optimizer.keras_name if case.training else ""
    if name in SQUARING:
        message = (
            f"in float16 the square of a gradient below 0.0002 is 0, and {name} divides by its "
            "root: weights leap, or end as no numbers"
        )
    elif name == "Adamax":
        message = (
            "in float16 a small gradient is 0, as is Adamax's epsilon, and it divides by the "
            "largest of them: weights end as no numbers"
        )
    else:
        return
    if case.spec.runtime.dtype_policy == HALF and not case.within:
        where = case.place("runtime", "dtype_policy")
        yield Diagnostic("T138", message, where, "write dtype_policy: mixed_float16")
    for place in () if case.within else places(case.network):
        node = place.node
        if node.layer is not None and node.layer.dtype == HALF and has_free_weights(node):
            yield at(node, "T138", message, "dtype", hint="write dtype: mixed_float16")


@rule("T139")
def check_half_lengths(case: Case) -> Iterator[Diagnostic]:
    """Find layers that divide by a length whose square float16 does not hold.

    Source: Keras 3.15, keras/src/layers/normalization/unit_normalization.py: its 1e-12 is 0 there.
    """
    run = case.spec.runtime.dtype_policy
    for place in () if case.within else places(case.network):
        layer = place.node.layer
        divides = layer is not None and (
            layer.keras_name == "UnitNormalization" or getattr(layer, "normalize", False) is True
        )
        if divides and layer is not None and computed(layer.dtype or run) == HALF:
            message = (
                f"{layer.keras_name} divides by a length, and float16 holds no square of what is "
                "below 0.0002 or above 255: a row of small numbers or zeros ends as no number"
            )
            yield at(place.node, "T139", message, "dtype", hint="add dtype: float32 to it")


@rule("T139")
def check_half_figures(case: Case) -> Iterator[Diagnostic]:
    """Find losses and metrics that are told to compute in float16."""
    message = "float16 holds neither the small numbers that keep {} from dividing by 0, nor sums"
    hint = "remove dtype: float32 is its default"
    for head in case.trained:
        if head.loss is not None and computed(getattr(head.loss, "dtype", None)) == HALF:
            text = f"{message.format(head.loss.keras_name)} above 65,504"
            yield Diagnostic("T139", text, case.place(*head.loss_path, "dtype"), hint)
        for metric, path in head.metrics:
            if computed(getattr(metric, "dtype", None)) == HALF:
                text = f"{message.format(log_name(metric))} above 65,504"
                yield Diagnostic("T139", text, case.place(*path, "dtype"), hint)
