"""A run is refused before its first step where the disk has no room for what it writes."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nnspec.diagnostics import Refused
from nnspec.pipeline import room
from nnspec.pipeline.check import check
from nnspec.pipeline.room import check_room
from nnspec.run.manifest import Artefact

SPEC = """\
nnspec: 1
name: room
data: {source: t.csv, target: y, features: [a, b], columns: {a: numeric, b: numeric, y: numeric}}
model:
  - Input: [2]
  - Dense: {units: 8, TRAINED}
  - Dense: 1
training: {optimizer: OPTIMIZER, loss: mse}
export: {formats: FORMATS}
"""
LEAST = 256 * 1024
WEIGHTS, FROZEN = 4 * (2 * 8 + 8 + 8 + 1), 4 * (2 * 8 + 8)


@dataclass(frozen=True)
class Disk:
    """What is free, how large a file may be, and what a run has already."""

    free: int
    limit: int | None = None
    held: dict[str, Artefact] | None = None


def allowed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, disk: Disk, settings: dict[str, str]
) -> str:
    """Return the code of what speaks against a run, nothing where it is allowed."""
    text = SPEC
    given = {"OPTIMIZER": "adam", "FORMATS": "[savedmodel]", "TRAINED": "trainable: true"}
    for name, one in (given | settings).items():
        text = text.replace(name, one)
    path = folder / "s.yaml"
    path.write_text(text)
    spec, network = check(path).accept()
    monkeypatch.setattr(room, "free_bytes", lambda _: disk.free)
    monkeypatch.setattr(room, "file_limit", lambda: disk.limit)
    try:
        check_room(spec, network, folder, disk.held)
    except Refused as refused:
        (found,) = refused.diagnostics
        return found.code
    return ""


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        # Two checkpoints; three states of weights and two averages; weights in the SavedModel.
        ({}, LEAST + 2 * WEIGHTS + 3 * 3 * WEIGHTS + WEIGHTS),
        ({"FORMATS": "[]"}, LEAST + 2 * WEIGHTS + 3 * 3 * WEIGHTS),
        (
            {"TRAINED": "trainable: false"},
            LEAST + 2 * WEIGHTS + 3 * (WEIGHTS + 2 * (WEIGHTS - FROZEN)) + WEIGHTS,
        ),
        (
            {"OPTIMIZER": "{SGD: {momentum: 0.9}}"},
            LEAST + 2 * WEIGHTS + 3 * 2 * WEIGHTS + WEIGHTS,
        ),
    ],
)
def test_what_a_run_writes_at_the_least_has_to_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], needed: int
) -> None:
    held = {"a": Artefact("", 600), "b": Artefact("", 400)}
    for disk, code in (
        (Disk(needed), ""),
        (Disk(needed - 1), "A104"),
        (Disk(needed - 1000, held=held), ""),
        (Disk(needed - 1001, held=held), "A104"),
    ):
        assert allowed(tmp_path, monkeypatch, disk, settings) == code


def test_the_largest_file_has_to_be_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = "trainable: true, use_bias: false}\n  - Dense: {units: 100000"
    state = 3 * 4 * (2 * 8 + 8 * 100_000 + 100_000 + 100_000 + 1)
    for limit, settings, code in (
        (64 * 1024, {}, ""),
        (64 * 1024 - 1, {}, "A125"),
        (state, {"TRAINED": many}, ""),
        (state - 1, {"TRAINED": many}, "A125"),
    ):
        assert allowed(tmp_path, monkeypatch, Disk(10**12, limit), settings) == code
