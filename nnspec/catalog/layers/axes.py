"""Checks of the axes that a layer's argument names; floor 2."""

from nnspec.shapes import Shape, ShapeError, show


def check_axes(named: int | tuple[int, ...], shape: Shape, field: str = "axis") -> tuple[int, ...]:
    """Return the axes that an argument names, as written.

    Args:
        named: an axis or several, counted from 0 (the batch) or backwards from -1.
        shape: the shape that comes in.
        field: the argument's name.

    Raises:
        ShapeError: an axis does not exist, or is named twice (G309).
    """
    axes = (named,) if isinstance(named, int) else named
    rank = len(shape)
    for axis in axes:
        if not -rank <= axis < rank:
            raise ShapeError(
                "G309",
                f"{field} {axis} does not exist in {show(shape)}",
                field=field,
                hint=f"use {' or '.join(str(one) for one in range(1, rank))}, or -1 for the last",
            )
    if len({axis % rank for axis in axes}) < len(axes):
        raise ShapeError("G309", f"{field} {list(axes)} names an axis twice", field=field)
    return axes
