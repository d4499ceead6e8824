"""Floor 8, importance: how much worse answers become when one column says nothing any more.

Source: Breiman, Random forests (2001), section 10; scikit-learn 1.9, permutation_importance. The
rows of several columns and draws go through the network together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nnspec.build.program import Program
from nnspec.data import Table
from nnspec.judge.answers import Answers, Array, Truth, taken
from nnspec.judge.decision import Decisions, decided
from nnspec.judge.heads import Clusters, Head, Reconstruction, Unjudged
from nnspec.judge.intervals import LOW
from nnspec.judge.metrics import measure
from nnspec.judge.predicted import answers_of, predict_split

REPEATS = 5
MOST_ROWS, FEWEST_ROWS = 2_000, 100
MOST_COLUMNS = 200
PASSES = 400_000
"""Rows times columns times draws that go through the network, at most."""
BLOCK = 20_000_000
"""Cells that are prepared at once; fewer rows are looked at where all draws would not fit."""
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Importance:
    """How much worse the first figure becomes without one column."""

    column: str
    value: float
    """The mean over the draws."""
    spread: float
    """The standard deviation over the draws."""


@dataclass(frozen=True, slots=True)
class Importances:
    """Every input column, the most important first."""

    figure: str | None = None
    found: tuple[Importance, ...] = ()
    notes: tuple[str, ...] = ()


NOT_ASKED = Importances()


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What importance is measured with.

    Attributes:
        features: columns of the test rows.
        answers: what each output answers for them.
        decisions: when binary outputs answer with their second class.
    """

    program: Program
    features: Table
    answers: Mapping[Head, Answers]
    decisions: Decisions
    batch_size: int

    def take(self, rows: Index) -> "Given":
        """Return some rows."""
        answers = {head: taken(one, rows) for head, one in self.answers.items()}
        features = self.features.take(rows)
        return Given(self.program, features, answers, self.decisions, self.batch_size)


def measure_importance(given: Given, repeats: int, seed: int) -> dict[str, Importances]:
    """Return how much each output leans on each column.

    Args:
        given: the program with the test rows.
        repeats: draws of each column.
        seed: of the draws.
    """
    heads: dict[Head, Answers] = {
        head: one
        for head, one in given.answers.items()
        if not isinstance(head, Reconstruction | Clusters | Unjudged)
    }
    columns = list(given.features.columns)[:MOST_COLUMNS]
    if not heads or not columns:
        return {}
    random = np.random.Generator(np.random.Philox(seed))
    rows = given.features.rows
    draws = len(columns) * repeats
    fitting = min(PASSES // draws, BLOCK // (draws * cells_of(given.features)))
    kept = min(rows, MOST_ROWS, max(FEWEST_ROWS, fitting))
    given = Given(given.program, given.features, heads, given.decisions, given.batch_size)
    if kept < rows:
        given = given.take(np.sort(random.permutation(rows)[:kept]))
    worse: dict[Head, dict[str, list[float]]] = {head: {} for head in heads}
    for names, orders in _blocks(columns, given, repeats, random):
        for head, name, value in _exchanged(given, names, orders):
            worse[head].setdefault(name, []).append(value)
    notes = _notes(given.features, (kept, rows), len(columns))
    return {head.name: _ranked(_first(head, given), found, notes) for head, found in worse.items()}


def _first(head: Head, given: Given) -> str:
    """Return the name of the figure that becomes worse."""
    return next(iter(measure(head, given.answers[head])))


def _ranked(figure: str, found: Mapping[str, list[float]], notes: tuple[str, ...]) -> Importances:
    each = [
        Importance(name, float(np.mean(values)), float(np.std(values)))
        for name, values in found.items()
    ]
    return Importances(figure, tuple(sorted(each, key=lambda one: -one.value)), notes)


def _notes(features: Table, rows: tuple[int, int], columns: int) -> tuple[str, ...]:
    kept, of = rows
    notes = []
    if kept < of:
        notes.append(f"importance: {kept:,} of {of:,} test rows, drawn at random")
    if columns < len(features.columns):
        notes.append(f"importance: the first {columns} of {len(features.columns):,} columns")
    return tuple(notes)


def _blocks(
    columns: list[str], given: Given, repeats: int, random: np.random.Generator
) -> Iterator[tuple[list[str], list[Index]]]:
    """Give columns with the order of their cells, one entry for each draw, a bounded number."""
    table = given.features
    most = max(1, BLOCK // (cells_of(table) * max(1, table.rows)))
    names = [name for name in columns for _ in range(repeats)]
    for start in range(0, len(names), most):
        some = names[start : start + most]
        yield some, [random.permutation(table.rows) for _ in some]


def cells_of(table: Table) -> int:
    """Return the numbers or texts of a row."""
    return max(1, sum(one.values.size for one in table.take(slice(0, 1)).columns.values()))


def _exchanged(
    given: Given, names: list[str], orders: list[Index]
) -> Iterator[tuple[Head, str, float]]:
    """Give how much worse the first figure of each output is, draw by draw."""
    rows, program = given.features.rows, given.program
    straight = np.arange(rows)
    pairs = list(zip(names, orders, strict=True))
    columns = {
        name: column.take(np.concatenate([new if one == name else straight for one, new in pairs]))
        for name, column in given.features.columns.items()
    }
    table = Table(columns, rows * len(names))
    predicted = predict_split(program, program.features(table), given.batch_size)
    for head, known in given.answers.items():
        figure = _first(head, given)
        before = measure(head, known)[figure]
        truth = Truth(
            _repeated(known.target, len(names)),
            _repeated(known.counted, len(names)),
            _repeated(known.weights, len(names)),
        )
        whole = answers_of(program, head, predicted, np.arange(table.rows), truth)
        whole = decided(head, whole, given.decisions.get(head.name))
        for place, name in enumerate(names):
            after = measure(head, taken(whole, slice(place * rows, (place + 1) * rows)))[figure]
            if before is not None and after is not None:
                yield head, name, after - before if figure in LOW else before - after


def _repeated(values: Array | None, times: int) -> Array | None:
    return None if values is None else np.concatenate([values] * times)
