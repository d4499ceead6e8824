"""Floor 8, `report.md`: the report as a page that people read."""

import re
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from nnspec.judge.checks.check import Verdict
from nnspec.judge.class_figures import Confusion
from nnspec.judge.heads import TASKS, SeveralLabels
from nnspec.judge.output import OutputReport
from nnspec.report.beyond import beyond_tables, with_intervals
from nnspec.report.report import Report
from nnspec.report.tables import Table
from nnspec.run.numerals import metric_names, show_metric, show_seconds, show_title

LARGEST_MATRIX = 30
"""Labels above which a confusion matrix is left to report.json."""
LABELS = TASKS[SeveralLabels]
MEANING = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")
"""Signs that mean something in Markdown; an underscore does not within a word."""
SHOWN = ("test", "validation", "train")
"""Splits in the order of their weight."""


def render_markdown(report: Report) -> str:
    """Return the report as Markdown: figures beside baselines, and how they came about."""
    environment = Environment(  # noqa: S701  Markdown, not HTML; `cell` escapes what ends a cell
        loader=PackageLoader("nnspec.run", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(cell=_cell, row=_row, duration=show_seconds, rule=_rule)
    sections = [(one, _tables(one)) for one in report.outputs]
    page = environment.get_template("report.md.jinja")
    return page.render(report=report, sections=sections, checks=_checks(report))


def _checks(report: Report) -> dict[str, list[Verdict | str]]:
    """Return what was found, and the codes of what passed and of what does not apply."""
    if not report.checks:
        return {}
    by_status = {
        status: [one for one in report.checks if one.status == status]
        for status in ("found", "passed", "not applicable")
    }
    return {
        "found": list(by_status["found"]),
        "passed": [one.code for one in by_status["passed"]],
        "others": [one.code for one in by_status["not applicable"]],
    }


def built_in(output: OutputReport, split: str) -> tuple[str, ...]:
    """Return the figures that the baselines of a split have too; all where there are none."""
    network = metric_names([output.metrics[split]])
    others = metric_names(found[split] for found in output.baselines.values() if split in found)
    return tuple(name for name in network if name in others) or network


def split_table(output: OutputReport, split: str, names: tuple[str, ...] = ()) -> Table:
    """Return the figures of one split: the network first, then the baselines.

    Args:
        output: the output.
        split: the split.
        names: the figures; all if none are named.
    """
    network = output.metrics[split]
    names = names or metric_names([network])
    lines = [("network", network)]
    lines += [(name, found[split]) for name, found in output.baselines.items() if split in found]
    return Table(
        split,
        ("", *(show_title(name) for name in names)),
        tuple(
            (who, *(show_metric(name, found.get(name)) for name in names)) for who, found in lines
        ),
    )


def ordered_splits(splits: Mapping[str, object]) -> tuple[str, ...]:
    """Return the splits that are there, the test rows first."""
    known = tuple(one for one in SHOWN if one in splits)
    return known + tuple(one for one in splits if one not in SHOWN)


def _tables(output: OutputReport) -> list[Table]:
    splits = ordered_splits(output.metrics)
    tables = [
        with_intervals(split_table(output, one), output, metric_names([output.metrics[one]]))
        for one in splits
    ]
    tables += [_by_column(output, one) for one in splits if one in output.metrics_by_column][:1]
    tables += [
        _matrix(one, output.confusion_matrix[one])
        for one in splits
        if one in output.confusion_matrix
        and len(output.confusion_matrix[one].labels) <= LARGEST_MATRIX
    ][:1]
    return tables + beyond_tables(output)


def _by_column(output: OutputReport, split: str) -> Table:
    """Return the figures of each column, and the first of them that each baseline has there."""
    found = output.metrics_by_column[split]
    names = metric_names(found.values())
    first = names[0]
    others = {
        name: by_split[split]
        for name, by_split in output.baselines_by_column.items()
        if split in by_split
    }
    return Table(
        f"{split}, by {'label' if output.task == LABELS else 'target column'}",
        (
            "",
            *(show_title(name) for name in names),
            *(f"{show_title(first)} of {name}" for name in others),
        ),
        tuple(
            (
                column,
                *(show_metric(name, one.get(name)) for name in names),
                *(show_metric(first, other[column].get(first)) for other in others.values()),
            )
            for column, one in found.items()
        ),
    )


def _matrix(split: str, found: Confusion) -> Table:
    labels = tuple(str(one) for one in found.labels)
    return Table(
        f"{split}, rows by class (down) and answer (across)",
        ("", *labels),
        tuple(
            (label, *(f"{count:,}" for count in line))
            for label, line in zip(labels, found.counts, strict=True)
        ),
    )


def _cell(text: object) -> str:
    """Return a text as it may stand in a cell or a line: as itself, and as nothing of the page."""
    whole = " ".join(str(text).split())
    return MEANING.sub(r"\\\g<0>", whole).replace("&", "&amp;").replace("<", "&lt;")


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_cell(one) for one in cells) + " |"


def _rule(header: tuple[str, ...]) -> str:
    """Return the line under a header: the first column to the left, figures to the right."""
    return "| " + " | ".join("---:" if place else ":---" for place in range(len(header))) + " |"
