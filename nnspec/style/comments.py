"""The comments and blank lines of a YAML text, which its tree does not hold."""

import re
from dataclasses import dataclass

import yaml

HASH = re.compile(r"(?:^|(?<=[ \t]))#")
"""What begins a comment, unless it stands in a value."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, or a blank line.

    Attributes:
        line: counted from 1.
        column: counted from 1; 0 for a blank line.
        text: from its # to the line's end; empty for a blank line.
        alone: whether nothing else stands on its line.
    """

    line: int
    column: int
    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Notes:
    """What a text holds beside its values: comments in order, and whether values have anchors."""

    comments: tuple[Comment, ...]
    anchors: bool


def find_notes(text: str) -> Notes:
    """Return the comments of a text that can be parsed."""
    values: list[tuple[int, int]] = []
    anchors = False
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for token in yaml.scan(text, Loader=loader):
        if isinstance(token, yaml.ScalarToken):
            values.append((token.start_mark.index, token.end_mark.index))
        anchors |= isinstance(token, yaml.AnchorToken | yaml.AliasToken)
    return Notes(tuple(_comments(text, values)), anchors)


def _comments(text: str, values: list[tuple[int, int]]) -> list[Comment]:
    """Return comments and blank lines outside of all values."""
    found: list[Comment] = []
    offset, next_value = 0, 0
    for number, line in enumerate(text.split("\n"), start=1):
        while next_value < len(values) and values[next_value][1] <= offset:
            next_value += 1
        here = values[next_value:]
        if not line.strip():
            if not (here and here[0][0] < offset):
                found.append(Comment(number, 0, "", alone=True))
        elif comment := _comment_of(line, number, offset, here):
            found.append(comment)
        offset += len(line) + 1
    return found


def _comment_of(
    line: str, number: int, offset: int, values: list[tuple[int, int]]
) -> Comment | None:
    """Return the comment of a line, None if it has none."""
    for match in HASH.finditer(line):
        place = offset + match.start()
        inside = False
        for start, end in values:
            if start > place:
                break
            inside |= place < end
        if not inside:
            text = line[match.start() :].rstrip()
            return Comment(number, match.start() + 1, text, not line[: match.start()].strip())
    return None
