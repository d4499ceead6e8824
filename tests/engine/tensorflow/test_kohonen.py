"""Kohonen's rule against scikit-learn's KMeans, minisom, and the rule written out in NumPy."""

from typing import Any

import keras
import numpy as np
import pytest
from sklearn import datasets
from sklearn.cluster import KMeans

from nnspec.build.competitive import SelfOrganizingMap
from nnspec.build.lattice import Lattice
from nnspec.catalog.kohonen import Kohonen
from nnspec.data.arrays import Arrays
from nnspec.engine import Outcome, Plan, predict, rank, train
from nnspec.engine.errors import WrongState
from nnspec.engine.executor import Stretch
from nnspec.engine.plan import XlaMode
from nnspec.engine.prototypes import first_prototypes
from nnspec.engine.tensorflow.feed import feed
from nnspec.engine.tensorflow.kohonen import KohonenMap

pytestmark = pytest.mark.keras
Floats = np.ndarray[Any, np.dtype[np.float64]]
KMEANS = Kohonen(initial_radius=0.0)


def standardized(name: str) -> Floats:
    rows = getattr(datasets, f"load_{name}")().data
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    found: Floats = scaled.astype(np.float32)
    return found


def network(features: int, grid: int | tuple[int, int], initialization: str) -> keras.Model:
    entered = keras.Input((features,), name="x")
    layer = SelfOrganizingMap(grid, initialization=initialization, name="map")
    return keras.Model(entered, layer(entered))


def prototypes(model: keras.Model) -> Floats:
    return np.asarray(model.layers[-1].prototypes, np.float64)


def learned(
    rows: Floats,
    grid: int | tuple[int, int],
    plan: Plan,
    *,
    initialization: str = "rows",
    weights: Floats | None = None,
) -> tuple[Floats, Outcome]:
    model = network(rows.shape[1], grid, initialization)
    outcome = train(model, Arrays({"x": rows}, {}, weights), None, plan)
    return prototypes(model), outcome


def begun(rows: Floats, grid: tuple[int, int], initialization: str = "rows") -> Floats:
    found: Floats = first_prototypes(initialization, Lattice(*grid), rows.astype(np.float64), 0)
    return found


@pytest.mark.parametrize(("name", "clusters"), [("iris", 3), ("wine", 5)])
def test_without_a_neighbourhood_the_batch_rule_is_k_means(name: str, clusters: int) -> None:
    rows = standardized(name)
    start = begun(rows, (1, clusters))
    wide = rows.astype(np.float64)
    oracle = KMeans(clusters, init=start, n_init=1, max_iter=500, tol=0).fit(wide)
    found, outcome = learned(rows, clusters, Plan(50, 40, rule=KMEANS))
    np.testing.assert_allclose(found, oracle.cluster_centers_, atol=1e-6)
    inertia = outcome.history["loss"][-1] * len(rows)
    assert inertia == pytest.approx(oracle.inertia_, rel=1e-5)


def test_a_training_that_is_taken_up_goes_on_from_its_prototypes() -> None:
    rows = standardized("wine")
    whole, _ = learned(rows, 5, Plan(50, 4, rule=KMEANS))
    model = network(rows.shape[1], 5, "rows")
    for first, epochs in ((0, 2), (2, 4)):
        arrays = Arrays({"x": rows}, {})
        train(model, arrays, None, Plan(50, epochs, rule=KMEANS, first_epoch=first))
    np.testing.assert_array_equal(prototypes(model), whole)
    assert not np.allclose(whole, learned(rows, 5, Plan(50, 2, rule=KMEANS))[0])


def test_k_means_with_weights_counts_a_row_as_often_as_it_weighs() -> None:
    rows = standardized("iris")
    weights = np.where(np.arange(len(rows)) % 3 == 0, 2.0, 1.0)
    start = begun(rows, (1, 4))
    oracle = KMeans(4, init=start, n_init=1, max_iter=500, tol=0)
    oracle.fit(rows.astype(np.float64), sample_weight=weights)
    found, _ = learned(rows, 4, Plan(50, 40, rule=KMEANS), weights=weights)
    np.testing.assert_allclose(found, oracle.cluster_centers_, atol=1e-6)


def nearness(lattice: Lattice, unit: int, radius: float, neighbourhood: str) -> Floats:
    points = lattice.points()
    apart = np.sqrt(((points - points[unit]) ** 2).sum(axis=1))
    if neighbourhood == "bubble":
        within: Floats = (apart <= radius + 1e-9).astype(np.float64)
        return within
    found: Floats = np.exp(-(apart**2) / (2 * radius**2))
    return found


@pytest.mark.parametrize("neighbourhood", ["gaussian", "bubble"])
def test_the_batch_rule_moves_units_to_the_means_around_them(neighbourhood: Any) -> None:
    rows, lattice = standardized("iris"), Lattice(3, 4)
    points = begun(rows, (3, 4), "components")
    for radius in (2.0, np.sqrt(2.0 * 0.5), 0.5):
        away = ((rows[:, None, :].astype(np.float64) - points[None]) ** 2).sum(axis=-1)
        share = [nearness(lattice, int(one), radius, neighbourhood) for one in away.argmin(axis=1)]
        total = np.sum(share, axis=0)
        held = total > 0
        points[held] = (np.transpose(share) @ rows)[held] / total[held, None]
    rule = Kohonen(neighbourhood=neighbourhood, initial_radius=2.0, end_radius=0.5)
    found, _ = learned(rows, (3, 4), Plan(32, 3, rule=rule), initialization="components")
    np.testing.assert_allclose(found, points, atol=1e-5)


@pytest.mark.parametrize("xla", ["auto", "off"])
def test_the_online_rule_moves_units_after_each_row(xla: XlaMode) -> None:
    rows, lattice = standardized("iris")[:60], Lattice(2, 3)
    points, steps = begun(rows, (2, 3), "components"), 2 * len(rows)
    for step in range(steps):
        row, share = rows[step % len(rows)].astype(np.float64), step / (steps - 1)
        radius, rate = 1.5 + (0.5 - 1.5) * share, 0.5 + (0.1 - 0.5) * share
        winner = int(((row - points) ** 2).sum(axis=1).argmin())
        near = nearness(lattice, winner, radius, "gaussian")
        points = points + rate * near[:, None] * (row - points)
    rule = Kohonen(
        method="online",
        initial_radius=1.5,
        end_radius=0.5,
        initial_learning_rate=0.5,
        end_learning_rate=0.1,
        decay="linear",
    )
    plan = Plan(16, 2, shuffle=False, xla=xla, rule=rule)
    found, _ = learned(rows, (2, 3), plan, initialization="components")
    np.testing.assert_allclose(found, points, atol=1e-4)


def test_the_batch_rule_does_not_depend_on_the_size_of_batches() -> None:
    rows = standardized("wine")
    few, _ = learned(rows, (3, 3), Plan(7, 4, rule=Kohonen()))
    all_at_once, _ = learned(rows, (3, 3), Plan(1000, 4, rule=Kohonen()))
    np.testing.assert_allclose(few, all_at_once, atol=1e-6)


def test_a_row_has_the_cluster_of_its_nearest_prototype() -> None:
    rows = standardized("iris")
    model = network(4, (3, 3), "components")
    train(model, Arrays({"x": rows}, {}), None, Plan(64, 3, rule=Kohonen()))
    apart = np.linalg.norm(rows[:, None, :] - prototypes(model)[None], axis=-1)
    np.testing.assert_allclose(predict(model, {"x": rows})["map"], apart, atol=1e-5)
    won = rank(model, {"x": rows})
    order = np.argsort(apart, axis=1)
    assert won.cluster.tolist() == order[:, 0].tolist()
    assert won.second.tolist() == order[:, 1].tolist()
    np.testing.assert_allclose(won.distance, apart.min(axis=1), atol=1e-5)


def test_a_training_goes_on_from_its_state_within_an_epoch() -> None:
    rows = standardized("iris")
    model = network(4, (2, 2), "rows")
    arrays = feed(model, Arrays({"x": rows}, {}))
    plan = Plan(50, 2, rule=Kohonen())
    one, other = (KohonenMap(model, arrays, None, plan) for _ in range(2))
    one.begin(np.arange(len(rows), dtype=np.int32))
    one.run(Stretch(0, 2, fresh=True))
    state = one.state()
    expected = one.run(Stretch(2, 1, fresh=False)).logs, prototypes(model)
    other.restore(state)
    other.begin(np.arange(len(rows), dtype=np.int32))
    assert other.run(Stretch(2, 1, fresh=False)).logs == expected[0]
    np.testing.assert_array_equal(prototypes(model), expected[1])
    with pytest.raises(WrongState):
        other.restore({"prototypes": np.zeros((9, 9))})


@pytest.mark.slow
@pytest.mark.parametrize("method", ["batch", "online"])
def test_rows_lie_as_near_as_on_minisoms_map(method: Any) -> None:
    minisom = pytest.importorskip("minisom")
    rows = standardized("wine")
    theirs = minisom.MiniSom(5, 5, rows.shape[1], sigma=2.5, learning_rate=0.5, random_seed=0)
    theirs.pca_weights_init(rows)
    theirs.train(rows, 20 * len(rows), random_order=True)
    model = network(rows.shape[1], (5, 5), "components")
    train(model, Arrays({"x": rows}, {}), None, Plan(64, 20, rule=Kohonen(method=method)))
    error = rank(model, {"x": rows}).distance.mean()
    assert error <= 1.05 * theirs.quantization_error(rows)


def test_prototypes_begin_on_different_rows_or_on_the_plane_of_components() -> None:
    rows = standardized("iris").astype(np.float64)
    drawn = first_prototypes("rows", Lattice(1, 20), rows, 3)
    assert len(np.unique(drawn, axis=0)) == 20
    assert all((rows == one).all(axis=1).any() for one in drawn)
    line = first_prototypes("components", Lattice(1, 5), rows, 0)
    np.testing.assert_allclose(line[2], rows.mean(axis=0), atol=1e-12)
    assert np.linalg.matrix_rank(line - line.mean(axis=0), tol=1e-9) == 1
    plane = first_prototypes("components", Lattice(4, 5), rows, 0)
    assert np.linalg.matrix_rank(plane - plane.mean(axis=0), tol=1e-9) == 2
    free = first_prototypes("random", Lattice(4, 5), rows, 0)
    assert (free >= rows.min(axis=0)).all()
    assert (free <= rows.max(axis=0)).all()
