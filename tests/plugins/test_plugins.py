"""A plugin adds a layer: schema, explain, summary, shapes and Keras follow from its class alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
CATALOGUE = '''\
"""A layer for nnspec."""

from typing import ClassVar

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.types import Positive
from nnspec.shapes import Shape, ShapeError, Weight


class Swirl(Layer):
    """Turns features around and around."""

    keras_module = "swirling.in_keras"
    shorthand = "turns"
    ranks = (2,)

    turns: Positive
    """How often the features are turned, in whole turns."""

    def infer_shape(self, shape: Shape) -> Shape:
        if self.known(shape, 1, "to turn it") < 2:
            raise ShapeError("G303", "Swirl has nothing to turn", field="turns")
        return (*shape[:-1], self.turns)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        return (Weight("centre", (inputs[0].shape[-1], self.turns)),)
'''
KERAS = """\
import keras


class Swirl(keras.layers.Layer):
    def __init__(self, turns, **more):
        super().__init__(**more)
        self.turns = turns

    def build(self, shape):
        self.centre = self.add_weight(shape=(shape[-1], self.turns), name="centre")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.centre)
"""
SPEC = """\
nnspec: 1
plugins: [swirling]
model:
  - Input: [4]
  - Swirl: 3
  - Dense: 2
"""
COMPILE = """\
import sys
import nnspec
from nnspec.catalog.plugins import import_plugin
import_plugin("swirling")
model = nnspec.compile(sys.argv[1])
print(model.get_layer("swirl").output.shape, model.count_params())
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Install the plugin the way an installer does: a package, and a folder of metadata."""
    install(tmp_path, "swirling", "swirling.catalogue", {"catalogue": CATALOGUE, "in_keras": KERAS})
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def install(site: Path, name: str, module: str, files: dict[str, str]) -> None:
    package, metadata = site / name, site / f"{name}-1.0.dist-info"
    package.mkdir()
    metadata.mkdir()
    for file, text in {"__init__": "", **files}.items():
        (package / f"{file}.py").write_text(text, encoding="utf-8")
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[nnspec.plugins]\n{name} = {module}\n")


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=site,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def nnspec(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(site, "-m", "nnspec", *arguments)


def test_a_plugin_is_not_imported_unless_that_is_allowed(site: Path) -> None:
    mark = 'open("imported", "w").close()\n'
    (site / "swirling" / "__init__.py").write_text(mark, encoding="utf-8")
    (site / "spec.yaml").write_text(SPEC.replace("Dense: 2", "Dense: -2"), encoding="utf-8")
    done = nnspec(site, "validate", "spec.yaml")
    assert done.returncode == 1
    assert "'Swirl' is no layer and no block" not in done.stdout
    assert "'Swirl' is not a layer or block that nnspec knows; it may come from" in joined(done)
    assert "--allow-plugins" in done.stdout
    assert "units must be a positive whole number" in done.stdout, "other checks go on"
    assert not (site / "imported").exists()
    nnspec(site, "validate", "--allow-plugins", "spec.yaml")
    assert (site / "imported").exists()


def joined(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join(done.stdout.split())


def test_a_plugin_that_is_allowed_gives_its_layers(site: Path) -> None:
    done = nnspec(site, "validate", "--allow-plugins", "spec.yaml")
    assert done.returncode == 0, done.stdout
    done = nnspec(site, "summary", "--allow-plugins", "spec.yaml")
    assert "Swirl" in done.stdout
    assert "parameters: 20 (20 trainable" in done.stdout, "4 x 3, and 3 x 2 and 2"


def test_fields_and_shapes_of_a_plugins_layer_are_checked(site: Path) -> None:
    for change, words in (
        ("Swirl: 0", "turns must be a positive whole number"),
        ("Swirl: {turn: 3}", "did you mean turns?"),
        ("Swirl", "Swirl needs turns"),
    ):
        (site / "spec.yaml").write_text(SPEC.replace("Swirl: 3", change), encoding="utf-8")
        done = nnspec(site, "validate", "--allow-plugins", "spec.yaml")
        assert done.returncode == 1
        assert words in joined(done)
    (site / "spec.yaml").write_text(SPEC.replace("[4]", "[1]"), encoding="utf-8")
    done = nnspec(site, "validate", "--allow-plugins", "spec.yaml")
    assert "Swirl has nothing to turn" in done.stdout


def test_the_filled_spec_names_its_plugins(site: Path) -> None:
    done = nnspec(site, "render", "--allow-plugins", "spec.yaml")
    (site / "filled.yaml").write_text(done.stdout, encoding="utf-8")
    again = nnspec(site, "render", "--allow-plugins", "filled.yaml")
    assert "swirling" in done.stdout
    assert again.stdout == done.stdout


def test_schema_and_explanation_follow_from_the_class(site: Path) -> None:
    done = nnspec(site, "schema", "--plugin", "swirling")
    validator = Draft202012Validator(json.loads(done.stdout))
    spec = {"nnspec": 1, "plugins": ["swirling"], "model": [{"Input": [4]}, {"Swirl": 3}]}
    assert validator.is_valid(spec)
    assert not validator.is_valid({**spec, "model": [{"Swirl": {"turns": 0}}]})
    assert "Swirl" not in nnspec(site, "schema").stdout
    told = nnspec(site, "explain", "--plugin", "swirling", "Swirl").stdout
    assert "Turns features around and around." in told
    assert "How often the features are turned, in whole turns." in told


@pytest.mark.keras
def test_the_layer_is_built_by_the_plugins_own_keras_class(site: Path) -> None:
    done = run(site, "-c", COMPILE, "spec.yaml")
    assert done.stdout.strip() == "(None, 3) 20", done.stderr


@pytest.mark.parametrize(
    ("catalogue", "words"),
    [
        ("import no_such_module\n", "its import raises ModuleNotFoundError"),
        (CATALOGUE.replace("Swirl", "Dense"), "the name Dense is taken by a class of nnspec"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused(site: Path, catalogue: str, words: str) -> None:
    (site / "swirling" / "catalogue.py").write_text(catalogue, encoding="utf-8")
    done = nnspec(site, "validate", "--allow-plugins", "spec.yaml")
    assert done.returncode == 1
    assert "[X107]" in done.stdout
    assert words in joined(done)


def test_a_plugin_that_is_not_installed_is_refused_with_the_nearest_name(site: Path) -> None:
    text = dedent(SPEC).replace("swirling", "swirlin")
    (site / "spec.yaml").write_text(text, encoding="utf-8")
    done = nnspec(site, "validate", "--allow-plugins", "spec.yaml")
    assert done.returncode == 1
    assert "no installed package registers it" in joined(done)
    assert "did you mean swirling?" in done.stdout
    assert nnspec(site, "explain", "--plugin", "swirlin", "Dense").returncode == 2
