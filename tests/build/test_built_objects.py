"""Objects of the catalogue as Keras takes them."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from nnspec.build.model import build_model
from nnspec.build.objects import build_object, step
from nnspec.build.training import build_loss_weights
from nnspec.catalog.registry import find
from nnspec.pipeline.check import Checked

pytestmark = pytest.mark.keras


def test_a_step_is_1_from_0_on() -> None:
    found = step(np.array([-2.0, -1e-9, 0.0, 1e-9, 3.0], np.float32))
    assert np.asarray(found).tolist() == [0, 0, 1, 1, 1]


def test_an_output_whose_loss_has_no_weight_counts_once(read: Callable[..., Checked]) -> None:
    checked = read(
        """
        nnspec: 1
        data: {source: d.csv, target: {price: p, sold: s}}
        model:
          - Input: 3
            name: measures
          - Dense: 1
            name: price
          - Dense: {units: 1, activation: sigmoid}
            name: sold
            inputs: measures
          - outputs: [price, sold]
        training:
          loss: {price: mse, sold: binary_crossentropy}
          loss_weights: {price: 0.2}
        """
    )
    assert checked.spec is not None
    assert checked.spec.training is not None, checked.diagnostics
    layers = {"price": "layer_1", "sold": "layer_2"}
    weights = build_loss_weights(checked.spec.training, layers)
    assert weights == {"layer_1": 0.2, "layer_2": 1.0}


def test_a_network_of_keras_has_the_dtype_and_the_images_that_the_spec_says(
    read: Callable[..., Checked],
) -> None:
    checked = read(
        """
        nnspec: 1
        model:
          - Input: [32, 32, 3]
          - MobileNetV2: {weights: null, include_top: false, dtype: mixed_float16}
          - Flatten
          - Dense: 1
        """
    )
    _, network = checked.accept()
    model = build_model(network, name="net", seed=0)
    (inner,) = [one for one in model.layers if isinstance(one, keras.Model)]
    assert inner.input_shape == (None, 32, 32, 3)
    assert {one.dtype_policy.name for one in inner.layers if one.weights} == {"mixed_float16"}
    assert model.layers[-1].dtype_policy.name == "float32"


def built(kind: str, name: str, settings: dict[str, object]) -> Any:
    """Return an object of the catalogue as Keras takes it."""
    found = find(kind, name)
    assert found is not None
    return build_object(found.model_validate(settings))


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("relu", {}, "relu"),
        ("relu", {"negative_slope": 0.0}, "relu"),
        ("relu", {"max_value": 6.0}, {"max_value": 6.0}),
        ("leaky_relu", {"negative_slope": 0.4}, {"negative_slope": 0.4}),
        ("elu", {"alpha": 2.0}, {"alpha": 2.0}),
        ("softmax", {"axis": 1}, {"axis": 1}),
    ],
)
def test_an_activation_is_a_name_until_it_has_arguments_of_its_own(
    name: str, settings: dict[str, object], expected: object
) -> None:
    activation = built("activations", name, settings)
    if isinstance(expected, str):
        assert activation == expected
        return
    numbers = np.linspace(-9, 9, 12, dtype=np.float32).reshape(3, 4)
    own = getattr(keras.activations, name)(numbers, **expected)  # type: ignore[arg-type]
    np.testing.assert_array_equal(activation(numbers), own)
    layer = keras.layers.Activation(activation)
    again = keras.layers.Activation.from_config(layer.get_config())
    np.testing.assert_array_equal(again(numbers), own)


def test_cells_of_a_stack_are_named_after_their_class_and_counted_from_the_second_on(
    read: Callable[..., Checked],
) -> None:
    text = """
    nnspec: 1
    model: [Input: [5, 3], {RNN: {cell: [LSTMCell: 2, LSTMCell: 3, LSTMCell: 4]}, name: stack}]
    """
    _, network = read(text).accept()
    stack = build_model(network, name="made", seed=0).get_layer("stack").cell
    assert [one.name for one in stack.cells] == ["lstm_cell", "lstm_cell_1", "lstm_cell_2"]
    assert [one.units for one in stack.cells] == [2, 3, 4]
