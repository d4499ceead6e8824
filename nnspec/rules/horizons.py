"""Floor 5: units of a head that predicts a series at several horizons, in words."""

from math import prod

from nnspec.rules.head import Head
from nnspec.shapes import show
from nnspec.spec.data import DataSection
from nnspec.spec.window import unit_names

SHOWN = 6
"""Units that a message names."""
SEQUENCE = 3
"""Rank of what leaves a network for each step: (batch, steps, units)."""


def has_several(data: DataSection | None) -> bool:
    """Return whether windows have targets at several horizons."""
    return data is not None and data.window is not None and data.window.several


def units_of(columns: tuple[str, ...], data: DataSection) -> tuple[int, str]:
    """Return the units that target columns take, and the reason."""
    names = unit_names(columns, data.window)
    noun = "column" if len(columns) == 1 else "columns"
    listed = ", ".join(names[:SHOWN]) + ", ..." * (len(names) > SHOWN)
    if data.window is None or not data.window.several:
        return len(names), f"the target has {len(columns)} {noun}, {', '.join(columns)}"
    where = f"{noun} at {len(data.window.horizons)} horizons"
    return len(names), f"the target has {len(columns)} {where}, {listed}"


def how_to_reach(head: Head, wanted: int) -> str:
    """Return what to write so that a head has the units that are wanted."""
    shape = head.tensor.shape[1:] if head.tensor else ()
    known = [one for one in shape if one is not None]
    if len(shape) > 1 and len(known) == len(shape) and prod(known) == wanted:
        return "add Flatten: steps become units, all targets of the first one first"
    return f"write units: {wanted}"


def misses_steps(head: Head, data: DataSection) -> tuple[str, str] | None:
    """Return what is wrong with a head of classes at several horizons, and what to write."""
    if head.tensor is None or data.window is None:
        return None
    count = len(data.window.horizons)
    shape = head.tensor.shape
    if len(shape) == SEQUENCE and shape[1] in (None, count):
        return None
    message = (
        f"the output has shape {show(shape)}; a class at each of {count} horizons takes "
        f"{show((None, count, None))}"
    )
    return (
        message,
        f"write Dense: {{units: {count} * CLASSES}}, Reshape: [{count}, CLASSES], Softmax",
    )
