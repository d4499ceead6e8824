"""Peak memory of whole processes: `nnspec train` beside a script with `Model.fit`.

    python bench/memory.py

The largest resident set of each fresh process, read from the system. The goal for nnspec is 1.2 of
the script's, and one copy of the data.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from results import record

ROOT = Path(__file__).parents[1]
MEBIBYTE, KIBIBYTE = 2**20, 2**10
SHARE = 1.2
BATCH = 1024


@dataclass(frozen=True, slots=True)
class Case:
    """A table of random numbers."""

    title: str
    rows: int
    columns: int
    free: int | None = None
    """Bytes of memory that the engine is told to be free; the machine's own if None."""

    @property
    def bytes(self) -> int:
        """Return what the features take as float32."""
        return self.rows * self.columns * 4


CASES = (
    Case("small, 2 MiB", 20_000, 26),
    Case("large, 400 MiB", 1_048_576, 100),
    Case("large, streamed", 1_048_576, 100, free=256 * MEBIBYTE),
)

SPEC = f"""nnspec: 1
name: memory
data:
  source: table.npz
  target: y
  features: [x]
  split: {{validation: 0.1, test: 0.1, seed: 0}}
model:
  - Dense: {{units: 32, activation: relu}}
  - Dense: 1
training: {{optimizer: adam, loss: mse, batch_size: {BATCH}, epochs: 2}}
evaluation: {{baselines: false}}
export: {{formats: []}}
"""

SCRIPT = f"""
import sys
import keras
import numpy as np

table = np.load(sys.argv[1])
x, y = table["x"], table["y"]
order = np.random.default_rng(0).permutation(len(x))
train, held, test = np.split(order, [int(0.8 * len(x)), int(0.9 * len(x))])
train_x, held_x, test_x = x[train], x[held], x[test]
mean, deviation = train_x.mean(), train_x.std()
train_x, held_x, test_x = ((one - mean) / deviation for one in (train_x, held_x, test_x))
layers = [keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)]
model = keras.Sequential([keras.Input((x.shape[1],)), *layers])
model.compile("adam", "mse")
held = (held_x, y[held])
model.fit(train_x, y[train], batch_size={BATCH}, epochs=2, validation_data=held, verbose=0)
for part in (train_x, held_x, test_x):
    model.predict(part, batch_size={BATCH}, verbose=0)
"""

TOLD = """
import sys
from pathlib import Path
from nnspec.engine.tensorflow import source

source.MEMORY = Path(sys.argv.pop(1))
source.fits.__kwdefaults__["memory"] = source.MEMORY
from nnspec.commands import main

main()
"""
"""The program with another account of the machine's memory."""


def main() -> None:
    """Measure and print; keep the figures."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--only", nargs="*", help="titles of cases")
    asked = reader.parse_args()
    chosen = [one for one in CASES if not asked.only or one.title in asked.only]
    figures = []
    for case in chosen:
        with tempfile.TemporaryDirectory() as place:
            figures.append(compare(case, Path(place)))
    record("memory", figures)


def compare(case: Case, place: Path) -> dict[str, Any]:
    """Return the peaks of both processes, in bytes."""
    draw = np.random.default_rng(0)
    x = draw.random((case.rows, case.columns), dtype=np.float32)
    np.savez(place / "table.npz", x=x, y=x[:, 0] + draw.random(case.rows, dtype=np.float32))
    del x
    (place / "spec.yaml").write_text(SPEC)
    (place / "meminfo").write_text(f"MemAvailable: {(case.free or 0) // KIBIBYTE} kB\n")
    fit = peak([sys.executable, "-c", SCRIPT, "table.npz"], place)
    program = ["-m", "nnspec"] if case.free is None else ["-c", TOLD, "meminfo"]
    ours = peak([sys.executable, *program, "train", "spec.yaml"], place)
    allowed = SHARE * fit + case.bytes
    print(
        f"{case.title:18} fit {fit / MEBIBYTE:6.0f} MiB  nnspec {ours / MEBIBYTE:6.0f} MiB"
        f"  allowed {allowed / MEBIBYTE:6.0f} MiB",
        flush=True,
    )
    return {"case": case.title, "data": case.bytes, "fit": fit, "nnspec": ours, "allowed": allowed}


def peak(command: list[str], place: Path) -> int:
    """Return the largest resident set of a process, in bytes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, command[1:3]
    return used.ru_maxrss * KIBIBYTE


if __name__ == "__main__":
    main()
