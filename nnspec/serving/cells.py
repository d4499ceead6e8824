"""Values of a request as columns of cells: one type each, of the shape that the run takes."""

import math
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnspec.data.table import Values
from nnspec.document import shorten
from nnspec.language.near_names import nearest
from nnspec.pipeline.answering import Tensor
from nnspec.serving.problem import Problem, bad, too_large

LISTED = 20
"""Names that a message lists."""
BYTE = 255


def check_names(given: Sequence[str], inputs: Sequence[Tensor]) -> None:
    """Refuse a request that lacks an input, or has one that is none.

    Raises:
        Problem: with the nearest name.
    """
    names = [one.name for one in inputs]
    listed = ", ".join(map(shorten, names[:LISTED])) + (", ..." if len(names) > LISTED else "")
    unknown = [one for one in given if one not in names]
    if unknown:
        near = nearest(unknown[0], names)
        hint = f"; did you mean {shorten(near)}?" if near else ""
        raise bad(f'there is no input "{shorten(unknown[0])}"; the run takes {listed}{hint}')
    absent = [one for one in names if one not in given]
    if absent:
        more = f" and {len(absent) - 1:,} more" if len(absent) > 1 else ""
        raise bad(f'the input "{shorten(absent[0])}"{more} is missing; the run takes {listed}')


def check_rows(rows: int, most: int) -> int:
    """Return the rows of a request, or refuse none and too many.

    Raises:
        Problem: 400 for none, 413 for more than the service takes.
    """
    if rows < 1:
        raise bad("the request has no rows; expected at least one")
    if rows > most:
        raise too_large(f"the request has {rows:,} rows; at most {most:,} are taken at once")
    return rows


def as_cells(values: Sequence[Any], rows: int, taken: Tensor) -> Values:
    """Return values of any nesting as the cells of an input, (rows, *shape).

    Args:
        values: as JSON has them: numbers, truth values or texts, null for a missing cell; nested
            as the shape is, or in one line, the last axis the fastest.
        rows: how many rows the request has.
        taken: the input.

    Raises:
        Problem: another number of values, values of several types, or of one that is none.
    """
    shape = (rows, *taken.shape)
    flat = _flat(values, shape, taken.name)
    return fitting(_typed(flat, taken.name).reshape(shape), taken)


def fitting(cells: Values, taken: Tensor) -> Values:
    """Return cells as bytes where the input takes pictures; any other as they are.

    Raises:
        Problem: a number that is no byte.
    """
    if taken.dtype != "uint8" or cells.dtype == np.uint8:
        return cells
    if cells.dtype.kind in "iuf":
        given = cells.astype(np.float64)
        whole = (given >= 0) & (given <= BYTE) & (given == np.floor(given))
        if whole.all():
            return cells.astype(np.uint8)
    message = f'the input "{shorten(taken.name)}" takes pictures: whole numbers from 0 to {BYTE}'
    raise bad(message)


def _flat(values: Sequence[Any], shape: tuple[int, ...], name: str) -> list[Any]:
    """Return values in one line."""
    flat = list(values)
    for extent in shape[1:]:
        if not flat or not isinstance(flat[0], list):
            break
        if not all(isinstance(one, list) and len(one) == extent for one in flat):
            raise _misshapen(name, shape)
        flat = [cell for one in flat for cell in one]
    if len(flat) != math.prod(shape):
        raise _misshapen(name, shape, len(flat))
    return flat


def _misshapen(name: str, shape: tuple[int, ...], found: int | None = None) -> Problem:
    count = "" if found is None else f", which is {math.prod(shape):,} values; got {found:,}"
    return bad(f'the input "{shorten(name)}" takes an array of shape {list(shape)}{count}')


def _typed(flat: list[Any], name: str) -> Values:
    """Return values of one type as an array; a missing one is NaN, or None among texts."""
    kinds = {type(one) for one in flat} - {type(None)}
    if kinds <= {int, float}:
        return numbers(flat)
    if kinds == {bool}:
        return truths(flat)
    if kinds <= {str, dict}:
        return as_texts([_text(one, name) for one in flat], name)
    message = f'the input "{shorten(name)}" takes numbers, texts, or truth values; got '
    if kinds <= {int, float, bool, str, dict}:
        raise bad(f"{message}several of these")
    raise bad(f"{message}{'a list where a value is expected' if list in kinds else 'none'}")


def numbers(flat: Sequence[Any]) -> Values:
    """Return numbers, whole ones as such where they all are and fit into 64 bits."""
    if all(type(one) is int for one in flat):
        try:
            return np.array(flat, dtype=np.int64)
        except OverflowError:
            pass
    return np.array([_float(one) for one in flat], dtype=np.float64)


def _float(number: float | None) -> float:
    if number is None:
        return math.nan
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def truths(flat: Sequence[bool | None]) -> Values:
    """Return truth values; as texts where some are missing."""
    if None not in flat:
        return np.array(flat, dtype=np.bool_)
    return np.array([None if one is None else str(one).lower() for one in flat], dtype=object)


def as_texts(texts: Sequence[str | None], name: str) -> Values:
    """Return texts as objects.

    Raises:
        Problem: a text that UTF-8 cannot write.
    """
    try:
        "".join(one for one in texts if one).encode()
    except UnicodeEncodeError as error:
        raise bad(f'the input "{shorten(name)}" has a text that is none: {error.reason}') from None
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    return found


def _text(value: Any, name: str) -> str | None:  # noqa: ANN401 - as JSON has it
    """Return a text, or what its bytes in base 64 say."""
    if not isinstance(value, Mapping):
        return None if value is None else str(value)
    written = value.get("b64")
    if len(value) != 1 or not isinstance(written, str):
        raise bad(f'the input "{shorten(name)}" has an object that is not {{"b64": "..."}}')
    try:
        return b64decode(written, validate=True).decode()
    except ValueError:
        raise bad(f'the input "{shorten(name)}" has a b64 that is no text in UTF-8') from None
