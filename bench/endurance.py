"""Trains for many steps with a state every few of them: memory, open files, what is left over.

    python bench/endurance.py                 10,000 steps, a state every 10

Memory is compared between a tenth of the way, when everything has been loaded and compiled, and
the end of the training.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from results import record

ROOT = Path(__file__).parents[1]
STEPS, BATCH, FEATURES = 10, 32, 8
"""Steps of an epoch, which ends with a state; rows of a batch; columns."""
GLANCE = 0.2
PAGE = os.sysconf("SC_PAGE_SIZE")
ALLOWED = 0.05
SPEC = """nnspec: 1
name: endurance
data: {source: table.csv, target: y, split: {validation: 0.0, test: 0.2}}
model: [{Dense: {units: 64, activation: relu}}, {Dropout: 0.2}, {Dense: 1}]
training: {optimizer: adam, loss: mse, batch_size: 32, epochs: EPOCHS}
evaluation: {baselines: false}
export: {formats: []}
"""
FILES = {
    "best.weights.h5",
    "last.weights.h5",
    "state-1.safetensors",
    "state-2.safetensors",
}


def main() -> None:
    """Train, watch, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=10_000)
    epochs = parser.parse_args().steps // STEPS
    with tempfile.TemporaryDirectory() as place:
        write(Path(place), epochs)
        figures = watched(Path(place), epochs)
    print(figures)
    record("endurance", [figures])
    grown = figures["memory_growth"] > ALLOWED
    sys.exit(int(grown or figures["descriptors"] != 0 or bool(figures["left_over"])))


def watched(place: Path, epochs: int) -> dict[str, object]:
    """Return what a training took, early and at its end."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "nnspec",
            "train",
            "--quiet",
            "spec.yaml",
            *("--checkpoint-every", "0"),
        ],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
    )
    history = place / "runs" / "endurance" / "history.csv"
    seen: list[tuple[int, int, int]] = []
    while process.poll() is None:
        done = history.read_text().count("\n") - 1 if history.exists() else 0
        if 0 < done < epochs:
            seen.append((done, resident(process.pid), descriptors(process.pid)))
        time.sleep(GLANCE)
    assert process.returncode == 0
    early = [one for one in seen if epochs // 10 <= one[0] < epochs // 5]
    late = [one for one in seen if one[0] >= epochs - epochs // 10]
    before, after = (statistics.median(one[1] for one in part) for part in (early, late))
    open_before, open_after = (max(one[2] for one in part) for part in (early, late))
    folder = history.parent / "checkpoints"
    return {
        "steps": epochs * STEPS,
        "states": epochs,
        "seconds": round(time.monotonic() - begun, 1),
        "memory_mib": [round(one / 2**20, 1) for one in (before, after)],
        "memory_growth": round(after / before - 1, 4),
        "descriptors": open_after - open_before,
        "left_over": sorted(
            {one.name for one in folder.iterdir()} - FILES
            | {one.name for one in history.parent.glob(".*.tmp")}
        ),
    }


def resident(pid: int) -> int:
    """Return the bytes of memory that a process has."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def descriptors(pid: int) -> int:
    """Return how many files a process has open, but for those of its run, which come and go."""
    found = 0
    for one in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found += "/runs/" not in str(one.readlink())
        except OSError:
            continue
    return found


def write(place: Path, epochs: int) -> None:
    """Write a table whose training rows are the steps of an epoch, and the spec over it."""
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(STEPS * BATCH * 5 // 4, FEATURES))
    table = np.column_stack([rows, rows.sum(axis=1) + draw.normal(size=len(rows))])
    header = ",".join([*(f"x{number}" for number in range(FEATURES)), "y"])
    np.savetxt(place / "table.csv", table, "%.5f", ",", header=header, comments="")
    (place / "spec.yaml").write_text(SPEC.replace("EPOCHS", str(epochs)))


if __name__ == "__main__":
    main()
