"""Where a map's prototypes begin, held against scikit-learn's components and NumPy's own draws."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from nnspec.build.lattice import Lattice
from nnspec.engine import epoch_order
from nnspec.engine.prototypes import Floats, first_prototypes

pytestmark = pytest.mark.keras


def drawn(rows: int, features: int) -> Floats:
    scale = np.array([1.0, 5.0, 2.0, 0.5])[:features]
    table: Floats = np.random.default_rng(4).normal(size=(rows, features)) * scale + 7.0
    return table


def stretched(lattice: Lattice, rows: Floats) -> Floats:
    """Return a grid over two deviations on both sides along scikit-learn's components."""
    found = PCA(min(2, rows.shape[1])).fit(rows)
    points = lattice.points()
    sides = sorted((0, 1), key=lambda side: -np.ptp(points[:, side]))
    expected = np.tile(rows.mean(axis=0), (lattice.units, 1))
    for side, vector, variance in zip(
        sides, found.components_, found.explained_variance_, strict=False
    ):
        own = points[:, side]
        if np.ptp(own):
            place = (own - own.min()) / np.ptp(own) * 4.0 - 2.0
            turned = vector if vector[np.abs(vector).argmax()] > 0 else -vector
            expected += np.outer(place * np.sqrt(variance), turned)
    return expected


@pytest.mark.parametrize("grid", [(3, 4), (5, 2), (4, 4), (1, 6), (6, 1), (1, 1)])
@pytest.mark.parametrize("features", [1, 2, 4])
def test_a_grid_spans_two_deviations_along_the_components(
    grid: tuple[int, int], features: int
) -> None:
    rows, lattice = drawn(60, features), Lattice(*grid)
    found = first_prototypes("components", lattice, rows, 0)
    np.testing.assert_allclose(found, stretched(lattice, rows), atol=1e-9)


def test_components_are_of_fifty_thousand_rows_at_most() -> None:
    rows = drawn(50_002, 2)
    rows[:, 1] += np.arange(len(rows)) / 1e4
    order = epoch_order(len(rows), seed=5, epoch=0)
    found = first_prototypes("components", Lattice(2, 2), rows, 5)
    chosen = rows[np.sort(order[:50_000])]
    np.testing.assert_allclose(found, stretched(Lattice(2, 2), chosen), rtol=1e-12, atol=1e-12)
    whole = first_prototypes("components", Lattice(2, 2), rows[:50_000], 5)
    np.testing.assert_allclose(whole, stretched(Lattice(2, 2), rows[:50_000]), atol=1e-9)


def test_points_between_the_extremes_are_numpys_own_draws() -> None:
    rows = np.array([[0.0, -8.0], [4.0, 8.0], [1.0, 0.0]])
    found = first_prototypes("random", Lattice(5, 7), rows, 3)
    bits = np.random.Philox(np.random.SeedSequence([3, 1]))
    shares = np.random.Generator(bits).random((35, 2))
    np.testing.assert_allclose(found, [0.0, -8.0] + shares * [4.0, 16.0], rtol=1e-15)


def test_rows_are_drawn_in_the_order_of_the_first_epoch() -> None:
    rows = drawn(50, 2)
    found = first_prototypes("rows", Lattice(2, 3), rows, 9)
    assert found.tolist() == rows[epoch_order(50, seed=9, epoch=0)[:6]].tolist()


def test_different_rows_are_looked_for_behind_many_equal_ones() -> None:
    order = epoch_order(100, seed=0, epoch=0)
    rows = np.zeros((100, 1))
    rows[order[50]], rows[order[99]] = 1.0, 2.0
    assert first_prototypes("rows", Lattice(1, 3), rows, 0).ravel().tolist() == [0.0, 1.0, 2.0]
    few = first_prototypes("rows", Lattice(1, 7), rows, 0).ravel().tolist()
    assert few == [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0], "there are but three"
    near = np.zeros((100, 1))
    near[order[11]] = 3.0
    assert first_prototypes("rows", Lattice(1, 2), near, 0).ravel().tolist() == [0.0, 3.0]
