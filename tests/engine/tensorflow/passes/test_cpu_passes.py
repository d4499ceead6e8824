"""What the passes for a CPU compute: outputs, gradients and averages are those of Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from networks import GRAPH, XLA, Floats, outcome

from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites
from nnspec.engine.tensorflow.passes.base import summary
from nnspec.engine.tensorflow.passes.einsum import Axes
from nnspec.engine.tensorflow.passes.updates import has_long_update

pytestmark = pytest.mark.keras

L = keras.layers
Make = Callable[[], keras.Model]


def drawn(*shape: int) -> Floats:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def network(shape: tuple[int, ...], *layers: keras.layers.Layer) -> keras.Model:
    x = keras.Input(shape)
    hidden = x
    for layer in layers:
        hidden = layer(hidden)
    return keras.Model(x, hidden)


def titles(model: keras.Model, setting: Setting) -> str:
    return "; ".join(summary(plan_rewrites(model, PASSES, setting)))


def assert_same(make: Make, values: Any, setting: Setting, *, training: bool = True) -> None:
    """Compare outputs, gradients and what the layers remember with Keras' own."""

    def run(used: Setting | None) -> tuple[list[Floats], list[Floats]]:
        keras.utils.set_random_seed(2)
        model = make()
        return outcome(model, values, used, training=training), model.get_weights()

    ours, theirs = run(setting), run(None)
    for left, right in zip([*ours[0], *ours[1]], [*theirs[0], *theirs[1]], strict=True):
        np.testing.assert_allclose(left, right, rtol=2e-5, atol=2e-6)


NORMALIZED: dict[str, tuple[Make, tuple[int, ...]]] = {
    "series": (lambda: network((6, 3), L.BatchNormalization()), (5, 6, 3)),
    "pictures": (lambda: network((4, 4, 3), L.BatchNormalization(momentum=0.7)), (5, 4, 4, 3)),
    "plain": (
        lambda: network((6, 3), L.BatchNormalization(scale=False, center=False, epsilon=0.01)),
        (5, 6, 3),
    ),
    "one row": (lambda: network((1, 3), L.BatchNormalization()), (1, 1, 3)),
}


@pytest.mark.parametrize("kind", NORMALIZED)
def test_batch_normalization_in_one_operation_is_that_of_keras(kind: str) -> None:
    make, shape = NORMALIZED[kind]
    assert "batch normalized" in titles(make(), GRAPH)
    assert_same(make, drawn(*shape), GRAPH)


def test_batch_normalization_at_inference_uses_the_averages() -> None:
    make, shape = NORMALIZED["pictures"]
    assert_same(make, drawn(*shape), GRAPH, training=False)


def test_batch_normalization_with_a_mask_counts_only_the_rows_that_are_there() -> None:
    values = drawn(5, 6, 3)
    values[2, 3:] = 0
    assert_same(lambda: network((6, 3), L.Masking(), L.BatchNormalization()), values, GRAPH)


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.BatchNormalization(axis=1),
        lambda: L.BatchNormalization(renorm=True),
        lambda: L.BatchNormalization(trainable=False),
        lambda: L.BatchNormalization(dtype="float64"),
    ],
)
def test_batch_normalization_out_of_the_ordinary_is_left_alone(
    layer: Callable[[], keras.layers.Layer],
) -> None:
    assert titles(network((6, 3), layer()), GRAPH) == ""


RECTIFIED: dict[str, Make] = {
    "convolution": lambda: network((8, 8, 2), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D()),
    "same border": lambda: network(
        (7, 2), L.Conv1D(4, 3, activation="relu"), L.MaxPooling1D(3, padding="same")
    ),
    "activation": lambda: network((8, 8, 2), L.Activation("relu"), L.MaxPooling2D(3, strides=2)),
    "layer": lambda: network((8, 8, 2), L.Conv2D(4, 3), L.ReLU(), L.MaxPooling2D()),
}


@pytest.mark.parametrize("kind", RECTIFIED)
def test_a_rectifier_behind_a_maximum_is_one_before_it(kind: str) -> None:
    model = RECTIFIED[kind]()
    assert "rectified after pooling" in titles(model, GRAPH)
    assert_same(RECTIFIED[kind], drawn(3, *model.input.shape[1:]), GRAPH)


def read_twice() -> keras.Model:
    x = keras.Input((8, 2))
    hidden = L.Conv1D(4, 3, activation="relu")(x)
    return keras.Model(x, [L.MaxPooling1D(2)(hidden), L.Flatten()(hidden)])


def read_outside() -> keras.Model:
    x = keras.Input((8, 2))
    hidden = L.Conv1D(4, 3, activation="relu")(x)
    return keras.Model(x, [L.MaxPooling1D(2)(hidden), hidden])


@pytest.mark.parametrize(
    "make",
    [
        read_twice,
        read_outside,
        lambda: network((8, 2), L.ReLU(max_value=1.0), L.MaxPooling1D(2)),
        lambda: network((8, 2), L.Conv1D(4, 3, activation="relu"), L.AveragePooling1D(2)),
        lambda: network(
            (8, 2), L.Conv1D(4, 3, activation="relu", activity_regularizer="l2"), L.MaxPooling1D(2)
        ),
    ],
)
def test_a_rectifier_that_something_else_reads_stays(make: Make) -> None:
    assert titles(make(), GRAPH) == ""


@pytest.mark.parametrize(
    ("equation", "axes"),
    [
        ("abc,cde->abde", Axes(2, 1)),
        ("abcd,cde->abe", Axes(2, 2)),
        ("ab,bc->ac", Axes(1, 1)),
        ("...x,xy->...y", None),
        ("abc,cd->adb", None),
        ("abc,bd->acd", None),
        ("ab,ac->abc", None),
    ],
)
def test_only_products_of_last_axes_with_first_ones_fold(equation: str, axes: Axes | None) -> None:
    assert Axes.of(equation) == axes


@pytest.mark.parametrize("bias_axes", [None, "de", "e"])
def test_a_folded_product_is_the_einsum(bias_axes: str | None) -> None:
    def make() -> keras.Model:
        layer = L.EinsumDense(
            "abc,cde->abde", output_shape=(None, 4, 5), bias_axes=bias_axes, activation="tanh"
        )
        return network((6, 3), layer)

    assert "folded" in titles(make(), XLA)
    assert_same(make, drawn(2, 6, 3), XLA)


def attending(**how: Any) -> Make:
    def make() -> keras.Model:
        x, other = keras.Input((40, 6)), keras.Input((34, 6))
        layer = L.MultiHeadAttention(2, 4, value_dim=3)
        return keras.Model([x, other], layer(x, other, **how))

    return make


def test_written_attention_is_that_of_keras() -> None:
    assert "attention" in titles(attending()(), XLA)
    assert_same(attending(), [drawn(2, 40, 6), drawn(2, 34, 6)], XLA)


def test_attention_under_a_causal_mask_is_left_to_keras() -> None:
    values = [drawn(2, 40, 6), drawn(2, 34, 6)]
    assert_same(attending(use_causal_mask=True), values, XLA)
    assert_same(attending(return_attention_scores=True), values, XLA)


def test_attention_reads_the_mask_of_a_padded_series() -> None:
    def make() -> keras.Model:
        x = keras.Input((6, 4))
        masked = L.Masking()(x)
        return keras.Model(x, L.MultiHeadAttention(2, 4)(masked, masked))

    values = drawn(3, 6, 4)
    values[1, 4:] = 0
    assert_same(make, values, XLA)


def test_written_layer_normalization_is_that_of_keras() -> None:
    def make() -> keras.Model:
        return network((6, 5), L.LayerNormalization(epsilon=0.01))

    assert "layer normalization" in titles(make(), XLA)
    assert_same(make, drawn(3, 6, 5), XLA)


def wide(units: int = 1024, **settings: Any) -> keras.Model:
    return network((1024,), L.Dense(units, activation="relu", **settings))


@pytest.mark.parametrize("rows", [8, 32, 48])
def test_a_wide_product_in_pieces_is_that_of_keras(rows: int) -> None:
    assert "wide products in pieces" in titles(wide(), XLA)
    assert_same(wide, drawn(rows, 1024) / 32, XLA)


def test_a_wide_product_without_bias_or_activation_is_that_of_keras() -> None:
    assert_same(lambda: network((1024,), L.Dense(1024, use_bias=False)), drawn(32, 1024) / 32, XLA)


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (wide, GRAPH),
        (lambda: wide(512), XLA),
        (lambda: wide(dtype="float64"), XLA),
        (lambda: wide(lora_rank=2), XLA),
    ],
)
def test_products_that_pieces_do_not_help_are_left_alone(make: Make, setting: Setting) -> None:
    assert "wide products" not in titles(make(), setting)


@pytest.mark.parametrize(
    ("optimizer", "joined", "title"),
    [
        (keras.optimizers.Adam(), True, "Adam in one walk"),
        (keras.optimizers.AdamW(), True, "Adam in one walk"),
        (keras.optimizers.Adam(amsgrad=True), True, "weights updated in place"),
        (keras.optimizers.Adam(), False, "weights updated in place"),
        (keras.optimizers.Nadam(), True, "weights updated in place"),
    ],
)
def test_adam_is_one_walk_where_xla_joins_loops(
    optimizer: Any, *, joined: bool, title: str
) -> None:
    model = network((3,), L.Dense(1))
    model.compile(optimizer, "mse")
    assert title in titles(model, Setting(xla=True, update=True, joined=joined))


def test_joined_loops_are_asked_for_where_the_update_is_long_and_nothing_recurs() -> None:
    assert has_long_update(wide())
    assert not has_long_update(wide(128))
    assert not has_long_update(network((6, 64), L.LSTM(256)))
    assert not has_long_update(network((6, 64), L.Bidirectional(L.LSTM(256))))
