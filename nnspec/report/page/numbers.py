"""Floor 8, numbers on a page: predicted against actual, residuals, series, what stands around."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnspec.judge.heads import Numbers, Reconstruction
from nnspec.report.page.answered import Answered
from nnspec.report.page.axes import HEIGHT, Floats, Plot, span
from nnspec.report.page.grids import draw_grid
from nnspec.report.page.pieces import Figure, Table, in_words, left_out
from nnspec.report.page.svg import line, plain, tag
from nnspec.run.numerals import show_figure
from nnspec.spec.intervals import quantile_name

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_POINTS = 1_000
"""Rows that a picture shows as points; of more, as many are drawn."""
SEED = 0
"""Of that draw: a page that is written again is the same."""
MOST_STEPS = 300
"""Rows of a series that are drawn, the last ones."""
MOST_TARGETS = 4
BINS = 24
WORST = 10
POOLED = "Pixels of all rows are thrown together."
WIDE = 940.0
"""Width of a picture across the whole page."""
IMAGE = 2
"""Axes from which on an array is a picture."""


@dataclass(frozen=True, slots=True)
class Target:
    """One number of each row, where both are known.

    Attributes:
        rows: numbers of the rows in the data.
        around: name (lower, q05, std ...) -> values.
    """

    name: str
    rows: Floats
    actual: Floats
    predicted: Floats
    around: dict[str, Floats]
    pooled: bool = False
    """Whether it stands for many numbers of each row."""

    @property
    def residuals(self) -> Floats:
        """Return prediction minus target."""
        return self.predicted - self.actual


@dataclass(frozen=True, slots=True)
class Shown:
    """How the numbers of an output are shown."""

    several: bool
    """Whether the run has several outputs."""
    ordered: bool
    """Whether rows follow one another in time."""


def draw_numbers(
    head: Numbers | Reconstruction, answers: Answered, shown: Shown
) -> tuple[list[Figure], list[Table], str]:
    """Return pictures and tables of an output of numbers, and what is left out."""
    elements = head.elements
    if answers.find(f"prediction_{elements[0]}") is None and len(elements) > 1:
        prefixed = f"{head.name}.{elements[0]}" if shown.several else elements[0]
        if answers.find(f"prediction_{prefixed}") is None:
            return *_of_errors(head, answers, shown), ""
    targets = [find_target(head, answers, one, several=shown.several) for one in elements]
    known = [one for one in targets if one is not None and len(one.actual)]
    if not known:
        return [], [], ""
    if head.of_pictures and len(known) > 1:
        return [*_of_picture(head, known), *_of_target(pooled(known), shown)], [], POOLED
    known.sort(key=_badness, reverse=True)
    figures = [figure for one in known[:MOST_TARGETS] for figure in _of_target(one, shown)]
    tables = [worst_rows(known[0])] if len(known) == 1 else []
    note = left_out(len(known), "numbers of each row", MOST_TARGETS)
    return figures, tables, f"Drawn are those with the largest errors. {note}" if note else ""


def find_target(
    head: Numbers | Reconstruction, answers: Answered, element: str, *, several: bool
) -> Target | None:
    """Return one number of the kept rows; None where the file does not hold it."""
    if len(head.elements) == 1:
        suffix = f"_{head.name}" if several else ""
        names = (f"target{suffix}", f"prediction{suffix}")
        ending = suffix
    else:
        full = f"{head.name}.{element}" if several else element
        names, ending = (full, f"prediction_{full}"), f"_{full}"
    actual, predicted = (answers.numbers(one) for one in names)
    if actual is None or predicted is None:
        return None
    good = np.isfinite(actual) & np.isfinite(predicted)
    rows = answers.numbers("row")
    rows = np.arange(len(answers), dtype=np.float64) if rows is None else rows
    around = {}
    for kind in around_names(head):
        found = answers.numbers(f"{kind}{ending}")
        if found is not None:
            around[kind] = found[good]
    return Target(element, rows[good], actual[good], predicted[good], around)


def pooled(targets: Sequence[Target]) -> Target:
    """Return all numbers of all rows as one; they share a unit."""
    rows, actual, predicted = (
        np.concatenate([getattr(one, name) for one in targets])
        for name in ("rows", "actual", "predicted")
    )
    return Target("pixels", rows, actual, predicted, {}, pooled=True)


def around_names(head: Numbers | Reconstruction) -> tuple[str, ...]:
    """Return what may stand around a prediction."""
    levels = head.quantiles if isinstance(head, Numbers) else ()
    return ("lower", "upper", "std", *(quantile_name(one) for one in levels))


def _badness(target: Target) -> float:
    spread = float(target.actual.std()) or 1.0
    return float(np.sqrt((target.residuals**2).mean())) / spread


def drawn_places(count: int, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Return the places of the rows that are drawn as points."""
    if count <= most:
        return np.arange(count)
    draw = np.random.default_rng(SEED)
    return np.sort(draw.choice(count, most, replace=False)).astype(np.intp)


def _of_target(target: Target, shown: Shown) -> list[Figure]:
    found = [_over_time(target)] if shown.ordered and not target.pooled else []
    found += [_against(target), _residuals(target), _spread(target)]
    return found + _around(target)


def _sampled(target: Target) -> str:
    count = len(target.actual)
    return f"{MOST_POINTS:,} of {count:,} rows, drawn by chance." if count > MOST_POINTS else ""


def _against(target: Target) -> Figure:
    some = drawn_places(len(target.actual))
    ends = span(target.actual[some], target.predicted[some])
    plot = Plot(f"predicted against actual {target.name}", ends, ends, ("actual", "predicted"))
    diagonal = line(
        (plot.x.at(ends[0]), plot.y.at(ends[0])), (plot.x.at(ends[1]), plot.y.at(ends[1])), "mark"
    )
    points = plot.points(target.actual[some], target.predicted[some], "first")
    says = "On the dashed line an answer is exact. " + _sampled(target)
    return Figure(
        f"{plain(target.name)}: predicted against actual", plot.drawn([diagonal, points]), says
    )


def _residuals(target: Target) -> Figure:
    some = drawn_places(len(target.actual))
    residuals = target.residuals
    plot = Plot(
        f"residuals of {target.name} by prediction",
        span(target.predicted[some]),
        span(residuals[some], [0.0]),
        ("predicted", "predicted minus actual"),
    )
    zero = line((plot.x.start, plot.y.at(0)), (plot.x.end, plot.y.at(0)), "mark")
    points = plot.points(target.predicted[some], residuals[some], "first")
    mean = float(residuals.mean())
    says = f"Answers lie {in_words(abs(mean))} too {'high' if mean > 0 else 'low'} on average."
    return Figure(f"{plain(target.name)}: residuals", plot.drawn([zero, points]), says)


def _spread(target: Target) -> Figure:
    residuals = target.residuals
    low, high = span(residuals, around=0.0)
    counts, edges = np.histogram(np.clip(residuals, low, high), BINS, (low, high))
    plot = Plot(
        f"how often residuals of {target.name} occur",
        (low, high),
        (0.0, float(counts.max()) * 1.05),
        ("predicted minus actual", "rows"),
    )
    zero = plot.x.at(0.0)
    marks = [line((zero, plot.y.start), (zero, plot.y.end), "mark")] if low <= 0 <= high else []
    bars = plot.bars(edges, counts.astype(np.float64), "bar")
    inner, outer = np.quantile(np.abs(residuals), [0.5, 0.9])
    half, most = in_words(float(inner)), in_words(float(outer))
    says = f"Half of the rows err by {half} or less, nine of ten by {most} or less."
    return Figure(
        f"{plain(target.name)}: how large residuals are", plot.drawn([bars, *marks]), says
    )


def _over_time(target: Target) -> Figure:
    last = slice(-MOST_STEPS, None)
    rows, actual, predicted = target.rows[last], target.actual[last], target.predicted[last]
    order = np.argsort(rows, kind="stable")
    rows, actual, predicted = rows[order], actual[order], predicted[order]
    ends = _ends(target)
    around = [] if ends is None else [one[last][order] for one in ends]
    plot = Plot(
        f"{target.name} over time, actual and predicted",
        span(rows, around=0.0),
        span(actual, predicted, *around),
        ("row", ""),
        whole=True,
        size=(WIDE, HEIGHT),
    )
    parts: list[Markup] = []
    if around:
        parts.append(plot.band(rows, (around[0], around[1]), "band"))
    parts += [plot.path(rows, actual, "line first"), plot.path(rows, predicted, "line second")]
    keys = [("actual", "line first"), ("predicted", "line second")]
    count = len(target.actual)
    says = f"The last {MOST_STEPS} of {count:,} rows." if count > MOST_STEPS else ""
    title = f"{plain(target.name)}: actual and predicted over time"
    return Figure(title, plot.drawn(parts, keys), says, wide=True)


def _ends(target: Target) -> tuple[Floats, Floats] | None:
    """Return the outermost of what stands around the predictions; None where nothing does."""
    if {"lower", "upper"} <= target.around.keys():
        return target.around["lower"], target.around["upper"]
    levels = [name for name in target.around if name.startswith("q")]
    if len(levels) > 1:
        return target.around[levels[0]], target.around[levels[-1]]
    if "std" in target.around:
        wide = 2 * target.around["std"]
        return target.predicted - wide, target.predicted + wide
    return None


def _around(target: Target) -> list[Figure]:
    """Return how intervals and quantiles hold, where there are some."""
    found = []
    levels = {name: float(f"0.{name[1:]}") for name in target.around if name.startswith("q")}
    if levels:
        said = np.array(list(levels.values()))
        below = np.array([float((target.actual <= target.around[one]).mean()) for one in levels])
        plot = Plot(
            f"share of {target.name} below each quantile",
            (0.0, 1.0),
            (0.0, 1.0),
            ("share that the quantile names", "share of rows below it"),
        )
        diagonal = line((plot.x.start, plot.y.start), (plot.x.end, plot.y.end), "mark")
        drawn = [
            diagonal,
            plot.path(said, below, "line first"),
            plot.points(said, below, "first big"),
        ]
        told = "; ".join(
            f"{100 * below[place]:.0f} % of the rows lie below {name}"
            for place, name in enumerate(levels)
        )
        found.append(Figure(f"{plain(target.name)}: quantiles", plot.drawn(drawn), f"{told}."))
    ends = _ends(target)
    if ends is not None:
        found.append(_intervals(target, ends))
    return found


def _intervals(target: Target, ends: tuple[Floats, Floats]) -> Figure:
    some = drawn_places(len(target.actual), 80)
    order = some[np.argsort(target.predicted[some], kind="stable")]
    lower, upper, actual = ends[0][order], ends[1][order], target.actual[order]
    places = np.arange(len(order), dtype=np.float64)
    plot = Plot(
        f"intervals of {target.name} and where the actual values lie",
        (-1.0, float(len(order))),
        span(lower, upper, actual),
        ("rows, ordered by prediction", ""),
        whole=True,
    )
    x, low, high = plot.x(places), plot.y(lower), plot.y(upper)
    pairs = zip(x.tolist(), low.tolist(), high.tolist(), strict=True)
    bars = tag(
        "path", d="".join(f"M{a:.1f} {b:.1f}V{c:.1f}" for a, b, c in pairs), class_="whisker"
    )
    held = (actual >= lower) & (actual <= upper)
    inside = plot.points(places[held], actual[held], "first")
    outside = plot.points(places[~held], actual[~held], "second")
    share = float(((target.actual >= ends[0]) & (target.actual <= ends[1])).mean())
    width = in_words(float(np.median(ends[1] - ends[0])))
    says = (
        f"{100 * share:.0f} % of the rows lie inside; "
        f"half of the intervals are {width} wide or less."
    )
    return Figure(f"{plain(target.name)}: intervals", plot.drawn([bars, inside, outside]), says)


def worst_rows(target: Target) -> Table:
    """Return the rows with the largest errors."""
    order = np.argsort(-np.abs(target.residuals), kind="stable")[:WORST]
    lines = tuple(
        (
            f"{target.rows[one]:.0f}",
            show_figure(float(target.actual[one])),
            show_figure(float(target.predicted[one])),
            show_figure(float(target.residuals[one])),
        )
        for one in order.tolist()
    )
    header = ("row", "actual", "predicted", "predicted minus actual")
    return Table("Rows with the largest errors", header, lines, texts=frozenset())


def _of_errors(
    head: Reconstruction | Numbers, answers: Answered, shown: Shown
) -> tuple[list[Figure], list[Table]]:
    """Return how large each row's error is, where rows are too wide to be kept whole."""
    suffix = f"_{head.name}" if shown.several else ""
    errors, rows = answers.numbers(f"rmse{suffix}"), answers.numbers("row")
    if errors is None or rows is None or not np.isfinite(errors).any():
        return [], []
    good = np.isfinite(errors)
    errors, rows = errors[good], rows[good]
    low, high = span(errors, around=0.0)
    counts, edges = np.histogram(np.clip(errors, low, high), BINS, (low, high))
    ends = (0.0, float(counts.max()) * 1.05)
    plot = Plot("how large the error of a row is", (low, high), ends, ("RMSE of a row", "rows"))
    middle = show_figure(float(np.median(errors)))
    figure = Figure(
        "Errors of the rows",
        plot.drawn([plot.bars(edges, counts.astype(np.float64), "bar")]),
        f"Half of the rows have {middle} or less.",
    )
    order = np.argsort(-errors, kind="stable")[:WORST]
    lines = tuple((f"{rows[one]:.0f}", show_figure(float(errors[one]))) for one in order.tolist())
    return [figure], [Table("Rows with the largest errors", ("row", "RMSE"), lines, frozenset())]


def _of_picture(head: Numbers | Reconstruction, targets: Sequence[Target]) -> list[Figure]:
    """Return where in a picture the errors lie, for outputs that are pictures."""
    shape = [one for one in head.cell if one != 1]
    if not head.of_pictures or len(shape) != IMAGE or len(targets) != len(head.elements):
        return []
    place = {name: number for number, name in enumerate(head.elements)}
    values = np.zeros(len(head.elements))
    for one in targets:
        values[place[one.name]] = float(np.sqrt((one.residuals**2).mean()))
    grid = draw_grid(values.reshape(shape), "errors by pixel")
    least, most = show_figure(float(values.min())), show_figure(float(values.max()))
    return [Figure("Errors by pixel", grid, f"RMSE from {least} (pale) to {most} (full colour).")]
