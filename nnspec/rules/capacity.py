"""Floor 5: the size of the network against the rows it learns from, and the scale of these."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import total
from nnspec.rules.case import Case, at
from nnspec.rules.rule import rule
from nnspec.spec.builtin import bundled_set
from nnspec.spec.data import feature_columns

MOST_PER_ROW = 100
"""Parameters per training row beyond which a network may learn the rows by heart."""
STRONGEST = 1.0
"""Factor of a penalty from which it outweighs any loss."""
SCALED = frozenset({"sklearn:diabetes", "sklearn:digits"})
"""Bundled sets whose columns are of one scale as they come."""
NORMALIZERS = ("BatchNormalization", "LayerNormalization", "Normalization", "UnitNormalization")


@rule("P113")
def check_rows(case: Case) -> Iterator[Diagnostic]:
    """Find networks far larger than the rows they are trained on."""
    parameters = total(tuple(one for node in case.network.nodes for one in node.weights))
    if case.training is None or not case.rows or not case.complete or parameters is None:
        return
    if parameters > MOST_PER_ROW * case.rows:
        message = (
            f"{parameters:,} parameters for {case.rows:,} training rows: "
            f"{parameters // case.rows} per row"
        )
        largest = max(case.network.nodes, key=lambda node: node.parameters or 0)
        argument = largest.layer.shorthand if largest.layer else None
        hint = "write smaller layers (this is the largest), or regularize and stop early"
        yield at(largest, "P113", message, argument, hint=hint)


@rule("P115")
def check_penalties(case: Case) -> Iterator[Diagnostic]:
    """Find penalties on weights and outputs that outweigh the loss."""
    for node in case.network.nodes:
        for field, strength, what in penalties(node.layer):
            if strength >= STRONGEST:
                message = (
                    f"a penalty of {strength:g} keeps all {what} near 0; usual are 1e-5 to 1e-2"
                )
                yield at(node, "P115", message, field, hint="write L2: 1e-3")


def penalties(layer: Layer | None) -> Iterator[tuple[str, float, str]]:
    """Give the penalties of a layer: the argument, its largest factor, what it keeps small."""
    if layer is None:
        return
    if layer.keras_name == "ActivityRegularization":
        factors = {name: getattr(layer, name, 0.0) for name in ("l1", "l2")}
        name = max(factors, key=lambda one: factors[one])
        yield name, factors[name], "outputs"
        return
    for field in type(layer).model_fields:
        if field.endswith("_regularizer"):
            regularizer = getattr(layer, field)
            factors = {name: getattr(regularizer, name, 0.0) for name in ("l1", "l2", "factor")}
            what = "outputs" if field == "activity_regularizer" else "weights"
            yield field, max(factors.values()), what


@rule("P128")
def check_scale(case: Case) -> Iterator[Diagnostic]:
    """Find features of very different scales that nothing normalizes."""
    data = case.spec.data
    known = bundled_set(data) if data else None
    if data is None or known is None or data.scaling != "none" or data.source in SCALED:
        return
    if any(True for _ in case.layers(*NORMALIZERS)) or case.training is None:
        return
    names = feature_columns(data) or known.features
    if len(names) > 1:
        message = f"the {len(names)} features are of different scales, and scaling is none"
        hint = "remove scaling (standardize is meant), or begin with BatchNormalization"
        yield Diagnostic("P128", message, case.place("data", "scaling"), hint)
