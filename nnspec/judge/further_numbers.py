"""Floor 8, further figures of numbers: by scikit-learn's definitions, and two of forecasting.

Source of MASE: Hyndman and Koehler, Another look at measures of forecast accuracy (2006); of
sMAPE the form of Makridakis' third competition, 2 |y - f| / (|y| + |f|), as a share and 0 where
both are 0.
"""

from dataclasses import dataclass

import numpy as np
from sklearn import metrics as sklearn_metrics

from nnspec.judge.answers import Answers, Floats
from nnspec.judge.figures import Metrics, finite
from nnspec.judge.heads import NumberHead
from nnspec.judge.number_lines import Lines, in_lines
from nnspec.spec.figures import OF_SERIES


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Targets and answers, (lines, columns), and what lines and columns count."""

    target: Floats
    prediction: Floats
    lines: Floats | None
    columns: Floats | None = None
    naive: Floats | None = None
    """What the last value of a series errs by on the training rows, (columns,)."""


def measure_further_numbers(
    head: NumberHead, answers: Answers, naive: Floats | None = None
) -> Metrics:
    """Return the further figures of a split, averaged over columns, or over pictures.

    Args:
        head: what the output predicts.
        answers: rows with targets.
        naive: mean distance of a series' last value on the training rows, (columns,).
    """
    if head.of_pictures and answers.counted is None:
        assert answers.target is not None, "figures need targets"
        target = answers.target.reshape(len(answers.target), -1)
        prediction = answers.prediction.reshape(target.shape)
        return _measure(Table(target.T, prediction.T, None, answers.weights))
    return _measure(_table(in_lines(head, answers), naive))


def measure_further_columns(
    head: NumberHead, answers: Answers, names: tuple[str, ...], naive: Floats | None = None
) -> dict[str, Metrics]:
    """Return the further figures of each column that has figures of its own."""
    lines = in_lines(head, answers)
    places = {name: place for place, name in enumerate(head.measured) if name in names}
    return {
        name: _measure(_table(lines.column(place), naive if naive is None else naive[[place]]))
        for name, place in places.items()
    }


def count_zeros(answers: Answers) -> int:
    """Return how many targets that count are 0, by which no error can be divided."""
    assert answers.target is not None, "figures need targets"
    counted = answers.target if answers.counted is None else answers.target[answers.counted]
    return int((counted == 0).sum())


def _table(lines: Lines, naive: Floats | None) -> Table:
    fits = naive is not None and len(naive) == lines.target.shape[1]
    return Table(lines.target, lines.prediction, lines.weights, naive=naive if fits else None)


def _measure(table: Table) -> dict[str, float | None]:
    target, prediction, weights = table.target, table.prediction, table.lines
    if not target.size:
        return {}
    size = np.abs(prediction - target)
    both = np.abs(prediction) + np.abs(target)
    parts = 2 * np.divide(size, both, out=np.zeros_like(size), where=both > 0)
    raw = {"sample_weight": weights, "multioutput": "raw_values"}
    found: dict[str, Floats | None] = {
        "median_ae": sklearn_metrics.median_absolute_error(target, prediction, **raw),
        "mape": None
        if (target == 0).any()
        else np.average(size / np.abs(target), axis=0, weights=weights),
        "smape": np.average(parts, axis=0, weights=weights),
        "explained_variance": sklearn_metrics.explained_variance_score(target, prediction, **raw)
        if len(target) > 1
        else None,
        "max_error": size.max(axis=0),
    }
    if table.naive is not None:
        each = np.average(size, axis=0, weights=weights)
        found[OF_SERIES] = each / table.naive if (table.naive > 0).all() else None
    return {
        name: None if one is None else finite(np.average(one, weights=table.columns))
        for name, one in found.items()
    }
