"""Floor 8, beyond the figures: how sure they are, where they are worse, what they lean on."""

from markupsafe import Markup

from nnspec.report.page.axes import span
from nnspec.report.page.facts import Importance, Output
from nnspec.report.page.pieces import Cell, Figure, Table, left_out
from nnspec.report.page.svg import cut, line, picture, plain, tag, text
from nnspec.run.numerals import metric_names, show_metric, show_title

MOST_SLICES = 60
MOST_BARS = 20
BAR, LEFT, RIGHT = 21.0, 150.0, 70.0
"""Sizes: height of a line of bars, room for names, room for values."""
WIDTH = 440.0


def beyond_tables(output: Output) -> list[Table]:
    """Return what is known beyond the figures: intervals, slices, further figures."""
    found = [_sureness(output), _slices(output), _further(output)]
    return [one for one in found if one is not None]


def _sureness(output: Output) -> Table | None:
    split = output.split
    intervals = output.intervals.get(split)
    if not intervals:
        return None
    against = output.differences.get(split, {})
    lines: list[tuple[Cell, ...]] = []
    for name, one in intervals.items():
        ends = [show_metric(name, value) for value in (one.value, one.low, one.high)]
        beside = against.get(name)
        shown = ["", "", "", "", ""]
        if beside is not None:
            three = (beside.value, beside.low, beside.high)
            signed = [f"{'+' * (value > 0)}{show_metric(name, value)}" for value in three]
            shown = [plain(beside.baseline, 40), *signed, plain(beside.verdict)]
        lines.append((plain(show_title(name)), *ends, *shown))
    header = ("figure", "network", "from", "to", "best baseline", "difference", "from", "to", "")
    width = len(header) if against else 4
    note = "Ends are those of 95 % intervals over rows drawn anew."
    title = f"How sure the figures are, {split} rows"
    cells = tuple(one[:width] for one in lines)
    return Table(title, header[:width], cells, frozenset({0, 4, 8}), note=note, wide=True)


def _slices(output: Output) -> Table | None:
    if not output.slices:
        return None
    names = metric_names([one.metrics for one in output.slices])
    order = sorted(output.slices, key=lambda one: not one.worse)
    lines = tuple(
        (
            plain(one.column, 50),
            plain(one.value, 50),
            f"{one.rows:,}",
            *(show_metric(name, one.metrics.get(name)) for name in names),
            "worse" if one.worse else "",
        )
        for one in order[:MOST_SLICES]
    )
    return Table(
        f"Slices of the {output.split} rows",
        ("column", "value", "rows", *(plain(show_title(one), 30) for one in names), ""),
        lines,
        frozenset({0, 1, 3 + len(names)}),
        frozenset(place for place, one in enumerate(order[:MOST_SLICES]) if one.worse),
        note=left_out(len(order), "slices", MOST_SLICES),
    )


def _further(output: Output) -> Table | None:
    splits = [one for one in output.metrics if output.further.get(one)]
    if not splits:
        return None
    names = metric_names(output.further[one] for one in splits)
    lines = tuple(
        (
            plain(show_title(name), 50),
            *(show_metric(name, output.further[one].get(name)) for one in splits),
        )
        for name in names
    )
    return Table("Further figures of the network", ("figure", *map(plain, splits)), lines)


def draw_importance(output: Output) -> list[Figure]:
    """Return how much worse the first figure becomes without each column, as bars."""
    if not output.importance:
        return []
    shown = output.importance[:MOST_BARS]
    metric = output.importance_of or "figure"
    title = f"How much worse {plain(show_title(metric))} becomes without a column"
    rest = left_out(len(output.importance), "columns", MOST_BARS)
    says = f"Its cells are shuffled among the rows; whiskers are the spread over the draws. {rest}"
    return [Figure(title, _bars(shown, metric, title), says.strip())]


def _bars(shown: tuple[Importance, ...], metric: str, title: str) -> Markup:
    low, high = span([0.0], [one.value + one.spread for one in shown], [one.value for one in shown])
    low = min(low, 0.0) if min(one.value for one in shown) < 0 else 0.0
    scale = (WIDTH - LEFT - RIGHT) / ((high - low) or 1.0)
    zero = LEFT - low * scale
    parts = []
    for place, one in enumerate(shown):
        y = 6 + place * BAR
        end = zero + one.value * scale
        left, right = sorted((zero, end))
        parts += [
            tag(
                "text", cut(one.column, 20), x=LEFT - 8, y=y + 13, class_="tick", text_anchor="end"
            ),
            tag(
                "rect", x=left, y=y + 3, width=max(0.5, right - left), height=BAR - 8, class_="bar"
            ),
            line(
                (end - one.spread * scale, y + 9.5), (end + one.spread * scale, y + 9.5), "whisker"
            ),
            text(WIDTH - 4, y + 13, show_metric(metric, one.value), "tick", "end"),
        ]
    parts.append(line((zero, 4.0), (zero, 6 + len(shown) * BAR), "axis"))
    return picture((WIDTH, 12 + len(shown) * BAR), title, parts)
