"""Starts two trainings of one name at once, again and again, and kills who wins.

    python bench/races.py --each 50

Right is: one of the two holds the folder, the other exits with 5, names its process, and has
loaded no library. The winner is killed, and the next race is for the same name, so that a lock
which outlived its process would be seen.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from results import record

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0
GLANCE = 0.001
BUSY = 5
PROGRAM = """
import resource, sys
from nnspec.commands.program import run
code = run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
loaded = sorted({"tensorflow", "keras", "polars", "sklearn"} & set(sys.modules))
print(used.ru_utime + used.ru_stime, *loaded, flush=True)
sys.exit(code)
"""
SPEC = """nnspec: 1
name: race
data: {source: table.csv, target: y}
model: [{Dense: 4}, {Dense: 1}]
training: {optimizer: adam, loss: mse, epochs: 1000000}
"""


@dataclass(frozen=True, slots=True)
class Race:
    """How a race ended."""

    seconds: float
    processor_seconds: float
    faults: tuple[str, ...]


def main() -> None:
    """Race and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=50, help="races")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        rows = "".join(f"{row},{row * 3 % 7}\n" for row in range(40))
        (Path(place) / "table.csv").write_text(f"x,y\n{rows}")
        (Path(place) / "race.yaml").write_text(SPEC)
        races = [race(Path(place)) for _ in range(asked.each)]
    for number, one in enumerate(races):
        if one.faults:
            print(f"race {number}: {', '.join(one.faults)}")
    figures = {
        "races": len(races),
        "right": sum(not one.faults for one in races),
        "loser_s": round(statistics.median(one.seconds for one in races), 3),
        "loser_s_worst": round(max(one.seconds for one in races), 3),
        "loser_processor_s": round(statistics.median(one.processor_seconds for one in races), 3),
        "loser_processor_s_worst": round(max(one.processor_seconds for one in races), 3),
    }
    print(figures)
    record("races", [figures])
    sys.exit(int(figures["right"] < len(races)))


def race(place: Path) -> Race:
    """Start two trainings of one name, wait for the loser, and kill the winner."""
    begun = time.monotonic()
    both = [start(place) for _ in range(2)]
    ended: list[subprocess.Popen[str]] = []
    while not ended:
        if time.monotonic() - begun > PATIENCE:
            ended = both[:1]
        ended = [one for one in both if one.poll() is not None]
        time.sleep(GLANCE)
    seconds = time.monotonic() - begun
    loser = ended[0]
    winner = next(one for one in both if one is not loser)
    faults = [] if winner.poll() is None else ["both ended"]
    winner.kill()
    winner.communicate()
    printed, messages = loser.communicate()
    if loser.returncode != BUSY:
        faults.append(f"exit code {loser.returncode}")
    named = re.search(r"in use by pid (\d+) on ", messages)
    if named is None or int(named[1]) != winner.pid:
        faults.append(f"messages {messages[-300:]!r}")
    spent, *loaded = printed.split() or ["nan"]
    faults += [f"{one} was loaded" for one in loaded]
    return Race(seconds, float(spent), tuple(faults))


def start(place: Path) -> "subprocess.Popen[str]":
    """Start a training."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "train", "--quiet", "race.yaml", "--name", "taken"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    main()
