"""What has one right repair, written: check, edit, check again, until nothing is left to edit.

Edits are made in the text, so comments and layout stay. A round whose edits do not answer what
they were made for is taken back, and each edit is tried alone: a repair never makes a spec worse.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.diagnostics.fixes import Repaired, apply_fixes
from nnspec.diagnostics.sources import LINE_BREAK
from nnspec.document import Document, parse_document, read_document
from nnspec.document.file import read_file
from nnspec.document.limits import FILE_BYTES

ROUNDS = 10
"""A repair may bring another mistake to light; this often, at most."""

ALONE = 20
"""Edits of a round that are tried one by one, at most: each is a check."""

Check = Callable[[Document], tuple[Diagnostic, ...]]
"""Gives the findings of a document."""
TextCheck = Callable[[str], tuple[Diagnostic, ...]]
"""Gives the findings of a text, one of which may be that it cannot be read."""
SYNTAX = "Y"
MARK = b"\xef\xbb\xbf"
"""What some editors write in front of UTF-8."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's text as positions count it, and what is put back when it is written.

    Attributes:
        text: without a byte order mark, lines ended by a line feed alone.
        marked: whether the file begins with a byte order mark.
        wide_ends: whether its lines end in a carriage return and a line feed.
    """

    text: str
    marked: bool = False
    wide_ends: bool = False

    def encode(self, text: str) -> bytes:
        """Return another text as the bytes of such a file."""
        ended = text.replace("\n", "\r\n") if self.wide_ends else text
        return (MARK if self.marked else b"") + ended.encode()


@dataclass(frozen=True, slots=True)
class Repair:
    """A text with what could be repaired, and what was."""

    text: str
    repaired: tuple[Diagnostic, ...] = ()


def read_repairable(path: Path) -> Content | None:
    """Return the content of a spec's file, None where it is not text that a spec may be."""
    try:
        text = read_document(path).text
        content = read_file(path, FILE_BYTES)
    except (Refused, OSError):
        return None
    ends = content.count(b"\n")
    return Content(text, content.startswith(MARK), 0 < ends == content.count(b"\r\n"))


def repair(content: str, file: str, check: Check) -> Repair:
    """Return a spec's text with every certain repair made; repairing it again changes nothing.

    Args:
        content: the text, lines ended by a line feed alone.
        file: its name in messages.
        check: gives the findings of a parsed text.
    """

    def check_text(tried: str) -> tuple[Diagnostic, ...]:
        return findings_of(tried, file, check)

    text = content
    repaired: tuple[Diagnostic, ...] = ()
    for _ in range(ROUNDS):
        step = improve(text, check_text(text), check_text)
        if not step.repaired:
            break
        text = step.text
        repaired += step.repaired
    return Repair(text, repaired)


def improve(text: str, findings: Sequence[Diagnostic], check: TextCheck) -> Repair:
    """Return the text after all edits at once; failing that, after those that hold alone."""
    together = apply_fixes(text, findings)
    if holds(together, findings, check):
        return Repair(together.text, together.answered)
    each = ((one, apply_fixes(text, [one])) for one in together.answered[:ALONE])
    best = apply_fixes(text, [one for one, alone in each if holds(alone, findings, check)])
    return Repair(best.text, best.answered) if holds(best, findings, check) else Repair(text)


def holds(repaired: Repaired, before: Sequence[Diagnostic], check: TextCheck) -> bool:
    """Return whether a text after edits is readable, and what they answer is gone.

    Other findings may take their place: behind a misspelt layer there was nothing to check.
    """
    after = check(repaired.text)
    left = Counter(map(said, before)) - Counter(map(said, repaired.answered))
    found = Counter(map(said, after))
    gone = all(found[one] <= left[one] for one in map(said, repaired.answered))
    return gone and not any(one.code[0] == SYNTAX for one in after)


def said(finding: Diagnostic) -> tuple[str, str]:
    """Return what a finding says, wherever it stands after an edit above it."""
    return finding.code, finding.message


def findings_of(text: str, file: str, check: Check) -> tuple[Diagnostic, ...]:
    """Return the findings of a text, one of which may be that it cannot be read."""
    try:
        return check(parse_document(text, file))
    except Refused as refused:
        return refused.diagnostics


def show_changes(before: str, after: str, file: str) -> str:
    """Return the changes to a file as a unified diff, "" where there are none."""
    old, new = split(before), split(after)
    lines = unified_diff(old, new, file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def split(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    ends = [match.end() for match in LINE_BREAK.finditer(text)]
    starts = [0, *ends]
    pieces = zip(starts, [*ends, len(text)], strict=True)
    return [text[start:end] for start, end in pieces if start < end]
