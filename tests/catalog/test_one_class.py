"""A layer is one class: where one is added, everything that speaks of layers follows by itself."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
COPIED = ("nnspec", "tools", "docs", "schema", "bench/results", "tests/catalog", "pyproject.toml")
CLASS = '''\
"""A layer that is new."""

from pydantic import Field

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.types import Number, Positive
from nnspec.shapes import Shape, ShapeError, Weight


class Braiding(Layer):
    """Twists features into strands: (batch, ..., features) to (batch, ..., strands)."""

    keras_module = "braiding_in_keras"
    shorthand = "strands"
    least_rank = 2
    consumes = ("float",)

    strands: Positive = Field(examples=[3])
    """Number of strands: the length of the last axis of the output."""
    tightness: Number = Field(examples=[0.25])
    """How close the strands lie, in turns for each feature."""

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape with a length of `strands` at its end."""
        if self.known(shape, -1, "to make its weights") < 2:
            raise ShapeError("G303", "Braiding has nothing to twist", field="strands")
        return (*shape[:-1], self.strands)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the kernel."""
        return (Weight("kernel", (inputs[0].shape[-1], self.strands)),)
'''
KERAS = """\
import keras


class Braiding(keras.layers.Layer):
    def __init__(self, strands, tightness, **more):
        super().__init__(**more)
        self.strands, self.tightness = strands, tightness

    def build(self, shape):
        if shape[-1] is None or shape[-1] < 2:
            raise ValueError("nothing to twist")
        self.kernel = self.add_weight(shape=(shape[-1], self.strands), name="kernel")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.kernel) * self.tightness

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.strands)

    def get_config(self):
        own = {"strands": self.strands, "tightness": self.tightness}
        return {**super().get_config(), **own}
"""
GENERATE = """\
import sys
sys.path.insert(0, "tools")
import generate
# The outputs of the findings' examples take half a minute, and name no layer's class.
generate.STAGES = [one for one in generate.STAGES if one.__name__ != "render_outputs"]
sys.exit(generate.main())
"""
CONFORM = ("tests/catalog/test_conformance.py", "tests/catalog/test_layers_against_keras.py")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project that has one class more, its generated files written anew."""
    folder = tmp_path_factory.mktemp("grown")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    layers = folder / "nnspec" / "catalog" / "layers"
    (layers / "braiding.py").write_text(CLASS, encoding="utf-8")
    (folder / "braiding_in_keras.py").write_text(KERAS, encoding="utf-8")
    done = run(folder, "-c", GENERATE)
    assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "GITHUB_ACTIONS": ""}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def validate(folder: Path, model: str) -> str:
    spec = folder / "net.yaml"
    spec.write_text(f"nnspec: 1\nmodel:\n{model}", encoding="utf-8")
    found = json.loads(
        run(folder, "-m", "nnspec", "validate", "--format", "json", "net.yaml").stdout
    )
    return " ".join(f"{one['code']}:{one['message']}" for one in found["diagnostics"])


def test_the_generators_check_passes(grown: Path) -> None:
    done = run(grown, "-c", GENERATE, "--check")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_schema_has_its_arguments_with_prose_and_examples(grown: Path) -> None:
    schema = json.loads((grown / "schema" / "nnspec.schema.json").read_text(encoding="utf-8"))
    text = json.dumps(schema)
    for words in ("How close the strands lie", '"examples": [0.25]', "Twists features into"):
        assert words in text
    spec: dict[str, Any] = {"nnspec": 1, "model": [{"Braiding": {"strands": 3, "tightness": 1}}]}
    assert Draft202012Validator(schema).is_valid(spec)
    spec["model"] = [{"Braiding": {"strands": 0, "tightness": 1}}]
    assert not Draft202012Validator(schema).is_valid(spec)


def test_its_page_shows_it_with_all_that_it_must_be_given(grown: Path) -> None:
    page = (grown / "docs" / "reference" / "layers" / "braiding.md").read_text(encoding="utf-8")
    assert "- Braiding: {strands: 3, tightness: 0.25}\n" in page
    assert "| `tightness` |" in page


def test_shapes_and_arguments_are_checked(grown: Path) -> None:
    layer = "  - Braiding: {strands: 3, tightness: 1}\n"
    assert validate(grown, f"  - Input: [5]\n{layer}  - Reshape: [3, 1]\n") == ""
    assert "G303" in validate(grown, f"  - Input: [1]\n{layer}")
    assert "tightness" in validate(grown, "  - Input: [5]\n  - Braiding: {strands: 3}\n")


@pytest.mark.keras
def test_it_is_held_against_keras(grown: Path) -> None:
    asked = (
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "-k",
        "Braiding or left_out",
    )
    done = run(grown, *asked, *CONFORM)
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout, done.stdout
