"""Floor 8, what a page is put together from: pictures, tables, panels."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from nnspec.report.page.cases import CasesOfOutput
from nnspec.report.page.svg import isolate, plain

Cell = str | Markup
LONG = 30
"""Lines from which on a table is folded away, where it is no result."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its title and what it says."""

    title: str
    drawing: Markup
    says: str = ""
    wide: bool = False
    """Whether it takes the whole width."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading.

    Attributes:
        texts: columns that hold text, to the left; the others are numbers, to the right.
        strong: numbers of the lines that stand out.
        note: what is left out.
    """

    title: str
    header: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    texts: frozenset[int] = frozenset({0})
    strong: frozenset[int] = frozenset()
    note: str = ""
    folded: bool = False
    """Whether it is shown only when asked for."""
    wide: bool = False
    """Whether it takes the whole width."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What a page shows of one output."""

    name: str
    says: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    cases: CasesOfOutput | None = None


def in_words(value: float) -> str:
    """Return a figure as it stands in a sentence: three digits that count, large ones whole."""
    small, large = 1e3, 1e9
    return f"{value:,.0f}" if small <= abs(value) < large else f"{value:.3g}"


def left_out(count: int, what: str, most: int) -> str:
    """Return how many of many are not shown, in words."""
    return f"{count - most:,} more {what} are not shown." if count > most else ""


def listed(names: Sequence[object], most: int = 8) -> str:
    """Return names as they stand in a sentence, the last ones of many counted."""
    shown = [isolate(plain(one, 60)) for one in names[:most]]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest:,} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
