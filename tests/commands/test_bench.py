"""`nnspec bench`: the executors side by side, and the choice written into the spec."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nnspec

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
SPEC = """\
nnspec: 1  # the language
name: small
data: {source: table.csv, target: y}
model: [Dense: 4, Dense: 1]
training:
  optimizer: sgd
  loss: mse
  batch_size: 4
  epochs: 5
# the end
"""


@pytest.mark.slow
def test_the_fastest_executor_is_written_into_the_spec(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},{number % 7},{2 * number}" for number in range(40))
    (tmp_path / "table.csv").write_text(f"a,b,y\n{rows}\n")
    (tmp_path / "small.yaml").write_text(SPEC)
    command = [sys.executable, "-m", "nnspec", "bench", "small.yaml", "--seconds", "0", "--write"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("fit", "fit, 32 steps a call", "nnspec, graph", "nnspec, XLA"):
        assert any(line.startswith(f"{name} ") for line in done.stdout.splitlines()), name
    assert max(map(len, done.stdout.splitlines())) <= 80
    text = (tmp_path / "small.yaml").read_text()
    assert text.startswith(SPEC)
    runtime = nnspec.load(tmp_path / "small.yaml").runtime
    assert f"runtime: {{engine: {runtime.engine}, xla: {runtime.xla}}}" in done.stdout
    assert (runtime.engine, runtime.xla) != ("auto", "auto")
    assert not (tmp_path / "runs").exists()
