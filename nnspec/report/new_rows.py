"""Floor 8, new rows beside the training rows: a calm table of 80 columns, and the same as data."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nnspec.data import NewRows
from nnspec.data.drift import SHIFTED, ColumnDrift
from nnspec.diagnostics import Diagnostic

MOST = 10
"""Columns that the table shows, those that differ most."""


def show_new_rows(drift: Mapping[str, ColumnDrift], console: Console) -> None:
    """Print the columns whose cells are missing, unknown, beyond the training rows, or shifted.

    Args:
        drift: each feature column beside what it was in the training rows.
        console: where to print.
    """
    told = {name: one for name, one in drift.items() if one.told}
    ranked = sorted(told, key=lambda name: _weight(told[name]), reverse=True)
    compared = any(one.psi is not None for one in drift.values())
    if told:
        table = _table({name: told[name] for name in ranked[:MOST]}, compared=compared)
        console.print(table)
    for line in _lines(drift, told, compared=compared):
        console.print(Text(line, style="dim"))


def _table(told: Mapping[str, ColumnDrift], *, compared: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("column", overflow="ellipsis", max_width=24, no_wrap=True)
    compared_with = ("in training", "beyond range", "PSI") if compared else ()
    for title in ("unknown", "missing", *compared_with):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name, one in told.items():
        cells = [_count(one.unknown), _missing(one)]
        if compared:
            before = f"{one.trained_missing:.0%}" if one.trained_missing else "-"
            cells += [before, _count(one.beyond), "-" if one.psi is None else f"{one.psi:.2f}"]
        table.add_row(Text(" ".join(name.split())), *cells, "shifted" if one.shifted else "")
    return table


def _lines(
    drift: Mapping[str, ColumnDrift], told: Mapping[str, ColumnDrift], *, compared: bool
) -> list[str]:
    """Return what is said below the table."""
    lines = []
    if len(told) > MOST:
        lines.append(f"and {len(told) - MOST:,} columns more; --format json has all of them")
    if not compared:
        return [*lines, "the run keeps no profile of its training columns to compare with"]
    if not told:
        largest = max(drift, key=lambda name: drift[name].psi or 0.0)
        lines.append(
            f"no cell is missing, unknown or beyond the training rows; PSI is at most "
            f"{drift[largest].psi or 0.0:.2f} ({largest})"
        )
    elif any(one.shifted for one in told.values()):
        lines.append(
            f"PSI: population stability index beside the training rows; shifted beyond {SHIFTED}"
        )
    return lines


def describe_new_rows(rows: NewRows) -> dict[str, object]:
    """Return the same as JSON has it: every column, rows without an answer, findings."""
    return {
        "rows": rows.table.rows,
        "left_out": rows.left_out.tolist(),
        "columns": {name: one.document() for name, one in rows.drift.items()},
        "shifted_beyond": SHIFTED,
        "findings": [_finding(one) for one in rows.notes],
    }


def _finding(one: Diagnostic) -> dict[str, object]:
    return {"code": one.code, "message": one.message}


def _weight(one: ColumnDrift) -> tuple[bool, float, int]:
    """Return what ranks a column: those that shifted, then by their index, then by cells."""
    return one.shifted, one.psi or 0.0, one.missing + one.unknown + one.beyond


def _missing(one: ColumnDrift) -> str:
    """Return the missing cells with their share, where there are any."""
    return f"{one.missing:,} ({one.missing / one.cells:.0%})" if one.missing else "-"


def _count(cells: int) -> str:
    return f"{cells:,}" if cells else "-"
