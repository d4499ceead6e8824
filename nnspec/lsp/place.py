"""Where the cursor stands: the keys above it, read off lines that need not be complete.

While a spec is being written it seldom parses, so this looks at indentation and brackets alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nnspec.diagnostics import Path

KEY = re.compile(r"""(?P<quote>["']?)(?P<name>[^"':{}\[\],#]*?)(?P=quote)\s*:(?=\s|$)""")
DASH = re.compile(r"-(\s+|$)")
WORD = re.compile(r"[A-Za-z0-9_.$-]*")
NOTE = re.compile(r"(^|\s)#")

Role = Literal["key", "value", "item"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands.

    Attributes:
        path: keys from the top to what holds the word; 0 for an entry of a list.
        role: what the word is there: a key, the value of the last key, an entry of a list.
        word: the word, as far as it reaches to the cursor.
    """

    path: Path
    role: Role
    word: str


@dataclass(frozen=True, slots=True)
class Step:
    """A dash or a key at the beginning of a line; `key` is None for a dash."""

    column: int
    key: str | None


def word_at(line: str, column: int) -> tuple[int, int]:
    """Return begin and end of the word that a column stands in or behind, counted from 0."""
    begin = column
    while begin > 0 and WORD.fullmatch(line[begin - 1]):
        begin -= 1
    match = WORD.match(line, begin)
    return begin, match.end() if match else column


def find_place(lines: Sequence[str], row: int, column: int) -> Place:
    """Return where the text before a cursor ends.

    Args:
        lines: the text.
        row: the cursor's line, counted from 0.
        column: characters before the cursor on its line.
    """
    depths = flow_depths(lines[: row + 1])
    begin = max(index for index in range(row + 1) if depths[index] == 0)
    steps, rest = split_line(lines[begin] if begin < row else lines[row][:column])
    if begin < row:
        rest = "\n".join([rest, *lines[begin + 1 : row], lines[row][:column]])
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    above = ancestors(lines[:begin], depths, steps[0] if steps else Step(indent, ""))
    path: Path = (*above, *(0 if step.key is None else step.key for step in steps))
    role: Role = "value" if steps and steps[-1].key is not None else "key"
    return find_in_flow(rest, path, role)


def flow_depths(lines: Sequence[str]) -> list[int]:
    """Return for each line how many brackets are open where it begins."""
    depths: list[int] = []
    depth = 0
    for line in lines:
        depths.append(depth)
        for mark, bare in marks(line):
            if bare:
                depth = max(0, depth + (mark in "{[") - (mark in "]}"))
    return depths


def marks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the characters that are no comment and no quotation mark, and whether each is bare."""
    quote = ""
    for index, one in enumerate(text):
        before = text[index - 1] if index else " "
        if one == (quote or one) and one in "\"'" and (before, one) != ("\\", '"'):
            quote = "" if quote else one
        elif not quote and one == "#" and before.isspace():
            return
        else:
            yield one, not quote


def split_line(line: str) -> tuple[list[Step], str]:
    """Return the dashes and the key that a line begins with, and what follows them."""
    steps: list[Step] = []
    column = len(line) - len(line.lstrip())
    while match := DASH.match(line, column):
        steps.append(Step(column, None))
        column = match.end()
    if match := KEY.match(line, column):
        steps.append(Step(column, match["name"]))
        column = match.end()
    return steps, line[column:]


def ancestors(lines: Sequence[str], depths: Sequence[int], child: Step) -> Path:
    """Return the keys and entries that a line with this first step is part of."""
    path: list[str | int] = []
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if depths[index] or not line.strip() or line.lstrip().startswith("#"):
            continue
        for step in reversed(split_line(line)[0]):
            level = child.key is None and step.key is not None and step.column == child.column
            if step.column < child.column or level:
                path.insert(0, 0 if step.key is None else step.key)
                child = step
    return tuple(path)


def find_in_flow(text: str, path: Path, role: Role) -> Place:
    """Return where a text ends that follows a key, brackets and all."""
    open_marks: list[str] = []
    keys: list[str | int] = list(path)
    word = ""
    for mark, bare in marks(text):
        match mark if bare else "":
            case "{" | "[":
                open_marks.append(mark)
                keys += [0] if mark == "[" else []
                role, word = ("item" if mark == "[" else "key"), ""
            case "}" | "]" if open_marks:
                closed = open_marks.pop()
                keys = keys[:-1] if closed == "[" or role == "value" else keys
                role = "value" if not open_marks or open_marks[-1] == "{" else "item"
                word = ""
            case "," if open_marks:
                keys = keys[:-1] if open_marks[-1] == "{" and role == "value" else keys
                role, word = ("key" if open_marks[-1] == "{" else "item"), ""
            case ":" if open_marks and open_marks[-1] == "{" and role == "key":
                keys.append(word.strip())
                role, word = "value", ""
            case _:
                word += mark
    return Place(tuple(keys), role, word.strip())
