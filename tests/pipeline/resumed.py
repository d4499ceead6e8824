"""Runs cut off where they are whole, and what must be the same of two runs."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nnspec.engine import Capture
from nnspec.pipeline.run import Place, run
from nnspec.run.folder import RunFolder
from nnspec.run.keeper import Keeper, last_state
from nnspec.run.state_file import encode_snapshot


@contextmanager
def copying(folder: Path, rests: Sequence[int]) -> Iterator[list[Path]]:
    """Copy a run's folder as it lies at some of the moments at which its training is whole.

    What is then on the disk is what a kill would leave.
    """
    copies: list[Path] = []
    whole = Keeper.on_rest
    counted = 0

    def on_rest(self: Keeper, capture: Capture, *, last: bool) -> None:
        nonlocal counted
        whole(self, capture, last=last)
        counted += 1
        if counted in rests:
            copies.append(folder.parent / f"cut-{counted}")
            shutil.copytree(folder, copies[-1])

    Keeper.on_rest = on_rest  # type: ignore[method-assign]
    try:
        yield copies
    finally:
        Keeper.on_rest = whole  # type: ignore[method-assign]


def cut(spec: Path, rests: Sequence[int], overrides: Sequence[str] = ()) -> tuple[Path, list[Path]]:
    """Train a spec; return its run, and copies of it as kills at these moments would leave it."""
    runs = spec.parent / "runs"
    place = Place(runs, "whole", every=0.0)
    with copying(runs / "whole", rests) as copies:
        run(spec, overrides=overrides, place=place)
    assert len(copies) == len(rests), "the training had fewer moments"
    return runs / "whole", copies


def differing(one: Path, other: Path) -> list[str]:
    """Return what is not the same, bit for bit, of two runs."""
    found = []
    for name in ("best", "last"):
        file = f"checkpoints/{name}.weights.h5"
        if weights(one / file) != weights(other / file):
            found.append(name)
    if final(one) != final(other):
        found.append("state")
    files = ("history.csv", "predictions.csv")
    found += [name for name in files if (one / name).read_bytes() != (other / name).read_bytes()]
    if reached(one) != reached(other):
        found.append("report")
    return found


def weights(file: Path) -> Mapping[str, bytes]:
    """Return the bytes of every array of a file of weights."""
    found: dict[str, bytes] = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item[()]).tobytes()

    with h5py.File(file) as opened:
        opened.visititems(take)
    return found


def final(run: Path) -> bytes:
    """Return the last state of a run, but for the time that it took."""
    snapshot = last_state(RunFolder.open(run))[0]
    assert snapshot is not None
    object.__setattr__(snapshot, "seconds", 0.0)
    return encode_snapshot(snapshot)


def reached(run: Path) -> Any:
    """Return a run's report, but for the time that it took."""
    report = json.loads((run / "report.json").read_text())
    del report["training"]["seconds"]
    return report
