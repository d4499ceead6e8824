"""Dashes that make a text unreadable: one too many, one without its space, one at another depth."""

import re
from collections.abc import Sequence

from nnspec.diagnostics import Diagnostic, Related, Span
from nnspec.document.tree import shorten

ENTRY = re.compile(r"( *)-(?: |$)")
"""A line that begins an entry of a list."""
TIGHT = re.compile(r"( *)-(\w.*)")
"""A line whose dash no space follows."""


def stray_dash(problem: str, lines: Sequence[str], begin: Span, where: Span) -> Diagnostic | None:
    """Return the finding for a dash that is at fault; None where none is.

    Args:
        problem: the parser's words.
        lines: of the whole text.
        begin: where what the parser was reading begins.
        where: where it gave up.
    """
    number = where.start.line
    found = lines[number - 1][where.start.column - 1 :]
    if "'-' indicator" in problem:
        if match := TIGHT.fullmatch(lines[number - 1]):
            return untied(match, number)
        return uneven(lines, begin, where) if ENTRY.match(found) else one_too_many(lines, where)
    if "expected key" not in problem or not ENTRY.match(found):
        return None
    above = line_above(lines, number)
    if match := TIGHT.fullmatch(lines[above - 1]):
        return untied(match, above)
    return misaligned(lines, where)


def untied(match: re.Match[str], number: int) -> Diagnostic:
    """Return the finding for a dash that no space follows."""
    hint = f"write - {shorten(match[2].strip())}"
    place = Span.at(number, len(match[1]) + 1)
    return Diagnostic("Y101", "a space is due behind the dash", place, hint)


def line_above(lines: Sequence[str], number: int) -> int:
    """Return the number of the line above one that holds something; 1 where none does."""
    number -= 1
    while number > 1 and not lines[number - 1].split("#")[0].strip():
        number -= 1
    return max(number, 1)


def depth_of(line: str) -> int:
    """Return how many blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))


def blanks(count: int) -> str:
    """Return a number of blanks in words."""
    return "1 blank" if count == 1 else f"{count} blanks"


def entries(lines: Sequence[str], numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return number and indentation of those lines that begin an entry of a list."""
    return [(one, depth_of(lines[one - 1])) for one in numbers if ENTRY.match(lines[one - 1])]


def uneven(lines: Sequence[str], begin: Span, where: Span) -> Diagnostic:
    """Return the finding for an entry at another depth than the list's first one."""
    first, here = depth_of(lines[begin.start.line - 1]), where.start.column - 1
    message = f"the entries of a list are indented alike; found {blanks(here)}, after {first}"
    also = (Related("the list begins here", begin),)
    hint = "indent the entries of a list alike"
    return Diagnostic("Y101", message, where, hint, also)


def one_too_many(lines: Sequence[str], where: Span) -> Diagnostic | None:
    """Return the finding for a dash that makes a list of what is a mapping; None for others.

    It stands before the first of several keys, or behind another dash.
    """
    here = where.start.column - 1
    above = entries(lines, range(where.start.line - 1, 0, -1))
    doubled = re.match(r"( *- +)- ", lines[above[0][0] - 1]) if above else None
    if doubled and len(doubled[1]) == here:
        message = "two dashes begin a list within a list; found the key of a mapping below them"
        place = Span.at(above[0][0], len(doubled[1]) + 1)
        return Diagnostic("Y101", message, place, "remove the dash here")
    after = next((one for one in lines[where.start.line :] if one.strip()), "")
    if ENTRY.match(after) and depth_of(after) == here:
        return None
    alike = [number for number, depth in above if depth == here]
    if not alike or any(
        depth_of(lines[one - 1]) < here
        for one in range(alike[0] + 1, where.start.line)
        if lines[one - 1].strip()
    ):
        return None
    before = line_above(lines, alike[0])
    if before < alike[0] and ENTRY.match(lines[before - 1]) and depth_of(lines[before - 1]) == here:
        return None
    if len(alike) > 1 and all(
        depth_of(lines[one - 1]) >= here
        for one in range(alike[1], alike[0])
        if lines[one - 1].strip()
    ):
        return None
    message = "this dash begins a list, and the lines below go on with keys"
    return Diagnostic("Y101", message, Span.at(alike[0], here + 1), "remove the dash here")


def is_key(lines: Sequence[str], where: Span) -> bool:
    """Return whether a key stands behind a dash: keys stand above it, and objects have capitals."""
    here = where.start.column - 1
    outer = (
        one for one in lines[where.start.line - 2 :: -1] if one.strip() and depth_of(one) <= here
    )
    before, found = next(outer, ""), lines[where.start.line - 1][here + 2 :].strip()
    beside = depth_of(before) + (2 if ENTRY.match(before) else 0) == here
    return beside and where.start.line > 1 and found[:1].islower()


def misaligned(lines: Sequence[str], where: Span) -> Diagnostic:
    """Return the finding for an entry at a depth at which no list is; or for the one before it."""
    number, here = where.start.line, where.start.column - 1
    above = entries(lines, range(number - 1, 0, -1))
    below = entries(lines, range(number + 1, len(lines) + 1))
    if not above:
        message = "a key is due here; found the dash of a list's entry"
        return Diagnostic("Y101", message, where, "remove the dash")
    if is_key(lines, where):
        message = "a key is due here, as in the lines above; found the dash of a list's entry"
        return Diagnostic("Y101", message, where, "remove the dash here")
    last, depth = above[0]
    head = line_above(lines, last)
    alone = depth != here and not lines[head - 1].lstrip().startswith("-")
    if alone and below and below[0][1] == here:
        message = f"this entry is indented by {blanks(depth)}, those below it by {here}"
        hint = f"indent it by {blanks(here)}, like the entries below"
        return Diagnostic("Y101", message, Span.at(last, depth + 1), hint)
    message = f"this entry is indented by {blanks(here)}, that above by {depth}"
    if depth == here:
        message = "a key is due here; found the dash of a list's entry"
        hint = "remove the dash, or put one before the line above"
        return Diagnostic("Y101", message, where, hint)
    hint = f"indent it by {blanks(depth)}, like the entry above"
    return Diagnostic(
        "Y101", message, where, hint, (Related("the entry above", Span.at(last, depth + 1)),)
    )
