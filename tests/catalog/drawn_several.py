"""Strategies for layers of several inputs, and for those around other layers."""

from collections.abc import Callable
from typing import Any

from drawing import Strategy, by_fields, cases
from hypothesis import strategies as st

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import activation, cells, core, merging, recurrent, reshaping
from nnspec.catalog.layers.attention import AdditiveAttention, Attention
from nnspec.catalog.layers.convolution import Conv1D, Conv2D
from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM
from nnspec.catalog.layers.depthwise import SeparableConv1D
from nnspec.catalog.layers.embedding import Embedding
from nnspec.catalog.layers.hashing import HashedCrossing
from nnspec.catalog.layers.multi_head import GroupQueryAttention, MultiHeadAttention
from nnspec.catalog.layers.normalization import BatchNormalization
from nnspec.catalog.layers.wrappers import (
    Bidirectional,
    Pipeline,
    SpectralNormalization,
    TimeDistributed,
)

ON_ANY_DEVICE: dict[str, Strategy] = {"use_cudnn": st.sampled_from(("auto", False))}
"""Arguments that not every machine can run otherwise."""
STEPS = st.sampled_from((None, 1, 3, 5))
FEATURES = st.sampled_from((1, 2, 4, 4, 4, None))
BATCH = st.sampled_from((None, None, 2))
NO = st.just(value=False)


def made(kind: type[Layer], fields: dict[str, Strategy] | None = None) -> Strategy:
    """Return catalogued layers drawn from their fields."""
    return by_fields(kind, ON_ANY_DEVICE | (fields or {})).map(lambda values: kind(**values))


# Merging ---------------------------------------------------------------------------------------


def merged_shapes() -> Strategy:
    """Return the shapes of one to three tensors, many of which can be merged."""
    axis = st.sampled_from((1, 3, 3, 3, 4, None))
    batch = st.sampled_from((None, None, None, 2, 3))
    shape = st.integers(0, 3).flatmap(lambda count: st.tuples(batch, *[axis] * count))
    alike = shape.flatmap(
        lambda one: st.tuples(
            st.just(one), st.tuples(batch, *[st.sampled_from((e, e, 3)) for e in one[1:]])
        )
    )
    return st.one_of(alike, alike, alike, st.lists(shape, min_size=1, max_size=3).map(tuple))


def merges(layer: type[Layer]) -> Strategy:
    """Return configurations of a layer that merges tensors."""
    inner = st.sampled_from((-1, -1, 1, 2, -2, 0))
    fields: dict[type[Layer], dict[str, Strategy]] = {
        merging.Concatenate: {"axis": inner},
        merging.Dot: {"axes": st.one_of(inner, st.tuples(inner, inner))},
    }
    return cases(layer, fields=fields.get(layer), shapes=merged_shapes())


def crossings(layer: type[Layer]) -> Strategy:
    """Return configurations of HashedCrossing."""
    shape = st.sampled_from(((None,), (None, 1), (None, 3), (2, 1), (None, None)))
    twice = st.one_of(shape.map(lambda one: (one, one)), st.tuples(shape, shape))
    return cases(layer, shapes=twice, element="text")


# Recurrent layers ------------------------------------------------------------------------------

SERIES = st.one_of(
    *[st.tuples(BATCH, STEPS, FEATURES)] * 6,
    st.tuples(BATCH, STEPS),
    st.tuples(BATCH, STEPS, STEPS, FEATURES),
)
CELLS = (cells.GRUCell, cells.LSTMCell, cells.SimpleRNNCell)
RECURRENT = (recurrent.GRU, recurrent.LSTM, recurrent.SimpleRNN)


def with_states(series: Strategy) -> Strategy:
    """Return the shape of a series, now and then with first states, mostly of 4 numbers."""
    sizes = st.lists(st.sampled_from((4, 4, 4, 3)), min_size=1, max_size=2)
    states = sizes.map(lambda held: tuple((None, size) for size in held))
    alone = series.map(lambda shape: (shape,))
    return st.one_of(alone, alone, st.tuples(series, states).map(lambda pair: (pair[0], *pair[1])))


def loops(layer: type[Layer]) -> Strategy:
    """Return configurations of a recurrent layer, its states mostly of 4 numbers."""
    fields = ON_ANY_DEVICE | {"units": st.sampled_from((4, 4, 1, 3))}
    return cases(layer, fields=fields, shapes=with_states(SERIES))


def cell_loops(layer: type[Layer]) -> Strategy:
    """Return configurations of RNN around one cell or several."""
    cell = st.one_of(*(made(kind, {"units": st.sampled_from((4, 4, 2))}) for kind in CELLS))
    stack = st.lists(cell, min_size=1, max_size=3).map(tuple)
    stacked = stack.map(lambda held: cells.StackedRNNCells(cells=held))
    fields = {"cell": st.one_of(cell, stack, stacked)}
    return cases(layer, fields=fields, shapes=with_states(SERIES))


def convolutional_loops(layer: Any) -> Strategy:
    """Return configurations of a convolutional recurrent layer."""
    axis = st.sampled_from((2, 5, 6, 6, None))
    shapes = st.tuples(BATCH, st.sampled_from((3, None)), *[axis] * (layer.dimensions + 1))
    fields = {
        "kernel_size": st.integers(1, 3),
        "strides": st.sampled_from((1, 1, 1, 2)),
        "dilation_rate": st.sampled_from((1, 1, 1, 2)),
        "unroll": NO,
    }
    return cases(layer, fields=fields, shapes=shapes)


# Wrappers --------------------------------------------------------------------------------------


def both_ways(layer: type[Layer]) -> Strategy:
    """Return configurations of Bidirectional, around one layer or two."""
    mostly = st.sampled_from((False, False, False, True))
    inner = st.one_of(*(made(kind, {"go_backwards": mostly}) for kind in RECURRENT))
    plain = {
        "units": st.sampled_from((4, 4, 4, 3)),
        "return_sequences": st.sampled_from((True, True, False)),
        "return_state": NO,
        "stateful": NO,
        "unroll": NO,
    }
    ahead = made(recurrent.LSTM, plain | {"go_backwards": NO})
    back = made(recurrent.GRU, plain | {"go_backwards": st.sampled_from((True, True, False))})
    four = made(recurrent.LSTM, plain | {"units": st.just(4), "go_backwards": NO})
    states = st.lists(st.sampled_from((3, 4, 4, 4)), min_size=3, max_size=4)
    given = states.map(lambda held: ((None, 3, 2), *[(None, size) for size in held]))
    one = cases(layer, fields={"layer": inner, "backward_layer": st.none()}, shapes=SERIES)
    two = cases(layer, fields={"layer": ahead, "backward_layer": back}, shapes=SERIES)
    begun = cases(layer, fields={"layer": four, "backward_layer": st.none()}, shapes=given)
    return st.one_of(one, one, two, begun)


INNER = st.sampled_from(
    (
        core.Dense(units=3),
        core.Dense(units=3, trainable=False),
        core.Dense(units=3, use_bias=False),
        Conv1D(filters=3, kernel_size=2),
        Conv2D(filters=3, kernel_size=2),
        SeparableConv1D(filters=3, kernel_size=2),
        activation.PReLU(),
        BatchNormalization(),
        reshaping.Flatten(),
        reshaping.Reshape(target_shape=(4, -1)),
        recurrent.LSTM(units=3, return_sequences=True),
        recurrent.LSTM(units=3, return_state=True),
        Bidirectional(layer=recurrent.GRU(units=3)),
        TimeDistributed(layer=core.Dense(units=2)),
        merging.Add(),
        MultiHeadAttention(num_heads=2, key_dim=3),
        Embedding(input_dim=5, output_dim=3),
    )
)


def wrapped(layer: type[Layer]) -> Strategy:
    """Return configurations of a layer around others."""
    axis = st.sampled_from((2, 3, 4, 4))
    shape = st.integers(1, 4).flatmap(
        lambda count: st.tuples(BATCH, st.sampled_from((2, 3, None)), *[axis] * (count - 1))
    )
    chain = st.lists(INNER, min_size=1, max_size=2).map(tuple)
    fields: dict[str, Strategy] = {"layers": chain} if layer is Pipeline else {"layer": INNER}
    if "trainable" in layer.additions:
        fields["trainable"] = st.just(value=True)
    kinds = [cases(layer, fields=fields, shapes=shape, element=one) for one in ("float", "integer")]
    return st.one_of(kinds[0], kinds[0], kinds[0], kinds[1])


# Attention -------------------------------------------------------------------------------------


def attended(lead: tuple[int, ...] = ()) -> Strategy:
    """Return shapes of query, value and perhaps key, many of which fit together."""
    length = st.sampled_from((2, 3, 3, None))
    features = st.sampled_from((4, 4, 4, 4, 3, 1, None))
    shape = st.tuples(st.none(), *[st.just(extent) for extent in lead], length, features)
    pair = shape.flatmap(
        lambda one: st.tuples(shape, st.just(one), st.tuples(*map(st.just, one[:-1]), features))
    )
    return st.one_of(st.tuples(shape, shape), pair, st.tuples(shape, shape, shape))


def scores(layer: type[Layer]) -> Strategy:
    """Return configurations of attention without projections."""
    return cases(layer, shapes=attended())


def heads(layer: type[Layer]) -> Strategy:
    """Return configurations of attention with several heads."""
    alone = st.tuples(st.sampled_from(((None, 3, 4), (2, 3, 4), (None, 2, 3, 4))))
    axes = st.sampled_from((None, None, None, 1, -2, (1, 2), (2, 1), (1, 1), 0, -1))
    return cases(
        layer,
        fields={"attention_axes": axes, "sliding_window": st.sampled_from((None, None, 1, 2))},
        shapes=st.one_of(attended(), attended((2,)), alone),
    )


SEVERAL: dict[type[Layer], Callable[[Any], Strategy]] = {
    AdditiveAttention: scores,
    Attention: scores,
    Bidirectional: both_ways,
    GroupQueryAttention: scores,
    HashedCrossing: crossings,
    MultiHeadAttention: heads,
    Pipeline: wrapped,
    recurrent.RNN: cell_loops,
    SpectralNormalization: wrapped,
    TimeDistributed: wrapped,
}


def drawn_several(layer: type[Layer]) -> Strategy | None:
    """Return the strategy of a layer of this module's kinds, None for any other."""
    if layer in SEVERAL:
        return SEVERAL[layer](layer)
    if issubclass(layer, merging.Merge):
        return merges(layer)
    if issubclass(layer, ConvLSTM):
        return convolutional_loops(layer)
    return loops(layer) if layer in RECURRENT else None
