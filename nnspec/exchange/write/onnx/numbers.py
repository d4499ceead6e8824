"""Numbers of raw cells as operators, in double precision: bounded, bent, scaled, binned.

It says what `nnspec.build.raw` and `nnspec.build.bins` compute in TensorFlow.
"""

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.cells import FARTHEST, LARGEST
from nnspec.data.fit.bending import has_line
from nnspec.data.fit.fitted import NumericFit
from nnspec.data.fit.frozen import Bins
from nnspec.data.fit.ranks import Ranks
from nnspec.exchange.write.onnx.graph import DOUBLE, FLOAT, INT32, INT64, Writer
from nnspec.exchange.write.onnx.preprocessing import one_hot

PAIR = 2
"""Boundaries that a bin has."""


def double(writer: Writer, values: float | NDArray[np.float64] | tuple[float, ...]) -> str:
    """Return a constant in double precision."""
    return writer.constant(values, np.float64)


def taken(writer: Writer, fit: NumericFit, raw: str) -> str:
    """Return which numbers are within the bounds of what a network can take."""
    numbers = writer.cast(raw, DOUBLE)
    found = writer.op("LessOrEqual", writer.op("Abs", numbers), double(writer, LARGEST))
    far = _distance(writer, fit, numbers)
    if far is None:
        return found
    return writer.op("And", found, writer.op("LessOrEqual", far, double(writer, FARTHEST)))


def _distance(writer: Writer, fit: NumericFit, numbers: str) -> str | None:
    """Return how far numbers lie from the training rows; None where nothing tells."""
    if not fit.scaled:
        return None
    places = bend(writer, fit, numbers)
    beyond = _beyond(writer, fit.bins, places) if fit.bins else None
    if not has_line(fit):
        return beyond
    apart = writer.op("Sub", places, double(writer, fit.shift))
    distance = writer.op("Abs", writer.op("Div", apart, double(writer, fit.scale)))
    return distance if beyond is None else writer.op("Max", distance, beyond)


def _beyond(writer: Writer, bins: Bins, numbers: str) -> str | None:
    """Return how far numbers lie beyond the outer bins, in their widths."""
    if bins.encoding != "piecewise_linear" or len(bins.edges) < PAIR:
        return None
    first, second, before, last = (*bins.edges[:2], *bins.edges[-2:])
    below = writer.op("Sub", double(writer, first), numbers)
    below = writer.op("Div", below, double(writer, second - first))
    above = writer.op("Sub", numbers, double(writer, last))
    above = writer.op("Div", above, double(writer, last - before))
    return writer.op("Max", below, above, double(writer, 0.0))


def filled(writer: Writer, cells: str, fill: float | None, kind: int) -> str:
    """Return numbers with `fill` for NaN."""
    if fill is None:
        return cells
    held = writer.constant(fill, np.float64 if kind == DOUBLE else np.float32)
    return writer.op("Where", writer.op("IsNaN", cells), held, cells)


def bend(writer: Writer, fit: NumericFit, numbers: str) -> str:
    """Return numbers within the bounds of a column, bent where wanted."""
    if fit.low is not None:
        numbers = writer.op("Max", numbers, double(writer, fit.low))
    if fit.high is not None:
        numbers = writer.op("Min", numbers, double(writer, fit.high))
    if fit.quantiles:
        return _placed(writer, Ranks.of(fit), numbers)
    if not fit.log:
        return numbers
    size = writer.op("Log", writer.op("Add", writer.op("Abs", numbers), double(writer, 1.0)))
    return writer.op("Mul", writer.op("Sign", numbers), size)


def _reached(writer: Writer, edges: NDArray[np.float64], numbers: str) -> str:
    """Return how many of some ascending numbers each number has reached, of 64 bits."""
    above = writer.op("GreaterOrEqual", writer.expand_dims(numbers, -1), double(writer, edges))
    return writer.reduce("Sum", writer.cast(above, INT64), (-1,))


def _placed(writer: Writer, ranks: Ranks, numbers: str) -> str:
    """Return the places of numbers among quantiles, as scikit-learn's QuantileTransformer."""
    most = len(ranks.values) - 1
    one, top = writer.constant(1, np.int64), writer.constant(most, np.int64)
    values, first, last = (double(writer, each) for each in (ranks.values, ranks.first, ranks.last))
    lower = writer.op("Sub", _reached(writer, ranks.values, numbers), one)
    lower = writer.op("Min", writer.op("Max", lower, writer.constant(0, np.int64)), top)
    upper = writer.op("Min", writer.op("Add", lower, one), top)
    start, end = (writer.op("Gather", values, each) for each in (lower, upper))
    ended = writer.op("Gather", last, lower)
    width = writer.op("Sub", end, start)
    flat = writer.op("Equal", width, double(writer, 0.0))
    share = writer.op(
        "Div",
        writer.op("Sub", numbers, start),
        writer.op("Where", flat, double(writer, 1.0), width),
    )
    share = writer.op("Where", flat, double(writer, 0.0), share)
    rise = writer.op("Sub", writer.op("Gather", first, upper), ended)
    between = writer.op("Add", ended, writer.op("Mul", share, rise))
    middle = writer.op("Add", writer.op("Gather", first, lower), ended)
    middle = writer.op("Div", middle, double(writer, 2.0))
    placed = writer.op("Where", writer.op("Equal", numbers, start), middle, between)
    least, largest = (double(writer, float(ranks.values[each])) for each in (0, -1))
    below = writer.op("LessOrEqual", numbers, least)
    placed = writer.op("Where", below, double(writer, 0.0), placed)
    above = writer.op("GreaterOrEqual", numbers, largest)
    return writer.op("Where", above, double(writer, float(most > 0)), placed)


def encode(writer: Writer, fit: NumericFit, cells: str) -> str:
    """Return numbers as bins or scaled, with a last axis."""
    kind = DOUBLE if fit.precision == "double" else FLOAT
    held = filled(writer, cells, fit.fill, kind)
    if fit.bins:
        bins = _encode_bins(writer, fit.bins, bend(writer, fit, writer.cast(held, DOUBLE)))
        if not fit.bins.beside:
            return bins
        shares = writer.op("Mul", bins, writer.constant(fit.bins.weight, np.float32))
        line = writer.expand_dims(_scaled(writer, fit, held), -1)
        return writer.concat((line, shares), -1)
    if fit.waves:
        return _encode_waves(writer, fit, bend(writer, fit, writer.cast(held, DOUBLE)))
    return writer.expand_dims(_scaled(writer, fit, held), -1)


def _encode_waves(writer: Writer, fit: NumericFit, numbers: str) -> str:
    """Return the sines of numbers, then their cosines, along a last axis."""
    apart = writer.op("Sub", numbers, double(writer, fit.shift))
    scaled = writer.op("Mul", apart, double(writer, 1 / fit.scale))
    turns = writer.op("Mul", writer.expand_dims(scaled, -1), double(writer, fit.waves))
    places = writer.cast(writer.op("Sub", turns, writer.op("Floor", turns)), FLOAT)
    angles = writer.op("Mul", places, writer.constant(2 * np.pi, np.float32))
    both = writer.op("Sin", angles), writer.op("Cos", angles)
    return writer.concat(both, -1)


def _scaled(writer: Writer, fit: NumericFit, cells: str) -> str:
    """Return floats, shifted and scaled in double precision where they are at all."""
    if not fit.scaled:
        return writer.cast(cells, FLOAT)
    precise = bend(writer, fit, writer.cast(cells, DOUBLE))
    apart = writer.op("Sub", precise, double(writer, fit.shift))
    return writer.cast(writer.op("Mul", apart, double(writer, 1 / fit.scale)), FLOAT)


def _encode_bins(writer: Writer, bins: Bins, numbers: str) -> str:
    """Return numbers as bins, with a last axis of the bins' width."""
    if bins.encoding == "piecewise_linear":
        return _encode_shares(writer, bins, numbers)
    places = writer.cast(_reached(writer, np.asarray(bins.edges), numbers), INT32)
    if bins.encoding == "index":
        return writer.expand_dims(places, -1)
    return one_hot(writer, places, bins.codes)


def _encode_shares(writer: Writer, bins: Bins, numbers: str) -> str:
    """Return for each bin the share of it that lies below a number."""
    edges, wide = np.asarray(bins.edges), writer.expand_dims(numbers, -1)
    if len(edges) < PAIR:
        return writer.cast(writer.op("Sub", wide, wide), FLOAT)
    count = len(edges) - 1
    least, most = np.zeros(count), np.ones(count)
    least[0], most[-1] = -np.inf, np.inf
    apart = writer.op("Sub", wide, double(writer, edges[:-1]))
    shares = writer.op("Mul", apart, double(writer, 1 / np.diff(edges)))
    kept = writer.op("Max", shares, double(writer, least))
    return writer.cast(writer.op("Min", kept, double(writer, most)), FLOAT)
