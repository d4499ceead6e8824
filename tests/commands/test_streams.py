"""A lost output stops no work: a training ends with its own code and its run is whole."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from nnspec.commands.program import keep_traceback

ROOT = Path(__file__).parents[2]
SPEC = """\
nnspec: 1
name: hens
data: {source: hens.csv, target: Eggs}
model: [{Dense: 1}]
training: {optimizer: adam, loss: mse, epochs: 2}
"""
PROGRAM = """
import tempfile

tempfile._candidate_tempdir_list = lambda: []  # as where no folder can be written to
from nnspec.commands import main

main()
"""


@pytest.mark.keras
@pytest.mark.parametrize("streams", ["> /dev/full", pytest.param(">&-", marks=pytest.mark.slow)])
def test_a_training_ends_well_without_output_and_without_temporary_folders(
    streams: str, tmp_path: Path
) -> None:
    rows = "".join(f"{row},{row * 3 % 7}\n" for row in range(40))
    (tmp_path / "hens.csv").write_text(f"Age,Eggs\n{rows}", encoding="utf-8")
    (tmp_path / "hens.yaml").write_text(SPEC, encoding="utf-8")
    script = f'exec "{sys.executable}" -c "$PROGRAM" train hens.yaml {streams}'
    environment = {**os.environ, "PROGRAM": PROGRAM, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("standard output is lost from here on") == 1
    manifest = json.loads((tmp_path / "runs" / "hens" / "run.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "complete"


def test_a_traceback_that_cannot_be_kept_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    assert keep_traceback(ValueError("x")).startswith("the traceback could not be kept: ")
