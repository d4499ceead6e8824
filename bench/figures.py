"""The README's table of figures: every shipped spec over several seeds, mean and spread.

    python bench/figures.py            # five seeds, as in the README
    python bench/figures.py --seeds 2 wine diabetes

Seed i draws the split, the first weights, the order of rows and Dropout.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

import nnspec
from nnspec.report.report import Report

SPECS = Path(__file__).parents[1] / "specs"
FIGURES = {
    "diabetes": ("r2", "ridge"),
    "digits": ("accuracy", "logistic_regression"),
    "breast_cancer": ("accuracy", "logistic_regression"),
    "wine": ("accuracy", "logistic_regression"),
    "sunspots": ("rmse", "last_value"),
    "sunspots_bidirectional": ("rmse", "last_value"),
    "auto_mpg": ("mae", "ridge"),
    "digits_autoencoder": ("r2", "mean"),
    "digits_denoising": ("r2", "mean"),
    "sunspots_autoencoder": ("rmse", "mean"),
}
"""Spec -> the metric that is reported, and the baseline beside it."""


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", default=list(FIGURES), metavar="SPEC")
    parser.add_argument("--seeds", type=int, default=5)
    chosen = parser.parse_args()
    print("| spec | test metric | network | worst seed | baseline on the same rows |")
    print("|---|---|---|---|---|")
    for name in chosen.specs:
        print(row(name, [run(name, seed) for seed in range(chosen.seeds)]), flush=True)


def run(name: str, seed: int) -> Report:
    """Return the report of one run, whose files are thrown away."""
    overrides = [f"runtime.seed={seed}", f"data.split.seed={seed}", "export.formats=[]"]
    with tempfile.TemporaryDirectory() as runs:
        return nnspec.train(SPECS / f"{name}.yaml", overrides=overrides, runs=runs).report


def row(name: str, reports: Sequence[Report]) -> str:
    """Return a spec's line of the table."""
    metric, baseline = FIGURES[name]
    network = [value_of(one.first.metrics["test"][metric]) for one in reports]
    simple = [value_of(one.first.baselines[baseline]["test"][metric]) for one in reports]
    worst = max(network) if metric in {"rmse", "mae"} else min(network)
    title = {"r2": "R²", "rmse": "RMSE", "mae": "MAE"}.get(metric, metric)
    label = baseline.replace("_", " ")
    return f"| `{name}` | {title} | {spread(network)} | {worst:.3f} | {spread(simple)} ({label}) |"


def value_of(figure: float | None) -> float:
    """Return a figure that is there."""
    assert figure is not None
    return figure


def spread(values: Sequence[float]) -> str:
    """Return mean and standard deviation over the seeds."""
    return f"{mean(values):.3f} ± {stdev(values) if len(values) > 1 else 0:.3f}"


if __name__ == "__main__":
    main()
