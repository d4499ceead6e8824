"""Floor 8, what a report says beyond its main figures: how sure they are, and where they fail."""

from dataclasses import replace

from nnspec.judge.interval import Difference, Interval
from nnspec.judge.output import OutputReport
from nnspec.judge.slices import Slice
from nnspec.report.tables import Table
from nnspec.run.numerals import metric_names, show_metric, show_title

MOST_NAMED = 5
"""Slices or columns that a line names."""
MOST_LINES = 40
"""Lines of a table of slices or columns; report.json has all."""


def show_interval(metric: str, one: Interval | Difference) -> str:
    """Return a figure with its interval: `43.1 (39.8 to 46.6)`."""
    low, high = (show_metric(metric, end) for end in (one.low, one.high))
    return f"{show_metric(metric, one.value)} ({low} to {high})"


def with_intervals(table: Table, output: OutputReport, names: tuple[str, ...]) -> Table:
    """Return the table of a split with the intervals of the network's figures, where it has any."""
    known = output.intervals.get(table.title, {})
    if not known or not table.lines:
        return table
    first, *others = table.lines
    cells = (
        show_interval(name, known[name]) if name in known else cell
        for name, cell in zip(names, first[1:], strict=True)
    )
    return replace(table, lines=((first[0], *cells), *others))


def beyond_tables(output: OutputReport) -> list[Table]:
    """Return the tables of differences, slices, importance and further figures that there are."""
    tables = [*_differences(output), *_slices(output), *_importance(output), *_further(output)]
    return [one for one in tables if one.lines]


def beyond_lines(output: OutputReport) -> list[str]:
    """Return what the terminal says below the figures, a sentence each."""
    lines = []
    for split, known in output.intervals.items():
        told = ", ".join(
            f"{show_title(name)} {show_interval(name, one)}" for name, one in known.items()
        )
        lines.append(f"{split}, 95 % intervals: {told}")
    for found in output.differences.values():
        for name, one in list(found.items())[:1]:
            told = f"{show_title(name)} {show_interval(name, one)}, {told_verdict(one)}"
            lines.append(f"network minus {one.baseline}: {told}")
    worse = [one for one in output.slices if one.worse]
    lines += [_told_worse(one) for one in worse[:MOST_NAMED]]
    if len(worse) > MOST_NAMED:
        lines.append(f"and worse on {len(worse) - MOST_NAMED} parts more: see report.md")
    if output.importance and output.importance_of:
        figure = output.importance_of
        first = ", ".join(
            f"{one.column} {show_metric(figure, one.value)}"
            for one in output.importance[:MOST_NAMED]
        )
        lines.append(f"{show_title(figure)} is worse without a column by: {first}")
    return lines


def told_verdict(one: Difference) -> str:
    """Return what a difference says of the network, in words."""
    return one.verdict if one.verdict == "within noise" else f"the network is {one.verdict}"


def _told_worse(one: Slice) -> str:
    figure, known = next(iter(one.intervals.items()))
    told = f"{show_title(figure)} {show_interval(figure, known)}"
    return f"worse on the {one.rows:,} test rows of {one.column}: {one.value}: {told}"


def _differences(output: OutputReport) -> list[Table]:
    return [
        Table(
            f"{split}, network minus the best baseline",
            ("", "baseline", "difference", "verdict"),
            tuple(
                (show_title(name), one.baseline, show_interval(name, one), told_verdict(one))
                for name, one in found.items()
            ),
        )
        for split, found in output.differences.items()
    ]


def _slices(output: OutputReport) -> list[Table]:
    """Return the slices of the test rows, those that are worse first."""
    ranked = sorted(output.slices, key=lambda one: not one.worse)[:MOST_LINES]
    names = metric_names(one.metrics for one in ranked)
    lines = tuple(
        (
            f"{one.column}: {one.value}",
            f"{one.rows:,}",
            *(
                show_interval(name, one.intervals[name])
                if name in one.intervals and name == names[0]
                else show_metric(name, one.metrics.get(name))
                for name in names
            ),
            "worse" if one.worse else "",
        )
        for one in ranked
    )
    header = ("", "rows", *(show_title(name) for name in names), "beside all rows")
    return [Table("test, by the values of columns", header, lines)]


def _importance(output: OutputReport) -> list[Table]:
    figure = output.importance_of
    if figure is None:
        return []
    lines = tuple(
        (one.column, show_metric(figure, one.value), show_metric(figure, one.spread))
        for one in output.importance[:MOST_LINES]
    )
    header = ("", f"{show_title(figure)} worse by", "spread")
    return [Table("test, without what a column says", header, lines)]


def _further(output: OutputReport) -> list[Table]:
    names = metric_names(output.further.values())
    lines = tuple(
        (split, *(show_metric(name, found.get(name)) for name in names))
        for split, found in sorted(output.further.items(), key=lambda one: _rank(one[0]))
    )
    return [Table("further figures", ("", *(show_title(name) for name in names)), lines)]


def _rank(split: str) -> int:
    order = ("test", "validation", "train")
    return order.index(split) if split in order else len(order)
