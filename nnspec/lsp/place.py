"""Where the cursor stands: the keys above it, read off lines that need not be complete.

While a spec is being written it seldom parses, so this looks at indentation and brackets alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
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
    begin = last_flat(depths)
    steps, rest = split_line(lines[begin] if begin < row else lines[row][:column])
    if begin < row:
        rest = "\n".join([rest, *lines[begin + 1 : row], lines[row][:column]])
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    above = ancestors(lines[:begin], depths, steps[0] if steps else Step(indent, ""))
    path: Path = (*above, *(0 if step.key is None else step.key for step in steps))
    role: Role = "value" if steps and steps[-1].key is not None else "key"
    return find_in_flow(rest, path, role)


def first_row(lines: Sequence[str], row: int) -> int:
    """Return the line on which the brackets begin that a line stands in; the line, if in none."""
    return last_flat(flow_depths(lines[: row + 1]))


def last_flat(depths: Sequence[int]) -> int:
    """Return the last line that begins in no brackets."""
    return max(index for index, depth in enumerate(depths) if depth == 0)


def keys_beside(lines: Sequence[str], row: int, column: int) -> frozenset[str]:
    """Return the keys that the mapping has which a cursor stands in, but for the cursor's own."""
    begin = first_row(lines, row)
    before = "\n".join([*lines[begin:row], lines[row][:column]])
    if any(bare and mark in "{[" for mark, bare in marks(before)) and open_mark(before):
        return keys_in_flow(before, "\n".join([lines[row][column:], *lines[row + 1 : row + 200]]))
    steps, _ = split_line(lines[row])
    indent = len(lines[row]) - len(lines[row].lstrip())
    dashes = [step for step in steps if step.key is None]
    depth = key_column(lines[row], steps) if dashes else indent if lines[row].strip() else column
    above = [] if dashes else keys_at(reversed(lines[:row]), depth)
    return frozenset([*above, *keys_at(lines[row + 1 :], depth, stops=True)])


def key_column(line: str, steps: Sequence[Step]) -> int:
    """Return the column that a key has, or will have, on a line of dashes."""
    last = steps[-1]
    if last.key is not None:
        return last.column
    match = DASH.match(line, last.column)
    return match.end() if match else last.column


def keys_at(lines: Iterable[str], depth: int, *, stops: bool = False) -> Iterator[str]:
    """Give the keys at a column, up to the line that ends their mapping.

    Args:
        lines: those that follow, in either direction.
        depth: the column.
        stops: whether a dash begins another entry, and is no part of this one.
    """
    for line in lines:
        bare = line.lstrip()
        if not bare or bare.startswith("#"):
            continue
        indent = len(line) - len(bare)
        steps, _ = split_line(line)
        inner = next((step for step in steps if step.column == depth), None)
        if (indent < depth and (stops or inner is None)) or (inner and inner.key is None):
            return
        if inner is not None and inner.key is not None:
            yield inner.key
        if indent < depth:
            return


def open_mark(text: str) -> str:
    """Return the bracket that is open at the end of a text, "" if there is none."""
    held: list[str] = []
    for mark, bare in marks(text):
        if bare and mark in "{[":
            held.append(mark)
        elif bare and mark in "}]" and held:
            held.pop()
    return held[-1] if held else ""


def keys_in_flow(before: str, after: str) -> frozenset[str]:
    """Return the keys of the braces that end one text and begin another."""
    begun: list[str] = [""]
    for mark, bare in marks(before):
        if bare and mark in "{[":
            begun.append("")
        elif bare and mark in "}]" and len(begun) > 1:
            begun.pop()
        else:
            begun[-1] += mark if bare or mark.isalnum() or mark == "_" else " "
    ended, depth = "", 0
    for mark, bare in marks(after):
        depth += bare * ((mark in "{[") - (mark in "}]"))
        if depth < 0:
            break
        ended += mark if not depth else ""
    written = begun[-1].split(",")[:-1] + ended.split(",")[1:]
    return frozenset(one.partition(":")[0].strip("\"' \n}]") for one in written if ":" in one)


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
