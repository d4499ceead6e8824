"""Floor 8, checks of the columns: what residuals, target and splits have to do with one feature."""

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np
from scipy import stats

from nnspec.judge.answers import Array, Floats
from nnspec.judge.checks.chance import (
    CERTAIN,
    LEAST,
    effective,
    rank_correlation,
)
from nnspec.judge.checks.check import Check, Finding, OutputCheck
from nnspec.judge.checks.evidence import TEST, TRAIN, ColumnCells, Evidence, OutputEvidence
from nnspec.judge.heads import Numbers, OneClass

ALPHA = 0.01
"""Chance of one false finding over all columns together; each has its share (Bonferroni)."""
GROUPS = 5
"""Groups of equal size that numbers are parted into."""
LEAST_OF_GROUP = 5
"""Rows of a group from which it is compared."""
MOST_CLASSES = 50
"""Classes of a column above which it names rows rather than kinds of them."""
MEDIUM = 0.06
"""Share of variance that is a medium effect."""
LEAST_CHANCE = 0.01
"""Probabilities nearer to 0 or 1 than this count as if they were this far: one sure row that is
wrong would decide alone."""
MOST_ROWS = 10_000
"""Rows of a split that are looked at: of so many, a difference of 0.03 is no chance."""
MOST_TARGETS = 5
"""Targets whose residuals are looked at."""
SHOWN = 3
"""Columns that a sentence names."""
TWO = 2


class ResidualsByColumn(OutputCheck):
    """Residuals of unseen rows differ between groups of a column.

    Numbers are parted into fifths, classes are groups, and a test tells whether groups differ, at
    0.01 over all columns. For numbers it is Kruskal and Wallis' of ranks, and its share of variance
    must be 0.06, Cohen's medium effect (Statistical power analysis, 1988). Of two classes the
    residual is whether the second is there, less its probability p; the sums of groups are compared
    with their variance, the sum of p * (1 - p), as D. Hosmer and S. Lemeshow do (Goodness of fit
    tests, 1980), and groups must be off by 0.06 on average.

    Source: M. Tomczak, E. Tomczak, The need to report effect size estimates revisited (2014), for
    the share of variance, H / (rows - 1).
    """

    code = "C121"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:
        """Tell whether there are residuals and columns."""
        if not evidence.columns:
            return "no feature is a plain column"
        if next(residuals(output), None) is None:
            return "there are no residuals of numbers or of two classes"
        split = output.unseen(GROUPS * LEAST_OF_GROUP * TWO)
        return None if split else f"fewer than {GROUPS * LEAST_OF_GROUP * TWO} rows were kept back"

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:
        """Test every column."""
        split = str(output.unseen(GROUPS * LEAST_OF_GROUP * TWO))
        several = [some(one[split]) for _, one in islice(residuals(output), MOST_TARGETS)]
        bound = ALPHA / (len(evidence.columns) * len(several))
        classes = isinstance(output.head, OneClass)
        found: dict[str, float] = {}
        for values in several:
            for name, column in evidence.columns.items():
                groups = grouped(groups_of(some(column.cells[split])), values)
                share = (
                    misstated(groups, bound)
                    if classes
                    else dependence(groups, bound, by_row=output.by_row)
                )
                if share > max(MEDIUM, found.get(name, 0.0)):
                    found[name] = share
        if not found:
            return None
        what = "probabilities are off by the part" if classes else "residuals differ by the share"
        says = f"on the {split} rows {what} in brackets between groups of {largest_of(found)}"
        return Finding(says, found)


class ResidualsByTime(OutputCheck):
    """Residuals of a series go along with those one step of prediction before.

    Between are as many steps as are predicted ahead: nearer ones share what no prediction could
    know. Found where the correlation is above 0.3 and above 3 of its errors, 1 / sqrt(pairs).

    Source: G. E. P. Box, D. A. Pierce, Distribution of residual autocorrelations (1970).
    """

    code = "C122"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:
        """Tell whether rows are a series."""
        if evidence.step is None:
            return "rows are no series"
        if next(residuals(output), None) is None:
            return "there are no residuals of numbers or of two classes"
        split = output.unseen(LEAST)
        if split is None:
            return f"fewer than {LEAST} rows were kept back"
        pairs = len(followers(output.answers[split].rows, evidence.step)[0])
        return (
            None
            if pairs >= LEAST
            else f"{pairs} pairs of rows follow one another; {LEAST} would tell"
        )

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:
        """Correlate residuals with earlier ones."""
        assert evidence.step is not None, "the check applies"
        split = str(output.unseen(LEAST))
        first, second = followers(output.answers[split].rows, evidence.step)
        for name, by_split in residuals(output):
            values = by_split[split] - by_split[split].mean()
            power = float(np.sqrt((values[first] ** 2).sum() * (values[second] ** 2).sum()))
            share = float((values[first] * values[second]).sum() / power) if power else 0.0
            if share > 0.3 and share * np.sqrt(len(first)) > CERTAIN:  # noqa: PLR2004
                says = (
                    f"residuals of {name} on the {split} rows correlate by {share:.2f} with those "
                    f"{evidence.step} step{'s' if evidence.step > 1 else ''} before"
                )
                return Finding(says, {"correlation": share, "pairs": len(first)})
        return None


class Leak(OutputCheck):
    """One plain column tells the target almost to the row.

    Numbers: Spearman's correlation with the target is 0.99 or more in size on the training rows, so
    that at most 2 percent of the order is left to tell. Classes: of 20 groups of equal size that
    the column falls into, or its classes, 99 percent of the rows have their group's most frequent
    target, while the most frequent of all has 90 percent at most.
    """

    code = "C123"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:
        """Tell whether there are columns that are not the target's own past."""
        if evidence.step is not None:
            return "a series may be told by its own past; baselines show how well"
        if len(evidence.columns) < TWO:
            return "there are no several plain columns"
        target = one_target(output)
        if target is None or len(target) < LEAST:
            return "there is no plain target in training rows enough"
        return None

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:
        """Look for the column that tells most."""
        target = one_target(output)
        assert target is not None, "the check applies"
        numbers = isinstance(output.head, Numbers)
        told = order_told if numbers else classes_told
        if not numbers and np.unique(target, return_counts=True)[1].max() > 0.9 * len(target):
            return None
        shares = {name: told(one, target) for name, one in evidence.columns.items()}
        name = max(shares, key=lambda one: shares[one])
        if shares[name] < 0.99:  # noqa: PLR2004  see above
            return None
        says = (
            f"the ranks of {name} and of the target correlate by {shares[name]:.4f} in training"
            if numbers
            else f"{name} alone gives the class of {shares[name]:.1%} of the training rows"
        )
        return Finding(says, {name: shares[name]})


class Drift(Check):
    """A column is distributed otherwise in the test rows than in the training rows.

    Numbers: Kolmogorov and Smirnov's test; classes: chi-squared of the table by split. At 0.01 over
    all columns, and the shares must differ by 0.15 at some point: of many rows a test finds what
    nobody would mind. Over a series rows count by how far they follow one another.
    """

    code = "C124"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether columns can be compared."""
        if not evidence.columns:
            return "no feature is a plain column"
        sizes = [
            len(next(iter(evidence.columns.values())).cells.get(one, ())) for one in (TRAIN, TEST)
        ]
        return (
            None if min(sizes) >= LEAST else f"there are fewer than {LEAST} training or test rows"
        )

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare every column."""
        bound = ALPHA / len(evidence.columns)
        by_row = evidence.step is None
        found: dict[str, float] = {}
        for name, column in evidence.columns.items():
            apart, chance = difference(column, by_row=by_row)
            if apart > 0.15 and chance < bound:  # noqa: PLR2004  see above
                found[name] = apart
        if not found:
            return None
        says = (
            f"{len(found)} of {len(evidence.columns)} columns differ between training and test "
            f"rows, by the largest difference of shares: {largest_of(found)}"
        )
        return Finding(says, found)


def residuals(output: OutputEvidence) -> Iterator[tuple[str, Mapping[str, Floats]]]:
    """Give each target's residuals, split -> (rows,); none for heads that have none."""
    head, every = output.head, output.answers
    if isinstance(head, Numbers) and len(head.cell) == 1:
        for place, name in enumerate(head.elements):
            yield (
                name,
                {
                    split: np.asarray(one.target, np.float64)[:, place] - one.prediction[:, place]
                    for split, one in every.items()
                },
            )
    if isinstance(head, OneClass) and head.graded and len(head.classes) == TWO:
        yield (
            str(head.classes[1]),
            {
                split: (np.asarray(one.target).ravel() == head.classes[1])
                - np.asarray(one.probabilities)[:, 1]
                for split, one in every.items()
            },
        )


def some(cells: Array) -> Array:
    """Return rows, evenly over all, as many as are looked at."""
    return cells[:: max(1, -(-len(cells) // MOST_ROWS))]


def followers(rows: Array, step: int) -> tuple[Array, Array]:
    """Return the places of rows, and of those so many steps of the source later."""
    places = {int(row): place for place, row in enumerate(rows)}
    pairs = [(place, places[row + step]) for row, place in places.items() if row + step in places]
    found = np.array(pairs, np.int64).reshape(len(pairs), 2)
    return found[:, 0], found[:, 1]


def groups_of(cells: Array) -> Array:
    """Return (rows,) the group that each row falls into, -1 where a cell is missing.

    Fifths of numbers, or classes; all in one group where there are more than can be compared.
    """
    keys = np.full(len(cells), -1, np.int64)
    there = np.isfinite(cells) if cells.dtype.kind == "f" else np.ones(len(cells), np.bool_)
    parts = cells[there]
    if cells.dtype.kind == "f" and len(parts):
        parts = fifths(parts, GROUPS)
    names, found = np.unique(parts, return_inverse=True)
    keys[there] = found if len(names) <= MOST_CLASSES else 0
    return keys


def grouped(keys: Array, values: Floats) -> tuple[Floats, ...]:
    """Return values by group, each of `LEAST_OF_GROUP` at least; none where there is one group."""
    parts = (values[keys == one] for one in range(keys.max() + 1))
    found = tuple(one for one in parts if len(one) >= LEAST_OF_GROUP)
    return found if len(found) >= TWO else ()


def fifths(cells: Array, parts: int) -> Array:
    """Return which part of equal size each number falls into; equals fall into one."""
    edges = np.unique(np.quantile(cells, np.linspace(0, 1, parts + 1)[1:-1]))
    return np.searchsorted(edges, cells, side="left")


def dependence(groups: tuple[Floats, ...], bound: float, *, by_row: bool) -> float:
    """Return the share of variance of ranks between groups; 0 where chance explains it."""
    if not groups or np.ptp(np.concatenate(groups)) == 0:
        return 0.0
    values = np.concatenate(groups)
    statistic = float(stats.kruskal(*groups).statistic)
    worth = effective(values, by_row=by_row) / len(values)
    chance = float(stats.chi2.sf(statistic * worth, len(groups) - 1))
    return statistic / (len(values) - 1) if chance < bound else 0.0


def misstated(groups: tuple[Floats, ...], bound: float) -> float:
    """Return by how much groups' probabilities are off on average; 0 where chance explains it.

    Args:
        groups: 1 where a class is there, else 0, less its probability, by group.
        bound: chance below which groups differ.
    """
    if not groups:
        return 0.0
    # A residual is p or 1 - p in size, and p * (1 - p) is the same of both.
    sizes = [np.clip(np.abs(one), LEAST_CHANCE, 1 - LEAST_CHANCE) for one in groups]
    spread = [float((one * (1 - one)).sum()) for one in sizes]
    sums = [float(one.sum()) for one in groups]
    statistic = sum(total**2 / each for total, each in zip(sums, spread, strict=True))
    off = sum(map(abs, sums)) / sum(map(len, groups))
    return off if float(stats.chi2.sf(statistic, len(groups))) < bound else 0.0


def one_target(output: OutputEvidence) -> Array | None:
    """Return the only target of the training rows, (rows,); None where there are several."""
    answers = output.answers.get(TRAIN)
    if answers is None or answers.target is None or not isinstance(output.head, Numbers | OneClass):
        return None
    target = np.asarray(answers.target)
    return target.ravel() if target.size == len(target) else None


def order_told(column: ColumnCells, target: Array) -> float:
    """Return the size of the rank correlation of a column with the target; of classes 0."""
    cells, target = some(column.cells[TRAIN]), some(target)
    if column.kind == "class":
        return 0.0
    there = np.isfinite(cells)
    if there.sum() < LEAST:
        return 0.0
    return abs(rank_correlation(cells[there], target[there]))


def classes_told(column: ColumnCells, target: Array) -> float:
    """Return the share of rows whose target is the most frequent of their group."""
    cells, target = some(column.cells[TRAIN]), some(target)
    if column.kind == "number":
        there = np.isfinite(cells)
        cells, target = (
            fifths(cells[there], 4 * GROUPS) if there.any() else cells[there],
            target[there],
        )
    names, keys = np.unique(cells, return_inverse=True)
    if not TWO <= len(names) <= MOST_CLASSES or len(cells) < LEAST_OF_GROUP * len(names):
        return 0.0
    labels, kinds = np.unique(target, return_inverse=True)
    table = np.zeros((len(names), len(labels)))
    np.add.at(table, (keys, kinds), 1)
    return float(table.max(axis=1).sum() / len(cells))


def difference(column: ColumnCells, *, by_row: bool) -> tuple[float, float]:
    """Return the largest difference of shares between training and test, and its chance."""
    train, test = some(column.cells[TRAIN]), some(column.cells[TEST])
    if column.kind == "number":
        train, test = train[np.isfinite(train)], test[np.isfinite(test)]
        if min(len(train), len(test)) < LEAST:
            return 0.0, 1.0
        apart = float(stats.ks_2samp(train, test, method="asymp").statistic)
        worth = [effective(one, by_row=by_row) for one in (train, test)]
        return apart, float(stats.kstwobign.sf(apart * np.sqrt(np.prod(worth) / np.sum(worth))))
    names = np.unique(np.concatenate([train, test]))
    if not TWO <= len(names) <= MOST_CLASSES:
        return 0.0, 1.0
    table = np.array([[(one == name).sum() for name in names] for one in (train, test)])
    shares = table / table.sum(axis=1, keepdims=True)
    test_of = stats.chi2_contingency(table, correction=False)
    return float(np.abs(shares[0] - shares[1]).max()), float(test_of.pvalue)


def largest_of(found: Mapping[str, float]) -> str:
    """Return the columns with the largest figures, with these."""
    first = sorted(found.items(), key=lambda pair: -pair[1])[:SHOWN]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(f"{name} ({value:.2f})" for name, value in first) + more
