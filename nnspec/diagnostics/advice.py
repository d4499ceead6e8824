"""What to write instead: words for people, and edits where there is one right repair.

A hint is plain text. Where the repair is certain the hint is an `Advice`: the same text, which
also carries the edits, so that `nnspec validate --fix` writes what the hint says.
"""

from dataclasses import dataclass
from typing import Self

from nnspec.diagnostics.position import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch of a text and what is to stand there.

    Attributes:
        span: what is replaced; empty where something is only put in.
        text: what stands there afterwards.
        found: what must stand there now, quotation marks aside: a value that a variable or an
            alias brought in is not written at its place. None: anything.
        keeps_quotes: whether quotation marks around what is found stay.
    """

    span: Span
    text: str
    found: str | None = None
    keeps_quotes: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a finding's own place is to hold instead; its span is the finding's."""

    found: str
    text: str
    keeps_quotes: bool = False


class Advice(str):
    """A hint with the one right repair: a replacement at the finding's place, or edits elsewhere.

    It is text wherever text is due.
    """

    __slots__ = ("edits", "replacement")

    replacement: Replacement | None
    edits: tuple[Edit, ...]

    def __new__(
        cls, text: str, replacement: Replacement | None = None, edits: tuple[Edit, ...] = ()
    ) -> Self:
        """Return the hint with what it stands for."""
        advice = super().__new__(cls, text)
        advice.replacement = replacement
        advice.edits = edits
        return advice

    def at(self, span: Span | None) -> tuple[Edit, ...]:
        """Return the edits for a finding at a place."""
        if self.replacement is None or span is None:
            return self.edits
        given = self.replacement
        return (Edit(span, given.text, given.found, given.keeps_quotes), *self.edits)
