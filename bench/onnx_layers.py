"""Holds the ONNX form of every layer, run by onnxruntime, against Keras.

    python bench/onnx_layers.py                        50 configurations of every layer
    python bench/onnx_layers.py --only LSTM GRU --each 200 --seed 7

Configurations are drawn as the tests of the catalogue draw them, in single precision, weights and
inputs with them, until so many of a layer were compared. Counts go to the terminal and to
bench/results/onnx_layers.json, from which `make generate` writes docs/onnx.md. `--missing` goes on
where a run was stopped. The exit code is 1 if any answer differs by more than 1e-5.
"""

import argparse
import datetime as dt
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "catalog")]
RESULTS = ROOT / "bench" / "results" / "onnx_layers.json"
DRAWN_FOR_ONE = 8
"""Configurations that are drawn at most for each that is to be compared."""


def main() -> int:
    """Compare the layers that are asked for; return the exit code."""
    from configurations import layers  # noqa: PLC0415 - seconds to import

    asked = arguments()
    every = {layer.keras_name: layer for layer in layers()}
    held = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    right = True
    for name, layer in every.items():
        old = held.get(name, {})
        if (asked.only and name not in asked.only) or (asked.missing and old.get("drawn")):
            continue
        row = survey(layer, asked.each, asked.seed)
        right = right and not row["differs"]
        counts = "  ".join(f"{row[key]:>5} {key}" for key in ("drawn", "equal", "listed"))
        print(f"{name:<45}{counts}  {row['differs']:>3} differ  {row['largest']:.1e}", flush=True)
        for found in row["unlike"]:
            print(f"    {found}", flush=True)
        held = {one: (held | {name: row})[one] for one in every if one in held or one == name}
        RESULTS.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    return int(not right)


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="names of layers")
    parser.add_argument("--each", type=int, default=50, help="configurations to compare")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--missing", action="store_true", help="only what no result is held of")
    return parser.parse_args()


def survey(layer: object, each: int, seed: int) -> dict[str, Any]:
    """Return the counts of one layer."""
    from configurations import configurations  # noqa: PLC0415 - seconds to import
    from onnx_oracle import hold  # noqa: PLC0415
    from survey import draw_each  # noqa: PLC0415

    row: dict[str, Any] = {"drawn": 0, "equal": 0, "differs": 0, "listed": 0, "largest": 0.0}
    reasons: dict[str, int] = {}
    unlike: list[str] = []

    def take(case: object) -> None:
        if row["equal"] + row["differs"] + row["listed"] >= each:
            return
        row["drawn"] += 1
        found = hold(case, row["drawn"])
        if found.verdict == "passed over":
            return
        row[found.verdict] += 1
        row["largest"] = max(row["largest"], found.difference)
        if found.verdict == "listed":
            reasons[found.reason] = reasons.get(found.reason, 0) + 1
        elif found.verdict == "differs":
            unlike.append(f"{case}: {found.reason}")

    draw_each(configurations(layer), each * DRAWN_FOR_ONE, seed, take)
    versions = {name: version(name) for name in ("onnx", "onnxruntime", "keras")}
    date = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
    return row | {"reasons": reasons, "unlike": unlike[:3], "date": date, **versions}


if __name__ == "__main__":
    sys.exit(main())
