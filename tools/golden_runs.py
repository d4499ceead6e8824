"""Records the runs that later releases must go on with: python tools/golden_runs.py.

To be called before a release whose run folders differ from those of the last one; the folders of
earlier releases stay. What tells of the machine is left out, and so are paths.
"""
# ruff: noqa: INP001 (a script, no package)

import json
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "pipeline")]

# ruff: noqa: E402 - the tests say how a run is cut off
from resumed import cut

from nnspec import __version__

GOLDEN = ROOT / "tests" / "golden" / "runs"
INPUTS = ("golden.yaml", "rows.csv")
PAGE = "report.html"
REST = 14
"""The moment at which the stopped run was killed, of those at which its state is whole."""


def main() -> None:
    """Train, and keep the finished run and the one that was cut off."""
    place = GOLDEN / __version__
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            shutil.copy(GOLDEN / name, folder)
        finished, (stopped,) = cut(Path(folder) / INPUTS[0], (REST,))
        for name, run in (("finished", finished), ("stopped", stopped)):
            shutil.rmtree(place / name, ignore_errors=True)
            shutil.copytree(run, place / name)
            for left_out in (".lock", PAGE):
                (place / name / left_out).unlink(missing_ok=True)
            forget_machine(place / name / "run.json")


def forget_machine(file: Path) -> None:
    """Leave out where and on what a run was recorded, and the page, which is made of the rest."""
    record = json.loads(file.read_text())
    record["artefacts"].pop(PAGE, None)
    record["spec"]["folder"] = "/specs"
    record["machine"] = "another machine"
    record["origin"] |= {"folder": "/specs", "command": [], "environment": {}}
    file.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
