"""Runs as a table for people, 80 columns wide, as JSON, as CSV."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from nnspec.diagnostics.excerpt import visible
from nnspec.document import shorten
from nnspec.pipeline.runs.record import Record
from nnspec.run.cells import harmless
from nnspec.run.numerals import UNDEFINED, show_metric, show_seconds, show_title
from nnspec.run.origin import Headline

WIDTH = 80
GAP = "  "
NAME, FIGURE = 30, 16
"""Most cells of a name, of a figure."""
NARROWEST = 12
"""Cells that a name has at least."""
SHORT = {"validation": "val"}
"""How a split is called beside a figure, as Keras' logs call it."""
BASELINE = 3
"""Place of the column that gives way once names are as short as they may be."""
COLUMNS = ("name", "when", "figure", "best baseline", "epochs", "time")
LEFT = 2
"""Columns whose cells begin at the left; those behind them end at the right."""
LARGEST_COUNT, LONGEST = 10**9, 1e9
"""A count and a duration (seconds) that no run reaches."""


def show_records(records: Sequence[Record]) -> str:
    """Return runs as text: those of one spec and data together, what is no run at the end."""
    groups: dict[tuple[str, str], list[Record]] = {}
    strays: list[Record] = []
    for one in records:
        group = groups.setdefault((one.spec, one.source), []) if one.manifest else strays
        group.append(one)
    parts = [_show_group(*key, group) for key, group in groups.items() if group]
    if strays:
        parts.append("\n".join(["no runs", *(_show_stray(one) for one in strays)]))
    return "\n\n".join(parts)


def _show_group(spec: str, source: str, records: Sequence[Record]) -> str:
    title = shorten(" · ".join(filter(None, [visible(spec), visible(source)])), WIDTH)
    rows = [COLUMNS, *(_cells(one) for one in records)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = WIDTH - sum(widths[1:]) - len(GAP) * len(widths)
    widths[0] = min(widths[0], max(room, NARROWEST))
    widths[BASELINE] -= max(0, sum(widths) + len(GAP) * len(widths) - WIDTH)
    lines = [title, *(_line(row, widths) for row in rows)]
    notes = [f"{GAP}{_text(one.name, NAME)}: {one.problem}" for one in records if one.problem]
    return "\n".join([*lines, *notes])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    cut = map(shorten, cells, widths)
    shown = [
        cell.ljust(width) if place < LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cut, widths, strict=True))
    ]
    return GAP + GAP.join(shown).rstrip()


def _cells(record: Record) -> tuple[str, ...]:
    return (
        _text(record.name, NAME),
        show_time(record.started),
        _outcome(record),
        _baseline(record.headline),
        show_count(record.epochs),
        show_duration(record.seconds),
    )


def _outcome(record: Record) -> str:
    """Return the main figure; how the run ended where it has none."""
    found = record.headline
    if record.state != "complete" or found is None:
        return record.state
    split = "" if found.split == "test" else f" ({SHORT.get(found.split, found.split)})"
    figure = f"{show_title(found.metric)} {show_metric(found.metric, found.value)}{split}"
    return _text(figure, FIGURE + len(split))


def _baseline(found: Headline | None) -> str:
    if found is None or found.baseline is None:
        return UNDEFINED
    figure = show_metric(found.metric, found.baseline_value)
    return f"{figure} {_text(found.baseline, FIGURE - 3)}"


def _show_stray(record: Record) -> str:
    text = f"{GAP}{_text(record.name, NAME)}: {visible(record.problem or '')}"
    return shorten(text, WIDTH)


def show_time(started: str) -> str:
    """Return a time of ISO 8601 to the minute, as people read it: 2026-11-29 23:30."""
    day, _, time = started.partition("T")
    return _text(f"{day} {time[:5]}".strip() or UNDEFINED, 16)


def _text(text: str, length: int) -> str:
    return shorten(visible(text), length)


def show_count(count: int | None) -> str:
    """Return a count that a record tells of, "?" for one that no run reaches."""
    if count is None:
        return UNDEFINED
    return f"{count:,}" if 0 <= count <= LARGEST_COUNT else "?"


def show_duration(seconds: float | None) -> str:
    """Return the seconds that a record tells of, "?" for more than any run takes."""
    if seconds is None:
        return UNDEFINED
    return show_seconds(seconds) if 0 <= seconds <= LONGEST else "?"


def flat(record: Record) -> dict[str, object]:
    """Return what is known of a run, by name: the columns of CSV, the keys of JSON."""
    found = record.headline
    return {
        "name": record.name,
        "path": str(record.path),
        "status": record.state,
        "started": record.started or None,
        "spec": record.spec or None,
        "data": record.source or None,
        "metric": found.metric if found else None,
        "split": found.split if found else None,
        "figure": _finite(found.value) if found else None,
        "baseline": found.baseline if found else None,
        "baseline_figure": _finite(found.baseline_value) if found else None,
        "epochs": record.epochs,
        "seconds": _finite(record.seconds),
        "seed": record.manifest.seed if record.manifest else None,
        "problem": record.problem,
    }


def encode_json(records: Iterable[Record]) -> str:
    """Return runs as JSON: `{"format": 1, "runs": [...]}`, with every figure of their rows."""
    runs = [flat(one) | {"figures": _all(one.headline)} for one in records]
    return json.dumps({"format": 1, "runs": runs}, indent=1, allow_nan=False) + "\n"


def encode_csv(records: Iterable[Record]) -> str:
    """Return runs as CSV, a line each below one of names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(flat(Record(Path(), "no run")))
    for one in records:
        writer.writerow([harmless(_plain(cell)) for cell in flat(one).values()])
    return text.getvalue()


def _plain(cell: object) -> object:
    """Return a cell in which no character acts on a terminal."""
    return visible(cell) if isinstance(cell, str) else cell


def _all(found: Headline | None) -> dict[str, float | None]:
    return {} if found is None else {key: _finite(one) for key, one in found.figures.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
