"""Every layer: our shapes, weights, masks and refusals are those of Keras, or differ on purpose.

A sample of what `python bench/conformance.py layers` draws. A new layer needs no line here.
"""

import pytest
from answers import compare
from configurations import APART, configurations, layers, quick_first
from drawing import Case, sampled
from hypothesis import given
from keras_oracle import classes

from nnspec.catalog.layer import Layer

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("layer", quick_first(layers()))
def test_shapes_weights_and_refusals_are_those_of_keras(layer: type[Layer]) -> None:
    @sampled
    @given(configurations(layer))
    def hold(case: Case) -> None:
        compare(case)

    hold()


def test_no_layer_is_left_out() -> None:
    drawn = {layer.keras_name for layer in layers()} | set(APART)
    cells = {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"}
    assert {kind.keras_name for kind in classes("layers")} == drawn | cells
