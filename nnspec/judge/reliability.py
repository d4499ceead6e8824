"""Floor 8, reliability: how far stated probabilities are from how often they are right.

Source: Guo et al., On calibration of modern neural networks (2017), section 2, with 15 bins.
"""

import numpy as np

from nnspec.judge.answers import Floats, Truths

BINS = 15
"""Bins of equal width between 0 and 1."""


def calibration_error(sure: Floats, right: Truths, weights: Floats | None = None) -> float | None:
    """Return the expected calibration error, None where there are no lines.

    In each bin of probabilities the mean probability is compared with the share that is right; the
    differences count by the lines of their bins.

    Args:
        sure: probability of the most probable class of each line.
        right: whether that class is the true one.
        weights: of each line; None: all alike.
    """
    if not len(sure):
        return None
    each = np.ones(len(sure)) if weights is None else weights
    if not each.sum() > 0:
        return None
    bins = np.clip(np.ceil(sure * BINS).astype(np.intp) - 1, 0, BINS - 1)
    surplus = np.bincount(bins, weights=each * (sure - right), minlength=BINS)
    return float(np.abs(surplus).sum() / each.sum())


def error_of_classes(
    shares: Floats, target: np.typing.NDArray[np.intp], weights: Floats | None
) -> float | None:
    """Return the calibration error of classes: (lines, classes) probabilities, (lines,) numbers."""
    if not len(shares):
        return None
    return calibration_error(shares.max(axis=1), shares.argmax(axis=1) == target, weights)


def error_of_label(shares: Floats, held: Truths, weights: Floats | None) -> float | None:
    """Return the calibration error of a label that holds or not: (lines,) probabilities."""
    above = shares > 0.5  # noqa: PLR2004  one half
    return calibration_error(np.where(above, shares, 1 - shares), above == held, weights)
