"""Floor 8, baselines of a series: its last value, and its value a season before."""

from collections.abc import Callable
from typing import assert_never

import numpy as np

from nnspec.judge.answers import Answers, Array, class_answers, label_answers
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.judge.known import Known, Model, answer_numbers


def past_models(head: Head, train: Known) -> dict[str, Model]:
    """Return the baselines that answer with what a series held before; none without one."""
    found: dict[str, Model] = {}
    if train.last is not None:
        found["last_value"] = _answering(head, lambda known: known.last)
    if train.season is not None:
        found["seasonal"] = _answering(head, lambda known: known.season)
    return found


def _answering(head: Head, of: Callable[[Known], Array | None]) -> Model:
    def model(known: Known) -> Answers:
        past = of(known)
        assert past is not None, "every split of a series has a past"
        return _as_answers(head, known, past)

    return model


def _as_answers(head: Head, known: Known, past: Array) -> Answers:
    """Return earlier targets as answers, of classes with all their probability."""
    rows = np.arange(len(known.target))
    match head:
        case Numbers() | Reconstruction() | Clusters() | Unjudged():
            return answer_numbers(known, past)
        case OneClass() | ClassPerPosition():
            alone = isinstance(head, OneClass)
            labels = np.asarray(past).reshape(-1 if alone else np.shape(known.target))
            sure = np.stack([labels == one for one in head.classes], axis=-1)
            return class_answers(rows, sure.astype(np.float64), head.classes, known.whole)
        case SeveralLabels():
            held = np.asarray(past).reshape(np.shape(known.target)) == head.classes[1]
            return label_answers(rows, held.astype(np.float64), head.classes, known.whole)
        case _:
            assert_never(head)
