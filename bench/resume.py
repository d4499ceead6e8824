"""Kills trainings at random moments, resumes them, and compares with those that nobody killed.

    python bench/resume.py                    50 runs of each kind, one kill each
    python bench/resume.py --each 5           fewer
    python bench/resume.py --kills 10         several kills of one run
    python bench/resume.py --only lstm map

Half of the kills come while a state is being written, the others at any moment after the run's
folder is there. States are written after every chunk of steps in the runs that are killed, and as
often as costs little in the one that they are compared with. What must be equal, bit for bit:
weights, the last state with optimizer and seeds, history, predictions and report.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from results import record

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "pipeline")]

# ruff: noqa: E402 - the tests say what must be the same of two runs
from resumed import differing

GLANCE = 0.0005
PATIENCE = 600.0
TABLE = "data: {source: table.csv, target: y}\n"
KINDS: Mapping[str, str] = {
    "mlp": TABLE
    + """
model: [{Dense: {units: 32, activation: relu}}, {Dropout: 0.3}, {Dense: 1}]
training: {optimizer: adam, loss: mse, metrics: [mae], epochs: 150}
""",
    "cnn": """
data: {source: pictures.npz, target: y, features: [x]}
model:
  - RandomFlip: horizontal
  - RandomTranslation: {height_factor: 0.1, width_factor: 0.1}
  - Conv2D: {filters: 4, kernel_size: 3, activation: relu}
  - Flatten
  - Dropout: 0.2
  - Dense: {units: 2, activation: softmax}
training: {optimizer: adam, loss: sparse_categorical_crossentropy, batch_size: 16, epochs: 25}
""",
    "lstm": """
data: {source: series.npz, target: y, features: [x]}
model: [{LSTM: {units: 16, dropout: 0.2}}, {Dense: 1}]
training: {optimizer: rmsprop, loss: mse, metrics: [mae], epochs: 25}
""",
    "map": """
data: {source: table.csv, features: [x0, x1, x2]}
model: [{SelfOrganizingMap: [8, 8]}]
training: {rule: {kohonen: {method: online}}, epochs: 60}
""",
    "schedule": TABLE
    + """
model: [{Dense: 32}, BatchNormalization, {Activation: relu}, {Dropout: 0.3}, {Dense: 1}]
training:
  optimizer:
    Adam:
      learning_rate: {CosineDecay: {initial_learning_rate: 0.01, decay_steps: 100, unit: epochs}}
  loss: mse
  epochs: 150
  callbacks: [{EarlyStopping: {patience: 25, restore_best_weights: true}}]
""",
}
JUDGED = "evaluation: {baselines: false}\nexport: {formats: []}\n"


def main() -> None:
    """Kill, resume, compare; print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=50, help="runs of each kind")
    parser.add_argument("--kills", type=int, default=1, help="kills of each run")
    parser.add_argument("--only", nargs="*", choices=list(KINDS), help="kinds")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - moments, no secrets
    figures = []
    with tempfile.TemporaryDirectory() as place:
        write_data(Path(place))
        for kind in asked.only or KINDS:
            row = {"kind": kind, **measure(kind, Path(place), asked.each, asked.kills, draw)}
            figures.append(row)
            print(f"{kind:10} {row['equal']:3} of {row['runs']} equal, {row['kills']} kills")
    record("resume", figures)
    sys.exit(int(any(row["equal"] < row["runs"] for row in figures)))


def measure(
    kind: str, place: Path, each: int, kills: int, draw: random.Random
) -> dict[str, object]:
    """Return how many killed runs of a kind end as the one that nobody killed."""
    spec = place / f"{kind}.yaml"
    spec.write_text(f"nnspec: 1\nname: {kind}\n{KINDS[kind]}\n{JUDGED}")
    whole = place / "runs" / f"{kind}-whole"
    begun = time.monotonic()
    finish(start(spec, whole, every=None))
    seconds = time.monotonic() - begun
    equal, killed = 0, 0
    for number in range(each):
        run = place / "runs" / f"{kind}-{number}"
        for turn in range(kills):
            killed += kill_once(spec, run, draw, within_write=(number + turn) % 2 == 0)
        finish(start(spec, run, every=0.0))
        parts = differing(whole, run)
        equal += not parts
        if parts:
            print(f"{kind}, run {number}: {', '.join(parts)} differ", flush=True)
        shutil.rmtree(run)
    return {"runs": each, "kills": killed, "equal": equal, "whole_s": round(seconds, 2)}


def kill_once(spec: Path, run: Path, draw: random.Random, *, within_write: bool) -> bool:
    """Go on with a run, and kill it; return whether it was still alive."""
    process = start(spec, run, every=0.0)
    begun = time.monotonic()
    while not (run / "run.json").exists() and process.poll() is None:
        assert time.monotonic() - begun < PATIENCE
        time.sleep(GLANCE)
    moment = time.monotonic() + draw.expovariate(1 / 2.5)
    while process.poll() is None and (
        time.monotonic() < moment or (within_write and not is_writing(run))
    ):
        time.sleep(0 if within_write else GLANCE)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return alive


def is_writing(run: Path) -> bool:
    """Return whether a state is being written."""
    try:
        return any((run / "checkpoints").glob(".state*"))
    except OSError:
        return False


def start(spec: Path, run: Path, *, every: float | None) -> "subprocess.Popen[str]":
    """Start a training, or what resumes it: the command is the same."""
    often = [] if every is None else ["--checkpoint-every", str(every)]
    return subprocess.Popen(
        [sys.executable, "-m", "nnspec", "train", str(spec), "--resume", str(run), *often],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> None:
    """Wait for a training that nobody kills."""
    _, messages = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, messages


def write_data(place: Path) -> None:
    """Write tables of random numbers."""
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(3_000, 6))
    table = np.column_stack([rows, rows.sum(axis=1) + 0.3 * draw.normal(size=3_000)])
    header = ",".join([*(f"x{number}" for number in range(6)), "y"])
    np.savetxt(place / "table.csv", table, "%.5f", ",", header=header, comments="")
    pictures = draw.normal(size=(800, 12, 12, 1)).astype("float32")
    lit = (pictures[:, :6].mean((1, 2, 3)) > 0).astype("int64")
    np.savez(place / "pictures.npz", x=pictures, y=lit)
    series = draw.normal(size=(1_500, 12, 3)).astype("float32")
    np.savez(place / "series.npz", x=series, y=series[:, :, 0].sum(1))


if __name__ == "__main__":
    main()
