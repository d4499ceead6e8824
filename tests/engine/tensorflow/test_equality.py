"""The fused engine learns the weights that `Model.fit` learns."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import NETWORKS, RANDOM, compiled, difference, fit, mlp, rows_for, stateful

from nnspec.data.arrays import Arrays
from nnspec.engine import Plan, train, weighted_by_class

pytestmark = pytest.mark.keras

OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.001, centered=True, momentum=0.5),
    "adam": lambda: keras.optimizers.Adam(0.001),
    "amsgrad": lambda: keras.optimizers.Adam(0.001, amsgrad=True),
    "adamw": lambda: keras.optimizers.AdamW(0.001, weight_decay=0.01),
    "adamax": lambda: keras.optimizers.Adamax(0.001),
    "nadam": lambda: keras.optimizers.Nadam(0.001),
    "adagrad": lambda: keras.optimizers.Adagrad(0.001),
    "adadelta": lambda: keras.optimizers.Adadelta(0.1),
    "adafactor": lambda: keras.optimizers.Adafactor(0.001),
    "ftrl": lambda: keras.optimizers.Ftrl(0.01),
    "lion": lambda: keras.optimizers.Lion(0.0001),
    "lamb": lambda: keras.optimizers.Lamb(0.001),
    "muon": lambda: keras.optimizers.Muon(0.001),
    "decayed": lambda: keras.optimizers.SGD(0.01, weight_decay=0.01),
    "clipped": lambda: keras.optimizers.Adam(0.001, global_clipnorm=0.1),
    "clipped by value": lambda: keras.optimizers.SGD(0.01, clipvalue=0.05),
    "accumulated": lambda: keras.optimizers.Adam(0.001, gradient_accumulation_steps=2),
    "scheduled": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.5)
    ),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.001)),
}
USUAL_OPTIMIZERS = ("sgd", "adam", "scheduled")
USUAL_NETWORKS = ("mlp", "convolution")


def usual_first(names: Iterable[str], usual: Collection[str]) -> list[Any]:
    """Return names, those that are not usual marked slow."""
    return [name if name in usual else pytest.param(name, marks=pytest.mark.slow) for name in names]


THREE_EPOCHS = Plan(batch_size=8, epochs=3, seed=5, engine="fused", xla="off")
COMPILED = Plan(batch_size=8, epochs=3, seed=5, engine="fused", xla="required")


PLANS = (THREE_EPOCHS, COMPILED)
GRAPH_FIRST = [
    pytest.param(THREE_EPOCHS, id="graph"),
    pytest.param(COMPILED, id="xla", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("kind", usual_first(NETWORKS, USUAL_NETWORKS))
def test_each_kind_of_network_learns_the_weights_of_fit(kind: str) -> None:
    theirs = compiled(NETWORKS[kind])
    rows = rows_for(theirs, 43)
    expected = fit(theirs, rows, THREE_EPOCHS)
    for plan in PLANS:
        ours = compiled(NETWORKS[kind])
        outcome = train(ours, rows, None, plan)
        assert difference(theirs, ours) < 1e-5, plan
        np.testing.assert_allclose(outcome.history["loss"], expected["loss"], rtol=1e-5)


@pytest.mark.parametrize("name", usual_first(OPTIMIZERS, USUAL_OPTIMIZERS))
def test_each_optimizer_learns_the_weights_of_fit(name: str) -> None:
    theirs = compiled(mlp, OPTIMIZERS[name]())
    rows = rows_for(theirs, 43)
    fit(theirs, rows, THREE_EPOCHS)
    for plan in PLANS:
        ours = compiled(mlp, OPTIMIZERS[name]())
        train(ours, rows, None, plan)
        assert difference(theirs, ours) < 1e-5, plan


@pytest.mark.parametrize("plan", GRAPH_FIRST)
def test_a_schedule_free_optimizer_ends_as_in_fit(plan: Plan) -> None:
    ours, theirs = (compiled(mlp, keras.optimizers.ScheduleFreeAdamW(0.001)) for _ in range(2))
    # Left to itself, Keras 3.15's `fit` builds it within the traced step, which then begins its
    # average anew at each step.
    theirs.optimizer.build(theirs.trainable_variables)
    rows = rows_for(ours, 43)
    once = replace(plan, epochs=1)  # the oracle calls `fit` for each epoch, and each call ends it
    train(ours, rows, None, once)
    fit(theirs, rows, once)
    assert difference(theirs, ours) < 1e-5


def test_every_optimizer_of_keras_is_compared() -> None:
    public = {
        kind
        for kind in vars(keras.optimizers).values()
        if isinstance(kind, type) and issubclass(kind, keras.optimizers.Optimizer)
    }
    compared = {type(make()) for make in OPTIMIZERS.values()} | {
        keras.optimizers.ScheduleFreeAdamW,
        keras.optimizers.Optimizer,  # the base of all
    }
    left = {kind.__name__ for kind in public - compared}
    assert left <= {"MultiOptimizer", "OptimizerMap"}, "these hold others, which a spec cannot say"


@pytest.mark.parametrize("kind", usual_first(RANDOM, ("noise",)))
def test_what_a_network_draws_in_a_graph_is_what_fit_draws(kind: str) -> None:
    ours, theirs = compiled(RANDOM[kind]), compiled(RANDOM[kind])
    rows = rows_for(ours, 43)
    train(ours, rows, None, THREE_EPOCHS)
    fit(theirs, rows, THREE_EPOCHS)
    assert difference(theirs, ours) < 1e-5


@pytest.mark.parametrize("plan", GRAPH_FIRST)
def test_a_stateful_network_carries_its_state_as_in_fit(plan: Plan) -> None:
    ours, theirs = compiled(stateful), compiled(stateful)
    rows = rows_for(ours, 40)
    train(ours, rows, None, plan)
    fit(theirs, rows, plan)
    assert difference(theirs, ours) < 1e-5


@pytest.mark.parametrize(
    "layer",
    [
        lambda: keras.layers.GaussianNoise(0.5, seed=1),
        lambda: keras.layers.GaussianDropout(0.3, seed=1),
        lambda: keras.layers.AlphaDropout(0.3, seed=1),
        lambda: keras.layers.RandomContrast(0.5, seed=1),
    ],
)
def test_what_xla_draws_is_distributed_as_in_a_graph(layer: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(4000, 4, 4, 3)).astype("float32")
    drawn = [
        tf.function(layer().__call__, jit_compile=xla, autograph=False)(rows, training=True).numpy()
        for xla in (False, True)
    ]
    levels = np.linspace(0.02, 0.98, 25)
    spread = rows.std()
    left, right = (np.quantile(one, levels) for one in drawn)
    np.testing.assert_allclose(left, right, atol=0.03 * spread)
    assert not np.array_equal(drawn[1], rows)


def test_dropout_draws_the_masks_of_fit_in_a_graph() -> None:
    ours, theirs = compiled(lambda: mlp(0.5)), compiled(lambda: mlp(0.5))
    rows = rows_for(ours, 43)
    train(ours, rows, None, THREE_EPOCHS)
    fit(theirs, rows, THREE_EPOCHS)
    assert difference(theirs, ours) < 1e-5


def test_validation_figures_and_metrics_are_those_of_fit() -> None:
    ours, theirs = (compiled(mlp, metrics=["mae"]) for _ in range(2))
    rows, held_out = rows_for(ours, 43), rows_for(ours, 21, seed=1)
    outcome = train(ours, rows, held_out, THREE_EPOCHS)
    expected = fit(theirs, rows, THREE_EPOCHS, held_out)
    assert list(outcome.history) == ["loss", "mae", "val_loss", "val_mae"]
    for name, values in outcome.history.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-5)


def test_sample_weights_weigh_as_in_fit() -> None:
    ours, theirs = (compiled(mlp, weighted_metrics=["mae"]) for _ in range(2))
    rows = rows_for(ours, 43)
    rows = Arrays(rows.inputs, rows.targets, np.linspace(0, 2, 43).astype("float32"))
    outcome = train(ours, rows, None, THREE_EPOCHS)
    expected = fit(theirs, rows, THREE_EPOCHS)
    assert difference(theirs, ours) < 1e-5
    np.testing.assert_allclose(outcome.history["mae"], expected["mae"], rtol=1e-5)


def test_class_weights_weigh_as_in_fit() -> None:
    def network() -> keras.Model:
        x = keras.Input((6,), name="x")
        return keras.Model(x, keras.layers.Dense(3, activation="softmax", name="y")(x))

    ours, theirs = (compiled(network, loss="sparse_categorical_crossentropy") for _ in range(2))
    rows = rows_for(ours, 40)
    rows = Arrays(rows.inputs, {"y": (np.arange(40) % 3).astype("int32")})
    weights = {0: 1.0, 1: 5.0, 2: 0.5}
    plan = Plan(batch_size=8, epochs=1, shuffle=False, xla="off")
    train(ours, weighted_by_class(rows, "y", weights), None, plan)
    theirs.fit(
        rows.inputs["x"],
        rows.targets["y"],
        batch_size=8,
        shuffle=False,
        class_weight=weights,
        verbose=0,
    )
    assert difference(theirs, ours) < 1e-5


def two_by_two() -> keras.Model:
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    both = keras.layers.Concatenate()([left, right])
    shared = keras.layers.Dense(6, activation="relu")(both)
    price = keras.layers.Dense(1, name="price")(shared)
    kind = keras.layers.Dense(2, name="kind")(shared)
    free = keras.layers.Dense(3, name="free")(shared)
    return keras.Model({"left": left, "right": right}, [price, kind, free])


@pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning")
@pytest.mark.parametrize("plan", GRAPH_FIRST)
def test_several_inputs_and_outputs_train_by_name(plan: Plan) -> None:
    losses = {"price": "mse", "kind": "mae", "free": None}
    weights = {"price": 0.3, "kind": 2.0, "free": 1.0}
    metrics = {"kind": ["mse"]}
    ours, theirs = (
        compiled(two_by_two, loss=losses, loss_weights=weights, metrics=metrics) for _ in range(2)
    )
    rows = rows_for(ours, 40)
    del rows.targets["free"]
    outcome = train(ours, rows, None, plan)
    expected = fit(theirs, rows, plan)
    assert difference(theirs, ours) < 1e-5
    assert outcome.history.keys() == expected.keys()
    for name, values in outcome.history.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-5)


def test_moving_averages_overwrite_the_weights_at_the_end_as_in_fit() -> None:
    def optimizer() -> keras.optimizers.Optimizer:
        return keras.optimizers.SGD(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=4)

    ours, theirs = compiled(mlp, optimizer()), compiled(mlp, optimizer())
    rows = rows_for(ours, 43)
    plan = Plan(batch_size=8, epochs=1, seed=5, xla="off")
    train(ours, rows, None, plan)
    fit(theirs, rows, plan)
    assert difference(theirs, ours) < 1e-5


def test_mixed_precision_trains_as_in_fit() -> None:
    def network() -> keras.Model:
        x = keras.Input((6,), name="x")
        hidden = keras.layers.Dense(8, activation="relu", dtype="mixed_float16")(x)
        return keras.Model(x, keras.layers.Dense(1, name="y", dtype="float32")(hidden))

    def optimizer() -> keras.optimizers.Optimizer:
        return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.01))

    ours, theirs = compiled(network, optimizer()), compiled(network, optimizer())
    rows = rows_for(ours, 43)
    train(ours, rows, None, THREE_EPOCHS)
    fit(theirs, rows, THREE_EPOCHS)
    assert difference(theirs, ours) < 1e-5


@pytest.mark.parametrize("xla", ["off", pytest.param("required", marks=pytest.mark.slow)])
def test_the_same_seed_twice_gives_the_same_bits(xla: str) -> None:
    plan = Plan(batch_size=8, epochs=2, seed=5, xla=xla)  # type: ignore[arg-type]
    models = [compiled(lambda: mlp(0.3)) for _ in range(2)]
    histories = [train(model, rows_for(model, 43), None, plan).history for model in models]
    assert histories[0] == histories[1]
    assert difference(*models) == 0.0


def test_kerass_own_loop_learns_the_same_weights() -> None:
    ours, theirs = (compiled(lambda: mlp(0.5), metrics=["mae"]) for _ in range(2))
    rows, held_out = rows_for(ours, 43), rows_for(ours, 21, seed=1)
    plan = Plan(batch_size=8, epochs=2, engine="keras")
    outcome = train(ours, rows, held_out, plan)
    expected = fit(theirs, rows, plan, held_out)
    assert outcome.execution.engine == "keras"
    assert difference(theirs, ours) < 1e-6
    np.testing.assert_allclose(outcome.history["val_mae"], expected["val_mae"], rtol=1e-5)
