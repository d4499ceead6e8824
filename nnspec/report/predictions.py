"""Floor 8, `predictions.csv`: each row's target and answer, from which every figure follows.

Numbers are written with as many digits as bring the same number back.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from nnspec.judge.answers import Answers, Floats, Head

WIDEST = 1_000
"""Elements per row above which a reconstruction is written as one error per row."""
Column = tuple[str, Sequence[object]]


def encode_predictions(outputs: Sequence[tuple[Head, Answers]]) -> bytes:
    """Return the table of predictions as CSV.

    One output: `row`, `target`, `prediction`, and `probability_<class>` for each class; several
    target columns: `<column>` and `prediction_<column>`. Several outputs: the same with the
    output's name (`target_<output>`, `prediction_<output>`, `<output>.<column>` ...). Rows
    without targets have no target columns.

    Args:
        outputs: each output with its answers, all of the same rows.
    """
    several = len(outputs) > 1
    columns: list[Column] = [("row", outputs[0][1].rows.tolist())]
    for head, answers in outputs:
        columns.extend(_columns(head, answers, several=several))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_distinct(name for name, _ in columns))
    writer.writerows(zip(*(values for _, values in columns), strict=True))
    return text.getvalue().encode()


def _columns(head: Head, answers: Answers, *, several: bool) -> list[Column]:
    suffix = f"_{head.name}" if several else ""
    match head.task:
        case "classification":
            return _labels(head, answers, suffix)
        case "reconstruction" if answers.prediction.shape[1] > WIDEST:
            return _errors(answers, suffix)
        case "regression" | "reconstruction":
            return _numbers(head, answers, several=several)


def _labels(head: Head, answers: Answers, suffix: str) -> list[Column]:
    found: list[Column] = []
    if answers.target is not None:
        found.append((f"target{suffix}", answers.target.tolist()))
    found.append((f"prediction{suffix}", answers.prediction.tolist()))
    if answers.probabilities is not None:
        by_class = zip(head.classes, answers.probabilities.T.tolist(), strict=True)
        found.extend((f"probability{suffix}_{label}", shares) for label, shares in by_class)
    return found


def _numbers(head: Head, answers: Answers, *, several: bool) -> list[Column]:
    width = answers.prediction.shape[1]
    if width == 1:
        suffix = f"_{head.name}" if several else ""
        names = [(f"target{suffix}", f"prediction{suffix}")]
    else:
        prefix = f"{head.name}." if several else ""
        elements = [f"{prefix}{one}" for one in _element_names(head, width)]
        names = [(one, f"prediction_{one}") for one in elements]
    targets = [] if answers.target is None else _listed(answers.target)
    predictions = _listed(answers.prediction)
    return [
        *((name, values) for (name, _), values in zip(names, targets, strict=False)),
        *((name, values) for (_, name), values in zip(names, predictions, strict=True)),
    ]


def _errors(answers: Answers, suffix: str) -> list[Column]:
    """Return each row's error, where its elements (pixels) are too many for a table."""
    if answers.target is None:
        return []
    deviation = answers.prediction - answers.target
    return [
        (f"rmse{suffix}", ((deviation**2).mean(axis=1) ** 0.5).tolist()),
        (f"mae{suffix}", abs(deviation).mean(axis=1).tolist()),
    ]


def _element_names(head: Head, width: int) -> tuple[str, ...]:
    if len(head.columns) == width:
        return head.columns
    base = head.columns[0] if len(head.columns) == 1 else "element"
    return tuple(f"{base}_{number}" for number in range(width))


def _listed(values: Floats) -> list[list[float]]:
    listed: list[list[float]] = values.T.tolist()
    return listed


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names, a repeated one with underscores: no reader takes equal names."""
    found: dict[str, None] = {}
    for name in names:
        free = name
        while free in found:
            free += "_"
        found[free] = None
    return list(found)
