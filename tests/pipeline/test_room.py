"""A run is refused before its first step where the disk has no room for what it writes."""

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


def allowed(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    free: int,
    limit: int | None = None,
    held: dict[str, Artefact] | None = None,
    **settings: str,
) -> str:
    """Return the code of what speaks against a run, nothing where it is allowed."""
    text = SPEC
    given = {"OPTIMIZER": "adam", "FORMATS": "[savedmodel]", "TRAINED": "trainable: true"}
    for name, one in (given | settings).items():
        text = text.replace(name, one)
    path = folder / "s.yaml"
    path.write_text(text)
    spec, network = check(path).accept()
    monkeypatch.setattr(room, "free_bytes", lambda _: free)
    monkeypatch.setattr(room, "file_limit", lambda: limit)
    try:
        check_room(spec, network, folder, held)
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
    assert allowed(tmp_path, monkeypatch, free=needed, **settings) == ""
    assert allowed(tmp_path, monkeypatch, free=needed - 1, **settings) == "A104"
    held = {"a": Artefact("", 600), "b": Artefact("", 400)}
    assert allowed(tmp_path, monkeypatch, free=needed - 1000, held=held, **settings) == ""
    assert allowed(tmp_path, monkeypatch, free=needed - 1001, held=held, **settings) == "A104"


def test_the_largest_file_has_to_be_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 10**12
    assert allowed(tmp_path, monkeypatch, free=free, limit=64 * 1024) == ""
    assert allowed(tmp_path, monkeypatch, free=free, limit=64 * 1024 - 1) == "A125"
    many = "trainable: true, use_bias: false}\n  - Dense: {units: 100000"
    state = 3 * 4 * (2 * 8 + 8 * 100_000 + 100_000 + 100_000 + 1)
    assert allowed(tmp_path, monkeypatch, free=free, limit=state, TRAINED=many) == ""
    assert allowed(tmp_path, monkeypatch, free=free, limit=state - 1, TRAINED=many) == "A125"
