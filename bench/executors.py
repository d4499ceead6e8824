"""Trains every shipped spec for two epochs by both executors, and compares what they report.

    python bench/executors.py [SPEC ...] [--no-record]

Printed are the largest difference of all figures of the report (each one's, as a share of it) and,
for what differs by more than 1e-5, what the report says of how its steps ran. Exit code 1 if a
figure is missing in one of the reports.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import results
from shipped import named, shipped, trained

from nnspec.diagnostics import Refused

EXECUTORS = ("fused", "keras")
ALIKE = 1e-5
SMALL = 1e-3
"""Figures below it, as errors of what is learnt by heart, are compared by themselves."""


def figures_of(
    held: Any,  # noqa: ANN401 - whatever a report holds
    path: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield the numbers of a part of a report, each under where it stands."""
    if isinstance(held, dict):
        for key, value in held.items():
            yield from figures_of(value, (*path, key))
    elif isinstance(held, list):
        for place, value in enumerate(held):
            yield from figures_of(value, (*path, str(place)))
    elif isinstance(held, int | float) and not isinstance(held, bool):
        yield path, float(held)


def report_of(file: Path, executor: str) -> dict[str, Any]:
    """Return the report of a spec that an executor trained."""
    with tempfile.TemporaryDirectory() as place:
        settings = (f"runtime.engine={executor}", "export.formats=[]", "evaluation.baselines=false")
        run = trained(file, Path(place), settings)
        return dict(json.loads((run / "report.json").read_text(encoding="utf-8")))


def compared(file: Path) -> dict[str, Any]:
    """Return how the reports of both executors differ, or why one of them refuses the spec."""
    try:
        ours, theirs = (report_of(file, executor) for executor in EXECUTORS)
    except Refused as refused:
        return {"spec": named(file), "reason": refused.diagnostics[0].message, "missing": []}
    left, right = (dict(figures_of(one["outputs"])) for one in (ours, theirs))
    differences = {
        path: abs(left[path] - right[path]) / max(abs(right[path]), SMALL)
        for path in left.keys() & right.keys()
        if not (math.isnan(left[path]) and math.isnan(right[path]))
    }
    worst = max(differences, key=lambda path: differences[path])
    return {
        "spec": named(file),
        "figures": len(differences),
        "missing": sorted(".".join(path) for path in left.keys() ^ right.keys()),
        "largest": differences[worst],
        "at": ".".join(worst),
        "said": ours["training"]["execution"],
    }


def main() -> None:
    """Compare, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("specs", nargs="*", metavar="SPEC")
    parser.add_argument("--no-record", action="store_true")
    asked = parser.parse_args()
    rows = []
    for file in shipped():
        if asked.specs and named(file) not in asked.specs:
            continue
        row = compared(file)
        rows.append(row)
        if "reason" in row:
            print(f"{row['spec']:<36}{row['reason']}", flush=True)
            continue
        print(
            f"{row['spec']:<36}{row['figures']:>5}{row['largest']:>10.1e}  {row['at']}", flush=True
        )
        if row["largest"] > ALIKE:
            print("".join(f"    {one}\n" for one in row["said"]), end="", flush=True)
    if not asked.no_record:
        results.record("executors", rows)
    sys.exit(any(row["missing"] for row in rows))


if __name__ == "__main__":
    main()
