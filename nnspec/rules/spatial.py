"""Floor 5: windows and the axes they slide over."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import argument
from nnspec.rules.rule import rule
from nnspec.shapes import Shape, dilated, show


def sizes(layer: Layer) -> tuple[str, tuple[int, ...], tuple[int, ...]] | None:
    """Return the argument that says how long a layer's windows are, the windows, their steps."""
    for field in ("kernel_size", "pool_size"):
        window = argument(layer, field)
        if not isinstance(window, tuple):
            continue
        dilation = argument(layer, "dilation_rate")
        rates = dilation if isinstance(dilation, tuple) else (1,) * len(window)
        strides = argument(layer, "strides")
        default = window if field == "pool_size" else (1,) * len(window)
        steps = strides if isinstance(strides, tuple) else default
        spans = tuple(dilated(*pair) for pair in zip(window, rates, strict=False))
        return field, spans, steps
    return None


def inner_axes(node: ResolvedNode, layer: Layer) -> Shape:
    """Return the lengths of the axes that a window slides over; none while they are unknown."""
    if not node.inputs:
        return ()
    shape = node.inputs[0].shape
    return shape[2:] if argument(layer, "data_format") == "channels_first" else shape[1:-1]


@rule("P121")
def check_steps(case: Case) -> Iterator[Diagnostic]:
    """Find steps longer than the window: samples in between are never seen.

    Windows of one sample are the shortcut of residual networks, and are meant.
    """
    for node in case.network.nodes:
        layer = node.layer
        found = sizes(layer) if layer else None
        if layer is None or found is None:
            continue
        field, spans, steps = found
        pairs = zip(spans, steps, strict=False)
        if all(step <= span or span == 1 for span, step in pairs):
            continue
        effect = "gaps between them are left empty" if "Transpose" in layer.keras_name else ""
        effect = effect or "samples in between are skipped"
        message = f"strides {list(steps)} are longer than the windows {list(spans)}: {effect}"
        hint = f"write strides of at most {list(spans)}, or a larger {field}"
        yield at(node, "P121", message, "strides", hint=hint)


@rule("P122")
def check_empty_axes(case: Case) -> Iterator[Diagnostic]:
    """Find convolutions and pooling over a single position."""
    for node in case.network.nodes:
        layer = node.layer
        found = sizes(layer) if layer else None
        if layer is None or found is None or "Transpose" in layer.keras_name:
            continue
        inner = inner_axes(node, layer)
        if inner and set(inner) == {1} and max(found[1]) > 1 and node.outputs:
            message = (
                f"{layer.keras_name} slides over a single position, {show(node.inputs[0].shape)}"
                if node.inputs
                else ""
            )
            yield at(node, "P122", message, found[0], hint="remove it, or shrink less before it")


@rule("P123")
def check_global_pooling(case: Case) -> Iterator[Diagnostic]:
    """Find global pooling where there is one position only."""
    for node in case.network.nodes:
        layer = node.layer
        if layer is None or not layer.keras_name.startswith("Global"):
            continue
        inner = inner_axes(node, layer)
        if inner and set(inner) == {1}:
            message = f"{layer.keras_name} pools a single position; Flatten says the same"
            yield at(node, "P123", message, hint="write Flatten, or shrink less before it")


@rule("P124")
def check_wide_kernel(case: Case) -> Iterator[Diagnostic]:
    """Find kernels longer than the padded axis they slide over: their edges see zeros only."""
    for node in case.network.nodes:
        layer = node.layer
        found = sizes(layer) if layer else None
        if layer is None or found is None or found[0] != "kernel_size":
            continue
        inner = inner_axes(node, layer)
        padded = argument(layer, "padding") == "same" and "Transpose" not in layer.keras_name
        pairs = zip(found[1], inner, strict=False)
        if (
            padded
            and set(inner) != {1}
            and any(extent and span >= 2 * extent for span, extent in pairs)
        ):
            message = f"a window of {list(found[1])} over {list(inner)} sees mostly padding"
            yield at(node, "P124", message, "kernel_size", hint="write a smaller kernel_size")
