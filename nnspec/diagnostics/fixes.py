"""Edits to a text: from the end to the start, never two at one place, and only what still fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nnspec.diagnostics.advice import Edit
from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.position import Position, Span
from nnspec.diagnostics.sources import LINE_BREAK

QUOTES = ("'", '"')


@dataclass(frozen=True, slots=True)
class Placed:
    """An edit by offsets in the text, its quotation marks settled."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text after edits, and the findings that they answered."""

    text: str
    answered: tuple[Diagnostic, ...]


def apply_fixes(text: str, diagnostics: Iterable[Diagnostic]) -> Repaired:
    """Return a text with the edits of all findings that have some.

    A finding whose edits do not fit the text, or touch those of one before, is left for a next
    time.
    """
    starts = line_starts(text)
    chosen: list[Placed] = []
    answered: list[Diagnostic] = []
    for one in diagnostics:
        placed = [place(edit, text, starts) for edit in one.fix]
        fitting = [edit for edit in placed if edit is not None]
        if not placed or len(fitting) < len(placed) or touching(fitting, chosen):
            continue
        chosen += fitting
        answered.append(one)
    for edit in sorted(chosen, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return Repaired(text, tuple(answered))


def settle_fix(diagnostic: Diagnostic, text: str | None) -> tuple[Edit, ...]:
    """Return a finding's edits as they hold for a text; none where one of them does not fit it."""
    if text is None or not diagnostic.fix:
        return ()
    starts = line_starts(text)
    settled = [settle(edit, text, starts) for edit in diagnostic.fix]
    fitting = tuple(edit for edit in settled if edit is not None)
    return fitting if len(fitting) == len(settled) else ()


def place(edit: Edit, text: str, starts: Sequence[int]) -> Placed | None:
    """Return an edit by offsets; None where the text is not what the edit expects."""
    settled = settle(edit, text, starts)
    if settled is None:
        return None
    start, end = offset(settled.span.start, text, starts), offset(settled.span.end, text, starts)
    assert start is not None
    assert end is not None
    return Placed(start, end, edit.text) if edit.text else widen(start, end, text)


def settle(edit: Edit, text: str, starts: Sequence[int]) -> Edit | None:
    """Return an edit that leaves the quotation marks that stay; None where it does not fit."""
    start, end = offset(edit.span.start, text, starts), offset(edit.span.end, text, starts)
    if start is None or end is None or end < start:
        return None
    now = text[start:end]
    quoted = len(now) > 1 and now[0] in QUOTES and now[-1] == now[0]
    if edit.found is not None and edit.found != (now[1:-1] if quoted else now):
        return None
    if not (quoted and edit.keeps_quotes):
        return edit
    first, last = edit.span.start, edit.span.end
    inside = Span(
        Position(first.line, first.column + 1), Position(last.line, max(last.column - 1, 1))
    )
    return replace(edit, span=inside)


def line_starts(text: str) -> list[int]:
    """Return the offset at which each line begins."""
    return [0, *(match.end() for match in LINE_BREAK.finditer(text))]


def widen(start: int, end: int, text: str) -> Placed:
    """Return a deletion; a line that it would leave blank goes with it."""
    line = text.rfind("\n", 0, start) + 1
    close = text.find("\n", end)
    if close >= 0 and not text[line:start].strip() and not text[end:close].strip():
        return Placed(line, close + 1, "")
    return Placed(start, end, "")


def offset(position: Position, text: str, starts: Sequence[int]) -> int | None:
    """Return the offset of a place, None if the text has no such place."""
    if not 1 <= position.line <= len(starts):
        return None
    found = starts[position.line - 1] + position.column - 1
    limit = starts[position.line] if position.line < len(starts) else len(text) + 1
    return found if found < limit else None


def touching(edits: Iterable[Placed], others: Sequence[Placed]) -> bool:
    """Return whether an edit overlaps another, or puts something in at the same place."""
    return any(
        (edit.start < other.end and other.start < edit.end) or edit.start == other.start
        for edit in edits
        for other in others
    )
