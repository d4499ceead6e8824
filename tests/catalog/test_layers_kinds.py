"""What passes through a layer beside its shape: kinds of elements, masks, the channels' place."""

from dataclasses import replace
from random import Random
from typing import Any

import keras
import numpy as np
import pytest
from answers import Outcome, compare, ours
from configurations import configurations, layers, quick_first
from drawing import ELEMENTS, Case
from hypothesis import find

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import embedding, pooling
from nnspec.catalog.layers.spatial import Spatial
from nnspec.shapes import Tensor

pytestmark = pytest.mark.keras


def simple_case(layer: type[Layer]) -> Case:
    """Return the simplest case of a layer in which every axis of a row is known."""

    def fits(case: Case) -> bool:
        known = all(one.rank > 1 and None not in one.shape[1:] for one in case.inputs)
        plain = not {"data_format", "dtype"} & set(case.fields)
        return known and plain and isinstance(ours(case), Outcome)

    return find(configurations(layer), fits, random=Random(0))  # noqa: S311 - drawn, not kept secret


@pytest.mark.parametrize("layer", quick_first(layers()))
def test_kinds_of_elements_that_enter_and_leave_are_those_of_keras(layer: type[Layer]) -> None:
    case = simple_case(layer)
    for kind in ELEMENTS:
        compare(replace(case, inputs=tuple(Tensor(one.shape, kind) for one in case.inputs)))


@pytest.mark.parametrize("layer", [embedding.Embedding, embedding.ReversibleEmbedding])
@pytest.mark.parametrize("mask_zero", [True, False])
def test_an_embedding_masks_the_number_0_if_told_to(layer: Any, *, mask_zero: bool) -> None:
    ours_made = layer(input_dim=5, output_dim=2, mask_zero=mask_zero)
    theirs_made = getattr(keras.layers, layer.keras_name)(5, 2, mask_zero=mask_zero)
    (out,) = ours_made.infer_tensors((Tensor((None, 3), "integer"),))
    found = theirs_made(np.array([[1, 2, 0]], "int32"))
    assert out.masked == mask_zero == (getattr(found, "_keras_mask", None) is not None)


def test_an_absent_data_format_does_not_fall_to_the_settings_of_keras() -> None:
    layer = pooling.GlobalMaxPooling1D()
    assert isinstance(layer, Spatial)
    keras.config.set_image_data_format("channels_first")
    try:
        made = keras.layers.GlobalMaxPooling1D(**layer.arguments())
    finally:
        keras.config.set_image_data_format("channels_last")
    assert made.data_format == "channels_last"
