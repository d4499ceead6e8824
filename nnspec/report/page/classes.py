"""Floor 8, classes on a page: confusion, figures by class, ROC, precision, reliability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnspec.judge.heads import ClassPerPosition, OneClass, SeveralLabels
from nnspec.report.page.answered import Answered
from nnspec.report.page.axes import Floats, Plot
from nnspec.report.page.curves import thinned
from nnspec.report.page.facts import Confusion
from nnspec.report.page.grids import draw_grid, draw_matrix
from nnspec.report.page.pieces import Figure, Table, left_out
from nnspec.report.page.svg import isolate, line, plain
from nnspec.run.cells import harmless
from nnspec.run.numerals import show_metric

MOST_DRAWN = 20
"""Classes of a matrix that is drawn."""
MOST_CLASSES = 40
MOST_CONFUSIONS = 20
MOST_CURVES = 5
BINS = 15
"""Bins of reliability, as in the calibration error."""
IMAGE = 2
STYLES = ("first", "second", "third", "fourth", "fifth")
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows ranked by the probability of one class.

    Attributes:
        held: whether each row is of the class.
        shares: its probability in each row.
    """

    name: str
    held: Truths
    shares: Floats

    @property
    def both(self) -> bool:
        """Return whether there are rows of the class and others, as curves need."""
        return bool(self.held.any() and not self.held.all())

    def counts(self) -> tuple[Floats, Floats]:
        """Return hits and false alarms above each probability that occurs, from the largest on."""
        order = np.argsort(-self.shares, kind="stable")
        hits = np.cumsum(self.held[order], dtype=np.float64)
        last = np.append(np.diff(self.shares[order]) != 0, True)
        places = np.flatnonzero(last)
        return hits[places], places + 1.0 - hits[places]

    def roc(self) -> tuple[Floats, Floats]:
        """Return false alarm rate and hit rate, from (0, 0) to (1, 1)."""
        hits, alarms = self.counts()
        return (
            np.append(0.0, alarms / (~self.held).sum()),
            np.append(0.0, hits / self.held.sum()),
        )

    def precision_recall(self) -> tuple[Floats, Floats]:
        """Return recall and precision above each probability."""
        hits, alarms = self.counts()
        return hits / self.held.sum(), hits / (hits + alarms)

    def area(self) -> float:
        """Return the area under the ROC curve."""
        across, up = self.roc()
        return float(np.sum(np.diff(across) * (up[1:] + up[:-1]) / 2))


def draw_classes(
    head: OneClass, answers: Answered, *, several: bool
) -> tuple[list[Figure], list[Table], str]:
    """Return curves of one class out of several, with the rows that are surest and wrong."""
    suffix = f"_{head.name}" if several else ""
    target, given = answers.texts(f"target{suffix}"), answers.texts(f"prediction{suffix}")
    if target is None or given is None:
        return [], [], ""
    names = [str(one) for one in head.classes]
    shares = answers.several([f"probability{suffix}_{one}" for one in names])
    if shares is None:
        return [], [], "Answers without probabilities have no curves."
    actual = np.array([written(one) for one in target], object)
    judged = range(1, 2) if len(names) == 2 else range(len(names))  # noqa: PLR2004  two classes, one curve
    ranked = [Ranked(names[one], actual == names[one], shares[:, one]) for one in judged]
    figures, note = _curves(ranked)
    best = shares.argmax(axis=1)
    right = actual == np.array(names, object)[best]
    figures.append(_reliability(shares.max(axis=1), right))
    return figures, [_surest(answers, target, given, shares.max(axis=1))], note


def draw_labels(
    head: SeveralLabels, answers: Answered, *, several: bool
) -> tuple[list[Figure], list[Table], str]:
    """Return curves of labels that hold or not, each for itself."""
    prefix = f"{head.name}." if several else ""
    ranked: list[Ranked] = []
    for element in head.elements:
        target = answers.texts(f"{prefix}{element}")
        shares = answers.numbers(f"probability_{prefix}{element}")
        if target is None or shares is None:
            continue
        good = np.isfinite(shares)
        held = np.array([written(one) == str(head.classes[1]) for one in target], np.bool_)
        ranked.append(Ranked(element, held[good], shares[good]))
    if not ranked:
        return [], [], ""
    figures, note = _curves(ranked)
    held = np.concatenate([one.held for one in ranked])
    shares = np.concatenate([one.shares for one in ranked])
    sure = np.where(shares > 0.5, shares, 1 - shares)  # noqa: PLR2004  one half
    figures.append(_reliability(sure, (shares > 0.5) == held))  # noqa: PLR2004  one half
    return figures, [], note


def draw_positions(
    head: ClassPerPosition, answers: Answered, *, several: bool
) -> tuple[list[Figure], list[Table], str]:
    """Return where in a sequence or picture the answers are right."""
    prefix = f"{head.name}." if several else ""
    shares = []
    for element in head.elements:
        target = answers.texts(f"{prefix}{element}")
        given = answers.texts(f"prediction_{prefix}{element}")
        if target is None or given is None:
            return [], [], ""
        pairs = [(a, b) for a, b in zip(target, given, strict=True) if a and b]
        right = sum(a == b for a, b in pairs)
        shares.append(right / len(pairs) if pairs else float("nan"))
    values = np.array(shares)
    if not np.isfinite(values).any():
        return [], [], ""
    shape = [one for one in head.shape if one != 1]
    least, most = 100 * float(np.nanmin(values)), 100 * float(np.nanmax(values))
    if len(shape) == IMAGE:
        says = f"Wrong answers by pixel: from {100 - most:.1f} % (pale) to {100 - least:.1f} %."
        drawn = draw_grid((1 - values).reshape(shape), "share of wrong answers by pixel")
        return [Figure("Where answers are wrong", drawn, says)], [], ""
    steps = np.arange(len(values), dtype=np.float64)
    plot = Plot(
        "share of right answers by step",
        (0.0, float(max(1, len(values) - 1))),
        (min(0.9, float(np.nanmin(values))), 1.0),
        ("step", "right"),
    )
    drawn = plot.drawn([plot.path(steps, values, "line first")])
    says = f"From {least:.1f} % to {most:.1f} % of the rows."
    return [Figure("Right answers by step", drawn, says)], [], ""


def draw_confusion(split: str, found: Confusion) -> tuple[list[Figure], list[Table]]:
    """Return rows by class and answer: as a matrix, and each class with its figures."""
    tables = [_by_class(split, found)]
    if len(found.labels) <= MOST_DRAWN:
        drawn = draw_matrix(found.labels, found.counts, f"{split} rows by class and answer")
        says = "Each line is coloured by the shares of its class' rows."
        return [Figure(f"Confusion, {split} rows", drawn, says)], tables
    return [], [_commonest(split, found), *tables]


def written(label: str) -> str:
    """Return a label as it was before a spreadsheet's apostrophe was put before it."""
    inner = label.removeprefix("'")
    return inner if harmless(inner) == label else label


def _curves(ranked: Sequence[Ranked]) -> tuple[list[Figure], str]:
    known = sorted((one for one in ranked if one.both), key=Ranked.area)
    if not known:
        return [], "There are no rows of both kinds, as curves need."
    drawn = known[:MOST_CURVES]
    note = left_out(len(known), "classes", MOST_CURVES)
    if note:
        note = f"Curves are of the classes with the least areas. {note}"
    return [_roc(drawn), _precision_recall(drawn)], note


def _roc(ranked: Sequence[Ranked]) -> Figure:
    plot = Plot(
        "ROC curves", (0.0, 1.0), (0.0, 1.0), ("false alarm rate (of the others)", "hit rate")
    )
    parts = [line((plot.x.start, plot.y.start), (plot.x.end, plot.y.end), "mark")]
    for one, style in zip(ranked, STYLES, strict=False):
        across, up = one.roc()
        some = thinned(across + up, 200)
        parts.append(plot.path(across[some], up[some], f"line {style}"))
    areas = "; ".join(
        f"{isolate(plain(one.name, 40))}: {show_metric('roc_auc', one.area())}" for one in ranked
    )
    return Figure("ROC", plot.drawn(parts, _keys(ranked)), f"Areas: {areas}.")


def _precision_recall(ranked: Sequence[Ranked]) -> Figure:
    plot = Plot("precision and recall", (0.0, 1.0), (0.0, 1.0), ("recall", "precision"))
    parts = []
    for one, style in zip(ranked, STYLES, strict=False):
        across, up = one.precision_recall()
        some = thinned(up, 200)
        parts.append(plot.path(across[some], up[some], f"line {style}"))
    shares = "; ".join(
        f"{isolate(plain(one.name, 40))}: {100 * one.held.mean():.1f} %" for one in ranked
    )
    return Figure(
        "Precision and recall", plot.drawn(parts, _keys(ranked)), f"Shares of rows: {shares}."
    )


def _keys(ranked: Sequence[Ranked]) -> list[tuple[str, str]]:
    if len(ranked) == 1 or sum(min(26, len(one.name)) + 5 for one in ranked) > 50:  # noqa: PLR2004
        return []
    return [(one.name, f"line {style}") for one, style in zip(ranked, STYLES, strict=False)]


def _reliability(sure: Floats, right: Truths) -> Figure:
    places = np.clip(np.ceil(sure * BINS).astype(np.intp) - 1, 0, BINS - 1)
    counts = np.bincount(places, minlength=BINS)
    kept = counts > 0
    with np.errstate(invalid="ignore"):
        said = (np.bincount(places, sure, BINS) / counts)[kept]
        true = (np.bincount(places, right.astype(np.float64), BINS) / counts)[kept]
    plot = Plot("reliability", (0.0, 1.0), (0.0, 1.0), ("probability of the answer", "share right"))
    bars = plot.bars(np.linspace(0, 1, BINS + 1), counts / max(1, counts.sum()), "bar pale")
    parts = [
        bars,
        line((plot.x.start, plot.y.start), (plot.x.end, plot.y.end), "mark"),
        plot.path(said, true, "line first"),
        plot.points(said, true, "first big"),
    ]
    gap = float(sure.mean() - right.mean())
    how = "surer than right" if gap > 0 else "less sure than right"
    says = (
        f"Answers are {how} by {100 * abs(gap):.1f} points on average; "
        "pale bars are shares of rows."
    )
    return Figure("Reliability", plot.drawn(parts), says)


def _surest(answers: Answered, target: list[str], given: list[str], sure: Floats) -> Table:
    wrong = [
        place for place, pair in enumerate(zip(target, given, strict=True)) if len(set(pair)) > 1
    ]
    wrong.sort(key=lambda one: -sure[one])
    rows = answers.texts("row") or []
    lines = tuple(
        (
            plain(rows[one]) if rows else str(one),
            plain(target[one], 60),
            plain(given[one], 60),
            f"{100 * sure[one]:.1f} %",
        )
        for one in wrong[:10]
    )
    return Table(
        "Wrong answers that are surest",
        ("row", "actual", "answered", "probability"),
        lines,
        texts=frozenset({1, 2}),
        note=f"{len(wrong):,} of {len(target):,} rows are answered wrongly.",
    )


def _by_class(split: str, found: Confusion) -> Table:
    counts = np.array(found.counts, np.float64).reshape(len(found.labels), len(found.labels))
    rows, answered, hits = counts.sum(axis=1), counts.sum(axis=0), np.diag(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = hits / rows, hits / answered
        score = 2 * hits / (rows + answered)
    order = np.argsort(np.nan_to_num(recall, nan=2.0), kind="stable")[:MOST_CLASSES]
    lines = tuple(
        (
            plain(found.labels[one], 60),
            f"{int(rows[one]):,}",
            *(_share(float(values[one])) for values in (precision, recall, score)),
        )
        for one in order.tolist()
    )
    note = left_out(len(found.labels), "classes", MOST_CLASSES)
    return Table(
        f"Classes, {split} rows, least recall first",
        ("class", "rows", "precision", "recall", "F1"),
        lines,
        note=note,
    )


def _share(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "-"


def _commonest(split: str, found: Confusion) -> Table:
    counts = np.array(found.counts, np.int64)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:MOST_CONFUSIONS].tolist()
    lines = []
    for one in order:
        down, across = divmod(one, counts.shape[1])
        if counts[down, across]:
            pair = (plain(found.labels[down], 60), plain(found.labels[across], 60))
            lines.append((*pair, f"{counts[down, across]:,}"))
    several = int((counts > 0).sum())
    return Table(
        f"Commonest confusions, {split} rows",
        ("actual", "answered", "rows"),
        tuple(lines),
        texts=frozenset({0, 1}),
        note=left_out(several, "kinds of confusion", MOST_CONFUSIONS),
    )
