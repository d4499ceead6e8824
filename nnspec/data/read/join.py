"""Several files as one table: the same columns, row after row in the order of the files."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from nnspec.data.columns.refusals import refuse
from nnspec.data.read.held import HeldColumns, join_held
from nnspec.data.read.raw import Raw
from nnspec.data.read.signs import PLAIN, Signs
from nnspec.data.table import Rows, Values
from nnspec.spec.data import GivenSplits
from nnspec.spec.pieces import Piece
from nnspec.spec.source import nearest

SHOWN = 10
"""Columns that a message lists."""
SPLITS = tuple(GivenSplits.model_fields)


def join(read: Sequence[tuple[Raw, Piece]]) -> Raw:
    """Return the rows of all files as one table.

    Args:
        read: each file's columns, with the piece of the source that it belongs to.

    Raises:
        Refused: D103 for a file with other columns than the first, D110 for arrays of other
            shapes, D119 for columns of other types.
    """
    (first, _), *others = read
    given = _given(read)
    if not others:
        return replace(first, given=given)
    for raw, its in others:
        _check_names(first, raw, its)
    signs = _signs(read)
    text = any(raw.text for raw, _ in read)
    columns = _columns(read)
    digest = hashlib.sha256()
    for raw, _ in read:
        digest.update(f"{raw.fingerprint} {raw.rows}\n".encode())
    return Raw(
        columns,
        sum(raw.rows for raw, _ in read),
        text,
        f"{first.source} and {len(others)} more",
        digest.hexdigest(),
        signs=signs,
        files=tuple(file for raw, _ in read for file in raw.files),
        index=first.index,
        given=given,
        kinds=first.kinds,
        homes=tuple(home for raw, _ in read for home in raw.homes),
        reach=first.reach,
        parts=tuple(part for raw, _ in read for part in raw.parts),
        behind={
            name: np.concatenate([raw.behind[name] for raw, _ in read]) for name in _behind(read)
        },
    )


def _columns(read: Sequence[tuple[Raw, Piece]]) -> Mapping[str, pl.Series | Values]:
    """Return the columns of all files."""
    held = [raw.columns for raw, _ in read if isinstance(raw.columns, HeldColumns)]
    if len(held) == len(read) and len({raw.signs for raw, _ in read}) == 1:
        return join_held(held)
    names = read[0][0].names
    return {name: _stacked(name, [raw.columns[name] for raw, _ in read], read) for name in names}


def _behind(read: Sequence[tuple[Raw, Piece]]) -> list[str]:
    """Return the columns whose cells were read from a file each, in every source."""
    return [name for name in read[0][0].behind if all(name in raw.behind for raw, _ in read)]


def _given(read: Sequence[tuple[Raw, Piece]]) -> Rows | None:
    """Return the split that each row is given as, by its place among the splits."""
    if read[0][1].split is None:
        return None
    places = [np.full(raw.rows, SPLITS.index(str(piece.split))) for raw, piece in read]
    return np.concatenate(places)


def _check_names(first: Raw, raw: Raw, piece: Piece) -> None:
    """Refuse a file without a column of the first, or with one more."""
    absent = [name for name in first.names if name not in raw.names]
    added = [name for name in raw.names if name not in first.names]
    if not absent and not added:
        return
    name = (absent or added)[0]
    lack = f'no column "{name}", which "{first.source}" has'
    more = f'a column "{name}" that is not in "{first.source}"'
    message = f'"{raw.source}" has {lack if absent else more}'
    listed = ", ".join(raw.names[:SHOWN]) + ", ..." * (len(raw.names) > SHOWN)
    hint = nearest(name, tuple(added)) if absent else None
    raise refuse("D103", f"{message}; it has {listed}", hint=hint, path=piece.place)


def _signs(read: Sequence[tuple[Raw, Piece]]) -> Signs:
    """Return how numbers are written; refuse files that write them differently."""
    unlike = [(raw, piece) for raw, piece in read if raw.text and not raw.signs.plain]
    if not unlike:
        return PLAIN
    signs = unlike[0][0].signs
    for raw, piece in unlike:
        if raw.signs != signs:
            message = (
                f'"{raw.source}" writes numbers with "{raw.signs.decimal}" before fractions and '
                f'"{raw.signs.thousands}" between thousands; "{unlike[0][0].source}" with '
                f'"{signs.decimal}" and "{signs.thousands}"'
            )
            hint = "say so for each file: csv: {path: FILE, decimal: SIGN, thousands: SIGN}"
            raise refuse("D104", message, hint=hint, path=piece.place)
    return signs


def _stacked(
    name: str, parts: Sequence[pl.Series | Values], read: Sequence[tuple[Raw, Piece]]
) -> pl.Series | Values:
    """Return one column of all files: texts where one of them holds texts."""
    arrays = [one for one in parts if not isinstance(one, pl.Series)]
    if len(arrays) == len(parts):
        shapes = {one.shape[1:] for one in arrays}
        if len(shapes) > 1:
            listed = ", ".join(map(str, sorted(shapes)))
            raise refuse("D110", f'column "{name}" has cells of different shapes: {listed}')
        return np.concatenate(arrays)
    series = [one if isinstance(one, pl.Series) else pl.Series(name, one) for one in parts]
    kinds = {str(one.dtype): raw.source for one, (raw, _) in zip(series, read, strict=True)}
    try:
        return pl.concat([one.to_frame() for one in series], how="vertical_relaxed")[name]
    except pl.exceptions.PolarsError as error:
        listed = "; ".join(f"{kind} in {source}" for kind, source in kinds.items())
        path = ("data", "columns", name)
        raise refuse(
            "D119", f'column "{name}" is of different types: {listed}', path=path
        ) from error
