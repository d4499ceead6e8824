"""The grid of a map, and the layer in Keras against what the catalogue says of it."""

import math

import keras
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from nnspec.build.answer_keys import CLUSTER, DISTANCE, MAP_COLUMN, MAP_ROW
from nnspec.build.clusters import ClusterBack
from nnspec.build.competitive import SelfOrganizingMap
from nnspec.build.lattice import Lattice
from nnspec.build.objects import build_object
from nnspec.catalog.registry import find
from nnspec.data.fit.fitted import TargetFit
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


@pytest.mark.keras
@pytest.mark.parametrize(("grid", "shape"), [(7, (1, 7)), ((3, 4), (3, 4))])
def test_rows_are_as_far_from_prototypes_as_scipy_says_and_have_a_place_on_the_map(
    grid: int | tuple[int, int], shape: tuple[int, int]
) -> None:
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(30, 5)).astype(np.float32)
    points = draw.normal(size=(math.prod(shape), 5)).astype(np.float32)
    layer = SelfOrganizingMap(grid)
    layer.build((None, 5))
    layer.set_weights([points])
    distances = layer(rows)
    expected = cdist(rows.astype(np.float64), points.astype(np.float64))
    np.testing.assert_allclose(distances, expected, rtol=1e-5)
    found = ClusterBack(TargetFit(need="none"), layer.lattice)(distances)
    nearest = expected.argmin(axis=1)
    np.testing.assert_array_equal(found[CLUSTER], nearest)
    np.testing.assert_allclose(found[DISTANCE], expected.min(axis=1), rtol=1e-5)
    row, column = np.unravel_index(nearest, shape)
    np.testing.assert_array_equal(found[MAP_ROW], row)
    np.testing.assert_array_equal(found[MAP_COLUMN], column)


@pytest.mark.keras
def test_a_row_that_is_a_prototype_is_at_no_distance_from_it() -> None:
    points = np.full((4, 3), 1e4, np.float32) + np.arange(4, dtype=np.float32)[:, None]
    layer = SelfOrganizingMap((2, 2))
    layer.build((None, 3))
    layer.set_weights([points])
    distances = np.asarray(layer(points))
    np.testing.assert_array_equal(distances.diagonal(), 0.0)
    np.testing.assert_allclose(distances[0], np.sqrt(3) * np.arange(4), rtol=1e-6)


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
def test_squares_of_distances_are_those_between_the_points(topology: str) -> None:
    lattice = Lattice(3, 4, topology)  # type: ignore[arg-type]
    squares = cdist(lattice.points(), lattice.points(), "sqeuclidean")
    np.testing.assert_allclose(lattice.squares(), squares, atol=1e-12)
