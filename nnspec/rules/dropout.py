"""Floor 5: where Dropout stands, and how much it drops."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import DROPOUTS, argument, function_of, is_function
from nnspec.rules.rule import rule
from nnspec.rules.within import places

LARGEST_RATE = 0.8
"""Share from which little is left to learn from."""


@rule("P102")
def check_last(case: Case) -> Iterator[Diagnostic]:
    """Find Dropout behind the last layer that computes."""
    for head in case.heads:
        behind = [*head.behind]
        softmaxed = head.node is not None and head.node.layer is not None
        if softmaxed and head.node and head.node.layer and is_function(head.node.layer):
            before = case.feeder(head.node)
            # Scores blanked before the last function: their probabilities are wrong just as well.
            behind += [before] if before and before.layer else []
        for node in behind:
            if node.layer is not None and node.layer.keras_name in DROPOUTS:
                message = (
                    f"{node.layer.keras_name} is the last layer: it blanks predictions "
                    "while training"
                )
                yield at(node, "P102", message, hint="remove it, or move it before the last layer")


@rule("P103")
def check_rate(case: Case) -> Iterator[Diagnostic]:
    """Find Dropout of almost everything, or of nothing."""
    for node in case.layers(*DROPOUTS):
        rate = argument(node.layer, "rate") if node.layer else None
        if not isinstance(rate, float):
            continue
        if rate > LARGEST_RATE:
            message = f"a rate of {rate:g} drops {rate:.0%} of the values; usual are 0.1 to 0.5"
            hint = f"write {1 - rate:.2g} if that share is to be dropped, not kept"
            yield at(node, "P103", message, "rate", hint=hint)


@rule("P104")
def check_twice(case: Case) -> Iterator[Diagnostic]:
    """Find two of them in a row."""
    for node in case.layers(*DROPOUTS):
        feeder = case.feeder(node)
        if feeder is None or feeder.layer is None or node.layer is None:
            continue
        if feeder.layer.keras_name in DROPOUTS:
            names = f"{feeder.layer.keras_name} and {node.layer.keras_name}"
            message = f"{names} follow each other: together they drop more than either says"
            yield at(node, "P104", message, hint="keep one of them")


@rule("P145")
def check_masked(case: Case) -> Iterator[Diagnostic]:
    """Find Masking that takes steps which were dropped for steps that are padding."""
    for place in () if case.within else places(case.network):
        layer = place.node.layer
        if layer is None or layer.keras_name != "Masking":
            continue
        for source in place.sources():
            before = source.node.layer
            if before is not None and before.keras_name in DROPOUTS:
                message = (
                    f"{before.keras_name} in front of Masking makes zeros, which Masking takes for "
                    "padding: while training steps, or all of them, are left out by chance"
                )
                yield at(place.node, "P145", message, hint="put Masking first")


@rule("P116")
def check_selu(case: Case) -> Iterator[Diagnostic]:
    """Find selu, which keeps mean and variance, before a Dropout that does not.

    Source: Klambauer and others, 2017, section 3.
    """
    for node in case.layers("Dropout"):
        feeder = case.feeder(node)
        if feeder and feeder.layer and function_of(feeder.layer) == "selu":
            message = "Dropout changes the mean and variance that selu keeps"
            yield at(node, "P116", message, hint="write AlphaDropout")
