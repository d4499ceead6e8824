"""How long the program takes to answer: whole processes, and one check in a warm process.

Each figure is the median of several runs: wall time, time on the processor (user and system,
which other work on the machine disturbs less), and the largest resident memory. The first run is
left out: it compiles the byte code, which an installed package has.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from nnspec.document import parse_document
from nnspec.pipeline.check import check_document

ROOT = Path(__file__).parents[1]
LAYERS = 500
MEBIBYTE = 2**20
KIBIBYTE = 2**10
COMMANDS = {
    "nnspec --help": (["--help"], 0.25),
    "nnspec validate specs/diabetes.yaml": (["validate", "specs/diabetes.yaml"], 0.35),
    "nnspec validate specs/*.yaml": (["validate", "specs/*.yaml"], None),
    "nnspec summary resnet50.yaml": (["summary", "specs/architectures/resnet50.yaml"], 1.0),
}
"""What is run, and its goal in seconds."""
WARM_GOAL = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds, seconds on the processor, bytes."""

    wall: float
    processor: float
    memory: int


def measure(arguments: list[str], environment: dict[str, str]) -> Cost:
    """Return what one run of the program takes."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "nnspec", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * KIBIBYTE)


def write_network(layers: int) -> str:
    """Return a spec of about four lines a layer."""
    kinds = (
        "Conv2D:\n      filters: 8\n      kernel_size: 3\n      padding: same",
        "BatchNormalization:\n      momentum: 0.9\n      epsilon: 1e-3",
        "Activation:\n      activation: relu",
        "SpatialDropout2D:\n      rate: 0.1",
        "DepthwiseConv2D:\n      kernel_size: 3\n      padding: same",
    )
    listed = (
        f"  - {kinds[number % len(kinds)]}\n    name: layer_{number}" for number in range(layers)
    )
    return "\n".join(["nnspec: 1", "model:", "  - Input: [32, 32, 3]", *listed, ""])


def check_warm(text: str, runs: int) -> tuple[float, float]:
    """Return the median wall and processor time of a check, the first one left out."""
    walls: list[float] = []
    processors: list[float] = []
    for _ in range(runs + 1):
        began = time.perf_counter(), time.process_time()
        checked = check_document(parse_document(text, "network.yaml"), folder=Path())
        walls.append(time.perf_counter() - began[0])
        processors.append(time.process_time() - began[1])
        assert not checked.refused
    return statistics.median(walls[1:]), statistics.median(processors[1:])


def main() -> None:
    """Print the figures."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    reader.add_argument("--runs", type=int, default=9)
    runs = reader.parse_args().runs
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for title, (arguments, goal) in COMMANDS.items():
            costs = [measure(arguments, environment) for _ in range(runs + 1)][1:]
            wall = statistics.median(one.wall for one in costs)
            processor = statistics.median(one.processor for one in costs)
            memory = max(one.memory for one in costs) / MEBIBYTE
            aim = f"  (goal {goal} s)" if goal else ""
            print(f"{title:38}{wall:7.3f} s{processor:7.3f} s cpu{memory:6.0f} MiB{aim}")
    text = write_network(LAYERS)
    wall, processor = check_warm(text, runs)
    title = f"check of {LAYERS} layers, {text.count(chr(10)):,} lines, warm"
    print(f"{title:38}{wall:7.3f} s{processor:7.3f} s cpu{'':12}(goal {WARM_GOAL} s)")


if __name__ == "__main__":
    main()
