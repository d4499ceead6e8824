"""Dropout that draws with threefry drops its share, anew at each call."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from networks import GRAPH, XLA, outcome
from oracle import POLICIES, under

from nnspec.engine.tensorflow.passes import PASSES, plan_rewrites
from nnspec.engine.tensorflow.passes.base import summary

pytestmark = pytest.mark.keras

L = keras.layers

DROPOUTS: dict[str, tuple[Callable[[], keras.layers.Layer], tuple[int, ...]]] = {
    "dropout": (lambda: L.Dropout(0.3, seed=1), (200, 500)),
    "spatial": (lambda: L.SpatialDropout1D(0.3, seed=1), (200, 7, 500)),
    "shared along an axis": (lambda: L.Dropout(0.3, noise_shape=(None, 1), seed=1), (100_000, 3)),
}


@pytest.mark.parametrize("kind", DROPOUTS)
def test_dropout_under_xla_drops_its_share_and_scales_the_rest(kind: str) -> None:
    make, shape = DROPOUTS[kind]
    x = keras.Input(shape[1:])
    model = keras.Model(x, make()(x))
    dropped = outcome(model, np.ones(shape, "float32"), XLA, training=True)[0]
    kept = dropped != 0
    np.testing.assert_allclose(dropped[kept], 1 / 0.7, rtol=1e-6)
    units = kept if kind == "dropout" else kept[:, 0]
    error = np.sqrt(0.3 * 0.7 / units.size)
    assert abs(units.mean() - 0.7) < 5 * error
    if kind != "dropout":
        assert (kept == kept[:, :1]).all()


def test_dropout_under_xla_draws_anew_at_every_call_and_nothing_at_inference() -> None:
    x = keras.Input((500,))
    model = keras.Model(x, L.Dropout(0.5, seed=1)(x))
    ones = np.ones((20, 500), "float32")
    first, second = (outcome(model, ones, XLA, training=True)[0] for _ in range(2))
    both = ((first != 0) == (second != 0)).mean()
    assert abs(both - 0.5) < 0.03
    np.testing.assert_array_equal(outcome(model, ones, XLA)[0], ones)


def test_dropout_inside_a_nested_model_and_an_attention_layer_is_found() -> None:
    inner = keras.Sequential([keras.Input((4, 8)), L.Dropout(0.5, name="inner_dropout")])
    x = keras.Input((4, 8))
    attended = L.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    model = keras.Model(x, inner(attended))
    rewrites = plan_rewrites(model, PASSES, XLA)
    dropouts = [one for one in rewrites if "threefry" in one.title]
    assert len(dropouts) == 2
    assert any("inner_dropout" in line for line in summary(dropouts))
    assert plan_rewrites(model, PASSES, GRAPH) == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_dropout_drops_in_the_type_that_each_policy_computes_in(policy: str) -> None:
    with under(policy):
        x = keras.Input((500,))
        model = keras.Model(x, L.Dropout(0.25, seed=1)(x))
    given = outcome(model, np.ones((40, 500), "float32"), XLA, training=True)[0]
    assert given.dtype == keras.DTypePolicy(policy).compute_dtype
    wide = given.astype("float64")
    np.testing.assert_allclose(wide[wide != 0], 4 / 3, rtol=5e-3)
    assert abs((wide != 0).mean() - 0.75) < 0.02


def test_whole_numbers_are_dropped_as_by_keras() -> None:
    x = keras.Input((9,), dtype="int32")
    model = keras.Model(x, L.Dropout(0.5, seed=1)(x))
    with pytest.raises(Exception, match="float"):
        outcome(model, np.ones((2, 9), "int32"), None, training=True)
