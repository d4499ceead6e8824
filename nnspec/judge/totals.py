"""Floor 8, figures as functions of sums over rows: what makes drawing rows anew cheap.

A main figure of any selection of rows follows from the sums of a few numbers of each row; only the
area under a curve needs the rows' order too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from nnspec.judge.answers import Answers, Array, Floats, Truths
from nnspec.judge.class_figures import Index, held_and_answered, indexed, line_weights, lines
from nnspec.judge.figures import AREA, CALIBRATION, is_graded
from nnspec.judge.heads import (
    ClassHead,
    ClassPerPosition,
    Clusters,
    Head,
    NumberHead,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.judge.number_lines import in_lines
from nnspec.judge.reliability import BINS
from nnspec.judge.resampling import Drawing, Draws

Drawn = Mapping[str, Floats]
"""Figure -> its value in each draw, (draws,); NaN where it is not defined."""
LARGEST = 40_000_000
"""Numbers of all rows above which nothing is drawn."""
STEPS = 200_000_000
"""Lines times draws times classes above which no area is drawn."""
EASY = 50_000_000
"""As above, where fewer draws must do."""
FEWEST = 200


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A class or label against the rest, line by line: what an area is computed from."""

    held: Truths
    shares: Floats
    weights: Floats | None
    row: Index


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """What the figures of rows follow from.

    Attributes:
        sums: (rows, numbers).
        figures: takes (draws, numbers) to the figures.
        sides: those whose areas are averaged; none: the head has no area.
        errors: (rows,) how far each answer is off.
    """

    sums: Floats
    figures: Callable[[Floats], Drawn]
    errors: Floats
    sides: tuple[Side, ...] = ()

    def take(self, rows: Array) -> "Totals":
        """Return what some rows add, the others nothing; without areas."""
        kept = np.zeros_like(self.sums)
        kept[rows] = self.sums[rows]
        return Totals(kept, self.figures, self.errors)

    def drawn(self, draws: Draws) -> dict[str, Floats]:
        """Return the figures of each draw."""
        sums = self.sums if draws.rows is None else self.sums[draws.rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = dict(self.figures(draws.add_up(sums)))
        area = _areas(self.sides, draws) if self.sides else None
        return found if area is None else {**found, AREA: area}

    def drawings(self, draws: Draws) -> dict[str, Drawing]:
        """Return the figures of each draw, with what tells how wide and bent an interval is."""
        drawn, left = self.drawn(draws), self.drawn(draws.without_each())
        halves = draws.in_halves()
        halved = self.drawn(halves) if halves is not None else {}
        none = np.zeros(0)
        return {
            name: Drawing(one, left.get(name, none), halved.get(name))
            for name, one in drawn.items()
        }

    def looked_at(self, draws: Draws) -> dict[str, float]:
        """Return the figures of the rows that are drawn from, each taken once; no area."""
        sums = self.sums if draws.rows is None else self.sums[draws.rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.figures(sums.sum(axis=0)[None, :])
        return {name: float(one[0]) for name, one in found.items()}


def totals_of(head: Head, answers: Answers) -> Totals | None:
    """Return what the main figures of a split follow from; None where they follow from no sums."""
    match head:
        case Numbers() | Reconstruction():
            return _of_numbers(head, answers)
        case OneClass() | ClassPerPosition():
            return _of_classes(head, answers)
        case SeveralLabels():
            return _of_labels(head, answers)
        case Clusters() | Unjudged():
            return None
        case _:
            assert_never(head)


def _of_numbers(head: NumberHead, answers: Answers) -> Totals | None:
    assert answers.target is not None, "figures need targets"
    if head.of_pictures and answers.counted is None:
        return _of_pictures(answers)
    found = in_lines(head, answers)
    columns, rows = found.target.shape[1], len(answers.rows)
    if not len(found.target) or rows * columns * 5 > LARGEST:
        return None
    # Centred, so that large numbers leave digits for what they differ by.
    target = found.target - found.target.mean(axis=0)
    off = found.prediction - found.target
    weights = np.ones(len(target)) if found.weights is None else found.weights
    parts = [np.ones_like(off), off**2, np.abs(off), target, target**2]
    each = np.stack(parts, axis=1) * weights[:, None, None]
    row = rows_of_lines(answers, len(target))
    sums = by_row(each.reshape(len(each), -1), row, rows)

    def figures(sums: Floats) -> Drawn:
        weight, square, size, first, second = np.moveaxis(sums.reshape(-1, 5, columns), 1, 0)
        spread = second - first**2 / weight
        return {
            "rmse": np.sqrt(square / weight).mean(axis=1),
            "r2": np.where(spread > 0, 1 - square / spread, np.nan).mean(axis=1),
            "mae": (size / weight).mean(axis=1),
        }

    return Totals(sums, figures, sums.reshape(rows, 5, columns)[:, 2].sum(axis=1))


def _of_pictures(answers: Answers) -> Totals:
    """Return the sums of figures that are means of those of each row's elements."""
    assert answers.target is not None, "figures need targets"
    target = answers.target.reshape(len(answers.target), -1)
    off = answers.prediction.reshape(target.shape) - target
    square, size = (off**2).mean(axis=1), np.abs(off).mean(axis=1)
    spread = target.var(axis=1)
    share = np.where(spread > 0, 1 - square / np.where(spread > 0, spread, 1), square == 0)
    weights = np.ones(len(target)) if answers.weights is None else answers.weights
    each = np.stack([np.ones(len(target)), np.sqrt(square), share, size], axis=1)
    several = target.shape[1] > 1

    def figures(sums: Floats) -> Drawn:
        weight = sums[:, 0]
        found = {"rmse": sums[:, 1] / weight, "mae": sums[:, 3] / weight}
        return {**found, "r2": sums[:, 2] / weight} if several else found

    return Totals(each * weights[:, None], figures, size)


def _of_classes(head: ClassHead, answers: Answers) -> Totals | None:
    labels, target, prediction = indexed(head.classes, answers)
    rows, count = len(answers.rows), len(labels)
    if not len(target) or rows * (3 * count + 2 + BINS) > LARGEST:
        return None
    given = line_weights(answers)
    weights = np.ones(len(target)) if given is None else given
    right, row = target == prediction, rows_of_lines(answers, len(target))
    parts = [
        in_cells(row, target, weights * right, (rows, count)),
        in_cells(row, target, weights, (rows, count)),
        in_cells(row, prediction, weights, (rows, count)),
        by_row((weights * right)[:, None], row, rows),
    ]
    shares = lines(answers, answers.probabilities, last=True)
    graded = is_graded(head)
    if graded:
        sure, found = shares.max(axis=1), shares.argmax(axis=1) == target
        parts.append(in_cells(row, bins_of(sure), weights * (sure - found), (rows, BINS)))
    sums = np.concatenate([*parts, by_row(weights[:, None], row, rows)], axis=1)

    def figures(sums: Floats) -> Drawn:
        hit, true, said = (sums[:, place * count : (place + 1) * count] for place in range(3))
        found = {"accuracy": sums[:, 3 * count] / sums[:, -1], "macro_f1": macro(hit, true, said)}
        if graded:
            off = sums[:, 3 * count + 1 : -1]
            found[CALIBRATION] = np.abs(off).sum(axis=1) / sums[:, -1]
        return {**found, **(sought(hit[:, 1], true[:, 1], said[:, 1]) if head.sought else {})}

    judged = (1,) if len(head.classes) == 2 else tuple(range(len(head.classes)))  # noqa: PLR2004  one curve
    sides = [Side(target == one, shares[:, one], given, row) for one in judged] if graded else []
    errors = by_row((~right).astype(np.float64)[:, None], row, rows)[:, 0]
    return Totals(sums, figures, errors, tuple(sides))


def _of_labels(head: SeveralLabels, answers: Answers) -> Totals | None:
    held, answered = held_and_answered(head, answers)
    rows, count = len(answers.rows), held.shape[1]
    if not len(held) or len(held) * count * (4 + BINS) > LARGEST:
        return None
    given = line_weights(answers)
    weights = np.ones(len(held)) if given is None else given
    shares = lines(answers, answers.probabilities, last=True)
    right = held == answered
    above = shares > 0.5  # noqa: PLR2004  one half
    sure, found = np.where(above, shares, 1 - shares), above == held
    bins = [surplus(sure[:, place], found[:, place]) for place in range(count)]
    parts = [held & answered, held, answered, right, right.all(axis=1)[:, None], *bins]
    each = np.concatenate([*parts, np.ones((len(held), 1))], axis=1) * weights[:, None]
    row = rows_of_lines(answers, len(held))

    def figures(sums: Floats) -> Drawn:
        total = sums[:, -1:]
        hit, true, said, right = (
            sums[:, place * count : (place + 1) * count] for place in range(4)
        )
        off = sums[:, 4 * count + 1 : -1].reshape(len(sums), count, BINS)
        f1 = np.where(true + said > 0, 2 * hit / (true + said), 0.0)
        return {
            "accuracy": (right / total).mean(axis=1),
            "macro_f1": f1.mean(axis=1),
            CALIBRATION: (np.abs(off).sum(axis=2) / total).mean(axis=1),
            "subset_accuracy": sums[:, 4 * count] / total[:, 0],
        }

    sides = [Side(held[:, one], shares[:, one], given, row) for one in range(count)]
    errors = by_row((~right).sum(axis=1).astype(np.float64)[:, None], row, rows)[:, 0]
    return Totals(by_row(each, row, rows), figures, errors, tuple(sides))


def macro(hit: Floats, true: Floats, said: Floats) -> Floats:
    """Return the mean F1 of the classes that occur, (draws,)."""
    either = true + said
    each = np.divide(2 * hit, either, out=np.zeros_like(hit), where=either > 0)
    return np.asarray(each.sum(axis=1) / (either > 0).sum(axis=1))


def sought(hit: Floats, true: Floats, said: Floats) -> Drawn:
    """Return precision, recall and F1 of one class, (draws,); 0 where it is never answered."""
    none = np.zeros_like(hit)
    return {
        "precision": np.divide(hit, said, out=none.copy(), where=said > 0),
        "recall": np.divide(hit, true, out=none.copy(), where=true > 0),
        "f1": np.divide(2 * hit, true + said, out=none.copy(), where=true + said > 0),
    }


def surplus(sure: Floats, right: Truths) -> Floats:
    """Return how much surer than right each line is, in the column of its bin."""
    found = np.zeros((len(sure), BINS))
    found[np.arange(len(sure)), bins_of(sure)] = sure - right
    return found


def bins_of(sure: Floats) -> Index:
    """Return the bin of each probability, as `calibration_error` has them."""
    return np.clip(np.ceil(sure * BINS).astype(np.intp) - 1, 0, BINS - 1)


def in_cells(row: Index, column: Index, values: Floats, shape: tuple[int, int]) -> Floats:
    """Return (rows, columns) the sums of values that belong to a row and a column each."""
    found = np.bincount(row * shape[1] + column, values, minlength=shape[0] * shape[1])
    return found.reshape(shape).astype(np.float64)


def rows_of_lines(answers: Answers, count: int) -> Index:
    """Return the row that each line belongs to, (lines,)."""
    if answers.counted is not None:
        return np.asarray(answers.counted.nonzero()[0], np.intp)
    return np.repeat(np.arange(len(answers.rows)), count // max(1, len(answers.rows)))


def by_row(values: Floats, row: Index, rows: int) -> Floats:
    """Return (rows, numbers) the sums of (lines, numbers) over the lines of each row."""
    if len(values) == rows and np.array_equal(row, np.arange(rows)):
        return values
    each = [np.bincount(row, one, minlength=rows) for one in values.T]
    return np.stack(each, axis=1)


def _areas(sides: tuple[Side, ...], draws: Draws) -> Floats | None:
    """Return the mean area of each draw; None where there would be too much to add up."""
    steps = sum(len(one.held) for one in sides)
    count = max(FEWEST, min(len(draws.counts), EASY // max(1, steps)))
    count = min(count, len(draws.counts))
    if draws.rows is not None or steps * count > STEPS:
        return None
    return np.asarray(np.mean([_area(one, draws, count) for one in sides], axis=0))


def _area(side: Side, draws: Draws, count: int) -> Floats:
    """Return the area under the ROC curve of one side in each draw, NaN where it has none."""
    order = np.argsort(side.shares, kind="stable")
    shares, held = side.shares[order], side.held[order]
    begins = np.flatnonzero(np.append(True, shares[1:] != shares[:-1]))
    weights = None if side.weights is None else side.weights[order]
    parts = []
    for counts in draws.of_rows(side.row[order], count):
        weighed = counts if weights is None else counts * weights
        above = np.add.reduceat(weighed * held, begins, axis=1)
        below = np.add.reduceat(weighed * ~held, begins, axis=1)
        lower = np.cumsum(below, axis=1) - below / 2
        both = above.sum(axis=1) * below.sum(axis=1)
        area = np.einsum("ij,ij->i", above, lower)
        parts.append(np.divide(area, both, out=np.full(len(area), np.nan), where=both > 0))
    return np.concatenate(parts)
