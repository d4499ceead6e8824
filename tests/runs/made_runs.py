"""Run folders made by hand: what a training leaves, without the seconds of one."""

import json
from dataclasses import replace
from pathlib import Path

from nnspec.network.fill import find_seeds, hash_sections, hash_spec, render_spec
from nnspec.pipeline.check import check
from nnspec.pipeline.origins import find_headline
from nnspec.run.manifest import (
    Artefact,
    Manifest,
    SpecOrigin,
    TrainingRecord,
    checksum,
    read_manifest,
)
from nnspec.run.origin import Origin

SPEC = """\
nnspec: 1
name: small
data:
  source: table.csv
  target: y
  features: [a, b]
  columns: {a: numeric, b: numeric, y: numeric}
model:
  - Input: [2]
  - Dense: {units: 8, activation: relu}
  - Dense: 1
training:
  optimizer: adam
  loss: mse
  metrics: [rmse]
  epochs: 3
"""


def write_spec(folder: Path, text: str = SPEC) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.csv").write_text("a,b,y\n1,2,3\n4,5,6\n")
    path = folder / "small.yaml"
    path.write_text(text)
    return path


def make_run(
    path: Path,
    spec: Path,
    *,
    rmse: float = 2.0,
    overrides: tuple[str, ...] = (),
    started: str = "2026-11-29T10:00:00+00:00",
) -> Path:
    """Write the folder of a complete run of a spec, which was never trained."""
    checked = check(spec, overrides=overrides)
    read, network = checked.accept()
    figures = {"test": {"rmse": rmse, "r2": 0.5}, "train": {"rmse": rmse / 2, "r2": 0.9}}
    baselines = {"mean": {"test": {"rmse": 4.0}}, "ridge": {"test": {"rmse": 3.0}}}
    report = {"outputs": {"dense_1": {"metrics": figures, "baselines": baselines}}}
    table = checksum((spec.parent / "table.csv").read_bytes())
    files = {
        "spec.yaml": render_spec(read, network),
        "preprocessing.json": json.dumps({"files": [{"name": "table.csv", "sha256": table}]}),
        "report.json": json.dumps(report),
        "history.csv": "epoch,loss\n1,3.0\n2,2.0\n3,1.0\n",
        "checkpoints/last.weights.h5": f"weights {rmse}",
    }
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    origin = Origin(
        read.name,
        "table.csv",
        rows={"train": 2},
        fingerprints=hash_sections(read, network),
        seeds=find_seeds(read),
        text=checksum(checked.document.text.encode()),
    )
    manifest = Manifest(
        path.name,
        SpecOrigin("small.yaml", str(spec.parent), hash_spec(read, network)),
        read.runtime.seed,
        started,
        data=table,
        status="complete",
        training=TrainingRecord(3, 1.5),
        artefacts={name: Artefact(checksum(one.encode()), len(one)) for name, one in files.items()},
        origin=origin,
        headline=find_headline(figures, baselines),
    )
    (path / "run.json").write_bytes(manifest.encoded())
    (path / ".lock").touch()
    return path


def rewrite(path: Path, **changes: object) -> None:
    """Change a run's manifest."""
    changed = replace(read_manifest(path), **changes)  # type: ignore[arg-type]
    (path / "run.json").write_bytes(changed.encoded())


def stopped(path: Path, spec: Path) -> Path:
    """Write the folder of a run that was stopped before it had weights."""
    make_run(path, spec)
    for name in ("report.json", "checkpoints/last.weights.h5"):
        (path / name).unlink()
    (path / "checkpoints").rmdir()
    kept = dict(read_manifest(path).artefacts)
    del kept["report.json"], kept["checkpoints/last.weights.h5"]
    rewrite(path, status="stopped", training=None, headline=None, artefacts=kept)
    return path
