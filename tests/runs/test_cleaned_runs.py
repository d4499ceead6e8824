"""What runs left behind is listed; it goes only when asked for, and nothing else ever does."""

import shutil
from pathlib import Path

import pytest
from made_runs import make_run, rewrite, stopped, write_spec

from nnspec.commands import main
from nnspec.run.lock import Lock, now


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    spec = write_spec(tmp_path / "specs")
    folder = tmp_path / "runs"
    make_run(folder / "whole", spec)
    stopped(folder / "cut", spec)
    (folder / "begun").mkdir()
    (folder / "begun" / ".lock").touch()
    return folder


def clean(captured: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["clean", *arguments])
    assert ended.value.code == 0
    return captured.readouterr().out


def tree(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*")}


def test_nothing_is_removed_until_it_is_asked_for(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(runs)
    out = clean(capsys, str(runs))
    assert "cut: stopped before it had weights" in out
    assert tree(runs) == before
    assert "removed 2 of them" in clean(capsys, str(runs), "--yes")
    assert {one.name for one in runs.iterdir()} == {"whole"}


def test_what_killed_processes_left_in_a_run_goes_and_the_run_stays(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(runs / "whole")
    (runs / "whole" / ".report.json.77.tmp").write_text("half")
    (runs / "whole" / ".model.77.old").mkdir()
    (runs / "whole" / ".model.77.old" / "part").write_text("old")
    (runs / "whole" / ".lock").write_text('{"pid": 1, "host": "gone", "started": "then"}')
    clean(capsys, str(runs), "--yes")
    assert tree(runs / "whole") == before
    assert (runs / "whole" / ".lock").read_text() == ""


def test_a_link_is_never_followed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(runs / "cut", outside)
    (runs / "link").symlink_to(outside)
    (runs / "whole" / ".x.5.tmp").symlink_to(outside)
    (runs / "cut" / "inner").symlink_to(outside)
    shutil.copytree(outside, runs / "linked")
    (runs / "linked" / "history.csv").unlink()
    (runs / "linked" / "history.csv").symlink_to(outside / "history.csv")
    before = tree(outside)
    out = clean(capsys, str(runs), "--yes")
    assert "link: a symbolic link, which is not followed" in out
    assert tree(outside) == before
    assert {"cut", "linked"} <= {one.name for one in runs.iterdir()}
    assert (runs / "whole" / ".x.5.tmp").is_symlink()


def test_a_run_that_is_held_is_left(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = Lock(runs / "cut", now())
    try:
        out = clean(capsys, str(runs), "--yes")
    finally:
        lock.release()
    assert "in use by pid" in out
    assert (runs / "cut" / "run.json").exists()


def test_what_no_run_wrote_is_left(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runs / "cut" / "notes.txt").write_text("mine")
    (runs / "foreign").mkdir()
    (runs / "foreign" / "thesis.tex").write_text("mine")
    (runs / "damaged").mkdir()
    (runs / "damaged" / "run.json").write_text("{")
    out = clean(capsys, str(runs), "--yes")
    assert "notes.txt in it is none of a run's files" in out
    assert {"cut", "foreign", "damaged"} <= {one.name for one in runs.iterdir()}


def test_a_stopped_run_with_checkpoints_is_left(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (runs / "cut" / "checkpoints").mkdir()
    (runs / "cut" / "checkpoints" / "last.weights.h5").write_text("weights")
    rewrite(runs / "whole", status="stopped")
    clean(capsys, str(runs), "--yes")
    assert {one.name for one in runs.iterdir()} == {"cut", "whole"}


def test_a_copy_goes_only_where_the_later_run_is_whole(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = write_spec(runs.parent / "specs")
    make_run(runs / "later", spec, started="2026-11-30T10:00:00+00:00")
    assert "same to the bit" not in clean(capsys, str(runs))
    report = (runs / "later" / "report.json").read_text()
    (runs / "later" / "report.json").write_text("{}")
    assert "same to the bit" not in clean(capsys, str(runs), "--copies")
    (runs / "later" / "report.json").write_text(report)
    clean(capsys, str(runs), "--copies", "--yes")
    assert {one.name for one in runs.iterdir()} == {"later"}
