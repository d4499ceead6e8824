"""Networks rewritten by passes, held against Keras' own: outputs, gradients, what layers keep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from networks import Floats, outcome

from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites
from nnspec.engine.tensorflow.passes.base import summary

Make = Callable[[], keras.Model]

POLICIES = {"float32": 2e-5, "float64": 2e-5, "mixed_float16": 2e-2, "mixed_bfloat16": 1e-1}
"""Policy -> how far two ways to compute the same may be apart, relative to the largest value."""


def drawn(*shape: int) -> Floats:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def network(shape: tuple[int, ...], *layers: keras.layers.Layer) -> keras.Model:
    x = keras.Input(shape)
    hidden = x
    for layer in layers:
        hidden = layer(hidden)
    return keras.Model(x, hidden)


def titles(model: keras.Model, setting: Setting) -> str:
    return "; ".join(summary(plan_rewrites(model, PASSES, setting)))


@contextmanager
def under(policy: str) -> Iterator[None]:
    """Let layers made within compute by a dtype policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def assert_same(make: Make, values: Any, setting: Setting, *, training: bool = True) -> None:
    """Compare outputs, gradients and what the layers remember with Keras' own."""

    def run(used: Setting | None) -> tuple[list[Floats], list[Floats]]:
        keras.utils.set_random_seed(2)
        model = make()
        return outcome(model, values, used, training=training), model.get_weights()

    ours, theirs = run(setting), run(None)
    for left, right in zip([*ours[0], *ours[1]], [*theirs[0], *theirs[1]], strict=True):
        np.testing.assert_allclose(left, right, rtol=2e-5, atol=2e-6)


def assert_same_under(policy: str, make: Make, values: Any, setting: Setting) -> None:
    """Compare outputs and gradients with Keras' own, by what a dtype policy resolves."""

    def run(used: Setting | None) -> list[Floats]:
        keras.utils.set_random_seed(2)
        return outcome(make(), values, used, training=True)

    with under(policy):
        ours, theirs = run(setting), run(None)
    for left, right in zip(ours, theirs, strict=True):
        assert left.dtype == right.dtype
        wide, other = left.astype("float64"), right.astype("float64")
        scale = max(1.0, float(np.abs(other).max()))
        np.testing.assert_allclose(wide, other, atol=POLICIES[policy] * scale)
