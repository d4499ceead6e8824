"""Reads JSON documents: a list of objects, one a row, or an object of columns."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from nnspec.data.columns.refusals import refuse, unreadable
from nnspec.data.read.content import Content
from nnspec.data.read.lines import read_lines


def read_json(content: Content) -> pl.DataFrame:
    """Read a JSON document; its rows are written as lines, which their reader bounds.

    Raises:
        Refused: D102 for what is no JSON or no table, D110 for columns of different lengths.
    """
    try:
        found = json.loads(content.data)
    except RecursionError as error:
        raise unreadable(content.file, "it nests lists and objects too deeply") from error
    except ValueError as error:
        raise unreadable(content.file, f"it is no JSON document: {error}") from error
    rows = _rows(content, found)
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    return read_lines(replace(content, data=lines.encode()))


def _rows(content: Content, found: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Yield the rows of a document."""
    match found:
        case [dict(), *_]:
            for number, row in enumerate(found, start=1):
                if not isinstance(row, dict):
                    raise unreadable(content.file, f"entry {number} of the list is no object")
                yield row
        case dict() if found and all(isinstance(one, list) for one in found.values()):
            yield from _by_columns(content, found)
        case dict() if found and all(isinstance(one, dict) for one in found.values()):
            # As pandas writes a table: column -> row label -> cell.
            labels = dict.fromkeys(label for column in found.values() for label in column)
            cells = {name: [one.get(key) for key in labels] for name, one in found.items()}
            yield from _by_columns(content, cells)
        case []:
            raise refuse("D113", f'"{content.file}" holds no rows')
        case _:
            message = "it is no table; expected a list of objects, or an object of columns"
            raise unreadable(content.file, message, 'such as [{"size": 4.5, "price": 17}, ...]')


def _by_columns(content: Content, columns: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of columns of one length."""
    lengths = {name: len(one) for name, one in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f'"{name}" {length}' for name, length in list(lengths.items())[:10])
        raise refuse("D110", f'the columns of "{content.file}" have different lengths: {listed}')
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))
