"""Floor 8, what leaves the network for rows, and the answers that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from nnspec.build.back import PREDICTION, PROBABILITIES, decode_predictions
from nnspec.build.clusters import ClusterBack
from nnspec.build.program import Program
from nnspec.data.table import Values
from nnspec.engine import Predictor, Ranker, Won
from nnspec.engine.errors import found
from nnspec.engine.tensorflow.masks import find_masks
from nnspec.judge.answers import (
    Answers,
    Truth,
    Truths,
    class_answers,
    label_answers,
    number_answers,
)
from nnspec.judge.cluster_answers import cluster_answers
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


@dataclass(frozen=True, slots=True)
class Predicted:
    """What left the network for the rows of one split, by output name of the core."""

    outputs: Mapping[str, Values]
    masks: Mapping[str, Truths]
    """Which steps count, (rows, steps); outputs without a mask have none."""
    won: Won | None = None
    """Which units of a map win the rows, in the place of outputs; None without a map."""


class Passage:
    """A program's network for rows that come again and again: it is traced once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        on_map = any(isinstance(back, ClusterBack) for back in program.backs.values())
        self._rank = Ranker(program.core) if on_map else None
        self._predict = Predictor(program.core)

    def __call__(self, inputs: dict[str, Values], batch_size: int) -> Predicted:
        """Return what leaves the network for some rows, and which steps of it count.

        Raises:
            RunFailed: R102 where memory did not suffice, R106 where a step failed.
        """
        with found():
            if self._rank is not None:
                return Predicted({}, {}, self._rank(inputs))
            outputs = self._predict(inputs)
        return Predicted(outputs, find_masks(self.program.core, inputs, batch_size))


def predict_split(program: Program, inputs: dict[str, Values], batch_size: int) -> Predicted:
    """Return what leaves the network for some rows, and which steps of it count."""
    return Passage(program)(inputs, batch_size)


def answers_of(
    program: Program, head: Head, predicted: Predicted, rows: Values, truth: Truth
) -> Answers:
    """Return one output's answers in the target's own units or labels."""
    if isinstance(head, Clusters):
        assert predicted.won is not None, "a head of clusters has a map"
        return cluster_answers(rows.astype(np.int64), predicted.won, truth.target)
    left = predicted.outputs[program.outputs[head.name]]
    decoded = decode_predictions(program.backs[head.name], left)
    match head:
        case Numbers() | Reconstruction():
            around = {key: one for key, one in decoded.items() if key != PREDICTION}
            return number_answers(rows, decoded[PREDICTION], truth, around)
        case Unjudged():
            return number_answers(rows, decoded[PREDICTION])
        case OneClass() | ClassPerPosition():
            return class_answers(rows, decoded[PROBABILITIES], head.classes, truth)
        case SeveralLabels():
            return label_answers(rows, decoded[PROBABILITIES], head.classes, truth)
        case _:
            assert_never(head)
