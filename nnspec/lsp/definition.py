"""Where the layer or block is defined that the cursor's word names."""

import re
from collections.abc import Sequence

from nnspec.diagnostics import Path
from nnspec.language.foreign import says_nnspec
from nnspec.lsp.meaning import Entry, Names, meaning_of
from nnspec.lsp.names import given_names, scope_of
from nnspec.lsp.place import find_place, word_at

Target = tuple[int, int, int]
"""Line, begin and end of a name, counted from 0."""


def find_definition(lines: Sequence[str], row: int, column: int) -> Target | None:
    """Return where a name is defined, None where the word is no name; counted from 0."""
    begin, end = word_at(lines[row], column)
    word = lines[row][begin:end].partition(".")[0]
    if not word or not says_nnspec("\n".join(lines)):
        return None
    place = find_place(lines, row, end)
    match meaning_of(place.path):
        case Names():
            return find_layer(lines, word, scope_of(place.path))
        case Entry() if place.role != "value":
            return find_block(lines, word)
        case _:
            return None


def find_layer(lines: Sequence[str], name: str, scope: Path) -> Target | None:
    """Return where a layer is given its name, in the model or block that refers to it."""
    for given, row, begin in given_names(lines, scope):
        if given == name:
            return row, begin, begin + len(name)
    return None


def find_block(lines: Sequence[str], name: str) -> Target | None:
    """Return where a block is defined."""
    for row, line in enumerate(lines):
        match = re.match(rf"\s+({re.escape(name)}):", line)
        if match and find_place(lines, row, match.end(1)).path == ("blocks",):
            return row, match.start(1), match.end(1)
    return None
