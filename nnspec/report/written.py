"""Floor 8, tables of predictions as files: the same cells in every form.

Numbers are written with as many digits as bring the same number back.
"""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from nnspec.run.cells import harmless
from nnspec.spec.forms import Form

Columns = Sequence[tuple[str, Sequence[object]]]
"""Names with their cells, None for an empty one."""


def encode_table(
    columns: Columns, form: Form = "csv", about: Mapping[str, object] | None = None
) -> bytes:
    """Return a table as the bytes of a file.

    Args:
        columns: names and cells.
        form: csv and tsv have a line per row below one of names, and an apostrophe before a text
            that a spreadsheet would take for a formula; jsonl an object per row; json one
            object, with the rows as `predictions`; parquet typed columns.
        about: what a json document says beside the rows.
    """
    match form:
        case "csv":
            return _separated(columns, ",")
        case "tsv":
            return _separated(columns, "\t")
        case "jsonl":
            return b"".join(f"{_json(one)}\n".encode() for one in _objects(columns))
        case "json":
            whole = {**(about or {}), "predictions": list(_objects(columns))}
            return f"{_json(whole, indent=1)}\n".encode()
        case "parquet":
            return _parquet(columns)


def _separated(columns: Columns, sign: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", delimiter=sign)
    writer.writerow([harmless(name) for name, _ in columns])
    several = ([harmless(one) for one in cells] for _, cells in columns)
    writer.writerows(zip(*several, strict=True))
    return text.getvalue().encode()


def _objects(columns: Columns) -> Iterator[dict[str, object]]:
    """Yield each row by the names of its cells."""
    names = [name for name, _ in columns]
    plain = [[_finite(one) for one in cells] for _, cells in columns]
    yield from (dict(zip(names, row, strict=True)) for row in zip(*plain, strict=True))


def _finite(cell: object) -> object:
    """Return a cell as JSON has it: no number that is none."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _json(value: object, indent: int | None = None) -> str:
    as_text: Callable[[object], str] = str
    return json.dumps(value, ensure_ascii=False, indent=indent, default=as_text)


def _parquet(columns: Columns) -> bytes:
    series = {name: pl.Series(name, list(cells), strict=False) for name, cells in columns}
    file = io.BytesIO()
    pl.DataFrame(series).write_parquet(file)
    return file.getvalue()
