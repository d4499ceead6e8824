"""The networks of keras.applications, from Keras' JSON: layer by layer, without Keras.

NNSPEC_EXAMPLES asks for all forty, which takes minutes; a sample of them otherwise.
"""

import inspect
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras_models import read_json

from nnspec.build.model import build_model
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.network.fill import hash_model

pytestmark = [pytest.mark.keras, pytest.mark.slow, pytest.mark.timeout(3600)]

ROOT = Path(__file__).parents[2]
EVERY = sorted(
    name
    for name, made in vars(keras.applications).items()
    if inspect.isfunction(made) and name[0].isupper()
)
FULL = "NNSPEC_EXAMPLES" in os.environ
NAMES = EVERY if FULL else ["ConvNeXtTiny", "MobileNetV2", "MobileNetV3Small"]
COMPUTED = ("ConvNeXtTiny", "InceptionResNetV2", "MobileNetV3Small", "NASNetMobile")
"""Networks with operations, classes of Keras' own, or many paths; the rest are plain graphs."""

Table = dict[str, list[Any]]
"""Layer -> shapes that leave it, number of its parameters."""

STATIC = """
import json, sys
from pathlib import Path

for name in ("keras", "tensorflow", "numpy"):
    sys.modules[name] = None  # an import of it fails

from nnspec.pipeline.check import check

for file in sorted(Path(sys.argv[1]).glob("*.json")):
    _, network = check(file).accept()
    table = {
        node.name: [[list(one.shape) for one in node.outputs], node.parameters]
        for node in network.nodes
    }
    file.with_suffix(".ours").write_text(json.dumps(table), encoding="utf-8")
"""


@dataclass(frozen=True)
class Documents:
    """A folder of documents, and Keras' figures by network."""

    folder: Path
    figures: dict[str, Table]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Write every network as JSON, and let a process without Keras read them all."""
    folder = tmp_path_factory.mktemp("applications")
    figures: dict[str, Table] = {}
    for name in NAMES:
        model = getattr(keras.applications, name)(weights=None)
        (folder / f"{name}.json").write_text(model.to_json(), encoding="utf-8")
        figures[name] = {layer.name: figures_of(layer) for layer in model.layers}
        keras.utils.clear_session()
    command = [sys.executable, "-c", STATIC, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, cwd=ROOT, check=True)
    return Documents(folder, figures)


def figures_of(layer: Any) -> list[Any]:
    outputs = keras.tree.flatten(layer._inbound_nodes[0].outputs)
    return [[list(one.shape) for one in outputs], layer.count_params()]


def total(table: Table) -> int:
    return sum(parameters for _, parameters in table.values())


def test_there_are_forty_networks() -> None:
    assert len(EVERY) == 40


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_parameters_are_those_of_keras(name: str, documents: Documents) -> None:
    text = (documents.folder / f"{name}.ours").read_text(encoding="utf-8")
    ours: Table = json.loads(text)
    expected = documents.figures[name]
    assert {layer: ours[layer] for layer in expected} == expected
    # Operations on tensors are no layers of Keras' model, and have no weights.
    assert sum(parameters for _, parameters in ours.values()) == total(expected)


@pytest.mark.parametrize("name", NAMES)
def test_the_rebuilt_document_is_the_same_network(
    name: str, documents: Documents, tmp_path: Path
) -> None:
    keras.utils.clear_session()
    document = (documents.folder / f"{name}.json").read_text(encoding="utf-8")
    network = read_json(document, tmp_path)
    again = build_model(network, name=name, seed=1)
    assert hash_model(read_json(encode_keras_json(again), tmp_path)) == hash_model(network)


@pytest.mark.parametrize("name", [name for name in COMPUTED if name in NAMES])
def test_the_rebuilt_network_computes_the_same(
    name: str, documents: Documents, tmp_path: Path
) -> None:
    keras.utils.clear_session()
    document = (documents.folder / f"{name}.json").read_text(encoding="utf-8")
    model = keras.models.model_from_json(document)
    again = build_model(read_json(document, tmp_path), name=name, seed=1)
    for layer in model.layers:
        if layer.weights:
            again.get_layer(layer.name).set_weights(layer.get_weights())
    shape = [extent or 96 for extent in model.input_shape[1:]]
    rows = np.random.default_rng(5).uniform(0, 255, (1, *shape))
    expected = np.asarray(model(rows.astype("float32")))
    np.testing.assert_allclose(np.asarray(again(rows.astype("float32"))), expected, atol=1e-5)
