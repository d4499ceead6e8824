"""Exports every shipped spec to ONNX and holds two runtimes against the run's own predictions.

    python bench/onnx_specs.py                         every spec (see shipped.py for tables)
    python bench/onnx_specs.py --only digits sunspots

Each spec is trained for two epochs in a temporary folder and exported; onnxruntime's answers are
held against what the run predicted of its test rows, and those of onnx's reference evaluator, a
second implementation of all operators, against onnxruntime's. Figures go to the terminal and to
bench/results/onnx_specs.json, from which `make generate` writes docs/onnx.md. The exit code is 1 if
a spec is refused, or any answer differs by more than 1e-5 of the largest.
"""

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from shipped import ROOT, named, shipped, trained

from nnspec.diagnostics import Refused

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = ROOT / "bench" / "results" / "onnx_specs.json"
ROWS = 24
"""Rows that the reference evaluator answers: it computes in Python."""
TOLERANCE = 1e-5


def main() -> int:
    """Export the specs that are asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", help="names of specs")
    asked = parser.parse_args()
    held = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    right = True
    for path in shipped():
        name = named(path)
        if asked.only and name not in asked.only:
            continue
        with tempfile.TemporaryDirectory() as place:
            row = survey(path, Path(place))
        print(f"{name:<28}{json.dumps(row, ensure_ascii=False)}", flush=True)
        right = right and not row["reason"] and row["largest"] <= TOLERANCE
        right = right and row["second"] <= TOLERANCE
        held = dict(sorted((held | {name: row}).items()))
        RESULTS.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(not right)


def survey(spec: Path, place: Path) -> dict[str, Any]:
    """Return what becomes of one spec: differences, operators, size, or why it is refused."""
    row: dict[str, Any] = {"largest": 0.0, "second": 0.0, "rows": 0, "bytes": 0, "reason": ""}
    file = place / "model.onnx"
    try:
        run = trained(spec, place / "runs")
    except Refused as refused:
        return row | {"reason": refused.diagnostics[0].message}
    code, said = called("export", str(run), "--format", "onnx", "-o", str(file), "--check")
    if code:
        return row | {"reason": said.strip().splitlines()[0]}
    kept = json.loads((run / "run.json").read_text(encoding="utf-8"))["exports"]["onnx"]
    row |= {"largest": kept["largest"], "rows": kept["rows"], "bytes": kept["bytes"]}
    return row | {"second": second(run, file)}


def called(*arguments: str) -> tuple[int, str]:
    """Return the exit code of nnspec, and what it said on standard error."""
    from nnspec.commands import main as program  # noqa: PLC0415 - seconds to import

    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            program(arguments)
        except SystemExit as stopped:
            return int(stopped.code or 0), said.getvalue()
    return 0, said.getvalue()


def second(run: Path, file: Path) -> float:
    """Return the largest difference between two runtimes, relative to the largest answer."""
    import numpy as np  # noqa: PLC0415
    import onnx  # noqa: PLC0415
    import onnxruntime  # noqa: PLC0415
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    fed = cells(run, model)
    session = onnxruntime.InferenceSession(str(file))
    names = [one.name for one in session.get_outputs()]
    worst = 0.0
    other = ReferenceEvaluator(model).run(names, fed)
    for name, mine, theirs in zip(names, session.run(names, fed), other, strict=True):
        if mine.dtype == object or mine.dtype.kind in "iu":
            assert mine.tolist() == np.asarray(theirs).tolist(), name
            continue
        assert (np.isnan(mine) == np.isnan(theirs)).all(), name
        scale = max(float(np.nanmax(np.abs(mine), initial=0)), 1e-30)
        worst = max(worst, float(np.nanmax(np.abs(mine - theirs), initial=0)) / scale)
    return worst


def cells(run: Path, model: Any) -> dict[str, Any]:  # noqa: ANN401 - onnx is untyped
    """Return some of a run's test rows as a file takes them."""
    import numpy as np  # noqa: PLC0415

    from nnspec.exchange.write.onnx.program import columns_of  # noqa: PLC0415
    from nnspec.pipeline.onnx_parity import raw_arrays  # noqa: PLC0415
    from nnspec.pipeline.opened import read_data  # noqa: PLC0415
    from nnspec.pipeline.reopened import reopen_folder  # noqa: PLC0415
    from nnspec.run.folder import RunFolder  # noqa: PLC0415

    found = reopen_folder(RunFolder.open(run))
    dataset = read_data(found.spec, found.network, allow_outside=True)
    split = next(one for one in ("test", "validation", "train") if len(dataset.splits[one]))
    arrays = raw_arrays(dataset.splits[split].features.take(slice(0, ROWS)), found.fitted)
    inputs = columns_of(model.SerializeToString())
    kinds = {
        name: one.astype(object) if one.dtype.kind == "U" else one for name, one in arrays.items()
    }
    return {inputs[name]: np.asarray(one) for name, one in kinds.items()}


if __name__ == "__main__":
    sys.exit(main())
