"""Small tables of HTML for notebooks: every text escaped, no script, no style but alignment."""

from collections.abc import Sequence
from html import escape

from nnspec.diagnostics.excerpt import visible
from nnspec.document.tree import shorten

LONGEST = 120
"""Characters of a cell."""
MOST_ROWS = 60
MOST_COLUMNS = 16


def html_table(header: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Return a table; first cells stand at the left, the others, figures as a rule, at the right.

    Args:
        header: names of the columns; none: there is no header.
        rows: cells; those beyond what a page shows are counted and left out.
        caption: stands above the table.
    """
    lines = [f"<caption>{html_text(caption)}</caption>"] if caption else []
    if header:
        lines.append(f"<thead>{_row(header, 'th')}</thead>")
    body = [_row(row, "td") for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        body.append(_row([f"{len(rows) - MOST_ROWS:,} more"], "td"))
    lines.append(f"<tbody>{''.join(body)}</tbody>")
    return f"<table>{''.join(lines)}</table>"


def html_text(text: str) -> str:
    """Return a text as HTML shows it: shortened, nothing in it means anything to a page."""
    return escape(shorten(visible(text), LONGEST))


def _row(cells: Sequence[str], tag: str) -> str:
    sides = ("left", *["right"] * (MOST_COLUMNS - 1))
    shown = "".join(
        f'<{tag} style="text-align:{side}">{html_text(cell)}</{tag}>'
        for side, cell in zip(sides, cells, strict=False)
    )
    return f"<tr>{shown}</tr>"
