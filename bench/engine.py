"""Measures the engine against `Model.fit` and PyTorch, in one run, turn by turn.

    python bench/engine.py                       every network, steady state
    python bench/engine.py --only MLP LSTM       some of them
    python bench/engine.py --prediction          100,000 rows through each network

The table goes to the terminal, the figures with date and machine to bench/results/. PyTorch's
column is left out where it is not installed.
"""

import argparse
import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(Path(__file__).parents[1])]

# ruff: noqa: E402 - Keras reads its settings when it is imported
import numpy as np
from measured import NETWORKS, Network, compiled, rows_of
from results import record

from nnspec.data.arrays import Arrays
from nnspec.engine import Plan, predict
from nnspec.engine.comparison import Bounds, Contestant, Row, measure
from nnspec.engine.tensorflow.contestants import (
    STEPS_PER_EXECUTION,
    FitContestant,
    FusedContestant,
)

SLOW_COMPILED = {"CNN", "Conv1D"}
"""Networks whose convolutions XLA runs twenty times slower on a CPU: the engine never does."""
HAS_TORCH = importlib.util.find_spec("torch") is not None


def main() -> None:
    """Measure what the command line asks for."""
    asked = arguments()
    kind = "prediction" if asked.prediction else "steady"
    names = [one.name for one in NETWORKS if not asked.only or one.name in asked.only]
    # XLA reads its options once in a process, and the engine sets them by the network.
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        tasks = [(name, kind, asked.turns, asked.torch_threads) for name in names]
        record(kind, pool.starmap(measure_network, tasks, chunksize=1))


def measure_network(name: str, kind: str, turns: int, torch_threads: int | None) -> dict[str, Any]:
    """Return the figures of one network."""
    (network,) = (one for one in NETWORKS if one.name == name)
    if kind == "prediction":
        return prediction(network, turns)
    if HAS_TORCH and torch_threads:
        set_torch_threads(torch_threads)
    return steady_state(network, turns)


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="names of networks")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--torch-threads", type=int, help="as many as PyTorch likes by default")
    parser.add_argument("--prediction", action="store_true")
    return parser.parse_args()


def steady_state(network: Network, turns: int) -> dict[str, Any]:
    """Return the figures of one network: milliseconds a step, and how many times faster."""
    arrays, plan = rows_of(network), Plan(batch_size=network.batch)
    steps = plan.steps(arrays.rows)
    rows = measure(contestants(network, arrays, plan), steps, Bounds(turns))
    for row in rows:
        print(line(network.name, row), flush=True)
    ours = [row for row in rows if row.name.startswith("nnspec")][-1]
    others = {row.name: row for row in rows}
    figures: dict[str, Any] = {
        "network": network.name,
        "goal": network.goal,
        "against_fit": ours.times_faster,
        "rows": [asdict(row) for row in rows],
    }
    if "torch, eager loop" in others:
        figures["against_torch"] = ours.times_faster / others["torch, eager loop"].times_faster
    return figures


def contestants(network: Network, arrays: Arrays, plan: Plan) -> list[Callable[[], Contestant]]:
    """Return the makers of all contestants; the engine's own choice comes last."""

    def factory() -> Any:  # noqa: ANN401 - Keras is untyped
        return compiled(network)

    makers: list[Callable[[], Contestant]] = [
        lambda: FitContestant(factory, arrays, plan),
        lambda: FitContestant(factory, arrays, plan, steps=STEPS_PER_EXECUTION),
    ]
    if HAS_TORCH:
        makers.append(lambda: torch_contestant(network, arrays))
    makers.append(lambda: FusedContestant(factory, arrays, plan, xla="off"))
    if network.name not in SLOW_COMPILED:
        makers.append(lambda: FusedContestant(factory, arrays, plan, xla="required"))
    return makers


def torch_contestant(network: Network, arrays: Arrays) -> Contestant:
    """Return PyTorch's way to train the network."""
    from torch_networks import TorchContestant  # noqa: PLC0415 - it may not be installed

    return TorchContestant(network.name, network.loss, arrays, network.batch)


def set_torch_threads(count: int) -> None:
    """Bound PyTorch's threads; with more of them than idle cores its barriers stand still."""
    import torch  # noqa: PLC0415 - it may not be installed

    torch.set_num_threads(count)


def prediction(network: Network, turns: int, rows: int = 100_000) -> dict[str, Any]:
    """Return the seconds that `Model.predict` and the engine take for the same rows."""
    model = compiled(network)
    small = rows_of(network).inputs
    many = {name: np.resize(one, (rows, *one.shape[1:])) for name, one in small.items()}
    theirs = timed(lambda: model.predict(many, batch_size=32, verbose=0))
    ours = timed(lambda: predict(model, many))
    theirs(), ours()
    pairs = [(theirs(), ours()) for _ in range(turns)]
    ratio = statistics.median(left / right for left, right in pairs)
    median = [statistics.median(column) for column in zip(*pairs, strict=True)]
    print(f"{network.name:16} predict {median[0]:.3f} s, nnspec {median[1]:.3f} s, x{ratio:.2f}")
    return {"network": network.name, "keras_s": median[0], "nnspec_s": median[1], "ratio": ratio}


def timed(action: Callable[[], object]) -> Callable[[], float]:
    """Return a function that runs the action and returns the seconds it took."""

    def run() -> float:
        begun = time.perf_counter()
        action()
        return time.perf_counter() - begun

    return run


def line(network: str, row: Row) -> str:
    """Return one line of the table."""
    return (
        f"{network:16} {row.name:28} {row.step_milliseconds:8.3f} ms a step"
        f"  ±{row.spread:4.0%}  x{row.times_faster:6.2f}  prepared in {row.prepare_seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
