"""The compiled model is the one a person writes in Keras."""

from pathlib import Path
from typing import Any

import keras
import pytest
from handwritten import HANDWRITTEN

import nnspec

pytestmark = pytest.mark.keras
SPECS = Path(__file__).parents[2] / "specs"


def test_every_shipped_spec_has_a_handwritten_twin() -> None:
    assert {path.stem for path in SPECS.glob("*.yaml")} == set(HANDWRITTEN)


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
