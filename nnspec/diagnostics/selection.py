"""Which findings are shown: codes chosen on the command line, and comments that hide some.

A prefix stands for all codes that begin with it, and the longest one that fits a finding decides:
`--ignore P --select P102` leaves P102. An error says that nothing can be trained, so it is hidden
only where it is named in full; what says that the text cannot be read, is too large or is not
safe is never hidden. Training refuses whatever a check has hidden.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nnspec.diagnostics.codes import CODES, Severity
from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.position import Span

NEVER_HIDDEN = ("Y", "L", "X")
"""Families about text that cannot be read, is larger than any spec, or asks for too much."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Codes and prefixes of the command line.

    Attributes:
        select: what is shown; everything if empty.
        ignore: what is not.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def shows(self, code: str) -> bool:
        """Return whether findings of a code are shown."""
        if code.startswith(NEVER_HIDDEN):
            return True
        if CODES[code].severity is Severity.ERROR:
            return code not in self.ignore
        ignored = longest(code, self.ignore)
        if self.select:
            return longest(code, self.select) > ignored
        return ignored < 0


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that hides findings of one line.

    Attributes:
        codes: what stands between its brackets, each with its place.
        line: the line whose findings it hides.
        span: the comment's own place.
    """

    codes: tuple[tuple[str, Span], ...]
    line: int
    span: Span


def longest(code: str, prefixes: Iterable[str]) -> int:
    """Return the length of the longest prefix that fits a code, -1 where none does."""
    return max((len(one) for one in prefixes if code.startswith(one)), default=-1)


def unknown_prefixes(selection: Selection) -> tuple[str, ...]:
    """Return what no code begins with, in the order given."""
    given = (*selection.select, *selection.ignore)
    return tuple(one for one in given if not any(code.startswith(one) for code in CODES))


def apply_ignores(
    diagnostics: Sequence[Diagnostic],
    ignores: Sequence[Ignore],
    *,
    file: str | None = None,
    unsought: tuple[str, ...] = (),
) -> tuple[Diagnostic, ...]:
    """Return the findings that no comment hides, and one for each comment that hides nothing.

    Args:
        diagnostics: all that was found.
        ignores: the comments.
        file: the file's name in messages.
        unsought: prefixes of codes that were not looked for; comments on these are let be.
    """
    named = {(ignore.line, code) for ignore in ignores for code, _ in ignore.codes}
    hidden = {
        (one.span.start.line, one.code)
        for one in diagnostics
        if one.span and not one.code.startswith(NEVER_HIDDEN)
    } & named
    kept = [
        one
        for one in diagnostics
        if one.span is None or (one.span.start.line, one.code) not in hidden
    ]
    for ignore in ignores:
        kept += faults(ignore, hidden, unsought)
    placed = (replace(one, file=one.file or file) for one in kept)
    return tuple(sorted(placed, key=lambda one: one.order))


def faults(
    ignore: Ignore, used: set[tuple[int, str]], unsought: tuple[str, ...]
) -> Iterable[Diagnostic]:
    """Give a finding for each code of a comment that is none, or that hid nothing."""
    if not ignore.codes:
        message = "the comment does not say what to ignore"
        yield Diagnostic("C103", message, ignore.span, "write # nnspec: ignore[CODE]")
    for code, span in ignore.codes:
        if code not in CODES:
            message = f"{code[:20]!r} is no code; codes are written in full, as P102"
            yield Diagnostic("C103", message, span, "nnspec explain lists all codes")
        elif code.startswith(NEVER_HIDDEN):
            yield Diagnostic("C103", f"{code} ({CODES[code].title}) cannot be ignored", span)
        elif (ignore.line, code) not in used and not code.startswith(unsought):
            message = f"no {code} is found on line {ignore.line}"
            yield Diagnostic("C102", message, span, f"remove {code} here")
