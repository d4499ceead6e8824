"""Kills trainings at random moments, resumes them, and compares with those that nobody killed.

    python bench/resume.py                    50 runs of each kind, one kill each
    python bench/resume.py --each 5           fewer
    python bench/resume.py --kills 10         several kills of one run
    python bench/resume.py --only lstm map
    python bench/resume.py --signal INT       stopped by Ctrl-C (TERM, HUP) in the place of killed
    python bench/resume.py --done done.jsonl  goes on where it was broken off, and adds to the file

Half of the kills come while a state is being written, the others at any moment after the run's
folder is there. States are written after every chunk of steps in the runs that are killed, and as
often as costs little in the one that they are compared with. A signal must end with its own exit
code besides. What must be equal, bit for bit:
weights, the last state with optimizer and seeds, history, predictions and report.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured of each kind."""

    each: int
    kills: int
    signal: signal.Signals
    seed: int
    done: Path | None

    @property
    def code(self) -> int:
        """Return the exit code that the signal leads to, as the system tells it."""
        return -signal.SIGKILL if self.signal == signal.SIGKILL else 128 + self.signal

    @property
    def haste(self) -> float:
        """Return kills a second, on average: a run of several lives through them all."""
        return 0.4 if self.kills == 1 else 2.0

    def key(self, kind: str, number: int) -> str:
        """Return what tells one run from all others."""
        return f"{kind} {number} of seed {self.seed}, {self.kills} x {self.signal.name}"


def main() -> None:
    """Kill, resume, compare; print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=50, help="runs of each kind")
    parser.add_argument("--kills", type=int, default=1, help="kills of each run")
    parser.add_argument("--only", nargs="*", choices=list(KINDS), help="kinds")
    parser.add_argument("--signal", choices=["KILL", "INT", "TERM", "HUP"], default="KILL")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--done", type=Path, help="file of the runs that were measured before")
    given = parser.parse_args()
    number = signal.Signals[f"SIG{given.signal}"]
    asked = Asked(given.each, given.kills, number, given.seed, given.done)
    figures = []
    with tempfile.TemporaryDirectory() as place:
        write_data(Path(place))
        for kind in given.only or KINDS:
            row = measure(kind, Path(place), asked)
            figures.append(row)
            print(f"{kind:10} {row['equal']:3} of {row['runs']} equal, {row['kills']} kills")
    record("resume", figures)
    sys.exit(int(any(row["equal"] < row["runs"] for row in figures)))


def measure(kind: str, place: Path, asked: Asked) -> dict[str, Any]:
    """Return how many killed runs of a kind end as the one that nobody killed."""
    spec = place / f"{kind}.yaml"
    spec.write_text(f"nnspec: 1\nname: {kind}\n{KINDS[kind]}\n{JUDGED}")
    whole = place / "runs" / f"{kind}-whole"
    known = measured_before(asked.done)
    found: list[dict[str, Any]] = []
    for number in range(asked.each):
        key = asked.key(kind, number)
        if key not in known:
            if not whole.exists():
                finish(start(spec, whole, every=None))
            run = place / "runs" / f"{kind}-{number}"
            known[key] = killed_run(spec, run, whole, asked, number)
            if asked.done is not None:
                with asked.done.open("a") as file:
                    file.write(json.dumps({"key": key, **known[key]}) + "\n")
        found.append(known[key])
    return {
        "kind": kind,
        "signal": asked.signal.name,
        "runs": len(found),
        "kills": sum(one["kills"] for one in found),
        "within_writes": sum(one["within_writes"] for one in found),
        "equal": sum(not one["faults"] for one in found),
    }


def measured_before(file: Path | None) -> dict[str, dict[str, Any]]:
    """Return what was measured before this was broken off."""
    if file is None or not file.exists():
        return {}
    lines = [json.loads(one) for one in file.read_text().splitlines()]
    return {one.pop("key"): one for one in lines}


def killed_run(spec: Path, run: Path, whole: Path, asked: Asked, number: int) -> dict[str, Any]:
    """Return how often a run was killed, and what is not as it must be."""
    draw = random.Random(f"{asked.seed} {spec.stem} {number}")  # noqa: S311 - moments, no secrets
    kills, within_writes, faults = 0, 0, []
    while kills < asked.kills:
        within = (number + kills) % 2 == 0 and asked.signal == signal.SIGKILL
        process, alive, writing = kill_once(spec, run, draw, asked, within_write=within)
        if not alive:
            # It was done before its moments had come: another run gets all of them.
            shutil.rmtree(run)
            kills, within_writes = 0, 0
            continue
        kills += 1
        within_writes += writing
        if process.returncode != asked.code:
            faults.append(f"exit code {process.returncode}")
    finish(start(spec, run, every=0.0))
    faults += differing(whole, run)
    if faults:
        print(f"{run.name}: {', '.join(faults)}", flush=True)
    shutil.rmtree(run)
    return {"kills": kills, "within_writes": within_writes, "faults": faults}


def kill_once(
    spec: Path, run: Path, draw: random.Random, asked: Asked, *, within_write: bool
) -> "tuple[subprocess.Popen[str], bool, bool]":
    """Go on with a run, and kill it.

    Returns:
        The process, whether it was still alive, and whether it was writing a state.
    """
    process = start(spec, run, every=0.0)
    begun = time.monotonic()
    while not (run / "run.json").exists() and process.poll() is None:
        assert time.monotonic() - begun < PATIENCE
        time.sleep(GLANCE)
    moment = time.monotonic() + draw.expovariate(asked.haste)
    while process.poll() is None and (
        time.monotonic() < moment or (within_write and not is_writing(run))
    ):
        time.sleep(0 if within_write else GLANCE)
    alive = process.poll() is None
    process.send_signal(asked.signal)
    writing = within_write or is_writing(run)
    process.communicate()
    # A signal that comes when all is done has nothing left to stop.
    alive = alive and not (process.returncode == 0 and asked.signal != signal.SIGKILL)
    return process, alive, writing


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
