"""What the data of a spec holds, as text: its files, its columns, what becomes of them."""

from collections.abc import Sequence

from nnspec.data.columns.described import ColumnFacts, describe_columns
from nnspec.data.read.origins import with_origin
from nnspec.data.read.raw import Raw
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.pipeline.check import Source, check_source_of, placed
from nnspec.spec.data_rules import unknown_columns

HEADINGS = (
    *("column", "kind", "role", "missing", "distinct", "range", "examples", "numbers"),
    "network reads",
)


def describe_data(
    source: Source, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return a table of the columns that a spec's data has, and what is wrong with them.

    The rest of the spec may be wrong, or not yet written.

    Raises:
        Refused: the data section, or its files, cannot be read.
    """
    checked = check_source_of(source, overrides=overrides, allow_outside=allow_outside)
    spec = checked.spec
    if spec is None or spec.data is None:
        absent = Diagnostic("T102", "there is no data section to describe")
        raise Refused(checked.diagnostics or [absent])
    try:
        raw = read_source(spec.data.source, spec.folder, allow_outside=allow_outside)
        raw = with_origin(raw, spec.data.origin)
    except Refused as refused:
        raise Refused(placed(spec, refused.diagnostics)) from refused
    facts = tuple(describe_columns(raw, spec.data))
    found = [*unknown_columns(spec.data, raw.names), *(one.problem for one in facts if one.problem)]
    return show(raw, facts), tuple(placed(spec, found))


def show(raw: Raw, facts: Sequence[ColumnFacts]) -> str:
    """Return files and columns as lines of text."""
    lines = [f"{raw.source}: {raw.rows:,} rows, {len(raw.names):,} columns"]
    for file in raw.files:
        how = ", ".join(f"{key} {value}" for key, value in file.sniffed.items())
        lines += [f"  {file.name}, read with {how}"] if how else []
    rows = [HEADINGS, *map(cells, facts)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        shown = (one.ljust(width) for one, width in zip(row, widths, strict=True))
        lines.append("  ".join(shown).rstrip())
    return "\n".join(lines)


def cells(facts: ColumnFacts) -> tuple[str, ...]:
    """Return a column's line."""
    return (
        " ".join(facts.name.split()) or "(no name)",
        facts.kind,
        facts.role,
        str(facts.missing),
        str(facts.distinct),
        facts.extent,
        ", ".join(facts.examples),
        facts.numbers,
        facts.front or (facts.problem.message if facts.problem else ""),
    )
