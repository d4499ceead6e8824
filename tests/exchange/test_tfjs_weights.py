"""Weights of TensorFlow.js models: several files, and numbers of fewer bits."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from older_documents import chain, layer

import nnspec
from nnspec.commands.program import run

pytestmark = pytest.mark.keras

KERNEL = np.linspace(-1, 1, 12).reshape(4, 3).astype("float32")
BIAS = np.array([0.5, -0.25, 0.125], "float32")


def packed(name: str, array: Any, kind: str | None) -> tuple[dict[str, Any], bytes]:
    """Return what a manifest says of an array, and its bytes; of fewer bits by their kind."""
    said: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": "float32"}
    if kind is None:
        return said, array.tobytes()
    if kind == "float16":
        return {**said, "quantization": {"dtype": kind}}, array.astype(kind).tobytes()
    low, scale = float(array.min()), float(np.ptp(array)) / np.iinfo(kind).max
    said["quantization"] = {"dtype": kind, "min": low, "scale": scale}
    return said, np.round((array - low) / scale).astype(kind).tobytes()


def write(folder: Path, kind: str | None, cut: int = 0) -> Path:
    first = {"batch_input_shape": [None, 4]}
    topology = chain([layer("Dense", "d", units=3, activation="linear", **first)], "2.4.0")
    said = [packed("d/kernel", KERNEL, kind), packed("d/bias", BIAS, kind)]
    content = b"".join(one for _, one in said)
    content = content[: len(content) - cut]
    paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"]
    for path, part in zip(paths, (content[:7], content[7:]), strict=True):
        (folder / path).write_bytes(part)
    manifest = [{"paths": paths, "weights": [one for one, _ in said]}]
    model = {"modelTopology": {"model_config": topology}, "weightsManifest": manifest}
    (folder / "model.json").write_text(json.dumps(model), encoding="utf-8")
    return folder / "model.json"


@pytest.mark.parametrize(
    ("kind", "step"), [(None, 0.0), ("float16", 1e-3), ("uint8", 5e-3), ("uint16", 2e-5)]
)
def test_the_network_begins_with_the_weights(kind: str | None, step: float, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    assert run(["import", str(write(tmp_path, kind)), "-o", str(spec)]) == 0
    kernel, bias = nnspec.compile(spec).get_layer("d").get_weights()
    np.testing.assert_allclose(kernel, KERNEL, rtol=0, atol=step)
    np.testing.assert_allclose(bias, BIAS, rtol=0, atol=step)


def test_files_that_end_early_are_refused_and_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.yaml"
    assert run(["import", str(write(tmp_path, None, cut=4)), "-o", str(spec)]) == 1
    assert "the files end before d/bias" in capsys.readouterr().err
    assert not list(tmp_path.glob("spec*"))


def test_a_graph_of_tensorflow_is_refused_with_what_to_convert(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = {"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": []}
    (tmp_path / "model.json").write_text(json.dumps(model), encoding="utf-8")
    assert run(["import", str(tmp_path / "model.json"), "-o", str(tmp_path / "spec.yaml")]) == 1
    assert "a graph of TensorFlow" in capsys.readouterr().err
