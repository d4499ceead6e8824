"""Ctrl-C and SIGTERM: the program ends with a line, the signal's exit code, and the state kept."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
name: endless
data:
  source: table.csv
  target: y
model:
  - Dense: {units: 8, activation: relu}
  - Dense: 1
training:
  optimizer: adam
  loss: mse
  epochs: 1000000
runtime: {xla: off}
"""
PATIENCE = 120.0


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(120, 3)).tolist()
    text = "\n".join(",".join(f"{cell:.3f}" for cell in row) for row in rows)
    (tmp_path / "table.csv").write_text(f"a,b,y\n{text}\n")
    path = tmp_path / "endless.yaml"
    path.write_text(dedent(SPEC))
    return path


def stopped(
    spec: Path, number: signal.Signals, ready: Callable[[subprocess.Popen[str]], bool]
) -> tuple[int, str]:
    """Train, send the signal once the process is ready for it; return exit code and messages."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nnspec", "train", spec.name],
        cwd=spec.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = time.monotonic()
    while not ready(process):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.01)
    process.send_signal(number)
    _, messages = process.communicate(timeout=PATIENCE)
    return process.returncode, messages


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process' own account of memory")
def test_an_interrupt_while_tensorflow_is_imported_leaves_a_line_and_no_run(spec: Path) -> None:
    def importing(process: subprocess.Popen[str]) -> bool:
        return "libtensorflow" in Path(f"/proc/{process.pid}/maps").read_text()

    code, messages = stopped(spec, signal.SIGINT, importing)
    assert (code, messages) == (130, "nnspec: stopped by SIGINT\n")
    assert not (spec.parent / "runs").exists()


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_a_signal_while_training_keeps_history_and_weights(
    spec: Path, number: signal.Signals, expected: int
) -> None:
    run = Path("runs") / "endless"
    history = spec.parent / run / "history.csv"

    def training(_: subprocess.Popen[str]) -> bool:
        return history.exists() and len(history.read_text().splitlines()) > 3

    code, messages = stopped(spec, number, training)
    told = f"nnspec: stopped by {number.name}; the run so far is kept in {run}\n"
    assert (code, messages) == (expected, told)
    folder = RunFolder.open(spec.parent / run)
    assert json.loads((spec.parent / run / "run.json").read_text())["status"] == "stopped"
    assert folder.read("checkpoints/last.weights.h5")
    assert folder.read("checkpoints/best.weights.h5")
    assert len(folder.read("history.csv").splitlines()) > 3
