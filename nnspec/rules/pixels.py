"""Floor 5: layers that know what black and white are, against the scale of the data."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import argument
from nnspec.rules.rule import rule
from nnspec.spec.data import feature_columns

Range = tuple[float, float] | None
"""Lowest and highest value; None: on both sides of 0, with mean 0 and deviation 1."""

BYTES = (0.0, 255.0)
KEEPING = frozenset(
    {"CenterCrop", "Cropping2D", "Flatten", "Identity", "Permute", "Reshape", "Resizing"}
)
"""Layers behind which values are as before."""
SHRINKING = 1 / 64
"""Factors below this one bring bytes to numbers around 1."""


@rule("P132")
def check_range(case: Case) -> Iterator[Diagnostic]:
    """Find layers that expect pixels of another range than they are given."""
    ranges: dict[str, Range] = {}
    for node in case.network.nodes:
        if node in case.network.inputs:
            ranges |= input_range(case, node)
            continue
        feeder = case.feeder(node)
        if node.layer is None or feeder is None or feeder.name not in ranges:
            continue
        given = ranges[feeder.name]
        expected, field, hint = expectation(node.layer, given)
        if expected is not None and given != expected:
            message = (
                f"{node.layer.keras_name} expects values from {expected[0]:g} to {expected[1]:g}; "
                f"it is given {said(given)}"
            )
            made = at(node, "P132", message, field, hint=hint)
            also = case.also("the scaling is here", "data", "scaling")
            yield Diagnostic("P132", message, made.span, hint, (*also, *made.related))
        ranges |= output_range(node, given)


def expectation(layer: Layer, given: Range) -> tuple[Range, str | None, str]:
    """Return the range that a layer expects, None if any will do, its argument, what to write."""
    known = argument(layer, "value_range")
    if isinstance(known, tuple):
        lower, upper = given or (0, 1)
        hint = f"write value_range: [{lower:g}, {upper:g}]"
        return known, "value_range", hint if given else f"{hint} and scaling: minmax"
    hint = "write scaling: none"
    if argument(layer, "include_preprocessing") is True:
        return BYTES, "include_preprocessing", f"{hint}, or include_preprocessing: false"
    scale = argument(layer, "scale")
    if layer.keras_name == "Rescaling" and isinstance(scale, float | int):
        small = 0 < abs(scale) < SHRINKING
        # Whatever range a small factor is for, it is none that has been scaled already.
        scaled = given is None or max(map(abs, given)) <= 1
        return (BYTES if small and scaled else given), "scale", f"remove it, or {hint}"
    return None, None, hint


def output_range(node: ResolvedNode, given: Range) -> dict[str, Range]:
    """Return the range behind a layer by its name, nothing where it is unknown."""
    layer = node.layer
    assert layer is not None
    scale, offset = argument(layer, "scale"), argument(layer, "offset")
    if layer.keras_name in KEEPING or layer.keras_name.startswith("Random"):
        return {node.name: given}
    if layer.keras_name != "Rescaling" or given is None:
        return {}
    if not isinstance(scale, float | int) or not isinstance(offset, float | int) or scale <= 0:
        return {}
    return {node.name: (given[0] * scale + offset, given[1] * scale + offset)}


def input_range(case: Case, node: ResolvedNode) -> dict[str, Range]:
    """Return the range of an input by its name, nothing where only the data tells."""
    data = case.spec.data
    if data is None or not isinstance(data.scaling, str) or data.scaling == "none":
        return {}
    columns = (data.inputs or {}).get(node.name) or feature_columns(data) or ()
    if any(data.kinds.get(name, "numeric") != "numeric" for name in columns or data.columns):
        return {}
    return {node.name: (0.0, 1.0) if data.scaling == "minmax" else None}


def said(given: Range) -> str:
    """Return a range in words."""
    if given is None:
        return "standardized ones (mean 0, deviation 1)"
    return f"{given[0]:g} to {given[1]:g}"
