"""Names that hold signs of YAML and stand there without quotes, as columns with units: v [m/s]."""

import re

QUOTES = "'\""
ENDS = ",]}"
OPENING, CLOSING = tuple("[{"), tuple("]}")
STARTS = ",[{:-"
"""Signs behind which a value begins."""
TWO = re.compile(r"(.*[\]}])\s+([\w-]+)")
"""What ends with a bracket, and a word behind it."""


def quote_whole(row: str, column: int, *, listed: bool) -> str | None:
    """Return the advice to quote a name; None where none is torn at a place.

    Args:
        row: the line.
        column: the place, counted from 1, where the parser stumbled: behind a part of the name.
        listed: whether the name is an entry of a list; else it is a key, or its value.
    """
    place = column - 1
    begin, end = _begin_of(row, place), _end_of(row, place)
    name, behind = row[begin:end].strip(), row[end:].lstrip()
    if name[:1] in QUOTES or name[-1:] in QUOTES or row[:begin].count('"') % 2:
        return "quote the value as a whole; within single quotes, '' is a quote"
    valued = row[:begin].endswith(":")
    if valued and behind.startswith(":") and (two := TWO.fullmatch(name)):
        # The next key follows a value, with no comma between.
        if name[0] in OPENING:
            return f"put a comma before {two[2]}"
        name = two[1]
    held = re.search(r"[\[{]([^\]}]*)[\]}]", name)
    if held is None or not held[1].strip() or re.search(r"[,:]", held[1]):
        return None
    if not listed and not valued and not behind.startswith(":"):
        return None
    return f"quote the name: {quoted(name)}"


def torn_name(row: str, column: int) -> str | None:
    """Return the name, in quotes, whose brackets hold a place; None where they are none of a name.

    In `[Share [%], b]` what stands within the inner brackets cannot be read, and is no value.

    Args:
        row: the line.
        column: the place, counted from 1, where the parser stumbled: within brackets.
    """
    begin, end = _begin_of(row, column - 1), _end_of(row, column - 1)
    if row[begin - 1 : begin] not in OPENING or row[end : end + 1] not in CLOSING:
        return None
    before, behind = row[: begin - 1].rstrip(), row[end + 1 :].lstrip()
    if not before or (before[-1] in STARTS and (not behind or behind[0] in f"{ENDS}:#")):
        return None
    return quoted(text_at(row, begin))


def text_at(row: str, column: int) -> str:
    """Return the entry of a list or mapping that holds a place, counted from 1."""
    return row[_begin_of(row, column - 1) : _end_of(row, column - 1)].strip()


def quoted(name: str) -> str:
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
