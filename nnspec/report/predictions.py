"""Floor 8, predictions: each row's target and answer, from which every figure follows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

import numpy as np

from nnspec.build.answer_keys import CLUSTER, DISTANCE, MAP_COLUMN, MAP_ROW
from nnspec.judge import heads
from nnspec.judge.answers import Answers, Array
from nnspec.judge.cluster_answers import ClusterAnswers

WIDEST = 1_000
"""Elements per row above which a reconstruction is written as one error per row, and steps or
pixels without their probabilities."""
LABEL = "label"
"""Name of the column of labels that clusters are compared with."""
Column = tuple[str, Sequence[object]]


def tabulate(
    outputs: Sequence[tuple[heads.Head, Answers]],
    left_out: Sequence[int] = (),
    beside: Mapping[str, Sequence[object]] | None = None,
) -> tuple[Column, ...]:
    """Return the columns of predictions, one cell per row of the data, None for an empty one.

    First `row` and what stands beside it. One output: `target`, `prediction`, and
    `probability_<class>` for each class. Several columns, labels, steps or pixels: `<column>`,
    `prediction_<column>` and, of labels, `probability_<column>`; a step or pixel has its place
    behind the column's name, and empty cells where it does not count. Numbers have what stands
    around them behind their predictions (`lower`, `q05_<column>`). Clusters: `label` where the
    data has one, `cluster`, `distance`, `map_row`, `map_column`. Several outputs: the same
    with the output's name (`target_<output>`, `prediction_<output>`, `<output>.<column>` ...). Rows
    without targets have no target columns.

    Args:
        outputs: each output with its answers, all of the same rows.
        left_out: numbers of rows that have no answer; they stand where they are in the data.
        beside: columns of the data, a cell for each answer, then for each row that has none.
    """
    several = len(outputs) > 1
    rows = [*outputs[0][1].rows.tolist(), *left_out]
    columns: list[Column] = [("row", rows), *(beside or {}).items()]
    for head, answers in outputs:
        for name, cells in _columns(head, answers, several=several):
            columns.append((name, [*cells, *[None] * len(left_out)] if len(left_out) else cells))
    return _in_order(columns, rows, left_out)


def tabulate_layer(
    name: str,
    values: Array,
    numbered: tuple[Array, Sequence[int]],
    beside: Mapping[str, Sequence[object]],
) -> tuple[Column, ...]:
    """Return the columns of a layer's output: `row`, what stands beside it, and one per number.

    A number has its place behind the layer's name (code_0; conv_0_3_1); a single one has none.

    Args:
        name: the layer's name.
        values: (rows, ...) its output.
        numbered: numbers of those rows, and of rows that have no answer.
        beside: columns of the data, a cell for each answer, then for each row that has none.
    """
    own, left_out = numbered
    rows = [*own.tolist(), *left_out]
    shape = values.shape[1:]
    flat = values.reshape(len(values), -1).T.tolist()
    single = len(flat) == 1
    names = [name] if single else [f"{name}_{place}" for place in heads.places(shape)]
    empty = [None] * len(left_out)
    found = [(one, [*cells, *empty]) for one, cells in zip(names, flat, strict=True)]
    return _in_order([("row", rows), *beside.items(), *found], rows, left_out)


def _in_order(
    columns: Sequence[Column], rows: Sequence[int], left_out: Sequence[int]
) -> tuple[Column, ...]:
    """Return columns of names of their own, their cells in the order of the data's rows."""
    names = _distinct(name for name, _ in columns)
    told = zip(names, (cells for _, cells in columns), strict=True)
    if not len(left_out):
        return tuple(told)
    order = np.argsort(rows, kind="stable").tolist()
    return tuple((name, [cells[place] for place in order]) for name, cells in told)


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
        case heads.Clusters():
            return _clusters(head, answers, suffix)
        case heads.Unjudged():
            width = answers.prediction[:1].size
            return _elements([f"{prefix}{place}" for place in range(width)], answers)
        case _:
            assert_never(head)


def _clusters(head: heads.Clusters, answers: Answers, suffix: str) -> list[Column]:
    """Return the label, where there is one, the cluster, its distance and its place on the map."""
    assert isinstance(answers, ClusterAnswers), "a map answers with clusters"
    assert head.lattice is not None, "a map has a grid"
    row, column = np.divmod(answers.prediction, head.lattice.columns)
    found: dict[str, Array] = {CLUSTER: answers.prediction, DISTANCE: answers.distance}
    found |= {MAP_ROW: row, MAP_COLUMN: column}
    if answers.target is not None:
        found = {LABEL: answers.target, **found}
    return [(f"{name}{suffix}", cells.tolist()) for name, cells in found.items()]


def _pair(answers: Answers, suffix: str) -> list[Column]:
    """Return the target, where there is one, and the prediction of a single element."""
    found: list[Column] = []
    if answers.target is not None:
        found.append((f"target{suffix}", answers.target.reshape(-1).tolist()))
    return [*found, (f"prediction{suffix}", answers.prediction.reshape(-1).tolist())]


def _probabilities(head: heads.OneClass, answers: Answers, suffix: str) -> list[Column]:
    if answers.probabilities is None or not head.graded:
        return []
    by_class = zip(head.classes, answers.probabilities.T.tolist(), strict=True)
    return [(f"probability{suffix}_{label}", shares) for label, shares in by_class]


def _positions(head: heads.ClassPerPosition, answers: Answers, prefix: str) -> list[Column]:
    """Return the classes of all steps or pixels; their probabilities, unless they are too many."""
    if head.of_words:
        return _words(f"{prefix}{head.columns[0]}", answers)
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


def _words(name: str, answers: Answers) -> list[Column]:
    """Return the classes of each text's words, parted by blanks."""
    found: list[Column] = []
    if answers.target is not None:
        found.append((name, _in_a_row(answers, answers.target)))
    return [*found, (f"prediction_{name}", _in_a_row(answers, answers.prediction))]


def _in_a_row(answers: Answers, values: Array) -> list[object]:
    """Return the values that count of each row in one text."""
    counted = np.ones(values.shape, np.bool_) if answers.counted is None else answers.counted
    return [
        " ".join(str(one) for one in many[kept].tolist())
        for many, kept in zip(values, counted.reshape(values.shape), strict=True)
    ]


def _numbers(head: heads.NumberHead, answers: Answers, suffix: str, prefix: str) -> list[Column]:
    width = len(head.elements)
    if width == 1:
        around = [(f"{name}{suffix}", _flat(one)) for name, one in answers.around.items()]
        return [*_pair(answers, suffix), *around]
    errors = _errors(answers, suffix) if isinstance(head, heads.Reconstruction) else []
    if errors and width > WIDEST:
        return errors
    named = [f"{prefix}{one}" for one in head.elements]
    return [*_elements(named, answers), *_around(named, answers)]


def _around(named: Sequence[str], answers: Answers) -> list[Column]:
    """Return what stands around each number: all quantiles, deviations or ends of one element."""
    found = {name: _listed(answers, one, len(named)) for name, one in answers.around.items()}
    return [
        (f"{kind}_{name}", many[place])
        for place, name in enumerate(named)
        for kind, many in found.items()
    ]


def _flat(values: Array) -> list[object]:
    listed: list[object] = values.reshape(-1).tolist()
    return listed


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
