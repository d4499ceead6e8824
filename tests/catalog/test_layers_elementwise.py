"""Layers that keep the shape: activations, normalizations, dropout; messages and refusals."""

from typing import Any

import keras
import pytest
import tensorflow as tf
from pydantic import ValidationError

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.activation import LeakyReLU, PReLU, ReLU, Softmax
from nnspec.catalog.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RenormClipping,
    RMSNormalization,
    UnitNormalization,
)
from nnspec.catalog.layers.regularization import AlphaDropout, Dropout, GaussianNoise
from nnspec.shapes import ShapeError, Tensor

pytestmark = pytest.mark.keras


def refusal(layer: Layer, *shape: int | None) -> ShapeError:
    """Return how a layer refuses a shape."""
    with pytest.raises(ShapeError) as found:
        layer.infer_tensors((Tensor(shape),))
    return found.value


@pytest.mark.parametrize(
    "layer",
    [BatchNormalization, GroupNormalization, LayerNormalization, UnitNormalization, Softmax],
)
def test_an_axis_that_does_not_exist_is_reported_at_axis(layer: Any) -> None:
    found = refusal(layer(axis=3), None, 4, 5)
    assert (found.code, found.field) == ("G309", "axis")
    assert found.message == "axis 3 does not exist in (4, 5)"
    assert found.hint == "use 1 or 2, or -1 for the last"


@pytest.mark.parametrize("layer", [LayerNormalization, UnitNormalization, Softmax])
def test_an_axis_named_twice_is_refused(layer: Any) -> None:
    assert refusal(layer(axis=(2, -1)), None, 4, 5).code == "G309"


def test_rms_normalization_takes_the_last_axes_only() -> None:
    found = refusal(RMSNormalization(axis=1), None, 4, 5)
    assert (found.code, found.field, found.hint) == ("G309", "axis", "use [-1]")
    unbuilt = keras.layers.RMSNormalization(axis=1)
    with pytest.raises(tf.errors.InvalidArgumentError):
        unbuilt(keras.ops.zeros((2, 4, 5)))


def test_channels_that_do_not_divide_into_groups_are_reported_at_groups() -> None:
    found = refusal(GroupNormalization(), None, 8, 8, 48)
    assert (found.code, found.field) == ("G304", "groups")
    assert found.message == "48 channels cannot be divided into 32 groups"
    assert found.hint == "use a divisor of 48, such as 24"


def test_the_clipping_of_a_renormalization_reaches_keras_as_a_mapping() -> None:
    layer = BatchNormalization(renorm=True, renorm_clipping=RenormClipping(rmax=3.0, dmax=5.0))
    assert layer.arguments()["renorm_clipping"] == {"rmax": 3.0, "dmax": 5.0}
    made = keras.layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 3.0, "dmax": 5.0})
    made.build((None, 4))
    weights = layer.infer_weights((Tensor((None, 4)),))
    assert [one.name for one in weights] == [one.name for one in made.weights]


def test_a_clipping_whose_bounds_cross_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"rmax 1.0 is below rmin 2.0"):
        RenormClipping(rmin=2.0, rmax=1.0)


@pytest.mark.parametrize(
    ("layer", "fields"),
    [
        (ReLU, {"max_value": -1.0}),
        (ReLU, {"negative_slope": -0.1}),
        (ReLU, {"threshold": -0.1}),
        (LeakyReLU, {"negative_slope": -0.1}),
        (Dropout, {"rate": 1.5}),
        (Dropout, {"rate": -0.1}),
        (GaussianNoise, {"stddev": 1.5}),
        (GroupNormalization, {"groups": 0}),
    ],
)
def test_numbers_out_of_range_are_refused_as_in_keras(
    layer: type[Layer], fields: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        layer(**fields)
    with pytest.raises(ValueError, match=r"(?i)value|argument|received"):
        getattr(keras.layers, layer.keras_name)(**fields)


def test_dropping_everything_is_refused() -> None:
    with pytest.raises(ValidationError, match="less than 1"):
        AlphaDropout(rate=1.0)


def test_a_shared_axis_beyond_the_input_is_reported_at_shared_axes() -> None:
    found = refusal(PReLU(shared_axes=(1, 3)), None, 4, 5)
    assert (found.code, found.field) == ("G309", "shared_axes")
    assert refusal(PReLU(), None, None, 5).code == "G306"


def test_a_pattern_of_another_rank_is_reported_at_noise_shape() -> None:
    found = refusal(Dropout(rate=0.5, noise_shape=(None, 1)), None, 4, 5)
    assert (found.code, found.field) == ("G304", "noise_shape")
    assert found.hint == "give 3 entries (batch first), each 1, null or the axis' length"


def test_normalizations_count_their_steps_per_element() -> None:
    entering = (Tensor((None, 10, 4)),)
    assert BatchNormalization().infer_operations(entering) == 40 * 4
    assert BatchNormalization(center=False, scale=False).infer_operations(entering) == 40 * 2
    assert LayerNormalization().infer_operations(entering) == 40 * 8
    assert Softmax().infer_operations((Tensor((None, None)),)) is None
