"""With TensorFlow and no extra: what needs none works, and what needs one names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.keras, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
EXTRAS = [
    "anyio",
    "duckdb",
    "fastexcel",
    "mlflow",
    "onnx",
    "onnxruntime",
    "PIL",
    "pygls",
    "safetensors",
    "starlette",
    "tensorboard",
    "tf_keras",
    "trackio",
    "uvicorn",
    "zstandard",
]
PROGRAM = """
import importlib.util
import sys

there = importlib.util.find_spec

def looked_for(name, package=None):
    return None if name.partition(".")[0] in EXTRAS else there(name, package)

importlib.util.find_spec = looked_for

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

EXTRAS, commands = %r, %r
sys.meta_path.insert(0, Absent())

from nnspec.commands import main

for one in commands:
    try:
        main(one)
    except SystemExit as stop:
        print("ended:", one[0], one[-1], stop.code or 0, flush=True)
"""
SPEC = """
nnspec: 1
name: bare
data: {source: "sklearn:diabetes", target: target}
model: [Dense: 1]
training: {optimizer: adam, loss: mse, epochs: 1}
"""


def test_a_run_is_exported_and_checked_where_no_extra_is_installed(tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text(SPEC)
    forms = {"savedmodel": "sm", "keras": "b.keras", "keras-json": "b.json", "litert": "b.tflite"}
    commands = [["train", "bare.yaml"]]
    commands += [
        ["export", "runs/bare", "--format", form, "-o", name] for form, name in forms.items()
    ]
    commands += [
        ["export", "runs/bare", "--check"],
        ["export", "runs/bare", "--format", "onnx", "-o", "b.onnx"],
        ["serve", "runs/bare"],
        ["dashboard", "runs"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM % (EXTRAS, commands)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    told = done.stdout + done.stderr
    assert "internal error" not in told, told
    ends = [one[7:] for one in done.stdout.splitlines() if one.startswith("ended: ")]
    assert ends == [
        "train bare.yaml 0",
        *(f"export {name} 0" for name in forms.values()),
        "export --check 0",
        "export b.onnx 1",
        "serve runs/bare 1",
        "dashboard runs 1",
    ], told
    for extra in ("onnx", "serve", "dashboard"):
        assert f"pip install 'nnspec[{extra}]'" in told
