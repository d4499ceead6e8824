"""One line of a spec and the underline below it, as wide as a terminal shows them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TAB = 4
"""Distance between the tab stops of an excerpt, in terminal cells."""
ELLIPSIS = "…"
ESCAPED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that would act on the terminal instead of being seen."""
UPON_OTHERS = {"Mn", "Me"}
"""Categories of characters that are drawn upon the one before."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line cut to the space there is, and the underline that stands below it."""

    line: str
    underline: str


@dataclass(frozen=True, slots=True)
class Glyph:
    """What is shown for one character, and how many terminal cells it takes."""

    shown: str
    cells: int


LETTERS = {one: Glyph(one, 1) for one in map(chr, range(0x20, 0x7F))}
"""The printable characters of ASCII, most of what is shown."""


def excerpt(line: str, start: int, end: int, width: int) -> Excerpt:
    """Return a line with the stretch [start, end) underlined.

    Args:
        line: the line as written.
        start: first column of the stretch, counted from 1 in characters.
        end: first column after it; at least one column is underlined.
        width: terminal cells there are.
    """
    # Only what can be seen is laid out: a line of a hostile spec may hold megabytes.
    skipped = max(start - 1 - 2 * width, 0)
    line = line[skipped : start + 4 * width]
    start, end = start - skipped, end - skipped
    glyphs = lay_out(line)
    first = min(start - 1, len(glyphs))
    last = max(min(end - 1, len(glyphs)), first)
    left, right = window(glyphs, first, last, width)
    last = min(last, right)
    before = cells(glyphs[left:first]) + (left > 0)
    under = max(cells(glyphs[first:last]), 1)
    shown = "".join(glyph.shown for glyph in glyphs[left:right])
    shown = ELLIPSIS * (left > 0) + shown + ELLIPSIS * (right < len(glyphs))
    return Excerpt(shown.rstrip(), " " * before + "^" + "~" * (under - 1))


def window(glyphs: Sequence[Glyph], first: int, last: int, width: int) -> tuple[int, int]:
    """Return which glyphs [left, right) fit into the width, the stretch's start among them."""
    if cells(glyphs) <= width:
        return 0, len(glyphs)
    left = right = first
    room = width - 2
    while (
        right < len(glyphs) and glyphs[right].cells <= room and (right < last or room > width // 2)
    ):
        room -= glyphs[right].cells
        right += 1
    while left > 0 and glyphs[left - 1].cells <= room:
        left -= 1
        room -= glyphs[left].cells
    while right < len(glyphs) and glyphs[right].cells <= room:
        room -= glyphs[right].cells
        right += 1
    return left, right


def lay_out(line: str) -> list[Glyph]:
    """Return the glyphs of a line; tabs reach to the next stop."""
    glyphs: list[Glyph] = []
    column = 0
    for character in line:
        glyph = LETTERS.get(character) or glyph_of(character, column)
        column += glyph.cells
        glyphs.append(glyph)
    return glyphs


def glyph_of(character: str, column: int) -> Glyph:
    """Return what is shown for a character that begins at a column (counted from 0)."""
    if character == "\t":
        reach = TAB - column % TAB
        return Glyph(" " * reach, reach)
    category = unicodedata.category(character)
    if category in ESCAPED:
        return Glyph("\N{REPLACEMENT CHARACTER}", 1)
    if category in UPON_OTHERS:
        return Glyph(character, 0)
    return Glyph(character, 2 if unicodedata.east_asian_width(character) in "WF" else 1)


def cells(glyphs: Sequence[Glyph]) -> int:
    """Return the width of glyphs in terminal cells."""
    return sum(glyph.cells for glyph in glyphs)


def visible(text: str) -> str:
    """Return a text in which no character acts on the terminal: they stand as escapes."""
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in ESCAPED
        else character
        for character in text
    )
