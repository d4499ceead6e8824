"""Every layer of one input: our shapes, weights and refusals equal Keras' own.

A layer added to one of these families is drawn from its fields without another line here;
NARROWED holds the few whose arguments must suit each other to be worth drawing.
"""

from typing import Any

import pytest
from drawing import Case, cases, compare, drawn_shapes, sampled
from hypothesis import given
from hypothesis import strategies as st

from nnspec.catalog.base import REGISTERED
from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import (
    activation,
    convolution,
    convolution_transpose,
    core,
    depthwise,
    embedding,
    normalization,
    pooling,
    regularization,
)
from nnspec.catalog.layers.window import Filtering, Window

pytestmark = pytest.mark.keras

FAMILIES = (
    activation,
    convolution,
    convolution_transpose,
    core,
    depthwise,
    embedding,
    normalization,
    pooling,
    regularization,
)
APART = {core.Input: "takes nothing in; see test_layers_core"}

LAST_AXES = st.sampled_from((-1, (-1,), (-2, -1), (-1, -2)))
ONCE = st.one_of(
    st.integers(-4, 4), st.lists(st.integers(0, 4), min_size=1, unique=True).map(tuple)
)
NARROWED: dict[type[Layer], dict[str, Any]] = {
    activation.PReLU: {"fields": {"shared_axes": st.sampled_from((None, 1, 2, (1, 2), (1, 4)))}},
    activation.Softmax: {"fields": {"axis": ONCE}},
    core.Masking: {"shapes": drawn_shapes(core.Masking, ranks=(2, 3, 4))},
    normalization.BatchNormalization: {"fields": {"axis": st.sampled_from((-1, -1, 1, -2, 4))}},
    normalization.GroupNormalization: {
        "fields": {
            "groups": st.sampled_from((-1, 1, 2, 3)),
            "axis": st.sampled_from((-1, -1, 1, -2, 4)),
        }
    },
    normalization.RMSNormalization: {"fields": {"axis": LAST_AXES}},
    normalization.UnitNormalization: {"fields": {"axis": ONCE}},
    regularization.Dropout: {"fields": {"noise_shape": st.none()}},
    regularization.AlphaDropout: {"fields": {"noise_shape": st.none()}},
}


def spread(layer: type[Any], low: int, high: int) -> st.SearchStrategy[Any]:
    """Return one number, or one per inner axis."""
    number = st.integers(low, high)
    return st.one_of(number, st.tuples(*[number] * layer.dimensions))


def narrowed(layer: type[Layer]) -> dict[str, Any]:
    """Return the strategies of a layer that differ from those of its fields."""
    if not issubclass(layer, Window):
        return NARROWED.get(layer, {})
    fields = {
        "kernel_size": spread(layer, 1, 4),
        "strides": spread(layer, 1, 3),
        "dilation_rate": st.one_of(st.just(1), spread(layer, 1, 3)),
    }
    if issubclass(layer, Filtering):
        fields |= {
            "filters": st.integers(1, 6),
            "groups": st.sampled_from((1, 1, 1, 2, 3)),
            "output_padding": st.one_of(st.none(), spread(layer, 0, 2)),
        }
    return {"fields": fields, "shapes": drawn_shapes(layer, most=12)}


def layers() -> list[type[Layer]]:
    """Return the layers of the families, in order of their names."""
    modules = {family.__name__ for family in FAMILIES}
    found = {one for one in REGISTERED["layers"].values() if one.__module__ in modules}
    return sorted(
        (one for one in found if issubclass(one, Layer) and one not in APART),
        key=lambda one: one.keras_name,
    )


@pytest.mark.parametrize("layer", layers(), ids=lambda layer: layer.keras_name)
def test_shapes_weights_and_refusals_are_those_of_keras(layer: type[Layer]) -> None:
    @sampled
    @given(cases(layer, **narrowed(layer)))
    def hold(case: Case) -> None:
        compare(case)

    hold()
