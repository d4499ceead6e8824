"""Floor 8, checks of the answers themselves: all alike, a class left out, sure and wrong."""

from collections.abc import Iterator

import numpy as np

from nnspec.judge.answers import Answers, Array, Floats
from nnspec.judge.checks.chance import CERTAIN, LEAST
from nnspec.judge.checks.check import Finding, OutputCheck
from nnspec.judge.checks.evidence import Evidence, OutputEvidence
from nnspec.judge.heads import (
    ClassPerPosition,
    Label,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
)
from nnspec.judge.reliability import calibration_error

ROWS_OF_CLASS = 10
"""Rows of a class from which it must be answered once: were a quarter of its rows answered so, all
of 10 would be missed with a chance of 0.75 ** 10, 6 percent."""
LISTED = 5
"""Classes that a sentence names."""
TWO = 2


class ConstantAnswers(OutputCheck):
    """The network answers nearly the same for every row, while targets differ.

    Numbers: in every column the deviation of the answers is below a hundredth of the targets', so
    that at most 0.0001 of the variance can be explained. Probabilities: none has a deviation above
    0.005, so that rows differ by a hundredth, about.
    """

    code = "C118"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether targets differ."""
        answers = largest(output)
        if answers is None or answers.target is None or not judged(output):
            return "there are no answers with targets"
        if len(answers.rows) < LEAST:
            return f"{len(answers.rows)} rows are too few to tell"
        if bool((answers.target == answers.target[:1]).all()):
            return "all rows have the same target"
        return None

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare deviations."""
        answers = largest(output)
        assert answers is not None, "the check applies"
        if isinstance(output.head, Numbers | Reconstruction):
            target = flat(answers.target).std(axis=0)
            shares = flat(answers.prediction).std(axis=0)[target > 0] / target[target > 0]
            if shares.max() >= 0.01:  # noqa: PLR2004  see above
                return None
            says = f"answers deviate by {shares.max():.2%} of what targets deviate by"
            return Finding(says, {"share": float(shares.max())})
        if answers.probabilities is None or not graded(output):
            return None
        spread = float(flat(answers.probabilities).std(axis=0).max())
        if spread >= 0.005:  # noqa: PLR2004  see above
            return None
        says = f"probabilities deviate by {spread:.2g} at most from row to row"
        return Finding(says, {"deviation": spread})


class ClassIgnored(OutputCheck):
    """A class has 10 rows or more, over all splits, and no row of any is answered with it."""

    code = "C119"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether classes are answered."""
        if not isinstance(output.head, OneClass | ClassPerPosition | SeveralLabels):
            return "no classes are answered"
        return None

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Count what is there and what is answered."""
        counts = list(counted_classes(output))
        missed = [
            (name, there) for name, there, said in counts if there >= ROWS_OF_CLASS and not said
        ]
        if not missed:
            return None
        first = ", ".join(f"{name} ({there:,} rows are)" for name, there in missed[:LISTED])
        more = f" and {len(missed) - LISTED} more" if len(missed) > LISTED else ""
        says = f"no row is answered with {first}{more}"
        return Finding(says, {str(name): there for name, there in missed})


class BadCalibration(OutputCheck):
    """Probabilities are off by more than 0.05 on average, and by more than 3 standard errors.

    The first is the expected calibration error. It is above 0 by chance alone, so the second holds
    the mean of what the most probable class is given against the share that is right: were the
    probabilities true, its variance is the mean of p * (1 - p) over the rows.

    Source: D. R. Cox, Two further applications of a model for binary regression (1958); C. Guo et
    al., On calibration of modern neural networks (2017).
    """

    code = "C120"

    def why_not_of(self, output: OutputEvidence, evidence: Evidence) -> str | None:  # noqa: ARG002
        """Tell whether there are probabilities of rows that were not learned from."""
        if not isinstance(output.head, OneClass) or not graded(output):
            return "no probabilities of one class a row are answered"
        if output.unseen(LEAST) is None:
            return f"fewer than {LEAST} rows were kept back"
        return None

    def look_at(self, output: OutputEvidence, evidence: Evidence) -> Finding | None:  # noqa: ARG002
        """Compare probabilities with what is right."""
        assert isinstance(output.head, OneClass), "the check applies"
        split = str(output.unseen(LEAST))
        shares, right = sureness(output.head, output.answers[split])
        error = calibration_error(shares, right) or 0.0
        spread = float(np.sqrt((shares * (1 - shares)).mean() / len(shares)))
        surplus = float((shares - right).mean())
        if error <= 0.05 or abs(surplus) <= CERTAIN * max(spread, 1e-9):  # noqa: PLR2004
            return None
        says = (
            f"on the {split} rows the answer is given {shares.mean():.1%} on average and is right "
            f"in {right.mean():.1%}; the calibration error is {error:.3f}"
        )
        stated, held = float(shares.mean()), float(right.mean())
        return Finding(says, {"stated": stated, "right": held, "ece": error})


def sureness(head: OneClass, answers: Answers) -> tuple[Floats, Array]:
    """Return the probability of each row's most probable class, and whether it is the true one."""
    assert answers.probabilities is not None, "graded heads have probabilities"
    likely = np.asarray(head.classes)[answers.probabilities.argmax(axis=-1)]
    right = likely.ravel() == np.asarray(answers.target).ravel()
    return answers.probabilities.max(axis=-1), right


def counted_classes(output: OutputEvidence) -> Iterator[tuple[Label, int, int]]:
    """Give each class, or label, how often it is there, and how often it is answered."""
    head, every = output.head, output.answers.values()
    pairs = [(kept(one.target, one), kept(one.prediction, one)) for one in every]
    if isinstance(head, SeveralLabels):
        for place, name in enumerate(head.labels):
            held = [(there[:, place], said[:, place]) for there, said in pairs]
            yield name, *totals(held, head.classes[1])
    elif isinstance(head, OneClass | ClassPerPosition):
        for label in head.classes:
            yield label, *totals(pairs, label)


def kept(labels: Array | None, answers: Answers) -> Array:
    """Return the labels that count: (places,), of several labels (places, labels)."""
    assert labels is not None, "checks look at rows with targets"
    if answers.counted is None:
        return labels if labels.ndim == 1 else labels.reshape(-1, labels.shape[-1])
    return labels[answers.counted.reshape(answers.counted.shape[: labels.ndim])]


def totals(pairs: list[tuple[Array, Array]], label: Label) -> tuple[int, int]:
    """Return how often a label is there, and how often it is answered."""
    return tuple(sum(int((pair[side] == label).sum()) for pair in pairs) for side in (0, 1))  # type: ignore[return-value]


def graded(output: OutputEvidence) -> bool:
    """Tell whether probabilities grade rows."""
    return not isinstance(output.head, OneClass) or output.head.graded


def judged(output: OutputEvidence) -> bool:
    """Tell whether answers are compared with targets of their own kind."""
    return bool(output.losses)


def largest(output: OutputEvidence) -> Answers | None:
    """Return the answers of the split with most rows."""
    return max(output.answers.values(), key=lambda one: len(one.rows), default=None)


def flat(values: Array | None) -> Floats:
    """Return (rows * places, units)."""
    numbers = np.asarray(values, np.float64)
    return numbers.reshape(-1, numbers.shape[-1])
