"""Every shipped spec in every form: trained shortly, written, reloaded without nnspec, compared.

    python bench/exports.py                    # all specs, two epochs each; writes docs/exports.md
    python bench/exports.py wine --no-record   # some of them, printed alone
    python bench/exports.py --runs DIR         # trains in DIR; what lies there is taken as it is

A spec is called by its path below `specs`, without its ending (see shipped.py for tables that the
published ones need). TensorFlow.js models are compared where node finds
@tensorflow/tfjs from the present folder.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import exports_page
import numpy as np
import results
from shipped import named, run_of, shipped, trained

from nnspec.build.program import build_program
from nnspec.diagnostics import NnspecError
from nnspec.pipeline.checked_exports import EVERY, check_exports
from nnspec.pipeline.exchanged import export_python
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.parity_rows import Compared, table_of

ROOT = Path(__file__).parents[1]
PROGRAM = """
import contextlib, io, json, re, runpy, sys
import numpy as np

class Blocked:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "nnspec":
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
for path in json.load(open(sys.argv[1], encoding="utf-8")):
    found = {}
    try:
        program = runpy.run_path(path, run_name="program")
        weights = program["build_model"]().get_weights()
        np.savez(path + ".npz", *weights)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            program["main"]()
        found["said"] = said.getvalue().splitlines()[-1]
    except Exception as error:
        found["failed"] = repr(error)[:300]
    json.dump(found, open(path + ".json", "w", encoding="utf-8"))
"""
"""Runs programs one after the other where nnspec cannot be imported."""


def main() -> None:
    """Compare, print, record, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", metavar="SPEC")
    parser.add_argument("--runs", type=Path, help="folder of runs that are kept")
    parser.add_argument("--forms", nargs="*", default=EVERY, metavar="FORMAT")
    parser.add_argument("--no-programs", action="store_true", help="leave Keras programs out")
    parser.add_argument("--no-record", action="store_true")
    parser.add_argument("--part", type=Path, help="keep the figures in this file alone")
    parser.add_argument("--join", nargs="+", type=Path, help="record parts measured before")
    asked = parser.parse_args()
    if asked.join:
        parts = [json.loads(one.read_text(encoding="utf-8")) for one in asked.join]
        keep([figure for part in parts for figure in part])
        return
    with contextlib.ExitStack() as stack:
        runs = asked.runs or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = [one for one in shipped() if not asked.specs or named(one) in asked.specs]
        figures: list[dict[str, Any]] = []
        for file in files:
            figures += compared(file, runs, asked.forms)
            if asked.part:
                asked.part.write_text(json.dumps(figures), encoding="utf-8")
        if not asked.no_programs:
            figures += programs(files, runs)
    if asked.part:
        asked.part.write_text(json.dumps(figures), encoding="utf-8")
    elif not asked.no_record:
        keep(figures)


def keep(figures: Sequence[dict[str, Any]]) -> None:
    """Record figures, the last of each spec and form, and write the page."""
    last = {(one["spec"], one["form"]): one for one in figures}
    order = {named(file): place for place, file in enumerate(shipped())}
    ordered = sorted(last.values(), key=lambda one: order.get(one["spec"], len(order)))
    results.record("exports", ordered)
    (ROOT / "docs" / "exports.md").write_text(
        exports_page.page(ordered, list(order)), encoding="utf-8"
    )


def compared(file: Path, runs: Path, forms: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield how each form of a spec's run compares with it; print it as a table."""
    print(f"\n{named(file)}", flush=True)
    try:
        found = check_exports(trained(file, runs), tuple(forms))
    except NnspecError as error:
        print(f"not trained: {error.diagnostics[0].message}")
        return
    for line in table_of(found):
        print(line, flush=True)
    for one in found:
        yield {"spec": named(file), **as_figures(one)}


def as_figures(one: Compared) -> dict[str, Any]:
    """Return a comparison as it is recorded."""
    if one.parity is None:
        return {"form": one.form, "reason": one.reason}
    said: dict[str, Any] = {
        "form": one.form,
        "bytes": one.bytes,
        "milliseconds": one.milliseconds,
        "rows": one.parity.rows,
        "largest": one.parity.largest,
        "mean": one.parity.mean,
    }
    if one.figure is not None:
        said |= {"metric": one.figure.name, "file": one.figure.file, "run": one.figure.run}
    return said


def programs(files: Sequence[Path], runs: Path) -> Iterator[dict[str, Any]]:
    """Yield what became of each run's program in Keras' own names, where nnspec is not there."""
    with tempfile.TemporaryDirectory() as place:
        written: dict[str, Path] = {}
        for spec in map(named, files):
            run = run_of(spec, runs)
            if not (run / "report.json").exists():
                continue
            path = Path(place) / f"{run.name}.py"
            try:
                export_python(run, path)
            except NnspecError as error:
                reason = error.diagnostics[0].message
                yield {"spec": spec, "form": "python", "reason": reason}
                continue
            written[spec] = path
        jobs = Path(place) / "jobs.json"
        jobs.write_text(json.dumps(list(map(str, written.values()))), encoding="utf-8")
        subprocess.run([sys.executable, "-c", PROGRAM, str(jobs)], check=True)
        for spec, path in written.items():
            yield {"spec": spec, "form": "python", **ran(spec, path, runs)}


def ran(spec: str, path: Path, runs: Path) -> dict[str, Any]:
    """Return how a program that ran compares with the run that it was written from."""
    found = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    if "failed" in found:
        return {"failed": found["failed"]}
    run = open_run(run_of(spec, runs))
    ours = build_program(run.spec, run.network, run.program.fitted).core.get_weights()
    with np.load(path.with_name(f"{path.name}.npz")) as held:
        theirs = [held[name] for name in held.files]
    report = json.loads((run_of(spec, runs) / "report.json").read_text(encoding="utf-8"))
    metrics = next(iter(report["outputs"].values()))["metrics"].get("test", {})
    name, _, rest = found["said"].partition(": ")
    metric, value = rest.split(",")[0].split()
    said = {
        "parameters": sum(one.size for one in theirs),
        "parameters_of_run": sum(one.size for one in ours),
        "first_weights_equal": len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs)),
        "metric": f"{name} {metric}",
        "file": float(value),
        "run": metrics.get(metric),
    }
    print(spec, said, flush=True)
    return said


if __name__ == "__main__":
    main()
