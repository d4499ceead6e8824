"""Windows over series, images and volumes: messages, operations, and what is refused."""

from typing import Any

import keras
import pytest
import tensorflow as tf
from pydantic import ValidationError

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.convolution import Conv1D, Conv2D, Conv3D
from nnspec.catalog.layers.convolution_transpose import Conv2DTranspose
from nnspec.catalog.layers.depthwise import DepthwiseConv2D, SeparableConv2D
from nnspec.catalog.layers.pooling import (
    AdaptiveAveragePooling2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from nnspec.shapes import ShapeError, Tensor

pytestmark = pytest.mark.keras

IMAGE = (Tensor((None, 28, 28, 3)),)


def refusal(layer: Layer, *shape: int | None) -> ShapeError:
    """Return how a layer refuses a shape."""
    with pytest.raises(ShapeError) as found:
        layer.infer_tensors((Tensor(shape),))
    return found.value


def test_a_window_longer_than_its_axis_is_reported_at_pool_size() -> None:
    found = refusal(MaxPooling2D(pool_size=(4, 4)), None, 3, 9, 8)
    assert found.code == "G305"
    assert found.field == "pool_size"
    assert found.message == "pool_size (4, 4) does not fit the 3 rows that come in"
    assert found.hint == "use at most (3, 4), or padding: same"


def test_the_axes_of_a_series_are_steps() -> None:
    found = refusal(MaxPooling1D(pool_size=(4,)), None, 3, 8)
    assert found.message == "pool_size 4 does not fit the 3 steps that come in"
    assert found.hint == "use at most 3, or padding: same"


def test_a_window_that_dilation_makes_too_long_is_explained() -> None:
    found = refusal(Conv1D(filters=2, kernel_size=(3,), dilation_rate=(4,)), None, 7, 1)
    assert found.field == "kernel_size"
    assert found.message == (
        "kernel_size 3, 9 steps long with dilation_rate 4, does not fit the 7 steps that come in"
    )
    assert found.hint == "use at most 2, or padding: same"


def test_the_columns_of_channels_first_are_the_last_axis() -> None:
    layer = AveragePooling2D(pool_size=(2, 5), data_format="channels_first")
    assert "the 4 columns" in refusal(layer, None, 9, 9, 4).message


def test_a_wrong_rank_is_refused_with_both_ranks() -> None:
    found = refusal(Conv2D(filters=2, kernel_size=(3, 3)), None, 28, 28)
    assert found.code == "G301"
    assert "takes an input of rank 4 (batch included); got rank 3, shape (28, 28)" in found.message


def test_channels_that_do_not_divide_into_groups_are_reported_at_groups() -> None:
    found = refusal(Conv2D(filters=6, kernel_size=(1, 1), groups=3), None, 5, 5, 4)
    assert (found.code, found.field) == ("G304", "groups")
    assert found.hint == "use a divisor of 4, such as 2"


@pytest.mark.parametrize(
    ("layer", "fields", "message"),
    [
        (Conv2D, {"strides": 2, "dilation_rate": 2}, "one of them must be 1"),
        (Conv3D, {"strides": (1, 1, 2), "dilation_rate": (2, 1, 1)}, "one of them must be 1"),
        (Conv2D, {"groups": 3}, "4 filters cannot be divided into 3 groups"),
        (Conv2DTranspose, {"strides": 2, "output_padding": 2}, "it can be from 0 to 1"),
        (Conv2DTranspose, {"strides": 2, "dilation_rate": 2}, "one of them must be 1"),
    ],
)
def test_arguments_that_contradict_each_other_are_refused_as_in_keras(
    layer: type[Layer], fields: dict[str, Any], message: str
) -> None:
    given = {"filters": 4, "kernel_size": 3, **fields}
    with pytest.raises(ValidationError, match=message) as found:
        layer(**given)
    assert found.value.errors()[0]["ctx"]["field"] in fields
    with pytest.raises(ValueError, match=r"strides|groups"):
        getattr(keras.layers, layer.keras_name)(**given)


def test_an_output_padding_of_0_that_tensorflow_cannot_compute_is_refused() -> None:
    fields: dict[str, Any] = {"filters": 2, "kernel_size": 2, "padding": "same"}
    with pytest.raises(ValidationError, match="it can be from 1 to 1"):
        Conv2DTranspose(**fields, strides=2, output_padding=0)
    with pytest.raises(ValidationError, match="leave it out"):
        Conv2DTranspose(**fields, output_padding=0)
    made = keras.layers.Conv2DTranspose(**fields, strides=2, output_padding=0)
    with pytest.raises((tf.errors.InvalidArgumentError, tf.errors.AbortedError)):
        made(keras.ops.zeros((1, 4, 4, 1)))


def test_one_window_along_an_axis_is_left_to_global_pooling() -> None:
    found = refusal(AdaptiveAveragePooling2D(output_size=(1, 2)), None, 6, 6, 3)
    assert (found.code, found.field) == ("G305", "output_size")
    assert "global pooling" in str(found.hint)


def test_an_axis_to_be_divided_into_windows_must_be_known() -> None:
    found = refusal(AdaptiveAveragePooling2D(output_size=(2, 2)), None, 6, None, 3)
    assert found.code == "G306"


def test_a_convolution_counts_a_product_and_a_sum_per_weight_and_window() -> None:
    plain = Conv2D(filters=8, kernel_size=(3, 3), use_bias=False)
    assert plain.infer_operations(IMAGE) == 2 * 26 * 26 * 8 * 27
    grouped = Conv2D(filters=9, kernel_size=(3, 3), groups=3, use_bias=False)
    assert grouped.infer_operations(IMAGE) == 2 * 26 * 26 * 9 * 9
    biased = Conv2D(filters=8, kernel_size=(3, 3), padding="same")
    assert biased.infer_operations(IMAGE) == 28 * 28 * 8 * (2 * 27 + 1)
    assert biased.infer_operations((Tensor((None, None, 28, 3)),)) is None


def test_a_transposed_convolution_counts_as_the_convolution_that_it_turns_round() -> None:
    there = Conv2D(filters=5, kernel_size=(3, 3), strides=(2, 2), use_bias=False)
    (between,) = there.infer_tensors((Tensor((None, 27, 27, 3)),))
    back = Conv2DTranspose(filters=3, kernel_size=(3, 3), strides=(2, 2), use_bias=False)
    (returned,) = back.infer_tensors((between,))
    assert returned.shape == (None, 27, 27, 3)
    assert back.infer_operations((between,)) == there.infer_operations((returned,))


def test_a_separable_convolution_counts_channel_by_channel_and_then_across() -> None:
    apart = DepthwiseConv2D(kernel_size=(3, 3), depth_multiplier=2, use_bias=False)
    assert apart.infer_operations(IMAGE) == 2 * 26 * 26 * 6 * 9
    both = SeparableConv2D(filters=8, kernel_size=(3, 3), depth_multiplier=2, use_bias=False)
    assert both.infer_operations(IMAGE) == 2 * 26 * 26 * 6 * (9 + 8)


def test_pooling_counts_every_sample_of_every_window() -> None:
    assert MaxPooling2D(pool_size=(2, 2)).infer_operations(IMAGE) == 14 * 14 * 3 * 4
    assert GlobalAveragePooling2D().infer_operations(IMAGE) == 28 * 28 * 3
    assert AdaptiveAveragePooling2D(output_size=(7, 14)).infer_operations(IMAGE) == 28 * 28 * 3
    overlapping = AdaptiveAveragePooling2D(output_size=(2, 3))
    assert overlapping.infer_operations((Tensor((None, 5, 5, 1)),)) == (3 + 3) * (2 + 3 + 2)
