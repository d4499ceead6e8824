"""Brackets and braces that a text leaves open, read off lines that cannot be parsed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

NEXT = re.compile(
    r"""\s*(?:-(?:\s|$)|(?P<key>["']?[^\s"'#{}\[\],:][^"'#{}\[\],:]*["']?:(?:\s|$)))"""
)
"""A line that begins an entry of a list, or a key."""
START = re.compile(r"\s*(?:-\s+)*")
CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket or brace with its line and column, counted from 1."""

    mark: str
    line: int
    column: int

    @property
    def noun(self) -> str:
        """Return what it begins."""
        return "list" if self.mark == "[" else "mapping"

    @property
    def closing(self) -> str:
        """Return what closes it."""
        return CLOSING[self.mark]


@dataclass(slots=True)
class Scan:
    """What is open at the end of the lines read so far.

    Attributes:
        held: open brackets, outermost first.
        quote: the quote that is open, "" if there is none.
        comments: the comment of each line, by number, that follows an open bracket.
    """

    held: list[Bracket] = field(default_factory=list)
    quote: str = ""
    comments: dict[int, int] = field(default_factory=dict)

    def read(self, line: str, number: int) -> None:
        """Read one line."""
        begins = True
        for index, mark in enumerate(line):
            if self.quote:
                escaped = self.quote == '"' and line[index - 1 : index] == "\\"
                self.quote = "" if mark == self.quote and not escaped else self.quote
                continue
            if mark == "#" and not line[:index][-1:].strip():
                if self.held:
                    self.comments[number] = index
                return
            if mark in "\"'" and begins:
                self.quote = mark
            elif mark in "[{" and (begins or self.held):
                self.held.append(Bracket(mark, number, index + 1))
            elif mark in "]}" and self.held:
                self.held.pop()
            begins = begins if mark.isspace() else mark in ":-,[{"


def find_unclosed(lines: Sequence[str], last: int) -> tuple[Bracket, int | None] | None:
    """Return the innermost bracket that nothing closes before the text goes on in another way.

    Args:
        lines: the whole text.
        last: number of the line on which the parser gave up.

    Returns:
        The bracket, and the column of a comment on its last line that holds what would close it;
        None where every bracket may still be closed.
    """
    scan = Scan()
    for number, line in enumerate(lines[:last], start=1):
        if scan.held and goes_on(line, lines[scan.held[0].line - 1]):
            return blame(scan, lines, number - 1)
        scan.read(line, number)
    rest = "".join(lines[last:]).strip()
    return blame(scan, lines, last) if scan.held and not rest else None


def goes_on(line: str, first: str) -> bool:
    """Return whether a line belongs to what is around brackets that begin on another line."""
    match = NEXT.match(line)
    if match is None:
        return False
    start = START.match(first)
    depth = start.end() if start else 0
    return not match["key"] or (first[depth:][:1] not in "[{" and match.start("key") <= depth)


def blame(scan: Scan, lines: Sequence[str], last: int) -> tuple[Bracket, int | None]:
    """Return the innermost open bracket, and the comment that holds what would close it."""
    bracket = scan.held[-1]
    for number in range(bracket.line, last + 1):
        column = scan.comments.get(number)
        if column is not None and bracket.closing in lines[number - 1][column:]:
            return bracket, column + 1
    return bracket, None
