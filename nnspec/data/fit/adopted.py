"""Columns as another run has fitted them: what a trained part was given, it is given again."""

from collections.abc import Mapping

from nnspec.data.fit.fitted import (
    ColumnFit,
    DateFit,
    NumericFit,
    Preprocessing,
    TargetFit,
    is_whole,
)
from nnspec.data.fit.image import ImageFit


def adopt(own: Preprocessing, given: Mapping[str, ColumnFit]) -> Preprocessing:
    """Return a preprocessing whose columns are encoded and scaled as they are given.

    Columns of another kind or shape stay as they are; what fills missing cells is kept where the
    other rows had none. Reconstructions follow their columns.
    """
    taken = {
        name: _filled(given[name], fit)
        for name, fit in own.columns.items()
        if name in given and are_alike(fit, given[name])
    }
    columns = {**own.columns, **taken}
    targets = {name: _rescaled(one, own, columns) for name, one in own.targets.items()}
    return own.model_copy(update={"columns": columns, "targets": targets})


def are_alike(one: ColumnFit, other: ColumnFit) -> bool:
    """Tell whether two fits are of the same kind of cells, whatever rows they were fitted on."""
    if isinstance(one, DateFit) and isinstance(other, DateFit) and one.parts != other.parts:
        return False
    same = (type(one), one.shape, one.indicator, is_whole(one))
    return same == (type(other), other.shape, other.indicator, is_whole(other))


def _filled(given: ColumnFit, own: ColumnFit) -> ColumnFit:
    """Return a fit that fills missing cells where either of both does."""
    fill = getattr(own, "fill", None)
    if fill is None or getattr(given, "fill", None) is not None:
        return given
    return given.model_copy(update={"fill": fill})


def _rescaled(target: TargetFit, own: Preprocessing, columns: Mapping[str, ColumnFit]) -> TargetFit:
    """Return a target in the units that its columns now have, where it is a reconstruction."""
    if target.reconstructs is None:
        return target
    shift, scale = units_of([columns[name] for name in own.inputs[target.reconstructs]])
    return target.model_copy(update={"shift": shift, "scale": scale})


def units_of(fits: list[ColumnFit]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return shift and scale of each number that columns become.

    Numbers of categories and booleans have no units: shift 0, scale 1.
    """
    shift: list[float] = []
    scale: list[float] = []
    for fit in fits:
        shift += [fit.shift] if isinstance(fit, NumericFit | ImageFit) else [0.0] * fit.width
        scale += [fit.scale] if isinstance(fit, NumericFit | ImageFit) else [1.0] * fit.width
    return tuple(shift), tuple(scale)
