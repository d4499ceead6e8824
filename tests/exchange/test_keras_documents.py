"""What Keras 3 writes down is read as the same network, or one finding says what stops it."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras_documents import READ, TOLD
from keras_models import read_json

from nnspec.build.model import build_model
from nnspec.diagnostics import Refused, Severity
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.pipeline.check import check

pytestmark = pytest.mark.keras

ENOUGH = 48


def name_of(tensor: Any) -> str:
    return str(tensor._keras_history.operation.name)


def rows_by_name(model: Any) -> dict[str, Any]:
    """Return random rows for each input, by its layer's name."""
    generator = np.random.default_rng(7)
    rows: dict[str, Any] = {}
    for one in model.inputs:
        shape = (3, *one.shape[1:])
        if one.dtype == "string":
            words = generator.choice(["a", "b", "a b"], shape).tolist()
            rows[name_of(one)] = keras.ops.convert_to_tensor(words, dtype="string")
        elif "int" in one.dtype:
            rows[name_of(one)] = generator.integers(0, 9, shape).astype(one.dtype)
        else:
            rows[name_of(one)] = generator.normal(size=shape).astype(one.dtype)
    return rows


def answers(model: Any, rows: dict[str, Any]) -> list[np.ndarray]:
    """Return what leaves a model, whose inputs may be given in any structure."""
    names = keras.tree.map_structure(name_of, model._inputs_struct)
    given = keras.tree.map_structure(rows.__getitem__, names)
    return [np.asarray(one) for one in keras.tree.flatten(model(given))]


def assert_same(ours: list[np.ndarray], theirs: list[np.ndarray]) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def copy_weights(source: Any, target: Any) -> None:
    """Copy layer by layer, or weight by weight where one layer became several."""
    by_name = {layer.name: layer.weights for layer in target.layers}
    owners = [one for one in source.layers if one.weights]
    if all(len(by_name.get(one.name, ())) == len(one.weights) for one in owners):
        for layer in owners:
            target.get_layer(layer.name).set_weights(layer.get_weights())
    else:
        target.set_weights(source.get_weights())


@pytest.mark.parametrize("name", READ)
def test_a_document_of_keras_is_the_same_network(name: str, tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = READ[name]()
    again = build_model(read_json(model.to_json(), tmp_path), name="again", seed=1)
    copy_weights(model, again)
    rows = rows_by_name(model)
    ours = answers(again, rows)
    assert_same(ours, answers(model, rows))
    written = keras.models.model_from_json(encode_keras_json(again))
    written.set_weights(again.get_weights())
    assert_same(answers(written, rows), ours)


@pytest.mark.parametrize("name", TOLD)
def test_what_no_layer_here_does_is_one_finding_that_names_the_layer(
    name: str, tmp_path: Path
) -> None:
    keras.utils.clear_session()
    told = TOLD[name]
    file = tmp_path / "model.json"
    file.write_text(told.made().to_json(), encoding="utf-8")
    found = [one for one in check(file).diagnostics if one.severity is Severity.ERROR]
    assert len(found) == 1, found
    assert told.layer in found[0].message
    assert told.advice in str(found[0].hint)


def test_every_kind_of_document_is_tried() -> None:
    assert len(READ) + len(TOLD) >= ENOUGH


def test_a_stateful_layer_is_written(tmp_path: Path) -> None:
    given = keras.Input(batch_shape=(2, 5, 3))
    model = keras.Model(given, keras.layers.LSTM(4, stateful=True)(given))
    again = build_model(read_json(model.to_json(), tmp_path), name="again", seed=1)
    assert keras.models.model_from_json(encode_keras_json(again)).layers[-1].stateful


def test_a_function_of_python_in_place_of_an_activation_is_refused(tmp_path: Path) -> None:
    given = keras.Input((4,))
    with pytest.warns(UserWarning, match="lambda"):
        text = keras.Model(
            given, keras.layers.Dense(2, activation=lambda x: x * 2, name="twice")(given)
        ).to_json()
    with pytest.raises(Refused) as refused:
        read_json(text, tmp_path)
    (found,) = refused.value.diagnostics
    assert found.code == "X102"
    assert "twice" in found.message
