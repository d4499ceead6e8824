"""Floor 8, the data on a page: rows by split, columns with their kinds, gaps and spread."""

from collections.abc import Sequence

from markupsafe import Markup

from nnspec.data import Preprocessing
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    TextFit,
)
from nnspec.data.profile import ColumnProfile, Profile
from nnspec.report.page.facts import SPLITS, Told
from nnspec.report.page.pieces import LONG, Cell, Table, left_out, listed
from nnspec.report.page.svg import plain, tag
from nnspec.run.numerals import show_figure

MOST_COLUMNS = 100
MOST_TARGETS = 30
SPARK = (96.0, 20.0)
"""Size of the small picture of a column."""


def list_rows(told: Told) -> Table:
    """Return how many rows each split has."""
    whole = sum(told.rows.values()) or 1
    order = [one for one in reversed(SPLITS) if one in told.rows]
    order += [one for one in told.rows if one not in order]
    lines = tuple(
        (plain(one), f"{told.rows[one]:,}", f"{100 * told.rows[one] / whole:.1f} %")
        for one in order
    )
    return Table("Rows", ("split", "rows", "share"), lines)


def list_columns(fitted: Preprocessing, profile: Profile | None) -> Table:
    """Return the feature columns: kind, missing cells, what they hold in the training rows."""
    known = profile.columns if profile else {}
    lines: list[tuple[Cell, ...]] = []
    for name, fit in list(fitted.columns.items())[:MOST_COLUMNS]:
        found = known.get(name)
        missing = "" if found is None else f"{found.missing:,}"
        lines.append((plain(name, 80), kind_of(fit), missing, held(fit, found), spark(found)))
    note = left_out(len(fitted.columns), "columns", MOST_COLUMNS)
    header = ("column", "kind", "missing", "in the training rows", "spread")
    folded = len(lines) > LONG
    return Table(
        "Columns that the network reads",
        header,
        tuple(lines),
        frozenset({0, 1, 3, 4}),
        note=note,
        folded=folded,
    )


def list_targets(fitted: Preprocessing) -> Table | None:
    """Return the target columns; None where there are none."""
    lines: list[tuple[Cell, ...]] = []
    for output, target in fitted.targets.items():
        kinds = dict(zip(target.columns, target.kinds, strict=False))
        classes = _classes(target.labels, target.counts)
        lines += [
            (plain(name, 80), plain(output, 60), kinds.get(name, ""), classes)
            for name in target.columns
        ]
    if not lines:
        return None
    note = left_out(len(lines), "target columns", MOST_TARGETS)
    header: tuple[str, ...] = ("target", "output", "kind", "classes (training rows)")
    if not any(line[-1] for line in lines):
        header, lines = header[:-1], [line[:-1] for line in lines]
    return Table(
        "What it predicts",
        header,
        tuple(lines[:MOST_TARGETS]),
        frozenset({0, 1, 2, 3}),
        note=note,
    )


def kind_of(fit: ColumnFit) -> str:
    """Return what a column is, with the shape of its cells where they are arrays."""
    shape = f" {' x '.join(map(str, fit.shape))}" if fit.shape else ""
    return f"{fit.kind}{shape}"


def held(fit: ColumnFit, found: ColumnProfile | None) -> str:
    """Return what the training rows hold, in a few words."""
    match fit:
        case CategoryFit():
            return f"{len(fit.vocabulary):,} classes: {listed(fit.vocabulary, 4)}"
        case TextFit():
            return f"{len(fit.vocabulary):,} words"
        case DateFit():
            return ", ".join(fit.parts)
        case BooleanFit():
            return "true, false"
        case NumericFit() | IntegerFit() if found and found.edges:
            low, high = (one + 0.0 for one in found.extent)  # no negative zero
            return f"{show_figure(low)} to {show_figure(high)}"
        case _:
            return ""


def spark(found: ColumnProfile | None) -> Markup:
    """Return how the cells of a column spread: bins between tenths as bars as dense as they are."""
    if found is None or not any(found.counts):
        return Markup("")
    heights = _densities(found) if found.edges else [float(one) for one in found.counts[:12]]
    top = max(heights, default=0.0) or 1.0
    width, height = SPARK
    step = width / max(1, len(heights))
    drawn = "".join(
        f"M{place * step:.1f} {height:.0f}v{-max(0.5, one / top * height):.1f}"
        f"h{step - 1:.1f}V{height:.0f}z"
        for place, one in enumerate(heights)
    )
    return tag(
        "svg",
        tag("path", d=drawn, class_="bar"),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        class_="spark",
        aria_hidden="true",
    )


def _densities(found: ColumnProfile) -> list[float]:
    """Return the cells of each of twelve equal stretches, those of a bin spread evenly over it."""
    low, high = found.extent
    if not high > low:
        return [1.0]
    cells = [0.0] * 12
    step = (high - low) / len(cells)
    for left, right, count in zip(found.edges, found.edges[1:], found.counts[1:], strict=False):
        for place in range(len(cells)):
            start, end = low + place * step, low + (place + 1) * step
            shared = min(end, right) - max(start, left)
            if shared > 0 and right > left:
                cells[place] += count * shared / (right - left)
    return cells


def _classes(labels: Sequence[object], counts: Sequence[int]) -> str:
    if not labels:
        return ""
    if len(counts) != len(labels):
        return listed(labels, 6)
    return listed([f"{one} ({count:,})" for one, count in zip(labels, counts, strict=True)], 6)
