"""What differs between runs, as text of 80 columns and as JSON."""

import json
import math
from collections.abc import Mapping, Sequence

from nnspec.diagnostics.excerpt import visible
from nnspec.document import Plain, shorten
from nnspec.pipeline.runs.compare import Compared, Key
from nnspec.pipeline.runs.settings import MISSING, show_setting
from nnspec.run.numerals import UNDEFINED, show_figure, show_metric, show_title

WIDTH = 80
GAP = "  "
VALUES = (24, 20, 16)
"""Most cells of a setting's value, and what it is cut to where the table is too wide."""
BESIDE = 4
"""Figures that stand side by side."""
Row = Sequence[str]


def show_compared(compared: Compared) -> str:
    """Return what differs as text: settings, then what else, then figures with their spread."""
    parts = [
        _show_values("settings", compared.settings, compared.names),
        _show_values("besides", compared.facts, compared.names),
        *_show_figures(compared),
        "\n".join(compared.notes),
    ]
    if not compared.settings:
        parts.insert(0, "the filled specs are the same")
    elif compared.seeds_alone:
        parts.insert(0, "the runs differ in nothing but their seeds")
    return "\n\n".join(filter(None, parts))


def _show_values(title: str, values: Mapping[str, Sequence[Plain]], names: Sequence[str]) -> str:
    """Return values side by side where they fit; else below each other, equal ones together."""
    if not values:
        return ""
    for room in VALUES:
        head = (title, *(_text(one, room) for one in names))
        rows = [(visible(key), *(_value(one, room) for one in values[key])) for key in values]
        if _width([head, *rows]) <= WIDTH:
            return _aligned([head, *rows])
    lines = [title]
    for key, several in values.items():
        lines.append(visible(key))
        groups: dict[str, list[str]] = {}
        for name, value in zip(names, several, strict=True):
            groups.setdefault(_value(value), []).append(visible(name))
        lines += [
            shorten(f"{GAP}{value}: {', '.join(own)}", WIDTH) for value, own in groups.items()
        ]
    return "\n".join(lines)


def _value(value: Plain, room: int = VALUES[0]) -> str:
    return _text(show_setting(value), room)


def _text(text: str, room: int = VALUES[0]) -> str:
    return shorten(visible(text), room)


def _show_figures(compared: Compared) -> list[str]:
    """Return a table for each output and split: a line for each run, a column for each figure."""
    several = len({output for output, _, _ in compared.figures}) > 1
    groups: dict[tuple[str, str], list[Key]] = {}
    for key in compared.figures:
        groups.setdefault(key[:2], []).append(key)
    tables: list[str] = []
    for (output, split), keys in groups.items():
        title = f"{split} · {visible(output)}" if several else split
        parts = [keys[place : place + BESIDE] for place in range(0, len(keys), BESIDE)]
        tables += [_figure_table(compared, title, part) for part in parts]
    return [*tables, _show_spreads(compared)] if any(compared.spreads) else tables


def _figure_table(compared: Compared, title: str, keys: Sequence[Key]) -> str:
    table = [(title, *(_text(show_title(metric)) for _, _, metric in keys))]
    for place, name in enumerate(compared.names):
        spread = compared.spreads[place]
        deviations = spread.deviations if spread else {}
        cells = [_figure(key, compared.figures[key][place], deviations.get(key)) for key in keys]
        table.append((_text(name), *cells))
    if len(compared.names) == 2:  # noqa: PLR2004 - of two runs there is one difference
        table.append(("difference", *(_difference(compared.figures[key]) for key in keys)))
    return _aligned(table)


def _figure(key: Key, value: float | None, deviation: float | None) -> str:
    figure = show_metric(key[2], value)
    return figure if deviation is None else f"{figure} ± {show_metric(key[2], deviation)}"


def _difference(values: Sequence[float | None]) -> str:
    first, second = values
    if first is None or second is None:
        return UNDEFINED
    change = second - first
    return f"{'+' if change > 0 else ''}{show_figure(change)}"


def _show_spreads(compared: Compared) -> str:
    """Return what the spreads are of, and how the difference of two runs compares with them."""
    lines: list[str] = []
    for name, spread in zip(compared.names, compared.spreads, strict=True):
        if spread is not None:
            others = ", ".join(visible(one) for one in spread.runs if one != name)
            text = f"± of {visible(name)}: deviation over {len(spread.runs)} seeds, with {others}"
            lines.append(shorten(text, WIDTH))
    return "\n".join([*lines, *_judged(compared)])


def _judged(compared: Compared) -> list[str]:
    """Return whether the difference of two runs is larger than the spread of seeds."""
    if len(compared.names) != 2 or not compared.figures or compared.seeds_alone:  # noqa: PLR2004 - as above
        return []
    key = next(iter(compared.figures))
    first, second = compared.figures[key]
    known = [one.deviations.get(key) for one in compared.spreads if one]
    spread = max((one for one in known if one is not None), default=0.0)
    if first is None or second is None or not spread:
        return []
    apart = abs(second - first)
    times = f"{apart / spread:.1f} times" if apart > spread else "within"
    figure = f"{key[1]} {show_title(key[2])}"
    return [f"the {figure} differs by {show_figure(apart)}: {times} the spread of seeds"]


def _width(table: Sequence[Row]) -> int:
    return sum(_widths(table)) + len(GAP) * (len(table[0]) - 1)


def _widths(table: Sequence[Row]) -> list[int]:
    return [max(map(len, column)) for column in zip(*table, strict=True)]


def _aligned(table: Sequence[Row]) -> str:
    """Return rows as lines: first cells begin at the left, the others end at the right."""
    widths = _widths(table)
    return "\n".join(
        GAP.join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def encode_compared(compared: Compared) -> str:
    """Return what differs as JSON; a run that lacks a setting is left out of its values."""
    names = compared.names
    document = {
        "format": 1,
        "runs": list(names),
        "settings": {key: _by_run(names, one) for key, one in compared.settings.items()},
        "besides": {key: _by_run(names, one) for key, one in compared.facts.items()},
        "figures": [
            {"output": output, "split": split, "metric": metric, "values": _numbers(names, values)}
            | _deviations(compared, (output, split, metric))
            for (output, split, metric), values in compared.figures.items()
        ],
        "seeds": {
            name: list(one.runs)
            for name, one in zip(names, compared.spreads, strict=True)
            if one is not None
        },
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _by_run(names: Sequence[str], values: Sequence[Plain]) -> dict[str, Plain]:
    pairs = zip(names, values, strict=True)
    return {name: _finite(value) for name, value in pairs if value != MISSING}


def _numbers(names: Sequence[str], values: Sequence[float | None]) -> dict[str, Plain]:
    return {name: _finite(value) for name, value in zip(names, values, strict=True)}


def _deviations(compared: Compared, key: Key) -> dict[str, dict[str, float]]:
    found = {
        name: one.deviations[key]
        for name, one in zip(compared.names, compared.spreads, strict=True)
        if one is not None and math.isfinite(one.deviations.get(key, math.nan))
    }
    return {"deviations": found} if found else {}


def _finite(value: Plain) -> Plain:
    """Return a value as JSON has it: infinity as its text."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
