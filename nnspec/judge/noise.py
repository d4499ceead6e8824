"""Floor 8, noise: what a network that gives back its input leaves of noise that is added to it."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from nnspec.build.back import PREDICTION, decode_predictions
from nnspec.build.objects import build_object
from nnspec.build.program import Program
from nnspec.catalog.layers.regularization import Random
from nnspec.data import Arrays, TargetFit
from nnspec.data.table import Rows, Values
from nnspec.engine import predict
from nnspec.judge.answers import Truth, number_answers
from nnspec.judge.figures import Metrics
from nnspec.judge.heads import NumberHead
from nnspec.judge.metrics import measure

NOISE, DENOISED, LEFT = "noise_rmse", "denoised_rmse", "noise_left"
"""The error of the noisy rows, that of what the network makes of them, and the second's share."""
BLOCK = 8192
"""Rows that noise is drawn for at a time."""


@dataclass(frozen=True, slots=True)
class Noisy:
    """Noise, and the rows that it is added to.

    Attributes:
        layer: the noise, in what the network is given.
        seed: of its draws, unless it has its own.
        rows: numbers of the rows.
        inputs: the rows as the core takes them.
    """

    layer: Random
    seed: int
    rows: Rows
    inputs: Arrays


def measure_noise(program: Program, head: NumberHead, noisy: Noisy, truth: Truth) -> Metrics:
    """Return the figures of one split with noise added, in the units of `rmse`.

    The target stays what it is without noise. Each split is drawn from the seed anew.
    """
    fit = program.fitted.targets[head.name]
    name = program.inputs[str(fit.reconstructs)]
    clean = noisy.inputs.inputs
    drawn = add_noise(noisy.layer, noisy.seed, clean[name])
    left = predict(program.core, {**clean, name: drawn})[program.outputs[head.name]]
    answered = decode_predictions(program.backs[head.name], left)[PREDICTION]
    before = rmse(head, noisy.rows, in_units(fit, drawn), truth)
    after = rmse(head, noisy.rows, answered, truth)
    share = None if not before or after is None else after / before
    return {NOISE: before, DENOISED: after, LEFT: share}


def add_noise(layer: Random, seed: int, values: Values) -> Values:
    """Return rows with noise drawn for each of them."""
    own = layer if layer.seed is not None else layer.model_copy(update={"seed": seed})
    built = build_object(own)
    with tf.device("CPU"):
        blocks = [
            built(values[start : start + BLOCK], training=True).numpy()
            for start in range(0, len(values), BLOCK)
        ]
    noisy: Values = np.concatenate(blocks)
    return noisy


def in_units(fit: TargetFit, values: Values) -> Values:
    """Return scaled numbers in the units of what is reconstructed."""
    numbers: Values = values.astype(np.float64) * np.array(fit.scale) + np.array(fit.shift)
    return numbers


def rmse(head: NumberHead, rows: Rows, numbers: Values, truth: Truth) -> float | None:
    """Return how far numbers are from the truth, as the report has it of the network."""
    return measure(head, number_answers(rows, numbers, truth))["rmse"]
