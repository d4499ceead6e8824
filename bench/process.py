"""Whole processes: `nnspec train` on each shipped spec beside the same network written by hand.

    python bench/process.py                     every spec, and an MLP over 200 epochs
    python bench/process.py --only wine --turns 5

Both start in fresh processes, turn by turn, and end when the trained weights are on the disk:
start, data, compilation and training count, report and export do not. Both run the epochs that
the spec's early stopping leaves, with early stopping watching and never stopping. The first
process of each is left out: it compiles the byte code, which an installed package has.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from results import record

import nnspec

ROOT = Path(__file__).parents[1]
NEVER = 100_000
"""A patience that no training exhausts."""
QUIET = ("export.formats=[]", "evaluation.baselines=false")


@dataclass(frozen=True, slots=True)
class Case:
    """A spec, the epochs it is trained for (None: those that its early stopping leaves), a goal."""

    title: str
    spec: str
    epochs: int | None = None
    goal: float = 0.95
    """How many times faster than the script the process should be."""


MLP = """nnspec: 1
name: mlp
data: {source: mlp.npz, target: y, features: [x], split: {validation: 0.1, test: 0.1, seed: 0}}
model:
  - Dense: {units: 64, activation: relu}
  - BatchNormalization
  - Dropout: 0.2
  - Dense: {units: 32, activation: relu}
  - Dense: 1
training:
  optimizer: adam
  loss: mse
  metrics: [rmse, mae]
  epochs: 200
  callbacks: [{EarlyStopping: {patience: 20, restore_best_weights: true}}]
"""
"""The MLP that `bench/engine.py` measures, over 20,480 training rows."""
MLP_ROWS, MLP_COLUMNS = 25_600, 8

CASES = (
    *(Case(path.stem, path.stem) for path in sorted((ROOT / "specs").glob("*.yaml"))),
    Case("diabetes, 200 epochs", "diabetes", 200),
    Case("MLP, 200 epochs", "mlp", 200, 5.0),
)


def main() -> None:
    """Measure and print; keep the figures."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--only", nargs="*", help="names of cases")
    reader.add_argument("--turns", type=int, default=3)
    asked = reader.parse_args()
    chosen = [one for one in CASES if not asked.only or one.title in asked.only]
    with tempfile.TemporaryDirectory() as place:
        write_mlp(Path(place))
        figures = [compare(one, Path(place), asked.turns) for one in chosen]
    record("process", figures)


def write_mlp(place: Path) -> None:
    """Write the MLP's spec and a table of random numbers for it."""
    draw = np.random.default_rng(0)
    features = draw.normal(size=(MLP_ROWS, MLP_COLUMNS)).astype("float32")
    np.savez(place / "mlp.npz", x=features, y=features.sum(axis=1))
    (place / "mlp.yaml").write_text(MLP)


def spec_file(spec: str, place: Path) -> Path:
    """Return the file of a spec: a shipped one, or the MLP's."""
    return place / "mlp.yaml" if spec == "mlp" else ROOT / "specs" / f"{spec}.yaml"


def compare(case: Case, place: Path, turns: int) -> dict[str, Any]:
    """Return the seconds of both ways to train, and their ratio: medians over the turns."""
    epochs = case.epochs or epochs_of(case.spec, place)
    train_by_hand(case.spec, 1, place)
    pairs = [
        (train_by_hand(case.spec, epochs, place), train_by_nnspec(case.spec, epochs, place))
        for _ in range(turns)
    ]
    ratio = statistics.median(left / right for left, right in pairs)
    hand, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"{case.title:24} {epochs:4} epochs  by hand {hand:6.2f} s  nnspec {ours:6.2f} s"
        f"  x{ratio:.2f}  (goal {case.goal:g})",
        flush=True,
    )
    return {
        "case": case.title,
        "epochs": epochs,
        "by_hand_s": hand,
        "nnspec_s": ours,
        "ratio": ratio,
        "goal": case.goal,
        "pairs": pairs,
    }


def epochs_of(spec: str, place: Path) -> int:
    """Return the epochs that a spec is trained for as it is shipped."""
    overrides = [part for one in QUIET for part in ("--set", one)]
    run = place / f"{spec}-shipped"
    finish([*nnspec_command(spec, run), *overrides])
    return len((run / "history.csv").read_text().splitlines()) - 1


def train_by_nnspec(spec: str, epochs: int, place: Path) -> float:
    """Return the seconds from the program's start until the last weights are written."""
    callbacks = nnspec.load(spec_file(spec, place)).training
    assert callbacks is not None
    number = [one.keras_name for one in callbacks.callbacks].index("EarlyStopping")
    settings = (
        f"training.epochs={epochs}",
        f"training.callbacks.{number}.EarlyStopping.patience={NEVER}",
        *QUIET,
    )
    run = place / f"{spec}-{time.time_ns()}"
    command = nnspec_command(spec, run)
    begun = finish([*command, *(part for one in settings for part in ("--set", one))])
    done = len((run / "history.csv").read_text().splitlines()) - 1
    assert done == epochs, f"{spec}: {done} epochs instead of {epochs}"
    return written(run / "checkpoints" / "last.weights.h5") - begun


def train_by_hand(spec: str, epochs: int, place: Path) -> float:
    """Return the seconds from the script's start until its weights are written."""
    file = place / f"{spec}.weights.h5"
    script = str(ROOT / "bench" / "handwritten.py")
    arguments = [spec, "--epochs", str(epochs), "--patience", str(NEVER), "--weights", str(file)]
    if spec == "mlp":
        arguments += ["--table", str(place / "mlp.npz")]
    return -finish([sys.executable, script, *arguments]) + written(file)


def nnspec_command(spec: str, run: Path) -> list[str]:
    """Return the command that trains a spec into a folder."""
    file = str(spec_file(spec, run.parent))
    place = ["--runs", str(run.parent), "--name", run.name]
    return [sys.executable, "-m", "nnspec", "train", file, *place]


def finish(command: Sequence[str]) -> float:
    """Run a command to its end; return when it began, in seconds since 1970."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.time()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return begun


def written(file: Path) -> float:
    """Return when a file was written, in seconds since 1970."""
    return file.stat().st_mtime


if __name__ == "__main__":
    main()
