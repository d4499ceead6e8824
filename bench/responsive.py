"""How a training on a terminal keeps in touch: how often progress moves, how soon Ctrl-C ends it.

    python bench/responsive.py --turns 5

Each turn runs `nnspec train` over 20,000 rows on a terminal of its own, watches it for some
seconds of training, and sends SIGINT at a moment that is drawn. Progress moves when the epoch, the
step or a figure on the screen is another one; the clock beside them does not count.
"""

import argparse
import os
import pty
import random
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

import numpy as np
from results import record

ROOT = Path(__file__).parents[1]
ROWS, STEPS, FEATURES = 20_000, 30, 8
GOAL_MOVES, GOAL_SECONDS = 2.0, 1.5
WATCHED = 8.0
"""Seconds of training before the signal."""
PATIENCE = 180.0
INTERRUPTED = 130
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PLACE = re.compile(r"epoch \d+/\d+( step +\d+/\d+)?")
FIGURES = re.compile(r"loss [^\r\n]*")

NETWORKS = {
    "MLP": "[{Dense: {units: 64, activation: relu}}, {Dense: 64}, {Dense: 1}]",
    "LSTM": "[{LSTM: 32}, {Dense: 1}]",
    "Conv1D": "[{Conv1D: {filters: 32, kernel_size: 3, activation: relu}}, Flatten, {Dense: 1}]",
}
SPEC = """nnspec: 1
data: {{source: table.npz, target: y, features: [x], split: {{validation: 0.1, test: 0.1}}}}
model: {network}
training: {{optimizer: adam, loss: mse, batch_size: 32, epochs: 100000}}
evaluation: {{baselines: false}}
export: {{formats: []}}
"""


@dataclass
class Watch:
    """What was seen of one training."""

    moves: list[float] = field(default_factory=list)
    """Moments at which progress moved."""
    ended: float = 0.0
    """Seconds from the signal to the end of the process."""
    code: int = 0

    @property
    def per_second(self) -> float:
        """Return how often progress moved in a second."""
        return (len(self.moves) - 1) / (self.moves[-1] - self.moves[0])

    @property
    def longest(self) -> float:
        """Return the longest time in which it did not move."""
        return max(
            after - before for before, after in zip(self.moves, self.moves[1:], strict=False)
        )


def main() -> None:
    """Watch every network and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    figures = []
    title = ("network", "moves/s", "longest pause", "SIGINT to end, median", "worst", "code")
    print("  ".join(title))
    for name, network in NETWORKS.items():
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder), name, network)
            seen = [watch(Path(folder)) for _ in range(asked.turns)]
        ends = [one.ended for one in seen]
        row = {
            "network": name,
            "moves_per_second": statistics.median(one.per_second for one in seen),
            "longest_pause_seconds": max(one.longest for one in seen),
            "signal_to_end_seconds": statistics.median(ends),
            "signal_to_end_seconds_worst": max(ends),
            "codes": sorted({one.code for one in seen}),
        }
        figures.append(row)
        print(
            "  ".join(f"{one:.2f}" if isinstance(one, float) else f"{one}" for one in row.values())
        )
    record("responsive", figures)
    right = all(
        one["moves_per_second"] >= GOAL_MOVES
        and one["signal_to_end_seconds_worst"] <= GOAL_SECONDS
        and one["codes"] == [INTERRUPTED]
        for one in figures
    )
    sys.exit(int(not right))


def prepare(folder: Path, name: str, network: str) -> None:
    """Write a table of random numbers and the spec over it."""
    draw = np.random.default_rng(0)
    shape = (ROWS, FEATURES) if name == "MLP" else (ROWS, STEPS, FEATURES)
    features = draw.normal(size=shape).astype("float32")
    np.savez(folder / "table.npz", x=features, y=features.reshape(ROWS, -1).sum(axis=1))
    (folder / "spec.yaml").write_text(SPEC.format(network=network))


def watch(folder: Path) -> Watch:
    """Train on a terminal, interrupt, and return what was seen."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "nnspec", "train", "spec.yaml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    seen, last, sent = Watch(), "", 0.0
    until = WATCHED + random.random()  # noqa: S311 - a moment, no secret
    for now, text in screens(master):
        found = PLACE.search(text), FIGURES.search(text)
        shown = " ".join(one.group() for one in found if one)
        if shown and shown != last and found[1] and not sent:
            seen.moves.append(now)
            last = shown
        if seen.moves and not sent and now - seen.moves[0] > until:
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
    seen.code = process.wait(PATIENCE)
    seen.ended = time.monotonic() - sent
    os.close(master)
    return seen


def screens(master: int) -> Iterator[tuple[float, str]]:
    """Yield what a terminal was sent, and when, without its control codes, until it is closed."""
    while True:
        ready, _, _ = select.select([master], [], [], PATIENCE)
        if not ready:
            raise TimeoutError("nothing was printed")
        try:
            text = os.read(master, 65536).decode(errors="replace")
        except OSError:  # Linux says so when the other side is closed
            return
        yield time.monotonic(), CODES.sub("", text)


if __name__ == "__main__":
    main()
