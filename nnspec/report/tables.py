"""Floor 8, tables of a report as text: heading, header and lines, whatever shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading; all cells are text."""

    title: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
