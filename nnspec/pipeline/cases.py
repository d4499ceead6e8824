"""The worst test rows of a trained run as small pictures, where rows or answers are pictures."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnspec.data import Split
from nnspec.judge.answers import Answers, Array, Floats
from nnspec.judge.heads import (
    ClassPerPosition,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
)
from nnspec.judge.program import Judged
from nnspec.pipeline.trained import Trained
from nnspec.report.page.cases import MOST_CASES, Case, Cases, CasesOfOutput
from nnspec.report.page.png import as_picture
from nnspec.run.layout import CASES

PAIRS = 8
"""Cases of two pictures each."""
IMAGE = 2
CHANNELS = (1, 3)
Places = NDArray[np.intp]


def write_cases(trained: Trained, judged: Judged) -> None:
    """Keep the worst test rows of a run as pictures; nothing is written where there are none."""
    rows = trained.dataset.splits["test"]
    found: dict[str, CasesOfOutput] = {}
    for head in judged.heads if len(rows) else ():
        drawn = cases_of(head, judged.answers[head.name]["test"], rows)
        if drawn is not None:
            found[head.name] = drawn
    if found:
        trained.folder.write(CASES, Cases(outputs=found).to_json())


def cases_of(head: Head, answers: Answers, rows: Split) -> CasesOfOutput | None:
    """Return the worst rows of one output as pictures; None where there are no pictures."""
    match head:
        case OneClass():
            return _of_classes(answers, rows)
        case ClassPerPosition():
            return _of_masks(head, answers)
        case Numbers() | Reconstruction() if head.of_pictures:
            return _of_numbers(head, answers)
        case _:
            return None


def is_picture(shape: Sequence[int]) -> bool:
    """Return whether a shape is that of a picture: rows, columns, and one or three colours."""
    return len(shape) == IMAGE or (len(shape) == IMAGE + 1 and shape[-1] in CHANNELS)


def _of_classes(answers: Answers, rows: Split) -> CasesOfOutput | None:
    seen = next(
        (
            rows.features[name].values
            for name, one in rows.features.take(slice(0, 0)).columns.items()
            if is_picture(one.values.shape[1:]) and one.values.dtype.kind in "biuf"
        ),
        None,
    )
    if seen is None or answers.target is None:
        return None
    sure = np.ones(len(answers.rows))
    if answers.probabilities is not None:
        sure = answers.probabilities.max(axis=-1)
    wrong = np.asarray(answers.target != answers.prediction).reshape(-1)
    places = np.flatnonzero(wrong) if wrong.any() else np.arange(len(wrong))
    order = np.argsort(-sure[places] if wrong.any() else sure[places], kind="stable")
    chosen = places[order][:MOST_CASES]
    pictures = _scaled(np.asarray(seen)[chosen])
    targets, given = answers.target.reshape(-1).tolist(), answers.prediction.reshape(-1).tolist()
    cases = [
        Case(
            row=int(answers.rows[place]),
            says=f"{targets[place]}, answered {given[place]} ({100 * sure[place]:.0f} %)",
            pictures=(picture,),
        )
        for place, picture in zip(chosen.tolist(), pictures, strict=True)
        if picture
    ]
    which = "Wrong answers that are surest" if wrong.any() else "Right answers that are least sure"
    title = f"{which}, as they went in"
    return CasesOfOutput(title=title, cases=tuple(cases)) if cases else None


def _of_masks(head: ClassPerPosition, answers: Answers) -> CasesOfOutput | None:
    if len(head.shape) != IMAGE or answers.target is None:
        return None
    place = {label: number for number, label in enumerate(head.classes)}
    target, given = (
        np.array([place.get(one, 0) for one in values.reshape(-1).tolist()], np.float64).reshape(
            -1, *head.shape
        )
        for values in (answers.target, answers.prediction)
    )
    wrong = (target != given).reshape(len(target), -1).mean(axis=1)
    return _pairs(answers, (target, given), wrong, "{:.1f} % of the pixels wrong", 100.0)


def _of_numbers(head: Numbers | Reconstruction, answers: Answers) -> CasesOfOutput | None:
    if answers.target is None or not is_picture(head.cell):
        return None
    target, given = (
        np.asarray(one, np.float64).reshape(-1, *head.cell)
        for one in (answers.target, answers.prediction)
    )
    errors = np.sqrt(((target - given) ** 2).reshape(len(target), -1).mean(axis=1))
    return _pairs(answers, (target, given), errors, "RMSE {:.3g}", 1.0)


def _pairs(
    answers: Answers, both: tuple[Floats, Floats], worth: Floats, words: str, times: float
) -> CasesOfOutput | None:
    chosen = np.argsort(-np.nan_to_num(worth), kind="stable")[:PAIRS]
    pictures = _scaled(np.concatenate([one[chosen] for one in both]))
    pairs = zip(pictures[: len(chosen)], pictures[len(chosen) :], strict=True)
    cases = [
        Case(
            row=int(answers.rows[place]),
            says=words.format(times * float(worth[place])),
            pictures=(target, given),
        )
        for place, (target, given) in zip(chosen.tolist(), pairs, strict=True)
        if target and given
    ]
    title = "Rows that went worst: expected to the left, answered to the right"
    return CasesOfOutput(title=title, cases=tuple(cases)) if cases else None


def _scaled(values: Array) -> list[str | None]:
    """Return pictures on one scale, from the smallest of all numbers to the largest."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return [as_picture(one, low, high) for one in values]
