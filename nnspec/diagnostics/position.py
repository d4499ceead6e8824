"""Where something stands in a text: the smallest vocabulary of floor 0."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text; line and column count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text; the end is the first place that no longer belongs to it.

    `file` names the text where it is not the spec's own: that of a model document.
    """

    start: Position
    end: Position
    file: str | None = field(default=None, compare=False)

    @classmethod
    def at(cls, line: int, column: int, length: int = 1) -> "Span":
        """Return the span of `length` characters on one line."""
        return cls(Position(line, column), Position(line, column + length))


Path = tuple[str | int, ...]
"""Keys and indices from the top of a spec down to a value."""
