"""Who comes second to a run folder is told so before libraries load; who was killed holds none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.lock import Lock
from nnspec.run.manifest import Manifest, SpecOrigin

ROOT = Path(__file__).parents[2]
SPEC = """\
nnspec: 1
name: hens
data: {source: hens.csv, target: Eggs}
model: [{Dense: 1}]
training: {optimizer: adam, loss: mse, epochs: 2}
"""
PROGRAM = """
import sys
from nnspec.commands.program import run
code = run(sys.argv[1:])
print(sorted({"tensorflow", "keras", "polars", "sklearn"} & set(sys.modules)))
sys.exit(code)
"""


def called(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "hens.yaml", "--name", "taken"),
        ("train", "hens.yaml", "--name", "taken", "--exist-ok"),
        ("train", "--resume", "taken"),
        ("train", "hens.yaml", "--resume", "runs/taken"),
    ],
    ids=["name", "replace", "resume", "resume a spec"],
)
def test_the_second_to_a_folder_is_told_who_holds_it_and_loads_nothing(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "hens.csv").write_text("Age,Eggs\n" + "1,2\n" * 40)
    (tmp_path / "hens.yaml").write_text(SPEC)
    origin = SpecOrigin("hens.yaml", str(tmp_path), "0" * 64)
    claim = Claim.named(tmp_path / "runs", "taken")
    with RunFolder.create(claim, Manifest("taken", origin, 0, "now")) as folder:
        done = called(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (5, "[]\n"), done.stderr
        assert f'"runs/taken" is in use by pid {os.getpid()} on ' in done.stderr
        assert done.stderr.count("[A106]") == 1
        assert sorted(one.name for one in folder.path.iterdir()) == [".lock", "run.json"]
    Lock(folder.path, "now").release()


def test_a_folder_in_which_no_run_can_be_made_is_refused_before_libraries_load(
    tmp_path: Path,
) -> None:
    (tmp_path / "hens.csv").write_text("Age,Eggs\n" + "1,2\n" * 40)
    (tmp_path / "hens.yaml").write_text(SPEC)
    for runs in ("hens.csv", "hens.csv/deep"):
        done = called(tmp_path, "train", "hens.yaml", "--runs", runs)
        assert (done.returncode, done.stdout) == (1, "[]\n"), done.stderr
        assert f'"{runs}" cannot be written: Not a directory [A110]' in done.stderr
