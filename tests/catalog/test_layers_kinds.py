"""What passes through a layer beside its shape: kinds of elements, masks, the channels' place."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from drawing import Case, Outcome, Refusal, cases, drawn_shapes, ours, run, sampled, theirs
from hypothesis import assume, find, given
from hypothesis import strategies as st
from test_layers_against_keras import layers, narrowed

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import (
    activation,
    core,
    embedding,
    normalization,
    pooling,
    regularization,
)
from nnspec.catalog.layers.spatial import Spatial
from nnspec.shapes import Element, Tensor

pytestmark = pytest.mark.keras

STRICTER: dict[type[Layer], str] = {
    activation.Activation: "some functions take whole numbers, most do not",
    embedding.Embedding: "Keras cuts fractions off, so scaled values would pass for tokens",
    embedding.ReversibleEmbedding: "as for Embedding",
    regularization.GaussianDropout: "Keras multiplies flags with noise and returns flags",
    core.Masking: "Keras returns whole numbers for flags",
    normalization.RMSNormalization: "Keras rounds its result to whole numbers",
}
"""Layers that we feed fewer kinds of elements than Keras, with the reason."""


def simple_case(layer: type[Layer]) -> Case:
    """Return the simplest case of a layer in which every axis of a row is known."""
    options: dict[str, Any] = dict(narrowed(layer))
    options["fields"] = {**options.get("fields", {}), "data_format": st.none()}

    def fits(case: Case) -> bool:
        shape = case.inputs[0].shape
        return len(shape) > 1 and None not in shape[1:] and isinstance(ours(case), Outcome)

    return find(cases(layer, **options), fits)


@pytest.mark.parametrize("layer", layers(), ids=lambda layer: layer.keras_name)
def test_kinds_of_elements_that_enter_and_leave_are_those_of_keras(layer: type[Layer]) -> None:
    case = simple_case(layer)
    kinds: tuple[Element, ...] = ("float", "integer", "boolean", "text")
    for kind in kinds:
        fed = replace(case, inputs=(Tensor(case.inputs[0].shape, kind),))
        said, found = ours(fed), run(fed)
        if isinstance(said, Refusal):
            assert isinstance(found, Refusal) or layer in STRICTER, f"we alone refuse {kind}"
        else:
            assert isinstance(found, Outcome), f"Keras alone refuses {kind}: {found}"
            assert said.elements == found.elements


@pytest.mark.parametrize(
    "layer",
    [one for one in layers() if "float" in (one.consumes or ("float",))],
    ids=lambda layer: layer.keras_name,
)
def test_a_mask_goes_on_or_ends_as_in_keras(layer: type[Layer]) -> None:
    options = narrowed(layer)
    options = {**options, "shapes": drawn_shapes(layer, ranks=layer.ranks or (2, 3, 4))}

    @sampled
    @given(cases(layer, **options))
    def hold(case: Case) -> None:
        entering = replace(case, inputs=(replace(case.inputs[0], masked=True),))
        said, asked = ours(entering), theirs(case, masked=True)
        assume(isinstance(said, Outcome) and isinstance(asked, Outcome))
        assert isinstance(said, Outcome)
        assert said.masked == asked.masked

    hold()


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
