"""Operations on tensors in Keras' documents: what layers compute is read as those layers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from keras_models import read_json, rows_for

from nnspec.build.model import build_model
from nnspec.pipeline.check import check

pytestmark = pytest.mark.keras


def timed_chain(series: Any) -> Any:
    chain = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(2)])
    return layers.TimeDistributed(chain)(series)


COMPUTED: dict[str, Callable[[Any], Any]] = {
    "reshape": lambda x: ops.reshape(x, (-1, 3, 10)),
    "flat": lambda x: ops.reshape(x, (-1, 30)),
    "joined": lambda x: ops.concatenate([x, x * 0.5, x], axis=2),
    "joined in rows": lambda x: ops.concatenate([x, x + 1.0], axis=-2),
    "gelu": ops.gelu,
    "exact gelu": lambda x: ops.gelu(x, approximate=False),
    "elu": lambda x: ops.elu(x, alpha=0.5),
    "leaky": lambda x: ops.leaky_relu(x, negative_slope=0.3),
    "one more axis": lambda x: ops.expand_dims(x, -1),
    "one more axis at the front": lambda x: ops.expand_dims(x, 1),
    "one axis less": lambda x: ops.squeeze(ops.expand_dims(x, 2), 2),
    "stretch": lambda x: x[:, 1:4],
    "stretch from the end": lambda x: x[:, -2:],
    "last step": lambda x: x[:, -1, :],
    "first channel": lambda x: x[..., 0],
    "channels": lambda x: x[:, :, 2:5],
    "mean": lambda x: ops.mean(x, axis=1),
    "mean of channels": lambda x: ops.mean(x, axis=-1, keepdims=True),
    "mean of two axes": lambda x: ops.mean(ops.expand_dims(x, -1), axis=[1, 2]),
    "maximum": lambda x: ops.max(x, axis=2),
    "sum": lambda x: ops.sum(x, axis=1),
    "square": lambda x: x**2,
    "cube": lambda x: ops.power(x, 3),
    "negative": lambda x: -x,
    "array added": lambda x: x + np.linspace(-1, 1, 6).astype("float32"),
    "array as factor": lambda x: x * np.linspace(0, 2, 6).astype("float32"),
    "transposed": lambda x: ops.transpose(x, (0, 2, 1)),
    "softmax": lambda x: ops.softmax(x, axis=1),
    "product": lambda x: ops.matmul(x, ops.transpose(x, (0, 2, 1))),
    "chain at each step": timed_chain,
    "power of a constant": lambda x: 2.0**x,
    "from a constant": lambda x: 1 - x,
    "bounds": lambda x: ops.clip(x, -0.5, 1.0) + ops.clip(x, 0, 6),
    "larger and smaller than constants": lambda x: ops.maximum(x, 0.2) - ops.minimum(0.3, x),
    "absolute": ops.abs,
    "array as divisor": lambda x: (x - np.arange(6, dtype="float32")) / np.full(6, 2.0, "float32"),
    "array of one number": lambda x: x * np.array([[3.0]], "float32"),
    "celu": lambda x: ops.celu(x, alpha=0.7),
    "gated halves": ops.glu,
    "every second": lambda x: x[:, ::2],
    "reversed": lambda x: ops.flip(x, axis=1) + x[:, ::-1],
    "stretches of two axes": lambda x: x[:, 1:3, 2:5],
    "place and stretch": lambda x: x[:, 1, 2:4],
    "axis put in": lambda x: x[:, :, None],
    "places": lambda x: ops.take(x, [0, 2], axis=1),
    "beside each other": lambda x: ops.stack([x, x * 2.0], axis=-1),
    "two of three parts": lambda x: ops.split(x, 3, axis=-1)[::2],
    "parted at places": lambda x: ops.split(x, [1, 3], axis=1),
    "each step": lambda x: ops.unstack(x, axis=1)[2:4],
    "repeated": lambda x: ops.repeat(x, 3, axis=2),
    "tiled": lambda x: ops.tile(x, [1, 2, 3]),
    "rolled": lambda x: ops.roll(x, 2, axis=1),
    "padded": lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 3]]),
    "moved": lambda x: ops.moveaxis(ops.expand_dims(x, 1), 1, -1),
    "minimum": lambda x: ops.min(x, axis=-1, keepdims=True),
    "variance": lambda x: ops.var(x, axis=1),
    "mean of axes apart": lambda x: ops.mean(ops.reshape(x, (-1, 5, 2, 3)), axis=(1, 3)),
    "sums of products": lambda x: ops.einsum("bid,bjd->bij", x, x * 0.5),
    "turned by einsum": lambda x: ops.einsum("bij->bji", x),
    "of length 1": lambda x: ops.normalize(x, axis=-1),
    "centred and scaled": lambda x: ops.layer_normalization(x, axis=-1),
}
REFUSED: dict[str, Callable[[Any], Any]] = {
    "root": lambda x: ops.power(x, 0.5),
    "across rows": lambda x: ops.reshape(x, (-1, 15)),
    "mean of all": ops.mean,
    "remainder": lambda x: x % 2.0,
    "reciprocal": lambda x: 1 / x,
    "sum of all": lambda x: ops.einsum("bij->b", x),
}


def model_of(function: Callable[[Any], Any], shape: tuple[int | None, ...] = (5, 6)) -> Any:
    given = keras.Input(shape)
    return keras.Model(given, function(given))


@pytest.mark.parametrize("name", COMPUTED)
def test_an_operation_is_read_as_layers_that_compute_the_same(name: str, tmp_path: Path) -> None:
    model = model_of(COMPUTED[name])
    ours = build_model(read_json(model.to_json(), tmp_path), name="again", seed=1)
    ours.set_weights(model.get_weights())
    rows = rows_for(model)
    pairs = zip(*(keras.tree.flatten(one(rows[0])) for one in (ours, model)), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_layer_computes_is_named(name: str, tmp_path: Path) -> None:
    model = model_of(REFUSED[name])
    (tmp_path / "model.json").write_text(model.to_json(), encoding="utf-8")
    (found,) = [one for one in check(tmp_path / "model.json").diagnostics if one.code == "S106"]
    assert found.message.startswith(model.operations[-1].name)
    assert found.message.endswith("no layer here computes")


def test_operations_that_no_layer_computes_are_one_finding(tmp_path: Path) -> None:
    model = model_of(lambda x: ops.where(ops.sin(x) > 0, x, ops.cos(x)))
    (tmp_path / "model.json").write_text(model.to_json(), encoding="utf-8")
    (found,) = check(tmp_path / "model.json").diagnostics
    assert found.message.startswith("sin is Sin")
    assert {one.message.split()[0] for one in found.related} == {"greater", "cos", "where"}


def test_numbers_that_are_whole_are_not_scaled_into_others(tmp_path: Path) -> None:
    given = keras.Input((5,), dtype="int32")
    text = keras.Model(given, layers.Embedding(9, 2)(given + 1)).to_json()
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    (found,) = check(tmp_path / "model.json").diagnostics
    assert "is Add of keras" in found.message
