"""Objects of the catalogue as Keras takes them."""

from collections.abc import Callable

import keras
import numpy as np
import pytest

from nnspec.build.model import build_model
from nnspec.build.objects import step
from nnspec.build.training import build_loss_weights
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
