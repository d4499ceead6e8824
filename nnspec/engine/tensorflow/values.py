"""Floor 8, figures: tensors of metrics as Python values, and the loss that is none."""

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from nnspec.build.keras_graph import loss_tracker


def python_values(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures as floats, those of a metric that gives a list of one value too.

    A metric with several values stays an array, as in Keras.
    """
    values = {name: np.asarray(value) for name, value in results.items()}
    return {name: one.item() if one.size == 1 else one for name, one in values.items()}


def loss_sum(model: keras.Model) -> keras.Variable:
    """Return the variable that sums the losses of an epoch's steps: not a number if one was not."""
    return loss_tracker(model).total


def first_broken(known: int | None, step: int, model: keras.Model) -> int | None:
    """Return the first step whose loss was not a number, once `step` has run."""
    if known is None and not math.isfinite(float(loss_sum(model))):
        return step
    return known
