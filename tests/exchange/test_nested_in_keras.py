"""Models within models, written in our own language, as Keras builds them."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.network.fill import hash_model
from nnspec.pipeline.check import check
from nnspec.pipeline.compile import compile_model

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
model:
  layers:
    - Input: [6]
      name: left
    - Input: [6]
      name: right
    - Model:
        layers:
          - Input: [6]
            name: entry
          - Dense: {units: 4, activation: relu}
          - BatchNormalization
        trainable: false
      name: encoder
      inputs: left
    - use: encoder
      name: again
      inputs: right
    - Subtract:
      inputs: [encoder, again]
    - Dense: 1
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC, encoding="utf-8")
    return file


def test_a_model_within_is_a_model_of_keras_with_one_set_of_weights(spec: Path) -> None:
    model: Any = compile_model(spec)
    inner = model.get_layer("encoder")
    assert isinstance(inner, keras.Model)
    assert [layer.name for layer in inner.layers] == ["entry", "dense", "batch_normalization"]
    assert model.count_params() == 6 * 4 + 4 + 4 * 4 + 4 + 1
    assert len(model.trainable_weights) == 2


def test_equal_inputs_give_equal_codes(spec: Path) -> None:
    model: Any = compile_model(spec)
    rows = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")
    difference = keras.Model(model.inputs, model.get_layer("subtract").output)
    np.testing.assert_array_equal(np.asarray(difference([rows, rows])), np.zeros((5, 4)))


def test_the_exported_document_is_the_same_network(spec: Path) -> None:
    _, network = check(spec).accept()
    document = spec.with_name("model.json")
    document.write_text(encode_keras_json(compile_model(spec)), encoding="utf-8")
    _, again = check(document).accept()
    assert [node.parameters for node in again.nodes] == [node.parameters for node in network.nodes]
    assert [node.outputs for node in again.nodes] == [node.outputs for node in network.nodes]


def test_a_spec_of_plain_layers_and_its_document_have_one_hash(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    text = "nnspec: 1\nmodel:\n  - Input: [6]\n  - Dense: 4\n  - Dropout: 0.5\n  - Dense: 1\n"
    file.write_text(text, encoding="utf-8")
    document = tmp_path / "model.json"
    document.write_text(encode_keras_json(compile_model(file)), encoding="utf-8")
    assert hash_model(check(document).accept()[1]) == hash_model(check(file).accept()[1])
