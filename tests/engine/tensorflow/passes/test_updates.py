"""Optimizers' updates in place, in one walk and in one operation are those of Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import Floats
from oracle import network, titles

from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites, rewritten, updates
from nnspec.engine.tensorflow.passes.updates import OPTIMIZERS, has_long_update

pytestmark = pytest.mark.keras

L = keras.layers
ONE_OPERATION = Setting(xla=False)
ONE_WALK = Setting(xla=True, update=True, joined=True)
IN_PLACE = Setting(xla=True, update=True)

ADAMS: dict[str, Callable[[], keras.optimizers.Optimizer]] = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "slow averages": lambda: keras.optimizers.Adam(0.02, beta_1=0.5, beta_2=0.6, epsilon=0.1),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1, beta_1=0.7),
    "clipped": lambda: keras.optimizers.Adam(0.01, global_clipnorm=0.5),
    "averaged": lambda: keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5),
    "scaled": lambda: keras.optimizers.Adam(0.01, loss_scale_factor=8.0),
    "accumulated": lambda: keras.optimizers.Adam(0.01, gradient_accumulation_steps=2),
    "scheduled": lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.05, 1, 0.5)
    ),
}


def updated(optimizer: keras.optimizers.Optimizer, *layers: keras.layers.Layer) -> keras.Model:
    """Return a compiled network whose optimizer knows its weights."""
    model = network((3,), *layers)
    model.compile(optimizer, "mse")
    optimizer.build(model.trainable_variables)
    return model


def trained(optimizer: keras.optimizers.Optimizer, setting: Setting | None) -> list[Floats]:
    """Return the weights after each of five steps, then what the optimizer keeps."""
    keras.utils.set_random_seed(3)
    model = network((3,), L.Dense(4, activation="tanh"), L.Dense(1))
    model.compile(optimizer, "mse")
    optimizer.build(model.trainable_variables)
    random = np.random.default_rng(0)
    rows = random.normal(size=(5, 8, 3)).astype("float32")
    targets = random.normal(size=(5, 8, 1)).astype("float32")

    @tf.function(jit_compile=setting is not None and setting.xla, autograph=False)  # type: ignore[untyped-decorator,unused-ignore] # TensorFlow is untyped
    def step(x: Any, y: Any) -> None:
        with tf.GradientTape() as tape:
            loss = optimizer.scale_loss(tf.reduce_mean(tf.square(model(x) - y)))
        slopes = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))

    weights: list[Floats] = []
    rewrites = () if setting is None else plan_rewrites(model, PASSES, setting)
    with rewritten(rewrites):
        for x, y in zip(rows, targets, strict=True):
            step(tf.constant(x), tf.constant(y))
            weights.extend(model.get_weights())
    return [*weights, *(one.numpy() for one in optimizer.variables)]


@pytest.mark.parametrize("kind", ADAMS)
def test_adam_rewritten_takes_every_step_of_keras(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "LONG_WALK", 4)
    expected = trained(ADAMS[kind](), None)
    for setting, title in ((ONE_OPERATION, "in one operation"), (ONE_WALK, "in one walk")):
        assert title in titles(updated(ADAMS[kind](), L.Dense(4)), setting)
        for ours, theirs in zip(trained(ADAMS[kind](), setting), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_short_weights_keep_the_arithmetic_of_keras_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = trained(keras.optimizers.Adam(0.01), None)
    for ours, expected in zip(
        trained(keras.optimizers.Adam(0.01), ONE_OPERATION), theirs, strict=True
    ):
        np.testing.assert_array_equal(ours, expected)
    assert titles(updated(keras.optimizers.Adam(), L.Dense(4)), ONE_OPERATION) == ""
    monkeypatch.setattr(updates, "LONG_WALK", 12)  # a kernel is long, its biases are not
    rewritten_too = trained(keras.optimizers.Adam(0.01), ONE_OPERATION)
    assert any(
        (ours != expected).any() for ours, expected in zip(rewritten_too, theirs, strict=True)
    )


def test_an_update_in_place_is_that_of_keras() -> None:
    def optimizer() -> keras.optimizers.Optimizer:
        return keras.optimizers.RMSprop(0.01, momentum=0.9, centered=True)

    for ours, theirs in zip(
        trained(optimizer(), IN_PLACE), trained(optimizer(), None), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def embedded(optimizer: keras.optimizers.Optimizer, setting: Setting | None) -> list[Floats]:
    """Return the weights of a table of words after three steps on a few of its rows."""
    keras.utils.set_random_seed(3)
    model = network((4,), L.Embedding(9, 3), L.Flatten(), L.Dense(1))
    model.compile(optimizer, "mse")
    optimizer.build(model.trainable_variables)
    words = np.random.default_rng(0).integers(0, 4, (6, 4)).astype("int32")

    @tf.function(jit_compile=setting is not None and setting.xla, autograph=False)  # type: ignore[untyped-decorator,unused-ignore] # TensorFlow is untyped
    def step(x: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x) - 1.0))
        slopes = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))

    with rewritten(() if setting is None else plan_rewrites(model, PASSES, setting)):
        for _ in range(3):
            step(tf.constant(words))
    return [one.numpy() for one in model.trainable_variables]


@pytest.mark.parametrize("setting", [ONE_OPERATION, ONE_WALK, IN_PLACE])
def test_gradients_of_single_rows_update_those_as_in_keras(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "LONG_WALK", 4)
    ours = embedded(keras.optimizers.Adam(0.01), setting)
    theirs = embedded(keras.optimizers.Adam(0.01), None)
    for left, right in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("optimizer", "joined", "title"),
    [
        (keras.optimizers.Adam(), True, "Adam in one walk"),
        (keras.optimizers.AdamW(), True, "Adam in one walk"),
        (keras.optimizers.Adam(amsgrad=True), True, "weights updated in place"),
        (keras.optimizers.Adam(), False, "weights updated in place"),
        (keras.optimizers.Nadam(), True, "weights updated in place"),
        (
            keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()),
            True,
            "weights updated in place",
        ),
    ],
)
def test_adam_is_one_walk_where_xla_joins_loops(
    optimizer: Any, *, joined: bool, title: str
) -> None:
    model = network((3,), L.Dense(1))
    model.compile(optimizer, "mse")
    assert title in titles(model, Setting(xla=True, update=True, joined=joined))


def test_an_optimizer_of_somebody_elses_is_left_alone() -> None:
    class Own(keras.optimizers.Adam):  # type: ignore[misc] # Keras is untyped
        """Adam with a step of its own."""

    model = network((3,), L.Dense(1))
    model.compile(Own(), "mse")
    assert titles(model, ONE_OPERATION) == titles(model, ONE_WALK) == ""
    assert keras.optimizers.SGD in OPTIMIZERS


def test_joined_loops_are_asked_for_where_the_update_is_long_and_nothing_recurs() -> None:
    assert has_long_update(network((1024,), L.Dense(1024)))
    assert not has_long_update(network((1024,), L.Dense(128)))
    assert not has_long_update(network((6, 64), L.LSTM(256)))
    assert not has_long_update(network((6, 64), L.Bidirectional(L.LSTM(256))))
