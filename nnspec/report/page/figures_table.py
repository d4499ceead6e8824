"""Floor 8, figures of a page as tables: split by split, the network before its baselines."""

from nnspec.judge.heads import TASKS, SeveralLabels
from nnspec.report.page.facts import SPLITS, Output, Told
from nnspec.report.page.pieces import Cell, Table, left_out
from nnspec.report.page.svg import plain
from nnspec.run.numerals import metric_names, show_metric, show_title

MOST_COLUMNS = 40
LABELS = TASKS[SeveralLabels]
WIDEST = 10
"""Figures that stand side by side."""


def figures_of(told: Told, output: Output) -> list[Table]:
    """Return every figure of an output, network and baselines, test rows first."""
    names = metric_names([*output.metrics.values()])
    parts = [names[place : place + WIDEST] for place in range(0, len(names), WIDEST)]
    return [_figures(told, output, one) for one in parts]


def _figures(told: Told, output: Output, names: tuple[str, ...]) -> Table:
    lines: list[tuple[Cell, ...]] = []
    strong = set()
    for split in (one for one in SPLITS if one in output.metrics):
        strong.add(len(lines))
        where = f"{split} ({told.rows.get(split, 0):,})"
        others = {who: found[split] for who, found in output.baselines.items() if split in found}
        for who, found in {"network": output.metrics[split], **others}.items():
            if any(name in found for name in names):
                cells = (show_metric(name, found.get(name)) for name in names)
                lines.append((where, plain(who), *cells))
    header = ("rows", "model", *(plain(show_title(one), 40) for one in names))
    return Table("Figures", header, tuple(lines), frozenset({0, 1}), frozenset(strong))


def figures_by_column(output: Output) -> list[Table]:
    """Return the figures of each target column or label, the worst first."""
    found = output.metrics_by_column.get(output.split)
    if not found:
        return []
    names = metric_names(found.values())
    word = "label" if output.task == LABELS else "target column"
    order = sorted(found, key=lambda one: _worth(output, one))
    lines = tuple(
        (plain(name, 60), *(show_metric(one, found[name].get(one)) for one in names))
        for name in order[:MOST_COLUMNS]
    )
    return [
        Table(
            f"By {word}, {output.split} rows, worst first",
            (word, *(plain(show_title(one), 40) for one in names)),
            lines,
            note=left_out(len(order), f"{word}s", MOST_COLUMNS),
        )
    ]


def _worth(output: Output, column: str) -> float:
    figures = output.metrics_by_column[output.split][column]
    value = next((figures[one] for one in ("r2", "f1", "accuracy") if one in figures), None)
    return float("-inf") if value is None else value
