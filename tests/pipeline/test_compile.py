"""The compiled model is the one a person writes in Keras."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from handwritten import HANDWRITTEN

import nnspec

pytestmark = pytest.mark.keras
SPECS = Path(__file__).parents[2] / "specs"
MAPS = {"digits_map", "iris_map", "wine_kmeans"}
"""Specs whose layer Keras does not have."""


def test_every_shipped_spec_has_a_handwritten_twin() -> None:
    networks = {path.stem for path in SPECS.glob("*.yaml")} - MAPS
    assert networks == set(HANDWRITTEN)


@pytest.mark.parametrize("name", sorted(HANDWRITTEN))
def test_the_compiled_model_equals_the_handwritten_one(name: str) -> None:
    compiled = nnspec.compile(SPECS / f"{name}.yaml")
    keras.backend.clear_session()
    written = HANDWRITTEN[name]()
    assert comparable(compiled) == comparable(written)
    assert compiled.count_params() == written.count_params()
    assert compiled.output_shape == written.output_shape


def comparable(model: keras.Model) -> Any:
    """Return the configuration of a model, with its layers by name: their order is not meaning."""
    config = model.get_config()
    config["layers"] = {layer["name"]: layer for layer in config["layers"]}
    return config


def test_equalization_stands_in_a_functional_model(tmp_path: Path) -> None:
    file = tmp_path / "equal.yaml"
    file.write_text("nnspec: 1\nmodel: [Input: [6, 6, 1], Equalization, Flatten, Dense: 2]\n")
    model = nnspec.compile(file)
    assert model.output_shape == (None, 2)
    image = np.linspace(100, 120, 36, dtype="float32").reshape(1, 6, 6, 1)
    equal = keras.layers.Equalization()(image)
    expected = model.layers[-1](keras.ops.reshape(equal, (1, 36)))
    np.testing.assert_allclose(model(image), expected, rtol=1e-5)
