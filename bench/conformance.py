"""Holds the whole catalogue against Keras, and drawn specs against everything that reads them.

    python bench/conformance.py                  all three parts, in full
    python bench/conformance.py names            counts of Keras' public names, in seconds
    python bench/conformance.py layers           200 configurations of every layer
    python bench/conformance.py specs            1,000 valid specs, 1,000 wrong ones
    python bench/conformance.py layers --only Dense LSTM --examples 1000 --seed 7

Counts go to the terminal and to bench/results/conformance.json, from which `make generate` writes
docs/conformance.md. `--missing` draws only what that file does not hold yet, so that a run that was
stopped goes on. The exit code is 1 if anything differs.
"""

import argparse
import datetime as dt
import json
import multiprocessing
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("catalog", "generated")]

RESULTS = ROOT / "bench" / "results" / "conformance.json"
LAYERS_EACH = 200
SPECS_EACH = 1000
TASKS_PER_PROCESS = 8
"""Tasks after which a process is replaced: TensorFlow keeps the graphs of everything traced."""


def main() -> int:
    """Run the parts that are asked for; return the exit code."""
    asked = arguments()
    parts: dict[str, Callable[[argparse.Namespace], bool]] = {
        "names": names,
        "layers": layers,
        "specs": specs,
    }
    chosen = [asked.part] if asked.part else list(parts)
    right = [parts[name](asked) for name in chosen]
    return int(not all(right))


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=("names", "layers", "specs"))
    parser.add_argument("--only", nargs="*", help="names of layers")
    parser.add_argument("--examples", type=int, help="draws per layer, or per kind of spec")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=max(1, len(os.sched_getaffinity(0))))
    parser.add_argument("--missing", action="store_true", help="only what no result is held of")
    return parser.parse_args()


# Names ------------------------------------------------------------------------------------------


def names(asked: argparse.Namespace) -> bool:
    """Count Keras' public names: catalogued, excluded, and the rest, which must be none."""
    del asked
    from keras_oracle import NAME_COLUMNS, count_names  # noqa: PLC0415 - seconds to import

    rows = count_names()
    widths = (14, *(max(8, len(title) + 2) for title in NAME_COLUMNS))
    for row in (("", *NAME_COLUMNS), *rows):
        print("".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))
    keep("names", {row[0]: dict(zip(NAME_COLUMNS, row[1:], strict=True)) for row in rows})
    return rows[-1][NAME_COLUMNS.index("remainder") + 1] == 0


# Layers -----------------------------------------------------------------------------------------


def layers(asked: argparse.Namespace) -> bool:
    """Draw configurations of every layer and hold our answers against those of Keras."""
    from configurations import layers as every_layer  # noqa: PLC0415 - seconds to import

    examples = asked.examples or LAYERS_EACH
    rows = kept("layers").items()
    held = [name for name, row in rows if row["drawn"] >= examples and not row["unlike"]]
    every = [layer.keras_name for layer in every_layer()]
    wanted = [name for name in asked.only or every if name in every]
    wanted = [name for name in wanted if not (asked.missing and name in held)]
    right = True
    for row in surveyed(survey_layer, [(name, examples, asked.seed) for name in wanted], asked):
        right = right and not row["unlike"]
        counts = "  ".join(f"{row[key]:>5} {key}" for key in ("drawn", "taken", "refused"))
        early = f"{row['refused_early']:>5} refused early  {sum(row['listed'].values()):>4} listed"
        print(f"{row['layer']:<45}{counts}{early}  {len(row['unlike']):>3} unlike", flush=True)
        for found in row["unlike"][:5]:
            print(f"    {found}", flush=True)
        keep("layers", {row["layer"]: row | {"seed": asked.seed} | stamp()}, replace=every)
    return right


def survey_layer(name: str, examples: int, seed: int) -> dict[str, Any]:
    """Return the counts of one layer."""
    from configurations import layers as every_layer  # noqa: PLC0415 - in a process of its own
    from survey import survey  # noqa: PLC0415

    (layer,) = (one for one in every_layer() if one.keras_name == name)
    return asdict(survey(layer, examples, seed))


# Specs ------------------------------------------------------------------------------------------


def specs(asked: argparse.Namespace) -> bool:
    """Draw valid and wrong specs, and show them to every reader."""
    from spec_survey import SURVEYS  # noqa: PLC0415 - seconds to import

    examples = asked.examples or SPECS_EACH
    shares = max(1, examples // 50)
    tasks = [
        (kind, examples // shares, asked.seed * shares + share)
        for kind in SURVEYS
        for share in range(shares)
    ]
    totals: dict[str, dict[str, Any]] = {}
    for row in surveyed(survey_specs, tasks, asked):
        total = totals.setdefault(row["kind"], {"drawn": 0, "passed": 0, "failures": [], "of": []})
        total["drawn"] += row["drawn"]
        total["passed"] += row["passed"]
        total["failures"] += row["failures"]
        total["of"] = sorted({*total["of"], *row["named"]})
        print(f"{row['kind']:<16}{total['passed']:>6} of {total['drawn']}", flush=True)
        for found in row["failures"][:5]:
            print(f"    {found}", flush=True)
    for total in totals.values():
        total["of"] = len(total["of"])
    keep("specs", {kind: total | {"seed": asked.seed} | stamp() for kind, total in totals.items()})
    return all(not total["failures"] for total in totals.values())


def survey_specs(kind: str, examples: int, seed: int) -> dict[str, Any]:
    """Return the counts of a share of one kind of specs."""
    from spec_survey import survey_kind  # noqa: PLC0415 - in a process of its own

    return asdict(survey_kind(kind, examples, seed))


# Processes and results --------------------------------------------------------------------------


def surveyed(
    ask: Callable[..., dict[str, Any]], tasks: list[tuple[Any, ...]], asked: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Yield what processes of their own answer, as it comes."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(asked.jobs, maxtasksperchild=TASKS_PER_PROCESS) as pool:
        yield from pool.imap_unordered(answer, [(ask, task) for task in tasks])


def answer(asked: tuple[Callable[..., dict[str, Any]], tuple[Any, ...]]) -> dict[str, Any]:
    """Return what one task comes to, in a process of the pool."""
    ask, task = asked
    return ask(*task)


def stamp() -> dict[str, str]:
    """Return when, and with which versions, something was counted."""
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d"),
        "keras": version("keras"),
        "tensorflow": version("tensorflow"),
        "hypothesis": version("hypothesis"),
        "python": platform.python_version(),
    }


def kept(part: str) -> dict[str, Any]:
    """Return the results of a part that the file holds."""
    document = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    found: dict[str, Any] = document.get(part, {})
    return found


def keep(part: str, figures: dict[str, Any], replace: list[str] | None = None) -> None:
    """Put results into the file; those of a part are replaced but for the names given."""
    document = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    held = document.get(part, {}) if replace else {}
    merged = {name: one for name, one in held.items() if name in (replace or ())} | figures
    document[part] = dict(sorted(merged.items())) if replace else merged
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
