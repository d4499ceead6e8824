"""Names that hold signs of YAML and stand there without quotes, as columns with units: v [m/s]."""

import re

QUOTES = "'\""
ENDS = ",]}"


def quote_whole(row: str, column: int, *, listed: bool) -> str | None:
    """Return the advice to quote a name; None where none is torn at a place.

    Args:
        row: the line.
        column: the place, counted from 1, where the parser stumbled: behind a part of the name.
        listed: whether the name is an entry of a list; else it is a key.
    """
    place = column - 1
    begin, end = _begin_of(row, place), _end_of(row, place)
    name, behind = row[begin:end].strip(), row[end:].lstrip()
    held = re.search(r"[\[{]([^\]}]*)[\]}]", name)
    if name[:1] in QUOTES or name[-1:] in QUOTES:
        return "quote the value as a whole; within single quotes, '' is a quote"
    if held is None or not held[1].strip() or re.search(r"[,:]", held[1]):
        return None
    if not listed and not behind.startswith(":"):
        return None
    return f"quote the name: {_quoted(name)}"


def _quoted(name: str) -> str:
    """Return a name within quotes that it does not hold."""
    return f"'{name}'" if '"' in name or "\\" in name else f'"{name}"'


def _begin_of(row: str, place: int) -> int:
    """Return where the entry begins that a place lies in: behind a comma, a bracket or a colon."""
    depth = 0
    for index in range(place - 1, -1, -1):
        sign = row[index]
        if depth == 0 and (sign in ",[{" or (sign in ":-" and row[index + 1 : index + 2] == " ")):
            return index + 1
        depth += (sign in "]}") - (sign in "[{")
    return 0


def _end_of(row: str, place: int) -> int:
    """Return where the entry ends that a place lies in."""
    depth = 0
    for index in range(place, len(row)):
        sign = row[index]
        if depth == 0 and (sign in ENDS or row[index : index + 2] in {": ", " #"}):
            return index
        depth += (sign in "[{") - (sign in "]}")
    return len(row)
