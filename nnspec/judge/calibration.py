"""Floor 8, calibration: what the validation rows say about how far answers are to be trusted.

They neither train the network nor judge it. The back of the program answers by what is found here.
"""

import math
from collections.abc import Mapping
from typing import assert_never

import numpy as np
from scipy.optimize import minimize_scalar

from nnspec.build.calibration import SMALLEST, Calibration
from nnspec.judge.answers import Answers, Floats
from nnspec.judge.by_output import ByOutput
from nnspec.judge.class_figures import indexed, line_weights, lines
from nnspec.judge.decision import CHOSEN_ON
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
from nnspec.judge.metrics import measure
from nnspec.judge.number_lines import in_lines
from nnspec.judge.spread import distances
from nnspec.spec.intervals import fewest_rows, percent
from nnspec.spec.training import EvaluationSection

TEMPERATURES = (0.01, 100.0)
"""Temperatures that are looked through: of probabilities that are all right or all mere chance the
best one is 0 or infinite."""
CALIBRATIONS_OF_RUN = ByOutput(Calibration, "calibration is")
"""The document of a run that holds them."""


def calibrate(
    asked: EvaluationSection, head: Head, answers: Mapping[str, Answers]
) -> Calibration | None:
    """Return what the validation rows say about one output; None where nothing is asked of it.

    Args:
        asked: whether intervals and a temperature are wanted.
        head: what the output predicts.
        answers: split -> its answers before any calibration, with targets.
    """
    validation = answers.get(CHOSEN_ON)
    match head:
        case Numbers() if asked.interval is not None:
            return fit_interval(head, asked.interval, validation)
        case OneClass() | ClassPerPosition() | SeveralLabels() if asked.calibration is not None:
            return fit_temperature(head, validation)
        case Numbers() | OneClass() | ClassPerPosition() | SeveralLabels():
            return None
        case Reconstruction() | Clusters() | Unjudged():
            return None
        case _:
            assert_never(head)


def fit_interval(head: Numbers, level: float, validation: Answers | None) -> Calibration | None:
    """Return how far each number's interval reaches, None where too few rows say it."""
    if validation is None or validation.target is None:
        return None
    margins = conformal_margins(distances(head, in_lines(head, validation)), level)
    if margins is None:
        return None
    rows = len(validation.rows)
    note = f"intervals are to hold {percent(level)} % of new rows, by {rows:,} validation rows"
    return Calibration(level, tuple(margins.tolist()), rows=rows, notes=(note,))


def conformal_margins(distances: Floats, level: float) -> Floats | None:
    """Return the distance within which a new row lies with a probability of `level` or more.

    Args:
        distances: of exchangeable rows, (rows, columns), each column for itself.
        level: the probability.

    Returns:
        (columns,); None where no distance of so few rows is promised to suffice.
    """
    if len(distances) < fewest_rows(level):
        return None
    place = math.ceil((len(distances) + 1) * level - 1e-9) - 1
    return np.asarray(np.partition(distances, place, axis=0)[place])


def fit_temperature(head: Head, validation: Answers | None) -> Calibration | None:
    """Return what the logits are divided by, so that the log loss of the validation rows is least.

    None where there are no such rows.
    """
    if validation is None or not len(validation.rows):
        return None
    logits, held = _logits(head, validation)
    if not len(logits):
        return None
    weights = line_weights(validation)

    def loss(logarithm: float) -> float:
        return mean_log_loss(logits / math.exp(logarithm), held, weights)

    low, high = (math.log(one) for one in TEMPERATURES)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    temperature = math.exp(float(found.x))
    if loss(0.0) <= float(found.fun):
        temperature = 1.0
    notes = [f"temperature: {temperature:.4g}, fitted on {len(validation.rows):,} validation rows"]
    if not TEMPERATURES[0] * 1.01 < temperature < TEMPERATURES[1] / 1.01:
        notes.append("temperature: at the bound of what is looked through")
    return Calibration(temperature=temperature, rows=len(validation.rows), notes=tuple(notes))


def told_of(
    head: Head,
    found: Calibration | None,
    before: Mapping[str, Answers],
    after: Mapping[str, Answers],
) -> tuple[str, ...]:
    """Return what a report says of a calibration: of a temperature what it changes.

    Args:
        head: what the output predicts.
        found: its calibration.
        before: split -> answers without it.
        after: split -> answers with it.
    """
    if found is None or found.temperature is None:
        return found.notes if found else ()
    notes = list(found.notes)
    for split in (one for one in ("test", CHOSEN_ON) if one in before):
        pairs = [(log_loss(head, one[split]), _error(head, one[split])) for one in (before, after)]
        if None in pairs[0]:
            continue
        loss, error = zip(*pairs, strict=True)
        notes.append(
            f"{split}: log loss {loss[0]:.4f} before, {loss[1]:.4f} after; "
            f"calibration error {error[0]:.4f} before, {error[1]:.4f} after"
        )
    return tuple(notes)


def _error(head: Head, answers: Answers) -> float | None:
    """Return the calibration error of one output's answers."""
    return measure(head, answers)["ece"]


def log_loss(head: Head, answers: Answers) -> float | None:
    """Return the mean of minus the logarithm of the probability that the truth was given.

    Several labels count each for itself. None where there are no lines.
    """
    logits, held = _logits(head, answers)
    return mean_log_loss(logits, held, line_weights(answers)) if len(logits) else None


def mean_log_loss(logits: Floats, held: Floats, weights: Floats | None) -> float:
    """Return the mean log loss of lines.

    Args:
        logits: (lines, labels, sides) up to a number that is the same for all sides.
        held: the same shape, 1 for the side that is true and 0 for the others.
        weights: of lines, (lines,); None: all alike.
    """
    largest = logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(logits - largest).sum(axis=-1)) + largest[..., 0]
    each = total - (logits * held).sum(axis=-1)
    return float(np.average(each.mean(axis=1), weights=weights))


def _logits(head: Head, answers: Answers) -> tuple[Floats, Floats]:
    """Return logarithms of probabilities and which of them are true, (lines, labels, sides)."""
    assert isinstance(head, OneClass | SeveralLabels | ClassPerPosition), "it has classes"
    shares = lines(answers, answers.probabilities, last=True)
    if isinstance(head, SeveralLabels):
        holds = lines(answers, answers.target, last=True) == head.classes[1]
        shares = np.stack([1 - shares, shares], axis=-1)
        held = np.stack([~holds, holds], axis=-1)
    else:
        _, target, _ = indexed(head.classes, answers)
        shares = shares[:, None, :]
        held = (target[:, None] == np.arange(shares.shape[-1]))[:, None, :]
    within = np.clip(shares, SMALLEST, 1 - SMALLEST)
    return np.log(within), held.astype(np.float64)
