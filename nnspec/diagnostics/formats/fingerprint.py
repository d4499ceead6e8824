"""What names a line of a file even after lines have been added above it, for code scanning.

Two logs tell of the same finding if its code and this name agree. GitHub computes the name for logs
that lack it, and complains where a log's own differs: so it is computed in the same way here.

Source: GitHub's codeql-action, src/fingerprints.ts (`primaryLocationLineHash`).
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

BLOCK = 100
"""UTF-16 units that count: what follows the beginning of a line, blanks left out."""
FACTOR = 37
WORD = 2**64
END = 0xFFFF
"""Stands behind the last character."""

BREAK = re.compile("\r\n|\r")
BLANKS = re.compile("[ \t]+")


def fingerprint(text: str, line: int) -> str:
    """Return the name of a line, counted from 1: a hash, and which of the lines with it this is."""
    plain, starts, turns = lay_out_lines(text)
    index = min(line, len(starts)) - 1
    digest = 0
    for unit in units(plain[starts[index] : starts[index] + BLOCK]):
        digest = (digest * FACTOR + unit) % WORD
    return f"{digest:x}:{turns[index]}"


@lru_cache(maxsize=1)
def lay_out_lines(text: str) -> tuple[str, "array[int]", "array[int]"]:
    """Return a text without blanks, where its lines begin, and how often each was there by then."""
    plain = BLANKS.sub("", BREAK.sub("\n", text))
    starts = array("L", [0, *(match.end() for match in re.finditer("\n", plain))])
    seen: Counter[int] = Counter()
    turns = array("L")
    for start in starts:
        block = hash(plain[start : start + BLOCK])
        seen[block] += 1
        turns.append(seen[block])
    return plain, starts, turns


def units(block: str) -> Iterator[int]:
    """Yield the units that count of a line's block; zeros follow a text's end."""
    coded = memoryview(block.encode("utf-16-le", "surrogatepass")).cast("H")
    found = (*coded, END)[:BLOCK]
    yield from found
    yield from [0] * (BLOCK - len(found))
