"""The loops of a map over more rows than one block holds, held against NumPy."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnspec.build.competitive import SelfOrganizingMap
from nnspec.catalog.kohonen import Kohonen
from nnspec.data.arrays import Arrays
from nnspec.engine import Plan
from nnspec.engine.executor import Stretch
from nnspec.engine.tensorflow.competition import BLOCK, Decay, measured, nearest, strength
from nnspec.engine.tensorflow.feed import feed
from nnspec.engine.tensorflow.kohonen import KohonenMap

pytestmark = pytest.mark.keras
ROWS = 2 * BLOCK + 300


@pytest.fixture(scope="module")
def rows() -> Any:
    return np.random.default_rng(1).normal(size=(ROWS, 3)).astype("float32") + 5


def learner(rows: Any, batch: int, validation: Any = None) -> tuple[KohonenMap, keras.Model]:
    entered = keras.Input((3,), name="x")
    model = keras.Model(entered, SelfOrganizingMap((2, 3), initialization="rows")(entered))
    weights = np.linspace(0, 2, len(rows)).astype("float32")
    checks = None if validation is None else feed(model, Arrays({"x": validation}, {}))
    plan = Plan(batch, 1, rule=Kohonen(initial_radius=0.0))
    return KohonenMap(model, feed(model, Arrays({"x": rows}, {}, weights)), checks, plan), model


@pytest.mark.parametrize("batch", [100, BLOCK - 1, BLOCK, ROWS, 10 * ROWS])
def test_an_epoch_over_several_blocks_counts_every_row_once(rows: Any, batch: int) -> None:
    own, model = learner(rows, batch, rows[: BLOCK + 7])
    points = np.array(model.layers[-1].prototypes, np.float64)
    own.begin(np.arange(ROWS, dtype=np.int32))
    logs: dict[str, Any] = {}
    for step in range(-(-ROWS // batch)):
        report = own.run(Stretch(step, 1, fresh=step == 0))
        assert report.broken is None
        logs = report.logs
    wide, weights = rows.astype(np.float64), np.linspace(0, 2, ROWS)
    away = ((wide[:, None] - points[None]) ** 2).sum(axis=-1)
    least, winner = away.min(axis=1), away.argmin(axis=1)
    assert logs["loss"] == pytest.approx((weights * least).sum() / weights.sum(), rel=1e-5)
    error = (weights * np.sqrt(least)).sum() / weights.sum()
    assert logs["quantization_error"] == pytest.approx(error, rel=1e-5)
    means = [
        np.average(wide[winner == one], axis=0, weights=weights[winner == one]) for one in range(6)
    ]
    moved = np.array(model.layers[-1].prototypes, np.float64)
    np.testing.assert_allclose(moved, means, rtol=1e-5)
    again = ((wide[: BLOCK + 7, None] - moved[None]) ** 2).sum(axis=-1).min(axis=1)
    found = own.validate()
    assert found["loss"] == pytest.approx(again.mean(), rel=1e-5)
    assert found["quantization_error"] == pytest.approx(np.sqrt(again).mean(), rel=1e-5)


def test_a_stretch_that_fills_no_block_waits_and_figures_start_anew(rows: Any) -> None:
    own, _ = learner(rows, 100)
    own.begin(np.arange(ROWS, dtype=np.int32))
    assert own.run(Stretch(0, BLOCK // 100, fresh=True)).logs == {}
    first = own.run(Stretch(BLOCK // 100, 1, fresh=False)).logs
    assert own.run(Stretch(0, BLOCK // 100 + 1, fresh=True)).logs == first
    assert own.validate() == {}


def test_a_unit_that_wins_nothing_stays(rows: Any) -> None:
    own, model = learner(rows, ROWS)
    far = np.array(model.layers[-1].prototypes)
    far[4] = 1e3
    model.layers[-1].prototypes.assign(far)
    own.restore({**own.state(), "prototypes": far, "points": far - rows.mean(axis=0)})
    own.begin(np.arange(ROWS, dtype=np.int32))
    own.run(Stretch(0, 1, fresh=True))
    np.testing.assert_allclose(np.array(model.layers[-1].prototypes)[4], 1e3)


@pytest.mark.parametrize(
    ("pair", "exponential", "share", "value"),
    [
        ((4.0, 1.0), False, 0.0, 4.0),
        ((4.0, 1.0), False, 0.25, 3.25),
        ((4.0, 1.0), False, 1.0, 1.0),
        ((4.0, 1.0), True, 0.0, 4.0),
        ((4.0, 1.0), True, 0.5, 2.0),
        ((4.0, 1.0), True, 1.0, 1.0),
        ((0.0, 0.0), True, 0.5, 0.0),
    ],
)
def test_radius_and_rate_fall_along_a_line_or_by_a_share(
    pair: tuple[float, float], share: float, value: float, *, exponential: bool
) -> None:
    decay = Decay(pair, (9.0, 9.0), exponential)
    assert decay.at(share, decay.radius) == pytest.approx(value)


def test_units_learn_by_their_distance_from_the_nearest_one() -> None:
    squares = np.array([0.0, 1.0, 2.0, 4.0])
    expected = np.exp(-squares / (2 * 1.5**2))
    np.testing.assert_allclose(strength(squares, 1.5, bubble=False), expected, rtol=1e-6)
    assert strength(squares, 0.0, bubble=False).numpy().tolist() == [1.0, 0.0, 0.0, 0.0]
    assert strength(squares, np.sqrt(2.0), bubble=True).numpy().tolist() == [1.0, 1.0, 1.0, 0.0]
    near = np.array([2.25 + 9e-7, 2.25 + 2e-6])
    assert strength(near, 1.5, bubble=True).numpy().tolist() == [1.0, 0.0]


def test_of_equally_near_points_the_first_wins_and_no_square_is_below_0() -> None:
    points = tf.constant([[0.0, 2.0], [2.0, 0.0], [5.0, 5.0]])
    winner, squares = nearest(tf.constant([[1.0, 1.0], [5.0, 4.0], [0.0, 2.0]]), points)
    assert winner.numpy().tolist() == [0, 2, 0]
    np.testing.assert_allclose(squares, [2.0, 1.0, 0.0], atol=1e-6)
    large = tf.constant([[1e4 + 0.1, -1e4]])
    assert float(nearest(large, large)[1][0]) >= 0
    told = measured(tf.constant([4.0, 9.0]), tf.constant([1.0, 0.5], tf.float64))
    assert told.numpy().tolist() == [1.5, 3.5, 8.5]
