"""What databases have in common: the table that is meant, and the rows of a query."""

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from nnspec.catalog.sources import Database
from nnspec.data.columns.refusals import refuse
from nnspec.data.read.content import Content
from nnspec.diagnostics import Path
from nnspec.spec.source import nearest

ROW, OBJECT = 64, 48
"""Bytes that a row and a cell take as Python's objects, texts and bytes beside them."""
SHOWN = 20
"""Tables that a message names."""

Rows = list[tuple[object, ...]]
Column = Callable[[str, Sequence[object]], pl.Series]


def of_table(content: Content, said: Database, tables: Sequence[str], place: Path) -> str:
    """Return the query for a whole table: the one that is named, or the only one.

    Args:
        content: the database.
        said: how it is read.
        tables: names of its tables and views.
        place: where the source stands in the spec.

    Raises:
        Refused: D103 for a table that is not there, or one of several that is not named.
    """
    wanted = said.table or (tables[0] if len(tables) == 1 else None)
    if wanted is None or wanted not in tables:
        held = ", ".join(tables[:SHOWN]) or "none"
        if wanted:
            message = f'"{content.file}" has no table "{wanted}"; it has {held}'
            raise refuse("D103", message, hint=nearest(wanted, tuple(tables)), path=place)
        message = f'"{content.file}" has {len(tables)} tables: {held}'
        raise refuse("D103", message, hint=_which(content, said, tables), path=place)
    quoted = wanted.replace('"', '""')
    return f'SELECT * FROM "{quoted}"'  # noqa: S608 - a name out of the database, quoted


def _which(content: Content, said: Database, tables: Sequence[str]) -> str | None:
    """Return how one of several tables is named."""
    if not tables:
        return None
    key = said.keras_name
    return f"write source: {{{key}: {{path: {content.file.name}, table: {tables[0]}}}}}"


def fetched(content: Content, cursor: Iterable[tuple[object, ...]]) -> Rows:
    """Return the rows of an answer, no more than a file of that size may hold (D116)."""
    rows: Rows = []
    held = 0
    for row in cursor:
        texts = sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        held += ROW + len(row) * OBJECT + texts
        content.check(held)
        rows.append(row)
    return rows


def tabulate(names: Sequence[str], rows: Rows, column: Column) -> pl.DataFrame:
    """Return the rows of an answer as a table.

    Args:
        names: the columns.
        rows: as `fetched` returns them.
        column: what makes a column of a name and its cells.
    """
    cells = zip(*rows, strict=True) if rows else [()] * len(names)
    return pl.DataFrame({name: column(name, many) for name, many in zip(names, cells, strict=True)})


def check_answer(
    content: Content, said: Database, names: Sequence[str], rows: Rows, place: Path
) -> None:
    """Refuse two columns of one name, as a join gives them (D121), and no rows (D113)."""
    for name in names:
        if names.count(name) > 1:
            message = f'the query gives two columns called "{name}"'
            hint = f'name one of them otherwise: SELECT a.{name} AS "other"'
            raise refuse("D121", message, hint=hint, path=place)
    if not rows and said.query is not None:
        message = f'the query gives no rows of "{content.file}"'
        raise refuse("D113", message, hint="let its conditions leave some", path=place)
