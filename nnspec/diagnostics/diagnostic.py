"""One finding: what was found, what was expected, where, and what to write instead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from nnspec.diagnostics.advice import Advice, Edit
from nnspec.diagnostics.codes import CODES, Severity
from nnspec.diagnostics.position import Path, Position, Span


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first: "first defined here"."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding about a spec, its data or an artefact.

    A floor that knows positions gives `span`; one that only knows the spec's values (data,
    training) gives `path`, and `located` turns it into a span. A hint that is an `Advice` carries
    the one right repair.
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    related: tuple[Related, ...] = ()
    path: Path | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        assert self.code in CODES, f"unknown diagnostic code {self.code}"
        object.__setattr__(self, "message", cut_middle(self.message))

    @property
    def severity(self) -> Severity:
        """Return how grave the finding is, as its code's table says."""
        return CODES[self.code].severity

    @property
    def fix(self) -> tuple[Edit, ...]:
        """Return the edits that repair the text, none where people must decide."""
        edits = self.hint.at(self.span) if isinstance(self.hint, Advice) else ()
        # Line 0 is the command line.
        return edits if all(edit.span.start.line > 0 for edit in edits) else ()

    @property
    def order(self) -> tuple[str, Position, str]:
        """Return the key that sorts findings by file, position and code."""
        start = self.span.start if self.span else Position(0, 0)
        return (self.file or "", start, self.code)


LONGEST_MESSAGE = 600
"""Characters; a message that quotes a list of a hostile spec would fill the screen with it."""


def cut_middle(text: str) -> str:
    """Return a text without its middle where it is too long: it ends with what was expected."""
    half = LONGEST_MESSAGE // 2
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:half]} … {text[-half:]}"


MOST_ERRORS = 100
"""Errors that are collected of one spec; what holds more is no slip, and costs time to explain."""

MOST_REMARKS = 100
"""Warnings and notes that are kept of one spec; `dropped` counts the others."""


class TooManyFindings(Exception):
    """Stops a check that has found as many errors as anybody reads; holds them."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(f"more than {MOST_ERRORS} errors")


@dataclass(slots=True)
class Findings:
    """Collects diagnostics while a floor works; each is kept once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    count: int = 0
    dropped: int = 0
    known: set[tuple[str, str, Span | None]] = field(default_factory=set)

    def add(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        hint: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        """Record a finding at a place in the spec."""
        self.append(Diagnostic(code, message, span, hint, related))

    def append(self, diagnostic: Diagnostic) -> None:
        """Record a finding unless an equal one (a block used twice) is there already."""
        error = diagnostic.severity is Severity.ERROR
        if not error and len(self.diagnostics) - self.count >= MOST_REMARKS:
            self.dropped += 1
            return
        same = (diagnostic.code, diagnostic.message, diagnostic.span)
        if same not in self.known:
            self.known.add(same)
            self.diagnostics.append(diagnostic)
            self.count += error
            if self.count > MOST_ERRORS:
                raise TooManyFindings(self.diagnostics[:-1])

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Record several findings."""
        for diagnostic in diagnostics:
            self.append(diagnostic)

    def take_back(self, begin: int, kept: Iterable[Diagnostic]) -> None:
        """Forget the findings from a number on, all but some."""
        left = list(kept)
        for one in self.diagnostics[begin:]:
            self.known.discard((one.code, one.message, one.span))
            self.count -= one.severity is Severity.ERROR
        del self.diagnostics[begin:]
        self.extend(left)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the findings that refuse the spec."""
        return tuple(one for one in self.diagnostics if one.severity is Severity.ERROR)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    def sorted(self, file: str | None = None) -> tuple[Diagnostic, ...]:
        """Return the findings in the order of the text, named after their file."""
        named = (
            replace(one, file=one.file or (one.span and one.span.file) or file)
            for one in self.diagnostics
        )
        found = sorted(named, key=lambda one: one.order)
        if self.dropped:
            message = f"{self.dropped:,} more warnings and notes are not shown"
            found.append(Diagnostic("L110", message, file=file))
        return tuple(found)
