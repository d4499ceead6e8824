"""Reads SQLite databases: a table or the rows of a query, out of the bytes that were hashed.

The database is opened in memory, and an authorizer lets a query read and compute, and nothing
else: no writing, no other file, no settings, no extensions.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import polars as pl

from nnspec.catalog.sources import Sqlite
from nnspec.data.columns.refusals import refuse, unreadable
from nnspec.data.read.content import Content
from nnspec.data.read.queries import Rows, check_answer, fetched, of_table, tabulate
from nnspec.diagnostics import Path

MAGIC = b"SQLite format 3\x00"
JOURNAL = slice(18, 20)
"""Bytes of the header that say how changes are written; 2: into a file beside it."""
LEGACY = b"\x01\x01"
NO_DATABASE = "name a database; a table of another kind says so: source: {csv: {path: FILE}}"
READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
LONGEST = 2**31 - 1
"""Bytes of a text that SQLite can be told to allow."""
STEPS = 1_000_000
"""Instructions of SQLite's machine between two looks at how many there were."""
MOST_STEPS = 2_000
"""Looks after which a query is taken for one that never ends: some half a minute."""


def read_sqlite(content: Content, said: Sqlite, place: Path) -> pl.DataFrame:
    """Read the rows that the spec names.

    Args:
        content: the database's bytes.
        said: the table or the query.
        place: where the source stands in the spec.

    Raises:
        Refused: D102 for what is no database, or a query that does not read; D103 for a table
            that is not there; D116 for more rows than a file of its size may hold.
    """
    _check_bytes(content)
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(content.data[: JOURNAL.start] + LEGACY + content.data[20:])
            query = said.query or of_table(content, said, _tables(connection), place)
            names, rows = _fetch(content, connection, query)
        except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError, OverflowError) as error:
            reason = f"SQLite says: {error}"
            if str(error) == "interrupted":
                reason = f"the query takes more than {MOST_STEPS * STEPS:,} steps of SQLite"
            if "not authorized" in str(error) or "prohibited" in str(error):
                reason = f"the query does more than read ({error}); expected a SELECT"
            message = f'"{content.file}" cannot be read: {reason}'
            hint = "write query: SELECT * FROM TABLE" if "SELECT" in reason else None
            raise refuse("D102", message, hint=hint, path=place) from error
    check_answer(content, said, names, rows, place)
    return tabulate(names, rows, _column)


def _check_bytes(content: Content) -> None:
    """Refuse what is no database, or one whose last changes stand in another file."""
    if not content.data.startswith(MAGIC):
        raise unreadable(content.file, "it is no SQLite database", NO_DATABASE)
    beside = content.file.with_name(f"{content.file.name}-wal")
    if content.data[JOURNAL] != LEGACY and beside.exists() and beside.stat().st_size:
        message = f'its last changes stand in "{beside.name}"; close the program that writes it'
        raise unreadable(content.file, message)


def _tables(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of a database's tables and views."""
    listed = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return tuple(str(name) for (name,) in listed)


def _fetch(content: Content, connection: sqlite3.Connection, query: str) -> tuple[list[str], Rows]:
    """Return the columns and rows of a query, no more than the file may hold."""
    looks = iter(range(MOST_STEPS))
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(content.allowed(), LONGEST))
    connection.set_authorizer(_only_reading)
    connection.set_progress_handler(lambda: next(looks, None) is None, STEPS)
    cursor = connection.execute(query)
    if cursor.description is None:
        raise sqlite3.Error("not authorized: the query gives no rows")
    names = [str(one[0]) for one in cursor.description]
    content.check_width(len(names))
    return names, fetched(content, cursor)


def _only_reading(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Allow what reads: SQLite asks before it runs a statement."""
    loads = action == sqlite3.SQLITE_FUNCTION and (second or first or "").startswith("load_")
    return sqlite3.SQLITE_OK if action in READING and not loads else sqlite3.SQLITE_DENY


def _column(name: str, cells: Sequence[object]) -> pl.Series:
    """Return a column: numbers where all cells are, else texts."""
    kinds = {type(cell) for cell in cells} - {type(None)}
    if bytes in kinds:
        message = f'column "{name}" holds bytes (BLOB); expected numbers or texts'
        raise refuse("D119", message, path=("data", "columns", name))
    if kinds == {int}:
        return pl.Series(name, cells, pl.Int64)
    if kinds and kinds <= {int, float}:
        return pl.Series(name, [None if one is None else float(str(one)) for one in cells])
    texts = [None if one is None else str(one) for one in cells]
    return pl.Series(name, texts, pl.String)
