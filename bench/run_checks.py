"""What the checks of trained runs find in every shipped spec, and what the looking costs.

    python bench/run_checks.py                  # every spec, at its own epochs
    python bench/run_checks.py --most 60 wine   # no training longer than 60 seconds

Each finding must be judged by hand: whether it is true of the run, or a false alarm.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[1] / "specs"
ALONE = """
import sys, time
from rich.console import Console
from nnspec.pipeline import conclude
look, spent = conclude.checked, []
def timed(trained, judged):
    begun = time.process_time()
    found = look(trained, judged)
    spent.append(time.process_time() - begun)
    return found
conclude.checked = timed
import nnspec
bare = ["export.formats=[]", "export.codes=[]"]
result = nnspec.train(sys.argv[1], overrides=bare, runs=sys.argv[2])
print(result.folder, spent[-1])
"""
"""Trains a spec in a process of its own; prints its folder and the processor seconds of looking."""


def main() -> None:
    """Train, and print what is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", metavar="SPEC")
    parser.add_argument("--most", type=float, default=600.0, help="seconds of a whole process")
    chosen = parser.parse_args()
    files = [
        one for one in sorted(SPECS.glob("*.yaml")) if not chosen.specs or one.stem in chosen.specs
    ]
    counts: Counter[str] = Counter()
    for file in files:
        for line in looked_over(file, chosen.most, counts):
            print(line, flush=True)
    print(", ".join(f"{count} {status}" for status, count in counts.items()))


def looked_over(file: Path, most: float, counts: Counter[str]) -> Iterator[str]:
    """Yield what is found in one spec, and count every status."""
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, "-c", ALONE, str(file), runs]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=most, check=True)
        except subprocess.TimeoutExpired:
            yield f"{file.stem}: left out, longer than {most:g} s"
            return
        except subprocess.CalledProcessError as error:
            yield f"{file.stem}: failed, {error.stderr.strip().splitlines()[-1:]}"
            return
        folder, spent = done.stdout.split()[-2:]
        report = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
    checks: list[dict[str, Any]] = report["checks"]
    counts.update(one["status"] for one in checks)
    trained = report["training"]["seconds"]
    yield f"{file.stem}: trained {trained:.1f} s, looked over in {float(spent):.2f} s of processor"
    for one in checks:
        if one["status"] == "found":
            yield f"  {one['code']} {one['title']}: {one['says']}"


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"{time.monotonic() - begun:.0f} s in all")
