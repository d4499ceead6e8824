"""The Python surface takes what it gives: a spec that was loaded, as well as its file."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

import nnspec
from nnspec.diagnostics import Refused
from nnspec.spec.spec import Positions

pytestmark = pytest.mark.keras

TEXT = """
nnspec: 1
name: surface
data: {source: rows.csv, target: Yield (kg)}
model:
  - Dense: {units: 3, activation: tanh}
  - Dense: 1
training: {optimizer: adam, loss: mse, epochs: 1}
evaluation: {baselines: false}
export: {formats: []}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    draw = np.random.default_rng(5)
    rows = draw.normal(size=(60, 2))
    lines = [f"{one:.4f},{two:.4f},{one - two:.4f}" for one, two in rows]
    (tmp_path / "rows.csv").write_text("\n".join(["Rain,Sun,Yield (kg)", *lines]) + "\n")
    path = tmp_path / "surface.yaml"
    path.write_text(TEXT)
    return path


def test_a_loaded_spec_compiles_to_the_model_of_its_file(path: Path) -> None:
    spec = nnspec.load(path, overrides=["model.0.Dense.units=5"])
    from_spec, from_text = nnspec.compile(spec), nnspec.compile(str(path))
    assert [layer.get_config().get("units") for layer in from_spec.layers] == [None, 5, 1]
    assert [layer.get_config().get("units") for layer in from_text.layers] == [None, 3, 1]
    assert isinstance(from_spec, keras.Model)
    assert isinstance(from_spec.optimizer, keras.optimizers.Adam)


def test_a_loaded_spec_trains_to_the_figures_of_its_file(path: Path, tmp_path: Path) -> None:
    of_spec = nnspec.train(nnspec.load(path), runs=tmp_path / "runs")
    of_file = nnspec.train(str(path), runs=str(tmp_path / "runs"))
    assert of_spec.folder.name == "surface"
    assert of_spec.report.outputs == of_file.report.outputs
    assert of_spec.report.origins.spec_sha256 == of_file.report.origins.spec_sha256
    assert nnspec.evaluate(of_spec.folder) == of_file.report.outputs


def test_a_spec_changed_after_loading_is_checked_again(path: Path) -> None:
    spec = nnspec.load(path)
    assert nnspec.validate(spec) == nnspec.validate(path) == ()
    data = spec.data
    assert data is not None
    other = replace(spec, data=data.model_copy(update={"source": "../elsewhere.csv"}))
    assert [one.code for one in nnspec.validate(other)] == ["X104"]
    with pytest.raises(Refused, match="outside"):
        nnspec.compile(other)


def test_a_spec_without_places_is_read_as_one_with_them(path: Path) -> None:
    spec = replace(nnspec.load(path), positions=Positions())
    assert nnspec.validate(spec) == ()
    assert nnspec.compile(spec).input_shape == (None, 2)


def test_overrides_of_a_loaded_spec_are_refused(path: Path) -> None:
    spec = nnspec.load(path)
    with pytest.raises(ValueError, match="where it is loaded"):
        nnspec.train(spec, overrides=["training.epochs=2"])
