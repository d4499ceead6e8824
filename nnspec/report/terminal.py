"""Floor 8, the terminal: the figures of a run as a table, 80 columns wide, calm."""

from textwrap import fill, wrap

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nnspec.engine.comparison import Comparison
from nnspec.judge.output import OutputReport
from nnspec.report.beyond import beyond_lines
from nnspec.report.markdown import built_in, ordered_splits, split_table
from nnspec.report.report import Report
from nnspec.run.numerals import metric_names, show_metric, show_seconds, show_title

BESIDE = 4
"""Figures of the spec's own that stand side by side."""
LINES = 3
"""Lines of what one check found."""
WIDEST = 1_000
"""Columns that no table needs."""


def show_report(report: Report, console: Console) -> None:
    """Print the figures of every output: the network beside the baselines, test rows first.

    Args:
        report: what the run reached.
        console: where to print; it decides on colour (none where it is piped or NO_COLOR is set).
    """
    for output in report.outputs:
        console.print(_title(report, output))
        for names in _parts(output):
            _fitted(_table(report, output, names), console)
        for names in _further(output):
            _fitted(_declared(report, output, names), console)
        for note in (*beyond_lines(output), *output.baseline_notes):
            console.print(Text(_indented(note, console.width), style="dim"))


def show_checks(report: Report, console: Console) -> None:
    """Print what the checks of the run found, each in at most three lines; nothing else of them."""
    found = [one for one in report.checks if one.status == "found"]
    for one in found:
        text = f"{one.code} {one.title}: {one.says}"
        lines = wrap(text, console.width, subsequent_indent="  ", max_lines=LINES, placeholder=" …")
        console.print(Text("\n".join(lines), style="dim"))
    if found:
        console.print(Text(f"nnspec explain {found[0].code} says what to do", style="dim"))


def show_stop(report: Report, console: Console) -> None:
    """Print why the training ended before its last epoch, where it did."""
    if report.training.stopped:
        console.print(Text(report.training.stopped, style="dim"))


def _fitted(table: Table, console: Console) -> None:
    """Print a table, closer together where it is too wide; what is wider still is broken."""
    wanted = console.measure(table, options=console.options.update(max_width=WIDEST)).maximum
    table.collapse_padding = wanted > console.width
    console.print(table)


def _indented(note: str, width: int) -> str:
    return fill(note, width, initial_indent="  ", subsequent_indent="  ")


def _title(report: Report, output: OutputReport) -> Text:
    several = len(report.outputs) > 1
    title = Text(report.name, style="bold")
    return title.append(f" · {output.name}", style="not bold") if several else title


def _parts(output: OutputReport) -> list[tuple[str, ...]]:
    """Return the figures that the baselines have too, as many at a time as fit a line."""
    found = [built_in(output, split) for split in ordered_splits(output.metrics)]
    names = metric_names(found)
    step = len(names) if len(names) <= BESIDE else BESIDE - 1
    return [names[place : place + step] for place in range(0, len(names), step)] or [()]


def _table(report: Report, output: OutputReport, names: tuple[str, ...]) -> Table:
    splits = ordered_splits(output.metrics)
    parts = {split: split_table(output, split, names) for split in splits}
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    header = next(iter(parts.values())).header if parts else ("",)
    table.add_column("rows", overflow="fold")
    table.add_column("model", overflow="fold")
    for metric in header[1:]:
        table.add_column(metric, justify="right", overflow="fold")
    for split, part in parts.items():
        for place, line in enumerate(part.lines):
            where = f"{split} ({report.rows.get(split, 0):,})" if place == 0 else ""
            table.add_row(where, *line, style="bold" if place == 0 else "")
        table.add_section()
    return table


def _further(output: OutputReport) -> list[tuple[str, ...]]:
    """Return the figures that only the spec names, as many at a time as fit a line."""
    known = {name for split in output.metrics for name in built_in(output, split)}
    every = metric_names(output.metrics.values())
    names = tuple(name for name in every if name not in known)
    return [names[place : place + BESIDE] for place in range(0, len(names), BESIDE)]


def _declared(report: Report, output: OutputReport, names: tuple[str, ...]) -> Table:
    """Return the network's figures that the spec names, one line per split."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("rows")
    for name in names:
        table.add_column(show_title(name), justify="right", overflow="fold")
    for split in ordered_splits(output.metrics):
        found = output.metrics[split]
        where = f"{split} ({report.rows.get(split, 0):,})"
        table.add_row(where, *(show_metric(name, found.get(name)) for name in names))
    return table


def show_comparison(measured: Comparison, console: Console) -> None:
    """Print the executors side by side, the one that trains the spec soonest in bold.

    Args:
        measured: what the executors reached.
        console: where to print.
    """
    plan = measured.plan
    facts = f"batch {plan.batch_size}, {measured.steps:,} steps an epoch, {measured.machine}"
    console.print(Text(facts, style="dim"))
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("executor")
    epochs = f"{plan.epochs:,} epochs"
    for title in ("ms a step", "spread", "faster", "prepared", epochs):
        table.add_column(title, justify="right")
    for row in measured.rows:
        table.add_row(
            row.name,
            f"{row.step_milliseconds:.3g}",
            f"{row.spread:.0%}",
            f"{row.times_faster:.3g}x",
            show_seconds(row.prepare_seconds),
            show_seconds(measured.whole(row)),
            style="bold" if row is measured.best else "",
        )
    console.print(table)
    for note in measured.notes:
        console.print(Text(note, style="dim"))
