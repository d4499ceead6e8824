"""Reads DuckDB databases: a table or the rows of a query, out of the bytes that were hashed.

DuckDB opens files alone: the bytes are written to a temporary one, which is opened for reading,
with every way to other files, the network, extensions and settings closed.
"""

import datetime as dt
import decimal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

import polars as pl

from nnspec.catalog.sources import DuckDb
from nnspec.data.columns.refusals import WHOLE, refuse, unreadable
from nnspec.data.read.content import Content, first_line
from nnspec.data.read.queries import Rows, check_answer, fetched, of_table, tabulate
from nnspec.data.read.unpack import missing_library
from nnspec.diagnostics import Path

if TYPE_CHECKING:
    import duckdb

MAGIC = slice(8, 12)
"""Bytes of the header in which a database says what it is."""
MARK = b"DUCK"
CLOSED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    "memory_limit": "4GB",
}
"""Settings that leave a query nothing but the database."""
LONGEST = 30.0
"""Seconds after which a query is taken for one that never ends."""
AT_ONCE = 10_000
"""Rows that are asked for together."""
COUNTED = {int, float, decimal.Decimal}
TIMES = {dt.datetime, dt.date}
LISTS = {list, tuple}
WIDE = 2**63
"""Whole numbers from here on are wider than 64 bits."""


def read_duckdb(content: Content, said: DuckDb, place: Path) -> pl.DataFrame:
    """Read the rows that the spec names.

    Args:
        content: the database's bytes.
        said: the table or the query.
        place: where the source stands in the spec.

    Raises:
        Refused: D102 for what is no database, or a query that does not read; D103 for a table
            that is not there; D116 for more rows than a file of its size may hold; D118 where the
            package is missing.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise missing_library(content, "duckdb", "duckdb") from error
    _check_bytes(content)
    with _opened(content) as connection:
        try:
            query = said.query or of_table(content, said, _tables(connection), place)
            names, rows = _fetch(content, connection, query)
        except duckdb.InterruptException as error:
            message = f"the query takes more than {LONGEST:.0f} seconds"
            raise unreadable(content.file, message) from error
        except duckdb.Error as error:
            reason = f"DuckDB says: {first_line(error)}"
            hint = "write query: SELECT * FROM TABLE" if said.query else None
            message = f'"{content.file}" cannot be read: {reason}'
            raise refuse("D102", message, hint=hint, path=place) from error
    check_answer(content, said, names, rows, place)
    return tabulate(names, rows, _column)


def _check_bytes(content: Content) -> None:
    """Refuse what is no database, or one whose last changes stand in another file."""
    if content.data[MAGIC] != MARK:
        hint = "a table of another kind says so: source: {csv: {path: FILE}}"
        raise unreadable(content.file, "it is no DuckDB database", hint)
    beside = content.file.with_name(f"{content.file.name}.wal")
    if beside.exists() and beside.stat().st_size:
        message = f'its last changes stand in "{beside.name}"; close the program that writes it'
        raise unreadable(content.file, message)


@contextmanager
def _opened(content: Content) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Open the bytes for reading, and interrupt what takes too long."""
    import duckdb  # noqa: PLC0415 - an extra

    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder) / "database"
        file.write_bytes(content.data)
        try:
            connection = duckdb.connect(str(file), read_only=True, config=dict(CLOSED))
        except duckdb.Error as error:
            # The path of the copy means nothing to anybody.
            reason = first_line(error).replace(str(file), content.file.name)
            raise unreadable(content.file, f"DuckDB says: {reason}", WHOLE) from error
        timer = threading.Timer(LONGEST, connection.interrupt)
        timer.daemon = True
        timer.start()
        with closing(connection):
            try:
                yield connection
            finally:
                timer.cancel()


def _tables(connection: "duckdb.DuckDBPyConnection") -> tuple[str, ...]:
    """Return the names of a database's tables and views."""
    listed = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
    )
    return tuple(str(name) for (name,) in listed.fetchall())


def _fetch(
    content: Content, connection: "duckdb.DuckDBPyConnection", query: str
) -> tuple[list[str], Rows]:
    """Return the columns and rows of a query, no more than the file may hold."""
    import duckdb  # noqa: PLC0415 - an extra

    statements = connection.extract_statements(query)
    if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
        raise duckdb.InvalidInputException("expected one SELECT, and nothing that writes or sets")
    answer = connection.execute(query)
    names = [str(one[0]) for one in answer.description or ()]
    content.check_width(len(names))
    return names, fetched(content, _rows(answer))


def _rows(answer: "duckdb.DuckDBPyConnection") -> Iterator[tuple[object, ...]]:
    while several := answer.fetchmany(AT_ONCE):
        yield from several


def _column(name: str, cells: Sequence[object]) -> pl.Series:
    """Return a column: truth values, numbers, dates and times as they are, lists, else texts."""
    kinds = {type(cell) for cell in cells} - {type(None)}
    if bytes in kinds:
        message = f'column "{name}" holds bytes (BLOB); expected numbers or texts'
        raise refuse("D119", message, path=("data", "columns", name))
    if kinds <= {bool} or (len(kinds) == 1 and kinds <= TIMES):
        return pl.Series(name, cells)
    if kinds <= COUNTED or kinds <= LISTS:
        return pl.Series(name, [_number(cell) for cell in cells], strict=False)
    return pl.Series(name, [None if one is None else str(one) for one in cells], pl.String)


def _number(cell: object) -> object:
    """Return a cell, or a list of cells, with numbers that polars knows."""
    if isinstance(cell, list | tuple):
        return [_number(one) for one in cell]
    if isinstance(cell, decimal.Decimal) or (isinstance(cell, int) and abs(cell) >= WIDE):
        return float(str(cell))
    return cell
