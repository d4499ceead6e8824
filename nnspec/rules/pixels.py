"""Floor 5: layers that know what black and white are, against the scale of the data."""

from collections.abc import Iterator
from math import isclose
from typing import cast

from nnspec.catalog.layer import Layer
from nnspec.catalog.pictured import ImageColumn
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import argument
from nnspec.rules.rule import rule
from nnspec.rules.within import places
from nnspec.spec.data import DataSection, feature_columns
from nnspec.spec.pictures import described_pictures, folder_features

Range = tuple[float, float] | None
"""Lowest and highest value; None: on both sides of 0, with mean 0 and deviation 1."""

BYTES = (0.0, 255.0)
UNKNOWN = object()
"""Stands for a range that cannot be told."""
KEEPING = frozenset(
    {"CenterCrop", "Cropping2D", "Flatten", "Identity", "Permute", "Reshape", "Resizing"}
)
"""Layers behind which values are as before."""
SHRINKING = 1 / 64
"""Factors below this one bring bytes to numbers around 1."""


@rule("P132")
def check_range(case: Case) -> Iterator[Diagnostic]:
    """Find layers that expect pixels of another range than they are given."""
    ranges: dict[int, Range] = {}
    for place in places(case.network):
        node = place.node
        if place.around is None and node in case.network.inputs:
            ranges |= input_range(case, node)
            continue
        sources = [one.node for one in place.sources()]
        if len(sources) != 1:
            continue
        if id(sources[0]) not in ranges:
            if node.layer is not None and (known := of_bytes(node.layer)):
                ranges[id(node)] = known
            continue
        given = ranges[id(sources[0])]
        if place.around is not None and not node.node.sources:
            ranges[id(node)] = given
            continue
        for layer in parts_of(node):
            yield from misplaced(case, node, layer, given)
            after = output_range(layer, given)
            if after is UNKNOWN:
                break
            given = cast("Range", after)
        else:
            ranges[id(node)] = given


def parts_of(node: ResolvedNode) -> tuple[Layer, ...]:
    """Return a layer, or those of a pipeline in their order."""
    layers = argument(node.layer, "layers") if node.layer else None
    whole = (node.layer,) if node.layer else ()
    return layers if isinstance(layers, tuple) else whole


def misplaced(case: Case, node: ResolvedNode, layer: Layer, given: Range) -> Iterator[Diagnostic]:
    """Give the finding that a layer expects another range than it is given."""
    expected, field, hint = expectation(layer, given, unscaled(case))
    if expected is None or given == expected:
        return
    if given is not None and all(map(isclose, given, expected)):
        return
    message = (
        f"{layer.keras_name} expects values from {expected[0]:g} to {expected[1]:g}; "
        f"it is given {said(given)}"
    )
    made = at(node, "P132", message, field if layer is node.layer else "layers", hint=hint)
    also = case.also("the scaling is here", "data", "scaling")
    yield Diagnostic("P132", message, made.span, hint, (*also, *made.related))


def unscaled(case: Case) -> str:
    """Return what to write for values that are to reach the network as they are."""
    columns = case.spec.data.columns.values() if case.spec.data else ()
    pictures = any(isinstance(one, ImageColumn) for one in columns)
    return "write value_range: [0, 255] in data.columns" if pictures else "write scaling: none"


def expectation(layer: Layer, given: Range, hint: str) -> tuple[Range, str | None, str]:
    """Return the range that a layer expects, None if any will do, its argument, what to write.

    Args:
        layer: what is given values.
        given: their range.
        hint: what to write for values as they are.
    """
    known = argument(layer, "value_range")
    if isinstance(known, tuple):
        lower, upper = given or (0, 1)
        own = f"write value_range: [{lower:g}, {upper:g}]"
        return known, "value_range", own if given else f"{own} and scaling: minmax"
    if argument(layer, "include_preprocessing") is True:
        return BYTES, "include_preprocessing", f"{hint}, or include_preprocessing: false"
    scale = argument(layer, "scale")
    if layer.keras_name == "Rescaling" and isinstance(scale, float | int):
        small = 0 < abs(scale) < SHRINKING
        # Whatever range a small factor is for, it is none that has been scaled already.
        scaled = given is None or max(map(abs, given)) <= 1
        return (BYTES if small and scaled else given), "scale", f"remove it, or {hint}"
    return None, None, hint


def of_bytes(layer: Layer) -> Range:
    """Return the range behind a layer that brings bytes to small numbers, as its factor tells."""
    scale, offset = argument(layer, "scale"), argument(layer, "offset")
    if layer.keras_name != "Rescaling" or not isinstance(scale, float | int):
        return None
    if not 0 < scale < SHRINKING or not isinstance(offset, float | int):
        return None
    return (offset, round(BYTES[1] * scale + offset, 6))


def output_range(layer: Layer, given: Range) -> Range | object:
    """Return the range behind a layer, UNKNOWN where it cannot be told."""
    scale, offset = argument(layer, "scale"), argument(layer, "offset")
    name = layer.keras_name
    if name in KEEPING or name.startswith("Random") or "Pooling" in name:
        return given
    if layer.keras_name != "Rescaling" or given is None:
        return UNKNOWN
    if not isinstance(scale, float | int) or not isinstance(offset, float | int) or scale <= 0:
        return UNKNOWN
    return (given[0] * scale + offset, given[1] * scale + offset)


def input_range(case: Case, node: ResolvedNode) -> dict[int, Range]:
    """Return the range of an input by its identity, nothing where only the data tells."""
    data = case.spec.data
    if data is not None and (known := picture_range(data, node)):
        return {id(node): known}
    if data is None or not isinstance(data.scaling, str) or data.scaling == "none":
        return {}
    columns = (data.inputs or {}).get(node.name) or feature_columns(data) or ()
    if any(data.kinds.get(name, "numeric") != "numeric" for name in columns or data.columns):
        return {}
    return {id(node): (0.0, 1.0) if data.scaling in {"minmax", "quantile"} else None}


def picture_range(data: DataSection, node: ResolvedNode) -> tuple[float, float] | None:
    """Return the range of an input that is a column of pictures, None for any other."""
    columns = (data.inputs or {}).get(node.name) or data.features or folder_features(data) or ()
    pictures = described_pictures(data, columns[0]) if len(columns) == 1 else None
    return None if pictures is None else pictures.value_range


def said(given: Range) -> str:
    """Return a range in words."""
    if given is None:
        return "standardized ones (mean 0, deviation 1)"
    return f"{given[0]:g} to {given[1]:g}"
