"""How an output whose shape is not that of its target comes to it, in words."""

from math import prod

from nnspec.network.network import ResolvedNode

SIZES = ("units", "filters")
"""Arguments that are the last axis of what a layer gives."""


def how_to_shape(
    last: ResolvedNode, found: tuple[int | None, ...], wanted: tuple[int | None, ...]
) -> str | None:
    """Return what to write so that an output has its target's shape; None where nobody knows.

    Args:
        last: the layer that gives the output.
        found: shape of what one row of it is.
        wanted: shape of what one row of its target is.
    """
    if not wanted or wanted[-1] is None:
        return None
    if found and found[:-1] == wanted[:-1]:
        taken = type(last.layer).model_fields if last.layer else {}
        size = next((one for one in SIZES if one in taken), None)
        return f"write {size}: {wanted[-1]}" if size else f"add Dense: {wanted[-1]} behind it"
    known = [one for one in wanted if one is not None]
    if len(known) < len(wanted):
        return None
    steps = ["Flatten"] * (len(found) > 1) + [f"Dense: {prod(known)}"]
    steps += [f"Reshape: {known}"] * (len(known) > 1)
    return f"add behind it: {', '.join(steps)}"
