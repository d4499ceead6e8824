"""Keras 3 files that people have written, where a collection of them is at hand."""

import json
from pathlib import Path
from typing import Any

import keras
import pytest

from nnspec.pipeline.check import check

pytestmark = pytest.mark.keras

COLLECTION = Path(__file__).parents[3] / "shared" / "keras_models"
FILES = sorted(COLLECTION.glob("k3__*.json"))


def layers_of(file: Path) -> list[str]:
    document: Any = json.loads(file.read_text(encoding="utf-8"))
    return [layer["class_name"] for layer in document["config"]["layers"]]


@pytest.mark.skipif(not FILES, reason="the collection of model files is not here")
def test_files_without_code_have_the_shapes_and_parameters_of_keras() -> None:
    for file in FILES:
        if "Lambda" in layers_of(file):
            continue
        _, network = check(file).accept()
        model = keras.models.model_from_json(file.read_text(encoding="utf-8"))
        for layer in model.layers:
            node = network.by_name[layer.name]
            shapes = [tuple(one.shape) for one in keras.tree.flatten(layer.output)]
            assert [one.shape for one in node.outputs or ()] == shapes, (file.name, layer.name)
            assert node.parameters == layer.count_params(), (file.name, layer.name)


@pytest.mark.skipif(not FILES, reason="the collection of model files is not here")
def test_files_with_code_are_refused_by_the_name_of_the_layer() -> None:
    for file in FILES:
        found = [one for one in check(file).diagnostics if one.code == "X102"]
        assert len(found) == layers_of(file).count("Lambda")
        assert all("lambda" in one.message for one in found)
