"""Floor 8, `predictions.csv`: each row's target and answer, from which every figure follows.

Numbers are written with as many digits as bring the same number back.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

import numpy as np

from nnspec.judge import heads
from nnspec.judge.answers import Answers, Array

WIDEST = 1_000
"""Elements per row above which a reconstruction is written as one error per row, and steps or
pixels without their probabilities."""
Column = tuple[str, Sequence[object]]


def encode_predictions(
    outputs: Sequence[tuple[heads.Head, Answers]],
    left_out: Sequence[int] = (),
    beside: Mapping[str, Array] | None = None,
) -> bytes:
    """Return the table of predictions as CSV, one line per row of the data.

    One output: `row`, `target`, `prediction`, and `probability_<class>` for each class. Several
    columns, labels, steps or pixels: `<column>`, `prediction_<column>` and, of labels,
    `probability_<column>`; a step or pixel has its place behind the column's name, and empty cells
    where it does not count. Several outputs: the same with the output's name (`target_<output>`,
    `prediction_<output>`, `<output>.<column>` ...). Rows without targets have no target columns.

    Args:
        outputs: each output with its answers, all of the same rows.
        left_out: numbers of rows that have no answer; their lines are empty but for the number.
        beside: columns of the data that tell the rows, (rows,) each.
    """
    several = len(outputs) > 1
    columns: list[Column] = [("row", outputs[0][1].rows.tolist())]
    columns += [(name, cells.tolist()) for name, cells in (beside or {}).items()]
    for head, answers in outputs:
        columns.extend(_columns(head, answers, several=several))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_distinct(name for name, _ in columns))
    lines: list[tuple[object, ...]] = list(zip(*(values for _, values in columns), strict=True))
    lines += [(row, *[""] * (len(columns) - 1)) for row in left_out]
    order = np.argsort([*outputs[0][1].rows.tolist(), *left_out], kind="stable").tolist()
    writer.writerows([lines[place] for place in order] if len(left_out) else lines)
    return text.getvalue().encode()


def _columns(head: heads.Head, answers: Answers, *, several: bool) -> list[Column]:
    suffix, prefix = (f"_{head.name}", f"{head.name}.") if several else ("", "")
    match head:
        case heads.OneClass():
            return [*_pair(answers, suffix), *_probabilities(head, answers, suffix)]
        case heads.ClassPerPosition():
            return _positions(head, answers, prefix)
        case heads.SeveralLabels():
            shares = _listed(answers, answers.probabilities, len(head.elements))
            named = [f"{prefix}{one}" for one in head.elements]
            held = [(f"probability_{one}", many) for one, many in zip(named, shares, strict=True)]
            return [*_elements(named, answers), *held]
        case heads.Numbers() | heads.Reconstruction():
            return _numbers(head, answers, suffix, prefix)
        case heads.Unjudged():
            width = answers.prediction[:1].size
            return _elements([f"{prefix}{place}" for place in range(width)], answers)
        case _:
            assert_never(head)


def _pair(answers: Answers, suffix: str) -> list[Column]:
    """Return the target, where there is one, and the prediction of a single element."""
    found: list[Column] = []
    if answers.target is not None:
        found.append((f"target{suffix}", answers.target.reshape(-1).tolist()))
    return [*found, (f"prediction{suffix}", answers.prediction.reshape(-1).tolist())]


def _probabilities(head: heads.OneClass, answers: Answers, suffix: str) -> list[Column]:
    if answers.probabilities is None:
        return []
    by_class = zip(head.classes, answers.probabilities.T.tolist(), strict=True)
    return [(f"probability{suffix}_{label}", shares) for label, shares in by_class]


def _positions(head: heads.ClassPerPosition, answers: Answers, prefix: str) -> list[Column]:
    """Return the classes of all steps or pixels; their probabilities, unless they are too many."""
    named = [f"{prefix}{one}" for one in head.elements]
    found = _elements(named, answers)
    if answers.probabilities is None or len(named) * len(head.classes) > WIDEST:
        return found
    for place, label in enumerate(head.classes):
        shares = _listed(answers, answers.probabilities[..., place], len(named))
        found += [
            (f"probability_{name}_{label}", many) for name, many in zip(named, shares, strict=True)
        ]
    return found


def _numbers(head: heads.NumberHead, answers: Answers, suffix: str, prefix: str) -> list[Column]:
    width = len(head.elements)
    if width == 1:
        return _pair(answers, suffix)
    errors = _errors(answers, suffix) if isinstance(head, heads.Reconstruction) else []
    if errors and width > WIDEST:
        return errors
    return _elements([f"{prefix}{one}" for one in head.elements], answers)


def _elements(named: Sequence[str], answers: Answers) -> list[Column]:
    """Return targets, where there are any, then predictions, one column per element."""
    predictions = _listed(answers, answers.prediction, len(named))
    found: list[Column] = [
        (f"prediction_{name}", many) for name, many in zip(named, predictions, strict=True)
    ]
    if answers.target is None:
        return found
    targets = _listed(answers, answers.target, len(named))
    return [*zip(named, targets, strict=True), *found]


def _errors(answers: Answers, suffix: str) -> list[Column]:
    """Return each row's error, where its elements (pixels) are too many for a table."""
    if answers.target is None:
        return []
    deviation = (answers.prediction - answers.target).reshape(len(answers.rows), -1)
    return [
        (f"rmse{suffix}", ((deviation**2).mean(axis=1) ** 0.5).tolist()),
        (f"mae{suffix}", abs(deviation).mean(axis=1).tolist()),
    ]


def _listed(answers: Answers, values: Array | None, width: int) -> list[list[object]]:
    """Return the values of each element over all rows; None, an empty cell, where none counts."""
    assert values is not None, "only answers with values are listed"
    flat = values.reshape(len(answers.rows), width)
    listed: list[list[object]] = flat.T.tolist()
    if answers.counted is None:
        return listed
    counted = answers.counted.reshape(*answers.counted.shape, -1)
    spread = np.broadcast_to(counted, (*answers.counted.shape, width // counted[0].size))
    kept = spread.reshape(len(answers.rows), width).T.tolist()
    return [
        [one if counts else None for one, counts in zip(*pair, strict=True)]
        for pair in zip(listed, kept, strict=True)
    ]


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names, a repeated one with underscores: no reader takes equal names."""
    found: dict[str, None] = {}
    for name in names:
        free = name
        while free in found:
            free += "_"
        found[free] = None
    return list(found)
