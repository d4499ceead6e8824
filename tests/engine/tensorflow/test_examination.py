"""One step looked at layer by layer: the first number that is none is named, and where."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import L

from nnspec.data.arrays import Arrays
from nnspec.engine.tensorflow.examination import (
    examine,
    has_broken_weights,
    is_broken,
    reach,
    statistics,
    weights_of,
)
from nnspec.engine.tensorflow.feed import feed

pytestmark = pytest.mark.keras
ORDER = np.array([3, 1], np.int32)


def told(model: keras.Model, x: Any = None, y: Any = None, weights: Any = None) -> str:
    """Return what is said of the step over rows 3 and 1 of four."""
    model.compile("sgd", "mse")
    x = np.arange(12, dtype="float32").reshape(4, 3) if x is None else x
    y = np.zeros((4, 1), "float32") if y is None else y
    return examine(model, feed(model, Arrays({"x": x}, {"y": y}, weights)), ORDER)


def chain(*layers: keras.layers.Layer) -> keras.Model:
    x = hidden = keras.Input((3,), name="x")
    for layer in layers:
        hidden = layer(hidden)
    return keras.Model(x, hidden)


def ones(name: str, **settings: Any) -> keras.layers.Layer:
    return L.Dense(1, name=name, kernel_initializer="ones", **settings)


def test_an_input_is_named_before_what_it_breaks() -> None:
    x = np.ones((4, 3), "float32")
    x[3] = [np.nan, np.inf, -2]
    assert told(chain(ones("y")), x) == (
        'the input "x" is the first that is no number: 1 of 6 NaN, 1 of 6 infinite, from -2 to 1'
    )
    x[1:] = [[0, 0, 0], [np.nan, 0, 0], [0, 0, 0]]
    assert "outputs and gradients are numbers" in told(chain(ones("y")), x), "a row of another step"


def test_the_first_layer_is_named_whose_output_is_none_with_its_weights() -> None:
    first = L.Dense(2, name="first", kernel_initializer=keras.initializers.Constant(-2e38))
    model = chain(first, L.Activation("tanh", name="bent"), ones("y"))
    assert told(model) == (
        'the output of "first" (Dense) is the first that is no number: 4 of 4 infinite'
        "; its weights reach 2e+38"
    )
    rooted = chain(L.Activation(lambda one: keras.ops.sqrt(-one), name="root"), ones("y"))
    assert told(rooted) == (
        'the output of "root" (Activation) is the first that is no number: 6 of 6 NaN'
    )


def test_a_loss_that_is_none_of_numbers_is_told_with_how_far_they_reach() -> None:
    y = np.array([[0], [np.inf], [0], [0]], "float32")
    assert told(chain(ones("y")), y=y) == (
        "all outputs are numbers (from 12 to 30), and the loss of them is none"
    )


@tf.custom_gradient  # type: ignore[untyped-decorator,unused-ignore] # TensorFlow is untyped
def without_slope(values: Any) -> Any:
    return tf.identity(values), lambda slopes: slopes * np.nan


class Broken(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
    """Has no slope while it is trained."""

    def call(self, inputs: Any, *, training: bool = False) -> Any:
        return without_slope(inputs) if training else inputs


class Sick(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
    """Gives NaN while it is trained."""

    def call(self, inputs: Any, *, training: bool = False) -> Any:
        return inputs * np.nan if training else inputs


def test_layers_are_looked_at_as_they_are_trained() -> None:
    assert told(chain(Sick(name="sick"), ones("y"))).startswith('the output of "sick" (Sick) is')


def test_the_gradient_nearest_to_the_loss_is_named() -> None:
    below = L.Dense(2, name="below"), L.Dense(2, name="middle")
    model = chain(*below, Broken(name="broken"), ones("y"))
    assert told(model) == (
        'the gradient of "middle" (Dense) by its bias is the first that is no number: 2 of 2 NaN'
    )


def test_where_all_are_numbers_the_reach_of_the_gradients_is_told() -> None:
    # Rows 3 and 1 sum to 30 and 12: the kernel's gradient is 30 (9, 10, 11) + 12 (3, 4, 5).
    assert told(chain(ones("y", use_bias=False))) == (
        "repeated without compilation, its outputs and gradients are numbers "
        "(gradients reach 390); what the optimizer makes of them is none"
    )
    nothing = chain(L.Activation("linear", name="y"))
    assert "(gradients reach 0)" in told(nothing, y=np.zeros((4, 3), "float32"))
    weights = np.array([0, 2, 0, 0], "float32")
    assert "(gradients reach 120)" in told(chain(ones("y", use_bias=False)), weights=weights)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.5, -2.0, 0.0], "from -2 to 1.5"),
        ([np.nan, np.inf, -np.inf, 1.5, -2.0], "1 of 5 NaN, 2 of 5 infinite, from -2 to 1.5"),
        ([np.nan] * 1234, "1,234 of 1,234 NaN"),
        ([np.inf], "1 of 1 infinite"),
        ([1234567.0], "from 1.23e+06 to 1.23e+06"),
    ],
)
def test_numbers_are_told_by_how_many_are_none_and_how_far_they_reach(
    values: list[float], said: str
) -> None:
    assert statistics(np.array(values)) == said


def test_half_numbers_whole_ones_and_none_at_all_have_a_reach() -> None:
    assert reach(np.array([-3, 2])) == 3.0
    assert reach(np.zeros((0, 2))) == 0.0
    assert reach(tf.constant([-3.0, 2.0], tf.bfloat16)) == 3.0
    assert not is_broken(np.array([1, 2]))
    assert not is_broken(np.array([[1.0, 2.0]]))
    assert is_broken(np.array([[1.0, np.inf]]))
    assert is_broken(tf.constant([np.nan, 1.0], tf.bfloat16))
    assert weights_of(L.Flatten()) == ""


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_one_weight_that_is_none_breaks_a_network(wrong: float) -> None:
    model = chain(ones("first"), ones("y"))
    assert not has_broken_weights(model)
    model.get_layer("first").bias.assign([wrong])
    assert has_broken_weights(model)
