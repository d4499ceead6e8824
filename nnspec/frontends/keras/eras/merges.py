"""Keras 1's Merge, as the layer of its mode; a chain that begins with one, as a graph; floor 4.

Source: Keras 1.2.2, keras/engine/topology.py, Merge.
"""

from nnspec.document import Mapping, Plain
from nnspec.frontends.keras.eras.edits import value_of

MODES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}
"""Modes of Merge -> the layer that computes the same."""


def merge_of(config: Mapping) -> tuple[str, dict[str, Plain]] | None:
    """Return the layer that computes what a Merge does; None where its mode is a function."""
    mode = value_of(config, "mode")
    if not isinstance(mode, str) or mode not in MODES:
        return None
    given: dict[str, Plain] = {"name": value_of(config, "name")}
    if mode == "concat":
        given["axis"] = value_of(config, "concat_axis")
    if MODES[mode] == "Dot":
        given["axes"] = pair(value_of(config, "dot_axes"))
    if mode == "cos":
        given["normalize"] = True
    return MODES[mode], given


def pair(axes: Plain) -> Plain:
    """Return the axes of a product: Keras 1 may write each in a list of its own."""
    if isinstance(axes, list):
        return [one[0] if isinstance(one, list) and len(one) == 1 else one for one in axes]
    return axes
