"""Layers of several inputs, or around others: shapes, weights and refusals equal Keras' own."""

from typing import Any

import pytest
from drawing import Case, Outcome, Strategy, by_fields, compare, ours, sampled, theirs
from hypothesis import given
from hypothesis import strategies as st

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import cells, core, merging, recurrent, reshaping
from nnspec.catalog.layers.attention import AdditiveAttention, Attention
from nnspec.catalog.layers.convolution import Conv1D, Conv2D
from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from nnspec.catalog.layers.embedding import Embedding
from nnspec.catalog.layers.hashing import HashedCrossing
from nnspec.catalog.layers.multi_head import GroupQueryAttention, MultiHeadAttention
from nnspec.catalog.layers.normalization import BatchNormalization
from nnspec.catalog.layers.preprocessing import Discretization, Normalization, Rescaling
from nnspec.catalog.layers.wrappers import (
    Bidirectional,
    Pipeline,
    SpectralNormalization,
    TimeDistributed,
)
from nnspec.shapes import Element, Tensor

pytestmark = pytest.mark.keras

MERGES = (
    merging.Add,
    merging.Average,
    merging.Concatenate,
    merging.Dot,
    merging.Maximum,
    merging.Minimum,
    merging.Multiply,
    merging.Subtract,
)
ON_ANY_DEVICE: dict[str, Strategy] = {"use_cudnn": st.sampled_from(("auto", False))}
"""Arguments that not every machine can run otherwise."""
STEPS = st.sampled_from((None, 1, 3, 5))
FEATURES = st.sampled_from((1, 2, 4, 4, 4, None))
BATCH = st.sampled_from((None, None, 2))


def drawn(
    layer: type[Layer],
    shapes: Strategy,
    fields: dict[str, Strategy] | None = None,
    element: Element = "float",
) -> Strategy:
    """Return configurations of a layer on tensors of drawn shapes, a tuple of one or more."""
    inputs = shapes.map(lambda each: tuple(Tensor(shape, element) for shape in each))
    return st.builds(
        Case,
        layer=st.just(layer),
        fields=by_fields(layer, ON_ANY_DEVICE | (fields or {})),
        inputs=inputs,
    )


def hold(strategy: Strategy) -> None:
    """Fail unless Keras agrees with our rules on every configuration drawn."""

    @sampled
    @given(strategy)
    def agree(case: Case) -> None:
        compare(case, as_declared(case))

    agree()


def as_declared(case: Case) -> Any:
    """Return how a Keras layer is called: as the layer says, in training."""

    def call(layer: Any, tensors: list[Any]) -> Any:
        made = case.layer.model_construct(**case.fields)
        positional, named = made.call_arguments(tensors)
        return layer(*positional, **named, training=True)

    return call


def merged_shapes() -> Strategy:
    """Return the shapes of two or three tensors, many of which can be merged."""
    axis = st.sampled_from((1, 3, 3, 3, 4, None))
    shape = st.integers(1, 3).flatmap(lambda count: st.tuples(st.none(), *[axis] * count))
    alike = shape.flatmap(
        lambda one: st.tuples(
            st.just(one), st.tuples(st.none(), *[st.sampled_from((e, e, 3)) for e in one[1:]])
        )
    )
    return st.one_of(alike, alike, st.lists(shape, min_size=2, max_size=3).map(tuple))


@pytest.mark.parametrize("layer", MERGES, ids=lambda layer: layer.keras_name)
def test_what_merges_in_keras_merges_here(layer: type[Layer]) -> None:
    inner = st.sampled_from((-1, -1, 1, 2, -2))
    fields: dict[type[Layer], dict[str, Strategy]] = {
        merging.Concatenate: {"axis": inner},
        merging.Dot: {"axes": st.one_of(inner, st.tuples(inner, inner))},
    }
    hold(drawn(layer, merged_shapes(), fields.get(layer)).filter(spares_the_batch))


def spares_the_batch(case: Case) -> bool:
    """Return whether the joined axis is not the batch, which Keras would join and we refuse."""
    ranks = {tensor.rank for tensor in case.inputs}
    return case.fields.get("axis") != -2 or min(ranks) > 2


def test_crossed_categories_are_those_of_keras() -> None:
    shape = st.sampled_from(((None,), (None, 1), (None, 3), (2, 1)))
    twice = st.one_of(shape.map(lambda one: (one, one)), st.tuples(shape, shape))
    hold(drawn(HashedCrossing, twice, element="text"))


# Recurrent layers ----------------------------------------------------------------------------

SERIES = st.one_of(*[st.tuples(BATCH, STEPS, FEATURES)] * 5, st.tuples(BATCH, STEPS))
RECURRENT = (recurrent.GRU, recurrent.LSTM, recurrent.SimpleRNN)
CELLS = (cells.GRUCell, cells.LSTMCell, cells.SimpleRNNCell)


def alone(shapes: Strategy) -> Strategy:
    """Return shapes as the only one of a layer's inputs."""
    return shapes.map(lambda shape: (shape,))


def made(kind: type[Layer], fields: dict[str, Strategy] | None = None) -> Strategy:
    """Return catalogued layers drawn from their fields."""
    return by_fields(kind, ON_ANY_DEVICE | (fields or {})).map(lambda values: kind(**values))


@pytest.mark.parametrize("layer", RECURRENT, ids=lambda layer: layer.keras_name)
def test_recurrent_layers_are_those_of_keras(layer: type[Layer]) -> None:
    hold(drawn(layer, alone(SERIES)))


@pytest.mark.parametrize("layer", RECURRENT, ids=lambda layer: layer.keras_name)
def test_first_states_are_taken_as_keras_takes_them(layer: type[Layer]) -> None:
    states = 2 if layer is recurrent.LSTM else 1
    sizes = st.sampled_from((4, 4, 4, 3))
    shapes = st.tuples(st.just((None, 3, 2)), *[st.tuples(st.none(), sizes) for _ in range(states)])
    hold(drawn(layer, shapes, {"units": st.just(4), "stateful": st.just(value=False)}))


def test_cells_run_inside_rnn_as_in_keras() -> None:
    cell = st.one_of(*(made(kind) for kind in CELLS))
    stack = st.lists(cell, min_size=1, max_size=3).map(tuple)
    stacked = stack.map(lambda held: cells.StackedRNNCells(cells=held))
    hold(drawn(recurrent.RNN, alone(SERIES), {"cell": st.one_of(cell, stack, stacked)}))


@pytest.mark.parametrize(
    "layer", [ConvLSTM1D, ConvLSTM2D, ConvLSTM3D], ids=lambda layer: layer.keras_name
)
def test_convolutional_recurrent_layers_are_those_of_keras(layer: Any) -> None:
    axis = st.sampled_from((2, 5, 6, 6, None))
    shapes = st.tuples(BATCH, st.sampled_from((3, None)), *[axis] * (layer.dimensions + 1))
    small = st.integers(1, 2)
    fields = {
        "kernel_size": st.integers(1, 3),
        "strides": st.one_of(st.just(1), small),
        "dilation_rate": st.one_of(st.just(1), small),
    }
    hold(drawn(layer, alone(shapes), fields))


# Wrappers ------------------------------------------------------------------------------------


def test_both_directions_are_merged_as_in_keras() -> None:
    forwards = {"go_backwards": st.sampled_from((False, False, False, True))}
    inner = st.one_of(*(made(kind, forwards) for kind in RECURRENT))
    hold(
        drawn(
            Bidirectional,
            alone(SERIES),
            {"layer": inner, "backward_layer": st.none()},
        )
    )


def test_two_unlike_directions_are_merged_as_in_keras() -> None:
    plain = {
        "units": st.sampled_from((3, 3, 3, 4)),
        "return_sequences": st.sampled_from((True, True, False)),
        "return_state": st.just(value=False),
        "stateful": st.just(value=False),
        "unroll": st.just(value=False),
    }
    ahead = made(recurrent.LSTM, plain | {"go_backwards": st.just(value=False)})
    back = made(recurrent.GRU, plain | {"go_backwards": st.sampled_from((True, True, False))})
    fields = {"layer": ahead, "backward_layer": back}
    hold(drawn(Bidirectional, st.just(((None, 3, 2),)), fields))


def test_first_states_of_both_directions_are_taken_as_in_keras() -> None:
    fields = {"layer": st.just(recurrent.LSTM(units=4)), "backward_layer": st.none()}
    states = st.sampled_from((3, 4, 4)).map(lambda size: ((None, 3, 2), *[(None, size)] * 4))
    hold(drawn(Bidirectional, states, fields))


INNER = st.sampled_from(
    (
        core.Dense(units=3),
        core.Dense(units=3, trainable=False),
        Conv1D(filters=3, kernel_size=2),
        Conv2D(filters=3, kernel_size=2),
        BatchNormalization(),
        reshaping.Flatten(),
        reshaping.Reshape(target_shape=(4, -1)),
        recurrent.LSTM(units=3, return_sequences=True),
        recurrent.LSTM(units=3, return_state=True),
        Bidirectional(layer=recurrent.GRU(units=3)),
        TimeDistributed(layer=core.Dense(units=2)),
        merging.Add(),
        MultiHeadAttention(num_heads=2, key_dim=3),
    )
)


@pytest.mark.parametrize("wrapper", [TimeDistributed, SpectralNormalization, Pipeline])
def test_wrapped_layers_are_those_of_keras(wrapper: type[Layer]) -> None:
    axis = st.sampled_from((2, 3, 4, 4))
    shape = st.integers(1, 4).flatmap(
        lambda count: st.tuples(st.none(), st.sampled_from((2, 3, None)), *[axis] * (count - 1))
    )
    chain = st.lists(INNER, min_size=1, max_size=2).map(tuple)
    fields: dict[str, Strategy] = {"layer": INNER}
    if wrapper is Pipeline:
        fields = {"layers": chain}
    if "trainable" in wrapper.additions:
        fields["trainable"] = st.just(value=True)
    hold(drawn(wrapper, alone(shape), fields))


def test_embeddings_are_normalized_as_in_keras() -> None:
    fields = {"layer": st.just(Embedding(input_dim=5, output_dim=3))}
    hold(drawn(SpectralNormalization, st.just(((None, 4),)), fields, "integer"))


# Attention -----------------------------------------------------------------------------------


def attended(lead: tuple[int, ...] = ()) -> Strategy:
    """Return shapes of query, value and perhaps key, many of which fit together."""
    length = st.sampled_from((2, 3, 3, None))
    features = st.sampled_from((4, 4, 4, 4, 3, 1, None))
    shape = st.tuples(st.none(), *[st.just(extent) for extent in lead], length, features)
    pair = shape.flatmap(
        lambda one: st.tuples(shape, st.just(one), st.tuples(*map(st.just, one[:-1]), features))
    )
    return st.one_of(st.tuples(shape, shape), pair, st.tuples(shape, shape, shape))


@pytest.mark.parametrize("layer", [AdditiveAttention, Attention])
def test_attention_is_that_of_keras(layer: type[Layer]) -> None:
    hold(drawn(layer, attended(), {"use_causal_mask": st.just(value=False)}))


def test_attention_with_several_heads_is_that_of_keras() -> None:
    shapes = st.one_of(attended(), attended((2,)), alone(st.just((None, 3, 4))))
    fields = {
        "attention_axes": st.sampled_from((None, None, 1, -2, (1, 2), (2, 1), (1, 1))),
        "sliding_window": st.none(),
        "use_causal_mask": st.just(value=False),
    }
    hold(drawn(MultiHeadAttention, shapes, fields).filter(spares_the_features))


def spares_the_features(case: Case) -> bool:
    """Return whether no axis attended over holds features, which Keras takes by chance."""
    axes = case.fields.get("attention_axes") or ()
    named = (axes,) if isinstance(axes, int) else axes
    return all(axis < case.inputs[0].rank - 1 for axis in named)


def test_attention_with_groups_of_heads_is_that_of_keras() -> None:
    fields = {"use_causal_mask": st.just(value=False), "sliding_window": st.none()}
    hold(drawn(GroupQueryAttention, attended(), fields))


# Masks ---------------------------------------------------------------------------------------

SERIES_SHAPE = (None, 4, 6)
MASKED: tuple[tuple[type[Layer], dict[str, Any]], ...] = (
    (reshaping.Reshape, {"target_shape": (24,)}),
    (reshaping.Flatten, {}),
    (reshaping.UpSampling1D, {}),
    (reshaping.ZeroPadding1D, {}),
    (Rescaling, {"scale": 2.0}),
    (Normalization, {"mean": 0.0, "variance": 1.0}),
    (Discretization, {"bin_boundaries": (0.0,)}),
    (recurrent.LSTM, {"units": 3}),
    (recurrent.LSTM, {"units": 3, "return_state": True}),
    (recurrent.GRU, {"units": 3, "return_sequences": True, "return_state": True}),
    (recurrent.RNN, {"cell": cells.LSTMCell(units=2), "return_sequences": True}),
    (Bidirectional, {"layer": recurrent.LSTM(units=3)}),
    (
        Bidirectional,
        {
            "layer": recurrent.LSTM(units=3, return_sequences=True, return_state=True),
            "merge_mode": None,
        },
    ),
    (TimeDistributed, {"layer": core.Dense(units=3)}),
    (SpectralNormalization, {"layer": core.Dense(units=3)}),
    (Pipeline, {"layers": (core.Dense(units=3),)}),
    (merging.Add, {}),
    (merging.Concatenate, {}),
    (merging.Dot, {"axes": 2}),
    (Attention, {}),
    (MultiHeadAttention, {"num_heads": 2, "key_dim": 2}),
)


@pytest.mark.parametrize(
    ("layer", "fields"), MASKED, ids=lambda one: getattr(one, "keras_name", "")
)
def test_masks_end_where_they_end_in_keras(layer: type[Layer], fields: dict[str, Any]) -> None:
    count = max(layer.variadic, 1)
    case = Case(layer, fields, (Tensor(SERIES_SHAPE, masked=True),) * count)
    said, asked = ours(case), theirs(case, as_declared(case), masked=True)
    assert isinstance(said, Outcome)
    assert isinstance(asked, Outcome)
    assert said.masked == asked.masked
