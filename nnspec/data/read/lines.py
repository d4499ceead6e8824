"""Reads JSON lines (.jsonl): one object a line, its keys the columns."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import polars as pl

from nnspec.data.columns.refusals import refuse, unreadable
from nnspec.data.read.content import CELL, DAMAGED, Content, first_line
from nnspec.diagnostics import Refused

DEPTH = 64
"""Lists and objects within one another; polars' own stack ends at some hundred."""
AT_ONCE = 1_000
"""Lines whose keys are gathered together: polars takes time with the square of new keys."""
TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def read_lines(content: Content) -> pl.DataFrame:
    """Read a file with one JSON object per line."""
    _check_depth(content)
    try:
        _check_keys(content)
        return pl.read_ndjson(content.stream(), infer_schema_length=None)
    except DAMAGED as error:
        raise _bad_line(content) or unreadable(content.file, first_line(error)) from error


def _check_depth(content: Content) -> None:
    """Refuse values nested deeper than polars' threads can follow."""
    for number, line in enumerate(content.lines(), start=1):
        if line.count(b"[") + line.count(b"{") > DEPTH and _depth(line) > DEPTH:
            message = f"line {number} nests lists and objects more than {DEPTH} deep"
            raise unreadable(content.file, message)


def _depth(line: bytes) -> int:
    """Return how deep lists and objects are nested; what stands in texts does not count."""
    depth = deepest = 0
    for token in TOKENS.finditer(line):
        sign = token[0][:1]
        depth += (sign in b"[{") - (sign in b"]}")
        deepest = max(deepest, depth)
        if deepest > DEPTH:
            break
    return deepest


def _check_keys(content: Content) -> None:
    """Refuse lines whose keys differ so much that the table would be nearly empty (D116).

    A cell that a line does not write still takes memory: 20,000 lines with a key of their own
    each are a table of 400 million cells.
    """
    keys: set[str] = set()
    rows = content.data.count(b"\n") + 1
    for block in _blocks(content):
        schema = pl.scan_ndjson(BytesIO(block), infer_schema_length=None).collect_schema()
        keys.update(_names(schema))
        content.check_width(len(keys))
        content.check(rows * len(keys) * CELL)


def _blocks(content: Content) -> Iterator[bytes]:
    """Yield the lines, some at a time; blank ones are left out."""
    lines = (line for line in content.lines() if line.strip())
    while block := b"".join(islice(lines, AT_ONCE)):
        yield block


def _names(kind: pl.DataType | pl.Schema, within: str = "") -> Iterator[str]:
    """Yield the name of every column, and of every field within one."""
    match kind:
        case pl.List() | pl.Array():
            yield from _names(kind.inner, within)
        case pl.Struct() | pl.Schema():
            for name, inner in dict(kind).items():
                yield f"{within}.{name}"
                yield from _names(inner, f"{within}.{name}")
        case _:
            return


def _bad_line(content: Content) -> Refused | None:
    """Return the refusal of the first line that is no JSON object."""
    if not content.data.strip():
        return refuse("D113", f'"{content.file}" is empty; expected one JSON object per line')
    for number, line in enumerate(content.lines(), start=1):
        try:
            found = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError) as error:
            if not isinstance(error, json.JSONDecodeError):
                return unreadable(content.file, f"line {number} is no JSON: {error}")
            early = error.pos >= len(line.decode(errors="replace").rstrip())
            what = "it ends early" if early else f"{error.msg}, at sign {error.pos + 1}"
            hint = "correct the line: each holds one object, from { to }"
            return unreadable(content.file, f"line {number} is no JSON: {what}", hint)
        if not isinstance(found, dict):
            return unreadable(content.file, f"line {number} is a {type(found).__name__}, no object")
    return None
