"""The grid of a map, and the layer in Keras against what the catalogue says of it."""

import keras
import numpy as np
import pytest

from nnspec.build.competitive import SelfOrganizingMap
from nnspec.build.lattice import Lattice
from nnspec.build.objects import build_object
from nnspec.catalog.registry import find
from nnspec.shapes import Tensor


@pytest.mark.parametrize(
    ("topology", "inner", "corner"), [("rectangular", 8, 3), ("hexagonal", 6, 2)]
)
def test_a_unit_has_the_neighbours_of_its_topology(topology: str, inner: int, corner: int) -> None:
    lattice = Lattice(5, 5, topology)  # type: ignore[arg-type]
    beside = lattice.neighbours()
    assert beside[12].sum() == inner
    assert beside[0].sum() == corner
    assert (beside == beside.T).all()
    assert not beside.diagonal().any()


def test_hexagonal_neighbours_are_one_apart() -> None:
    lattice = Lattice(4, 4, "hexagonal")
    np.testing.assert_allclose(lattice.squares()[lattice.neighbours()], 1.0)


def test_units_are_counted_row_by_row() -> None:
    assert Lattice(2, 3).points().tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]


@pytest.mark.keras
@pytest.mark.parametrize("grid", [7, (3, 4)])
def test_the_layer_has_the_shapes_and_weights_that_the_catalogue_says(
    grid: int | tuple[int, int],
) -> None:
    kind = find("layers", "SelfOrganizingMap")
    assert kind is not None
    described = kind.model_validate({"grid": grid})
    entered = (Tensor((None, 5)),)
    layer = build_object(described, name="map")
    left = layer(keras.Input((5,)))
    assert isinstance(layer, SelfOrganizingMap)
    assert [tuple(one.shape) for one in layer.weights] == [
        one.shape
        for one in described.infer_weights(entered)  # type: ignore[attr-defined]
    ]
    (tensor,) = described.infer_tensors(entered)  # type: ignore[attr-defined]
    assert tuple(left.shape) == tensor.shape
    again = SelfOrganizingMap.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
