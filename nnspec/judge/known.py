"""Floor 8, what a baseline may know of the rows that it answers for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from nnspec.judge.answers import (
    UNKNOWN,
    Answers,
    Array,
    Floats,
    Truth,
    class_answers,
    number_answers,
)
from nnspec.judge.heads import OneClass


@dataclass(frozen=True, slots=True)
class Known:
    """What a baseline may know of one split."""

    inputs: Mapping[str, Array]
    """The network's own preprocessed inputs, name -> (rows, ...)."""
    target: Array
    """(rows, ...) in the target's units, or labels (rows,)."""
    last: Array | None = None
    """The target's value at each window's last row, as `target`; series only."""
    truth: Truth = UNKNOWN
    """Which steps or pixels count, and how much each row does; its target is not read."""
    words: Mapping[str, int] = field(default_factory=dict)
    """Inputs that hold numbers of words, 0 for none, with how many different ones."""
    season: Array | None = None
    """The target's value whole seasons before, as `target`; series that come again only."""

    @property
    def whole(self) -> Truth:
        """Return what the answers are compared with."""
        return replace(self.truth, target=self.target)

    @property
    def weights(self) -> Floats | None:
        """Return how much each row counts, (rows,); None: all alike."""
        return self.truth.weights


class Model(Protocol):
    """A fitted baseline."""

    def __call__(self, known: Known) -> Answers:
        """Return its answers for the rows of one split."""
        ...


def answer_numbers(known: Known, prediction: Array) -> Answers:
    """Return numbers as the answers of a split."""
    shaped = np.asarray(prediction).reshape(np.shape(known.target))
    return number_answers(np.arange(len(known.target)), shaped, known.whole)


def answer_classes(head: OneClass, known: Known, shares: Floats) -> Answers:
    """Return the most probable classes as the answers of a split."""
    return class_answers(np.arange(len(known.target)), shares, head.classes, known.whole)
