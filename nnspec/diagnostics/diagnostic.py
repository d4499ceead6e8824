"""One finding: what was found, what was expected, where, and what to write instead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

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
    training) gives `path`, and `located` turns it into a span.
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

    @property
    def severity(self) -> Severity:
        """Return how grave the finding is, as its code's table says."""
        return CODES[self.code].severity

    @property
    def order(self) -> tuple[str, Position, str]:
        """Return the key that sorts findings by file, position and code."""
        start = self.span.start if self.span else Position(0, 0)
        return (self.file or "", start, self.code)


@dataclass(slots=True)
class Findings:
    """Collects diagnostics while a floor works; each is kept once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

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
        same = (diagnostic.code, diagnostic.message, diagnostic.span)
        if all((known.code, known.message, known.span) != same for known in self.diagnostics):
            self.diagnostics.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Record several findings."""
        for diagnostic in diagnostics:
            self.append(diagnostic)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the findings that refuse the spec."""
        return tuple(one for one in self.diagnostics if one.severity is Severity.ERROR)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    def sorted(self, file: str | None = None) -> tuple[Diagnostic, ...]:
        """Return the findings in the order of the text, named after their file."""
        named = (replace(one, file=one.file or file) for one in self.diagnostics)
        return tuple(sorted(named, key=lambda one: one.order))
