"""Floor 5: targets that have something for each pixel, against what moves or shrinks pictures."""

from collections.abc import Iterator

from nnspec.catalog.pictured import MaskColumn
from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case, at
from nnspec.rules.pixels import parts_of
from nnspec.rules.rule import rule
from nnspec.rules.within import places
from nnspec.shapes import show
from nnspec.spec.builtin import columns_of_output

PIXELS = 4
"""Axes of a batch of what stands at each pixel."""
MOVING = frozenset(
    {
        "AugMix",
        "RandAugment",
        "RandomCrop",
        "RandomElasticTransform",
        "RandomFlip",
        "RandomPerspective",
        "RandomRotation",
        "RandomShear",
        "RandomTranslation",
        "RandomZoom",
    }
)
"""Layers that bring pixels to other places."""


@rule("T162")
def check_moved(case: Case) -> Iterator[Diagnostic]:
    """Find layers that move pixels where the target has something for each of them."""
    heads = (head.name for head in case.trained if head.tensor and head.tensor.rank >= PIXELS)
    name = next(heads, None)
    for place in places(case.network) if name is not None else ():
        for layer in parts_of(place.node):
            if layer.keras_name in MOVING:
                message = (
                    f"{layer.keras_name} moves pixels while training, and not what the target of "
                    f'"{name}" has at each of them'
                )
                hint = "write augmentation: [RandomFlip] under training, which moves both"
                yield at(place.node, "T162", message, hint=hint)


@rule("M105")
def check_sizes(case: Case) -> Iterator[Diagnostic]:
    """Find outputs that are not as large as the masks they are compared with."""
    data = case.spec.data
    for head in case.trained if data else ():
        columns = columns_of_output(data, head.name) if data else ()
        masks = data.columns.get(columns[0]) if data and len(columns) == 1 else None
        if not isinstance(masks, MaskColumn) or masks.size is None or head.tensor is None:
            continue
        shape = head.tensor.shape
        if len(shape) != PIXELS or any(
            given not in (None, wanted)
            for given, wanted in zip(shape[1:3], masks.size, strict=False)
        ):
            rows, width = masks.size
            message = (
                f"the output has shape {show(shape)}; the masks of {columns[0]} have "
                f"{rows} x {width} pixels"
            )
            hint = f"end with ({rows}, {width}, classes), or write mask: {{size: [...]}} as large"
            node = head.behind[0] if head.behind else head.node
            also = case.also("their size is here", "data", "columns", columns[0])
            found = at(node, "M105", message, hint=hint) if node else None
            span = found.span if found else head.span
            yield Diagnostic("M105", message, span, hint, also)
