"""Floor 8, decisions: from which probability on the second of two classes is the answer.

The threshold is a number of the spec, or chosen on the validation rows, which neither train the
network nor judge it. Source of the figures: scikit-learn 1.8, precision_recall_curve and roc_curve.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nnspec.judge.answers import Answers, Floats, Truths
from nnspec.judge.by_output import ByOutput
from nnspec.judge.class_figures import line_weights, lines
from nnspec.judge.heads import ClassPerPosition, Head, OneClass, SeveralLabels
from nnspec.spec.training import HALF, Reached, Rule, Threshold

CHOSEN_ON = "validation"
ONE_CLASS = "the validation rows hold a single class, which leaves nothing to choose by"


@dataclass(frozen=True, slots=True)
class Decision:
    """When an output answers with the second class.

    Attributes:
        thresholds: probability above which it does; one for each of several labels.
        rule: how it was found, as the spec writes it.
        notes: what is to be said of it, for the report.
    """

    thresholds: tuple[float, ...]
    rule: str
    notes: tuple[str, ...] = ()


Decisions = Mapping[str, Decision]
"""Output -> its decision; outputs that decide by the larger probability have none."""
DECISIONS_OF_RUN = ByOutput(Decision, "thresholds are")
"""The document of a run that holds them."""


def decide(asked: Threshold, head: Head, validation: Answers | None) -> Decision | None:
    """Return when a head of two classes answers with the second; None for one half.

    Args:
        asked: the spec's threshold.
        head: what a binary output predicts.
        validation: its answers for the validation rows, with their targets.
    """
    if asked == HALF or not isinstance(head, OneClass | SeveralLabels | ClassPerPosition):
        return None
    names = head.labels if isinstance(head, SeveralLabels) else (str(head.classes[1]),)
    if isinstance(asked, float):
        note = f"answers are {names[0]} above a probability of {asked:g}, as the spec says"
        several = "a label holds above a probability of " + f"{asked:g}, as the spec says"
        told = several if isinstance(head, SeveralLabels) else note
        return Decision((asked,) * len(names), f"{asked:g}", (told,))
    rule = asked if isinstance(asked, str) else "{} {:g}".format(*_reaching(asked))
    if validation is None:
        return Decision((HALF,) * len(names), rule, ("threshold: no validation rows to choose by",))
    held, shares, weights = _lines(head, validation)
    found: list[float] = []
    notes: list[str] = []
    for place, name in enumerate(names):
        threshold, told = _choose(asked, Curve.of(held[:, place], shares[:, place], weights))
        found.append(threshold)
        notes.append(f"{name}: answered above a probability of {threshold:.4g}; {told}")
    return Decision(tuple(found), rule, tuple(notes))


def decided(head: Head, answers: Answers, decision: Decision | None) -> Answers:
    """Return answers whose labels follow from the probabilities by a decision."""
    if decision is None or answers.probabilities is None:
        return answers
    if not isinstance(head, OneClass | SeveralLabels | ClassPerPosition):
        return answers
    shares, classes = answers.probabilities, np.asarray(head.classes)
    if isinstance(head, SeveralLabels):
        above = shares > np.asarray(decision.thresholds)
    else:
        (threshold,) = decision.thresholds
        above = shares[..., 1] > threshold
    return replace(answers, prediction=classes[above.astype(np.intp)])


def _lines(head: Head, answers: Answers) -> tuple[Truths, Floats, Floats | None]:
    """Return where second classes hold, their probabilities (lines, labels), and lines' weights."""
    assert isinstance(head, OneClass | SeveralLabels | ClassPerPosition), "it has classes"
    shares = lines(answers, answers.probabilities, last=True)
    several = isinstance(head, SeveralLabels)
    held = lines(answers, answers.target, last=several) == head.classes[1]
    if not several:
        held, shares = held.reshape(-1, 1), shares[:, 1:]
    return held, shares, line_weights(answers)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What each threshold between two probabilities leads to, from the lowest on.

    Attributes:
        thresholds: below all probabilities, then between each and the next, above the last.
        right: weight of lines of the second class that are answered so.
        wrong: weight of other lines that are answered so.
        positives: weight of all lines of the second class.
        negatives: weight of all others.
        half: place of what a threshold of one half leads to.
    """

    thresholds: Floats
    right: Floats
    wrong: Floats
    positives: float
    negatives: float
    half: int

    @classmethod
    def of(cls, held: Truths, shares: Floats, weights: Floats | None) -> "Curve":
        """Return the curve of lines."""
        weights = np.ones(len(held)) if weights is None else weights
        values, place = np.unique(shares, return_inverse=True)
        right, wrong = (
            np.bincount(place, weights=weights * side, minlength=len(values))
            for side in (held, ~held)
        )
        totals = right.sum(), wrong.sum()
        above = [
            np.append(total - np.cumsum(one) + one, 0.0)
            for total, one in zip(totals, (right, wrong), strict=True)
        ]
        half = int(np.searchsorted(values, HALF, side="right"))
        sides = float(totals[0]), float(totals[1])
        return cls(_between(values), above[0], above[1], *sides, half)

    @property
    def recall(self) -> Floats:
        """Return the share of the second class that is found."""
        return np.asarray(self.right / self.positives)

    @property
    def precision(self) -> Floats:
        """Return the share of answers of the second class that are right; 0 where there is none."""
        answered = self.right + self.wrong
        return np.asarray(
            np.divide(self.right, answered, np.zeros_like(answered), where=answered > 0)
        )

    @property
    def f1(self) -> Floats:
        """Return the harmonic mean of precision and recall."""
        return np.asarray(2 * self.right / (self.right + self.wrong + self.positives))

    @property
    def youden(self) -> Floats:
        """Return recall and specificity, less 1."""
        return np.asarray(self.recall - self.wrong / self.negatives)


def _between(values: Floats) -> Floats:
    """Return thresholds that part probabilities, exact in single precision as the network is."""
    low = np.append(0.0 if values[0] > 0 else -1.0, values)
    high = np.append(values, max(1.0, float(values[-1])))
    middle = ((low + high) / 2).astype(np.float32).astype(np.float64)
    return np.where((middle < low) | (middle >= high), low, middle)


def _choose(asked: Rule, curve: Curve) -> tuple[float, str]:
    """Return a threshold and, in words, what it reaches on the validation rows."""
    if not curve.positives or not curve.negatives:
        return HALF, ONE_CLASS
    if isinstance(asked, str):
        figure = curve.f1 if asked == "f1" else curve.youden
        place = _best(curve, figure, np.ones(len(figure), np.bool_))
        title = "F1" if asked == "f1" else "Youden's J"
        told = f"{title} is largest there on the validation rows: {figure[place]:.4f}"
        return float(curve.thresholds[place]), f"{told} (at 0.5: {figure[curve.half]:.4f})"
    name, least = _reaching(asked)
    reached, other = (
        (curve.recall, curve.precision) if name == "recall" else (curve.precision, curve.recall)
    )
    beside = "precision" if name == "recall" else "recall"
    enough = reached >= least - 1e-12
    if not enough.any():
        place = _best(curve, reached, np.ones(len(reached), np.bool_))
        told = f"no threshold reaches a {name} of {least:g} on the validation rows; there it is"
        return float(curve.thresholds[place]), f"{told} {reached[place]:.4f}, the largest"
    place = _best(curve, other, enough)
    told = f"of those with a {name} of {least:g} or more on the validation rows the one with the"
    return (
        float(curve.thresholds[place]),
        f"{told} largest {beside}: {reached[place]:.4f}, {beside} {other[place]:.4f}",
    )


def _reaching(asked: Reached) -> tuple[str, float]:
    """Return the figure that is to be reached, and how much of it."""
    if asked.recall is not None:
        return "recall", asked.recall
    return "precision", asked.precision or 0.0


def _best(curve: Curve, figure: Floats, allowed: npt.NDArray[np.bool_]) -> int:
    """Return the place of the largest figure; of equals the one nearest to one half."""
    largest = figure[allowed].max()
    places = np.flatnonzero(allowed & (figure >= largest - 1e-12))
    return int(places[np.abs(curve.thresholds[places] - HALF).argmin()])
