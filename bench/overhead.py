"""What states, best weights, the history and the progress cost a training.

    python bench/overhead.py           the MLP of `bench/process.py`, 300 epochs, 16 turns

The same network learns the same rows by the engine alone, without any callback, and as `nnspec
train` does it in a terminal. Both build and trace their network within the time that is taken.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(Path(__file__).parents[1])]

# ruff: noqa: E402 - TensorFlow reads its settings when it is imported
from process import write_mlp
from results import record
from rich.console import Console

from nnspec.engine import train as run_engine
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.prepare import Prepared, filled_splits, plan_of, prepare
from nnspec.pipeline.run import Place, describe_run
from nnspec.pipeline.train import Course, train
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder

ALLOWED = 0.05


def main() -> None:
    """Train both ways, print and keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--turns", type=int, default=16)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        write_mlp(place)
        spent: dict[str, list[float]] = {"alone": [], "kept": []}
        for turn in range(asked.turns + 1):
            ways = (("alone", alone), ("kept", kept))
            # In turns first and second: what comes second finds the machine, and memory, used.
            for what, way in ways if turn % 2 else ways[::-1]:
                seconds = timed(way, place, asked.epochs)
                if turn:  # the first turn loads the libraries
                    spent[what].append(seconds)
                    print(f"{what:6} {seconds:.2f} s", flush=True)
    ratios = [after / before - 1 for before, after in zip(*spent.values(), strict=True)]
    figures = {
        "epochs": asked.epochs,
        **{what: round(statistics.median(one), 3) for what, one in spent.items()},
        "overhead": round(statistics.median(ratios), 4),
    }
    print(figures)
    record("overhead", [figures])
    sys.exit(int(figures["overhead"] > ALLOWED))


def timed(way: Callable[[Prepared, Path], object], place: Path, epochs: int) -> float:
    """Return how long a training takes, which nothing ends early."""
    settings = [f"training.epochs={epochs}", "training.callbacks=[]"]
    prepared = prepare(open_spec(place / "mlp.yaml", overrides=settings))
    gc.collect()
    start = time.perf_counter()
    way(prepared, place)
    return time.perf_counter() - start


def alone(prepared: Prepared, place: Path) -> None:
    """Let the engine learn, and nobody look."""
    del place
    splits = filled_splits(prepared.program, prepared.dataset)
    core, plan = prepared.program.core, plan_of(prepared.spec)
    run_engine(core, splits["train"], splits["validation"], plan, [])


def kept(prepared: Prepared, place: Path) -> None:
    """Train as the program does, with a terminal that shows the progress."""
    runs = place / "runs"
    manifest = describe_run(prepared, Place(runs))
    with (
        Path(os.devnull).open("w") as nowhere,
        Claim.numbered(runs, manifest.name) as claimed,
        RunFolder.create(claimed, manifest) as folder,
    ):
        train(prepared, folder, Course(console=Console(file=nowhere, force_terminal=True)))


if __name__ == "__main__":
    main()
