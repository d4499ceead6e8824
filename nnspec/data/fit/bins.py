"""Bins: of numbers, by quantiles of the training rows or boundaries of one's own; of classes."""

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.columns import Category, Numeric
from nnspec.data.fit.frozen import Bins, Hash

NARROWEST = float(np.finfo(np.float32).tiny)
"""Distance below which two boundaries are one: the way between them could not be shared out."""
Numbers = NDArray[np.float64]


def fit_bins(described: Numeric, numbers: Numbers) -> Bins:
    """Return the bins of a numeric column.

    Quantiles are cells, or the middle between two: as scikit-learn's KBinsDiscretizer takes them
    with `averaged_inverted_cdf`. Quantiles that are the same make one boundary, as there; where
    nothing but the ends is left of them, as of numbers that are nearly all 0, what lies above the
    smallest is a bin of its own.

    Args:
        described: says how the column is parted.
        numbers: of the training rows, none missing.
    """
    encoding, beside = described.encoding or "one_hot", described.scaling is not None
    if described.bin_boundaries is not None:
        return Bins(encoding=encoding, edges=described.bin_boundaries, beside=beside)
    places = np.linspace(0, 100, (described.num_bins or 1) + 1)
    found = np.percentile(numbers, places, method="averaged_inverted_cdf")
    edges = found[np.diff(found, prepend=-np.inf) > NARROWEST].tolist()
    if encoding == "piecewise_linear":
        return Bins(encoding=encoding, edges=edges, beside=beside)
    above = numbers[numbers > edges[0]]
    inner = edges[1:-1] or ([float(above.min())] if len(edges) > 1 else [])
    return Bins(encoding=encoding, edges=inner)


def beyond_bins(bins: Bins, numbers: Numbers) -> Numbers:
    """Return how far numbers lie beyond the outer boundaries, in widths of the outer bins.

    Only of `piecewise_linear`, which goes on there; 0 elsewhere.
    """
    if bins.encoding != "piecewise_linear" or len(bins.edges) < 2:  # noqa: PLR2004 - a bin has two
        return np.zeros_like(numbers)
    first, second, last = bins.edges[0], bins.edges[1], bins.edges[-1]
    below = (first - numbers) / (second - first)
    above = (numbers - last) / (last - bins.edges[-2])
    return np.maximum(np.maximum(below, above), 0)


def hash_of(described: Category) -> Hash | None:
    """Return the hash of a category column; None where it has a vocabulary."""
    if described.num_bins is None:
        return None
    salt = described.salt
    both = (salt, salt) if isinstance(salt, int) else salt
    masked = described.missing == "own"
    return Hash(num_bins=described.num_bins, masked=masked, salt=both)
