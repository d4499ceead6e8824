"""What a signal does to a training at every moment of its life, from its first line to its last.

    python bench/signals.py --each 100

Each turn runs `nnspec train` and sends SIGINT or SIGTERM at a moment that is drawn within a part
of the process' life. A part begins with something that can be seen from outside: a signal's
handler, a library in memory, a line on the terminal, a file. Right is the signal's exit code, one
message and nothing else on stderr, and a run that says that it was stopped, if there is one.
"""

import argparse
import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from results import record

ROOT = Path(__file__).parents[1]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
ROWS, FEATURES = 4_000, 6
PATIENCE = 180.0
GOAL_SECONDS = 4.0
GLANCE = 0.002
SPEC = """nnspec: 1
name: life
data: {source: table.csv, target: y}
model: [{Dense: {units: 32, use_bias: false}}, BatchNormalization, {Activation: relu}, {Dense: 1}]
training: {optimizer: adam, loss: mse, metrics: [mae], batch_size: 32, epochs: EPOCHS}
"""


@dataclass(frozen=True, slots=True)
class Life:
    """A training that is watched from outside."""

    process: "subprocess.Popen[str]"
    folder: Path

    @property
    def run(self) -> Path:
        """Return the run's folder."""
        return self.folder / "runs" / "life"

    def hears(self) -> bool:
        """Return whether the program has taken SIGTERM over."""
        status = self.proc("status")
        caught = next((one for one in status.splitlines() if one.startswith("SigCgt")), "SigCgt: 0")
        return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)

    def holds(self, library: str) -> bool:
        """Return whether a library is in memory."""
        return library in self.proc("maps")

    def wrote(self, name: str, text: str = "") -> bool:
        """Return whether the run has a file that holds a text."""
        try:
            return text in (self.run / name).read_text()
        except OSError:
            return False

    def proc(self, name: str) -> str:
        """Return what Linux tells of the process."""
        try:
            return Path(f"/proc/{self.process.pid}/{name}").read_text()
        except OSError:
            return ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a training's life: when it has begun, and how long moments are drawn from it."""

    name: str
    begun: Callable[[Life], bool]
    seconds: float
    epochs: int = 3


LONG = 1_000_000
"""Epochs of a training that a signal ends."""
PARTS = (
    Part("first lines", Life.hears, 0.4),
    Part("imports", lambda life: life.holds("libtensorflow"), 3.0),
    Part("reading", lambda life: life.holds("_polars"), 1.0),
    Part("tracing", lambda life: life.run.exists(), 2.0),
    Part("first chunk", lambda life: life.wrote("preprocessing.json"), 3.0),
    Part("between epochs", lambda life: life.wrote("history.csv", "\n2,"), 4.0, LONG),
    Part("judging", lambda life: life.wrote("run.json", '"trained"'), 1.0),
    Part("export", lambda life: life.wrote("predictions.csv"), 1.5),
)


@dataclass(frozen=True, slots=True)
class End:
    """How a training ended that was sent a signal."""

    code: int
    messages: str
    status: str | None
    seconds: float

    def faults(self, number: signal.Signals) -> str:
        """Return what is wrong with it, in words; empty where nothing is."""
        told = self.messages.splitlines()
        found = []
        if self.code != CODES[number]:
            found.append(f"exit code {self.code}")
        if len(told) != 1 or not told[0].startswith(f"nnspec: stopped by {number.name}"):
            found.append(f"messages {self.messages[-300:]!r}")
        if self.status not in {None, "stopped"}:
            found.append(f"status {self.status}")
        return ", ".join(found)


def main() -> None:
    """Send the signals and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=100, help="turns with each signal")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - moments, no secrets
    ends: dict[str, list[tuple[End, str]]] = {part.name: [] for part in PARTS}
    for part, number in turns(asked.each):
        end = None
        while end is None:  # a moment after the end says nothing: another is drawn
            moment = draw.uniform(0.0, part.seconds)
            end = stopped(part, number, moment)
        faults = end.faults(number)
        ends[part.name].append((end, faults))
        if faults:
            print(f"{part.name}, {number.name} after {moment:.2f} s: {faults}", flush=True)
    figures = list(rows(ends))
    print("part             right   seconds to the end, median and worst")
    for row in figures:
        right = f"{row['right']}/{row['turns']}"
        print(f"{row['part']:15}{right:>7}{row['seconds']:10.2f}{row['seconds_worst']:8.2f}")
    record("signals", figures)
    sys.exit(int(any(row["right"] < row["turns"] for row in figures)))


def turns(each: int) -> Iterator[tuple[Part, signal.Signals]]:
    """Yield what is done in each turn: every part in turn, with one signal and the other."""
    parts = itertools.cycle(PARTS)
    for _ in range(each):
        part = next(parts)
        for number in CODES:
            yield part, number


def stopped(part: Part, number: signal.Signals, moment: float) -> End | None:
    """Train, send a signal some seconds after a part has begun, and return how it ended.

    Returns:
        None where the training was over before.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), part.epochs)
        life = Life(start(Path(folder)), Path(folder))
        begun = time.monotonic()
        while not part.begun(life) and life.process.poll() is None:
            if time.monotonic() - begun > PATIENCE:
                life.process.kill()
                raise TimeoutError(part.name)
            time.sleep(GLANCE)
        time.sleep(moment)
        if life.process.poll() is not None or finished(life):
            life.process.communicate()
            return None
        sent = time.monotonic()
        life.process.send_signal(number)
        _, messages = life.process.communicate(timeout=PATIENCE)
        seconds = time.monotonic() - sent
        return End(life.process.returncode, messages, status_of(life.run), seconds)


def finished(life: Life) -> bool:
    """Return whether the run is complete: the process has nothing left to be stopped in."""
    return status_of(life.run) == "complete"


def status_of(run: Path) -> str | None:
    """Return what a run says of itself, None where there is none."""
    try:
        return str(json.loads((run / "run.json").read_text())["status"])
    except OSError:
        return None


def prepare(folder: Path, epochs: int) -> None:
    """Write a table of random numbers and the spec over it."""
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(ROWS, FEATURES))
    table = np.column_stack([rows, rows.sum(axis=1)])
    header = ",".join([*(f"x{number}" for number in range(FEATURES)), "y"])
    np.savetxt(folder / "table.csv", table, "%.5f", ",", header=header, comments="")
    (folder / "life.yaml").write_text(SPEC.replace("EPOCHS", str(epochs)))


def start(folder: Path) -> "subprocess.Popen[str]":
    """Start a training."""
    return subprocess.Popen(
        [sys.executable, "-m", "nnspec", "train", "--quiet", "life.yaml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(ends: dict[str, list[tuple[End, str]]]) -> Iterator[dict[str, object]]:
    """Yield the table's rows."""
    for name, found in ends.items():
        seconds = [end.seconds for end, _ in found] or [0.0]
        yield {
            "part": name,
            "turns": len(found),
            "right": sum(not faults for _, faults in found),
            "seconds": statistics.median(seconds),
            "seconds_worst": max(seconds),
            "codes": dict(Counter(end.code for end, _ in found)),
            "statuses": dict(Counter(str(end.status) for end, _ in found)),
        }


if __name__ == "__main__":
    main()
