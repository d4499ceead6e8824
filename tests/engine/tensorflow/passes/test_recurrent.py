"""Recurrent layers with their inputs projected at once are those of Keras."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from networks import GRAPH, XLA, Floats, outcome
from oracle import POLICIES, assert_same_under

from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites
from nnspec.engine.tensorflow.passes.base import summary

pytestmark = pytest.mark.keras

L = keras.layers

RECURRENT: dict[str, Callable[[], keras.layers.Layer]] = {
    "lstm": lambda: L.LSTM(5),
    "lstm without bias": lambda: L.LSTM(5, use_bias=False),
    "lstm with sequences": lambda: L.LSTM(5, return_sequences=True),
    "lstm with states": lambda: L.LSTM(5, return_sequences=True, return_state=True),
    "lstm backwards": lambda: L.LSTM(5, return_sequences=True, go_backwards=True),
    "gru": lambda: L.GRU(5),
    "gru without bias": lambda: L.GRU(5, use_bias=False),
    "gru with states": lambda: L.GRU(5, return_sequences=True, return_state=True),
    "gru backwards": lambda: L.GRU(5, return_sequences=True, go_backwards=True),
    "simple": lambda: L.SimpleRNN(5),
    "simple with states": lambda: L.SimpleRNN(5, return_sequences=True, return_state=True),
    "bidirectional": lambda: L.Bidirectional(L.LSTM(5, return_sequences=True)),
    "bidirectional sum": lambda: L.Bidirectional(L.GRU(5), merge_mode="sum"),
    "bidirectional none": lambda: L.Bidirectional(L.GRU(5), merge_mode=None),
}


def sequences(make: Callable[[], keras.layers.Layer], *, masked: bool) -> keras.Model:
    keras.utils.set_random_seed(2)
    x = keras.Input((6, 3), name="x")
    hidden = L.Masking(0.0)(x) if masked else x
    return keras.Model(x, make()(hidden))


def series() -> Floats:
    """Return four series of six steps: whole, ending early, starting late, empty."""
    values = np.random.default_rng(0).normal(size=(4, 6, 3)).astype("float32")
    values[1, 3:] = 0
    values[2, :2] = 0
    values[3] = 0
    return values


@pytest.mark.parametrize("masked", [False, True], ids=["unmasked", "masked"])
@pytest.mark.parametrize("kind", RECURRENT)
def test_a_recurrent_layer_keeps_its_outputs_and_gradients(kind: str, masked: bool) -> None:  # noqa: FBT001 - a test's parameter
    model = sequences(RECURRENT[kind], masked=masked)
    assert any("projected" in one for one in summary(plan_rewrites(model, PASSES, GRAPH)))
    expected = outcome(model, series(), None)
    for ours, theirs in zip(outcome(model, series(), GRAPH), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["lstm with states", "gru with states", "bidirectional"])
def test_a_recurrent_layer_keeps_its_outputs_and_gradients_under_xla(kind: str) -> None:
    model = sequences(RECURRENT[kind], masked=True)
    expected = outcome(model, series(), None)
    for ours, theirs in zip(outcome(model, series(), XLA), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("masked", [False, True], ids=["unmasked", "masked"])
def test_a_recurrent_layer_starts_from_the_states_it_is_given(masked: bool) -> None:  # noqa: FBT001 - a test's parameter
    x, h, c = keras.Input((6, 3)), keras.Input((5,)), keras.Input((5,))
    hidden = L.Masking(0.0)(x) if masked else x
    given = L.LSTM(5, return_sequences=True, return_state=True)(hidden, initial_state=[h, c])
    model = keras.Model([x, h, c], given)
    values = [series(), np.full((4, 5), 0.3, "float32"), np.full((4, 5), -0.2, "float32")]
    for ours, theirs in zip(
        outcome(model, values, GRAPH), outcome(model, values, None), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


def test_a_stateful_layer_carries_its_state_on() -> None:
    def twice(setting: Setting | None) -> Floats:
        keras.utils.set_random_seed(2)
        x = keras.Input(batch_shape=(4, 6, 3))
        model = keras.Model(x, L.GRU(5, stateful=True)(x))
        outcome(model, series(), setting)
        return outcome(model, series(), setting)[0]

    np.testing.assert_allclose(twice(GRAPH), twice(None), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("zero_output", [False, True], ids=["repeated", "zeros"])
def test_masked_steps_give_what_they_give_in_keras_whatever_the_state(zero_output: bool) -> None:  # noqa: FBT001 - a test's parameter
    def twice(setting: Setting | None) -> Floats:
        keras.utils.set_random_seed(2)
        x = keras.Input(batch_shape=(4, 6, 3))
        layer = L.LSTM(5, return_sequences=True, stateful=True, zero_output_for_mask=zero_output)
        model = keras.Model(x, layer(L.Masking(0.0)(x)))
        outcome(model, series()[::-1], setting)
        return outcome(model, series(), setting)[0]

    ours, theirs = twice(GRAPH), twice(None)
    assert not theirs[2, :2].any(), "Keras gives zeros before the first step that counts"
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


def test_dropout_on_a_recurrent_layers_inputs_draws_the_masks_of_keras_in_a_graph() -> None:
    def trained(setting: Setting | None) -> list[Floats]:
        model = sequences(lambda: L.LSTM(5, dropout=0.5, seed=4), masked=False)
        return outcome(model, series(), setting, training=True)

    for ours, theirs in zip(trained(GRAPH), trained(None), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.LSTM(5, recurrent_dropout=0.2),
        lambda: L.LSTM(5, activation="relu"),
        lambda: L.GRU(5, reset_after=False),
        lambda: L.SimpleRNN(5, unroll=True),
        lambda: L.LSTM(5, dtype="mixed_bfloat16"),
        lambda: L.RNN(L.LSTMCell(5)),
    ],
)
def test_a_recurrent_layer_out_of_the_ordinary_is_left_alone(
    layer: Callable[[], keras.layers.Layer],
) -> None:
    assert plan_rewrites(sequences(layer, masked=False), PASSES, XLA) == ()


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(one, marks=() if one == "mixed_float16" else pytest.mark.slow)
        for one in POLICIES
    ],
)
def test_a_recurrent_layer_learns_as_in_keras_under_each_policy(policy: str) -> None:
    def make() -> keras.Model:
        return sequences(lambda: L.Bidirectional(L.GRU(5)), masked=True)

    assert_same_under(policy, make, series(), GRAPH)
    assert_same_under(policy, make, series(), XLA)
