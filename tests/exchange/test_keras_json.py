"""Keras' own JSON documents: read without Keras, built again, written again."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras_models import KINDS, read_json, rows_for

from nnspec.build.model import build_model
from nnspec.diagnostics import Refused
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.network.fill import hash_model
from nnspec.network.network import Network
from nnspec.pipeline.compile import compile_model

pytestmark = pytest.mark.keras

REWRITTEN = {"frozen", "nested", "operations", "float_tokens"}
"""Models whose layers differ once built again: a Sequential within one becomes a graph, an
operation a layer, an input of tokens one of whole numbers."""


@dataclass(frozen=True)
class Case:
    """A model, the network read from its document, and the model that is built of it."""

    kind: str
    model: Any
    network: Network
    again: Any
    folder: Path


@pytest.fixture(scope="module", params=list(KINDS))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(str(request.param), tmp_path_factory.mktemp("documents"))


def make_case(kind: str, folder: Path) -> Case:
    keras.utils.clear_session()
    model = KINDS[kind]()
    network = read_json(model.to_json(), folder)
    return Case(kind, model, network, build_model(network, name="again", seed=1), folder)


def copy_weights(source: Any, target: Any) -> None:
    """Copy by layer, as two models of one network may list their layers in another order."""
    for layer in source.layers:
        if layer.weights:
            target.get_layer(layer.name).set_weights(layer.get_weights())


def shapes_of(layer: Any) -> list[tuple[int | None, ...]]:
    node = layer._inbound_nodes[0]
    return [tuple(one.shape) for one in keras.tree.flatten(node.outputs)]


def structure(model: Any) -> Any:
    """Return a model's inputs as its call takes them: one, a list, or by name."""
    return getattr(model, "_inputs_struct", None)


def test_shapes_and_parameters_are_those_of_keras_layer_by_layer(case: Case) -> None:
    for layer in keras.models.model_from_json(case.model.to_json()).layers:
        if "ops" in type(layer).__module__ and layer.name not in case.network.by_name:
            continue  # an operation that computes a mask: masks travel with the tensors
        node = case.network.by_name[layer.name]
        assert [one.shape for one in node.outputs or ()] == shapes_of(layer), layer.name
        assert node.parameters == layer.count_params(), layer.name
    total = sum(node.parameters or 0 for node in case.network.nodes)
    assert total == case.model.count_params()


def test_the_rebuilt_model_computes_the_same(case: Case) -> None:
    copy_weights(case.model, case.again)
    rows = rows_for(case.model)
    named = dict(zip([one.name for one in case.model.inputs], rows, strict=True))
    by_name = isinstance(structure(case.model), dict)
    theirs: Any = named if by_name else rows if len(rows) > 1 else rows[0]
    ordered = [named[one.name] for one in case.again.inputs] if len(rows) > 1 else rows[0]
    ours = keras.tree.flatten(case.again(ordered))
    expected = keras.tree.flatten(case.model(theirs))
    for one, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=1e-5)


def test_the_rebuilt_models_document_is_the_same_network(case: Case) -> None:
    again = read_json(encode_keras_json(case.again), case.folder)
    assert hash_model(again) == hash_model(case.network)


def test_the_rebuilt_models_config_is_that_of_the_first(case: Case) -> None:
    first, second = (plain_layers(one) for one in (case.model, case.again))
    assert (second == first) is (case.kind not in REWRITTEN)


def test_plain_keras_loads_what_is_written(case: Case) -> None:
    text = encode_keras_json(case.again)
    assert "nnspec" not in text
    assert "compile_config" not in text
    loaded = keras.models.model_from_json(text)
    assert loaded.count_params() == case.model.count_params()


def plain_layers(model: Any) -> dict[str, Any]:
    """Return each layer's class and arguments."""
    layers = json.loads(model.to_json())["config"]["layers"]
    return {
        one["config"]["name"]: (one["class_name"], without_names(one["config"]))
        for one in layers
        if not one["module"].startswith("keras.src.ops")
    }


def without_names(config: Any) -> Any:
    """Return a config without the names that Keras counts through the process."""
    match config:
        case dict():
            return {key: without_names(one) for key, one in config.items() if key != "name"}
        case list():
            return [without_names(one) for one in config]
        case _:
            return config


def test_trainability_survives(tmp_path: Path) -> None:
    again = make_case("frozen", tmp_path).again
    assert len(again.trainable_weights) == 2
    assert len(again.weights) == 8


def test_policies_are_kept_where_a_layer_has_one_of_its_own(tmp_path: Path) -> None:
    again = make_case("mixed_precision", tmp_path).again
    policies = [layer.dtype_policy.name for layer in again.layers[1:]]
    assert policies == ["mixed_float16", "float32"]


def test_float32_throughout_leaves_the_policy_to_the_run(tmp_path: Path) -> None:
    network = make_case("branches", tmp_path).network
    again = build_model(network, name="again", seed=1, policy="mixed_float16")
    assert again.get_layer("score").compute_dtype == "float16"


def compiled(layers: str, folder: Path) -> Any:
    """Return the Keras model of a list of layers behind an Input."""
    file = folder / "spec.yaml"
    file.write_text(f"nnspec: 1\nmodel: [{layers}]\n", encoding="utf-8")
    return compile_model(file)


@pytest.mark.parametrize("activation", ["{elu: 0.5}", "step"])
def test_what_only_this_package_could_load_is_not_written(activation: str, tmp_path: Path) -> None:
    model = compiled(f"Input: [4], Dense: {{units: 2, activation: {activation}}}", tmp_path)
    with pytest.raises(Refused, match='"dense"'):
        encode_keras_json(model)


def test_what_keras_itself_cannot_read_is_not_written(tmp_path: Path) -> None:
    model = compiled("Input: [8, 8, 3], Equalization", tmp_path)
    with pytest.raises(Refused, match="is part of a cycle"):
        encode_keras_json(model)


def test_a_shear_is_written_as_keras_reads_it(tmp_path: Path) -> None:
    shear = keras.layers.RandomShear(0.2, (0.1, 0.3))
    model = keras.Sequential([keras.Input((8, 8, 3)), shear])
    document = json.loads(encode_keras_json(model))["config"]["layers"][1]["config"]
    assert (document["x_factor"], document["y_factor"]) == (0.2, [0.1, 0.3])
    again = read_json(model.to_json(), tmp_path).nodes[-1].layer
    assert again is not None
    assert again.arguments()["x_factor"] == 0.2


@pytest.mark.parametrize(
    "layer",
    [
        lambda: keras.layers.StringLookup(vocabulary=["a", "b"], num_oov_indices=2),
        lambda: keras.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3),
    ],
)
def test_a_vocabulary_is_read_with_what_keras_says_about_it(layer: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((1,), dtype="string"), layer()])
    found = read_json(model.to_json(), tmp_path).nodes[-1]
    assert found.outputs is not None
    assert found.outputs[0].shape == model.output_shape
