"""A run folder is made once, held by one process, and its files are checked before use."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nnspec import __version__
from nnspec.diagnostics import Refused, RunBusy
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.layout import LOCK, MANIFEST
from nnspec.run.lock import Lock
from nnspec.run.manifest import Manifest, SpecOrigin, TrainingRecord, git_revision, read_manifest

HOLDER = """
import sys, time
from pathlib import Path
from nnspec.run.lock import Lock
lock = Lock(Path(sys.argv[1]), "2026-01-02T03:04:05+00:00")
print("held", flush=True)
time.sleep(60)
"""
WRITER = """
import sys
from pathlib import Path
from nnspec.run.folder import RunFolder
folder = RunFolder.open(Path(sys.argv[1]), writing=True)
number = 0
while True:
    number += 1
    folder.write("a.bin", str(number % 10).encode() * 50_000)
    if number == 2:
        print("writing", flush=True)
"""
ENDED = """
import os, sys
from pathlib import Path
from nnspec.run.folder import RunFolder
RunFolder.open(Path(sys.argv[1]), writing=True).write("report.json", sys.argv[2])
os._exit(0)
"""


def manifest(name: str = "demo") -> Manifest:
    return Manifest(name, SpecOrigin("demo.yaml", "/specs", "ab" * 32), seed=7, started="now")


def finished(runs: Path, name: str = "demo") -> Path:
    with RunFolder.create(Claim.numbered(runs, name), manifest(name)) as folder:
        folder.write("report.json", "{}")
        folder.finish()
    return folder.path


def code_of(error: pytest.ExceptionInfo[Refused] | pytest.ExceptionInfo[RunBusy]) -> str:
    return error.value.diagnostics[0].code


def test_runs_of_one_name_are_numbered(tmp_path: Path) -> None:
    names = [finished(tmp_path / "runs").name for _ in range(3)]
    assert names == ["demo", "demo-2", "demo-3"]
    assert read_manifest(tmp_path / "runs" / "demo-3").name == "demo-3"


def test_a_name_asked_for_that_holds_a_finished_run_is_refused(tmp_path: Path) -> None:
    path = finished(tmp_path)
    before = (path / MANIFEST).read_bytes()
    with pytest.raises(Refused, match="holds a complete run already") as caught:
        RunFolder.create(Claim.named(tmp_path, "demo"), manifest())
    assert code_of(caught) == "A108"
    assert (path / MANIFEST).read_bytes() == before


def test_a_name_asked_for_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("precious")
    with pytest.raises(Refused, match="is no run") as caught:
        RunFolder.create(Claim.named(tmp_path, "demo"), manifest())
    assert code_of(caught) == "A108"
    assert (tmp_path / "demo" / "thesis.txt").read_text() == "precious"


def test_a_name_asked_for_takes_the_place_of_a_run_without_weights(tmp_path: Path) -> None:
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        folder.write("spec.yaml", "half")
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        assert folder.path == tmp_path / "demo"
        assert not (folder.path / "spec.yaml").exists()


@pytest.mark.parametrize("completed", [False, True])
def test_a_run_with_weights_is_replaced_where_that_is_said(
    tmp_path: Path, *, completed: bool
) -> None:
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        folder.update(replace(folder.manifest, weights={"dense": ((2, 3), (3,))}))
        folder.write("checkpoints/last.weights.h5", b"half")
        if completed:
            folder.finish()
    held = "a complete run" if completed else "the checkpoints of a stopped run"
    with pytest.raises(Refused, match=f"holds {held} already") as caught:
        Claim.named(tmp_path, "demo")
    assert "--exist-ok" in (caught.value.diagnostics[0].hint or "")
    with Claim.named(tmp_path, "demo", exist_ok=True):
        pass  # a spec was refused
    assert (folder.path / "checkpoints/last.weights.h5").read_bytes() == b"half"
    with RunFolder.create(Claim.named(tmp_path, "demo", exist_ok=True), manifest()) as folder:
        assert not (folder.path / "checkpoints").exists()
        assert folder.manifest.weights == {}


def test_a_run_completed_while_its_name_was_waited_for_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        pass

    def completed(*_: object) -> Lock:
        held = Lock(tmp_path / "demo", "then")
        replaced = replace(folder.manifest, status="complete")
        (tmp_path / "demo" / MANIFEST).write_bytes(replaced.encoded())
        held.release()
        return Lock(tmp_path / "demo", "now")

    monkeypatch.setattr("nnspec.run.claim.Lock", completed)
    with pytest.raises(Refused, match="holds a complete run already"):
        Claim.named(tmp_path, "demo")
    assert read_manifest(tmp_path / "demo").status == "complete"
    Lock(tmp_path / "demo", "later").release()


def test_a_claim_that_nobody_takes_over_leaves_nothing(tmp_path: Path) -> None:
    with Claim.named(tmp_path / "all" / "runs", "demo") as claim:
        assert claim.path.is_dir()
        with pytest.raises(RunBusy):
            Claim.named(tmp_path / "all" / "runs", "demo")
    assert list(tmp_path.iterdir()) == []


def test_a_name_whose_folder_was_made_and_no_more_is_free(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / LOCK).write_text("")
    (tmp_path / "demo" / f".{MANIFEST}.123.tmp").write_text('{"form')
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        folder.finish()
    assert sorted(one.name for one in folder.path.iterdir()) == [LOCK, MANIFEST]


def test_a_refusal_before_any_weights_leaves_no_folder(tmp_path: Path) -> None:
    folder = RunFolder.create(Claim.numbered(tmp_path, "demo"), manifest())
    folder.write("spec.yaml", "nnspec: 1")
    folder.__exit__(Refused, Refused([]), None)
    assert list(tmp_path.iterdir()) == []


def test_a_trained_run_says_so_until_it_is_complete(tmp_path: Path) -> None:
    record = TrainingRecord(3, 1.5, None, ("engine: fused on CPU",))
    with RunFolder.create(Claim.numbered(tmp_path, "demo"), manifest()) as folder:
        folder.mark_trained(record)
        found = read_manifest(folder.path)
        assert (found.status, found.training) == ("trained", record)
    assert read_manifest(folder.path).status == "stopped"
    assert read_manifest(folder.path).training == record


@pytest.mark.parametrize(
    "name", ["", "../up", "a/b", ".hidden", "a b", "x" * 65, "tab\t", "nul.csv", "a."]
)
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as caught:
        Claim.numbered(tmp_path / "runs", name)
    assert code_of(caught) == "A109"
    assert not (tmp_path / "runs").exists()


def test_what_was_written_is_read_back_after_opening_the_run_again(tmp_path: Path) -> None:
    path = finished(tmp_path)
    folder = RunFolder.open(path)
    assert folder.read("report.json") == b"{}"
    assert folder.manifest.status == "complete"
    assert folder.manifest.seed == 7
    assert folder.manifest.spec == SpecOrigin("demo.yaml", "/specs", "ab" * 32)


def test_one_flipped_bit_is_a_checksum_mismatch(tmp_path: Path) -> None:
    path = finished(tmp_path)
    content = bytearray((path / "report.json").read_bytes())
    content[0] ^= 1
    (path / "report.json").write_bytes(content)
    with pytest.raises(Refused, match="checksum mismatch") as caught:
        RunFolder.open(path).read("report.json")
    assert code_of(caught) == "A101"
    assert "report.json" in caught.value.diagnostics[0].message


def test_a_missing_or_unrecorded_file_is_named(tmp_path: Path) -> None:
    path = finished(tmp_path)
    (path / "stray.json").write_text("{}")
    (path / "report.json").unlink()
    for name in ("report.json", "stray.json"):
        with pytest.raises(Refused, match=name) as caught:
            RunFolder.open(path).read(name)
        assert code_of(caught) == "A111"


def test_a_process_killed_while_it_writes_leaves_every_file_whole(tmp_path: Path) -> None:
    spec = Manifest("demo", SpecOrigin("demo.yaml", "/specs", "ab"), seed=0, started="now")
    with RunFolder.create(Claim.numbered(tmp_path, spec.name), spec) as folder:
        folder.write("a.bin", b"0" * 50_000)
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, str(folder.path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"writing\n"
            process.kill()
        content = RunFolder.open(folder.path).read("a.bin")
        assert len(content) == 50_000
        assert len(set(content)) == 1
    (folder.path / ".model.1.tmp" / "deep" / ".x.1.tmp").mkdir(parents=True)
    with RunFolder.open(folder.path, writing=True):
        assert sorted(one.name for one in folder.path.iterdir()) == [LOCK, "a.bin", MANIFEST]


def test_a_file_is_good_in_both_states_between_its_record_and_its_rename(tmp_path: Path) -> None:
    path = finished(tmp_path)
    for newest in ("2", "3"):
        (path / "report.json").write_bytes(b"{}")
        command = [sys.executable, "-c", ENDED, str(path), newest]
        subprocess.run(command, check=True)
        assert RunFolder.open(path).read("report.json") == newest.encode()
        (path / "report.json").write_bytes(b"{}")
        assert RunFolder.open(path).read("report.json") == b"{}"


def test_a_finished_run_knows_only_the_newest_file(tmp_path: Path) -> None:
    with RunFolder.create(Claim.numbered(tmp_path, "demo"), manifest()) as folder:
        folder.write("a.bin", b"old")
        folder.write("a.bin", b"new")
        folder.finish()
    (folder.path / "a.bin").write_bytes(b"old")
    with pytest.raises(Refused, match="checksum mismatch"):
        RunFolder.open(folder.path).read("a.bin")


def test_a_folder_of_files_is_recorded_and_checked_as_a_whole(tmp_path: Path) -> None:
    with RunFolder.create(Claim.numbered(tmp_path, "demo"), manifest()) as folder:
        (folder.path / "model" / "variables").mkdir(parents=True)
        (folder.path / "model" / "variables" / "index").write_bytes(b"1")
        (folder.path / "model" / "graph.pb").write_bytes(b"2")
        folder.adopt("model")
        folder.finish()
    reopened = RunFolder.open(folder.path)
    assert reopened.check("model") == folder.path / "model"
    (folder.path / "model" / "variables" / "index").write_bytes(b"3")
    with pytest.raises(Refused, match="checksum mismatch"):
        reopened.check("model")


def test_a_newer_format_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = finished(tmp_path)
    document = json.loads((path / MANIFEST).read_text())
    document |= {"format": 99, "versions": {"nnspec": "77.0"}, "unknown": 1}
    (path / MANIFEST).write_text(json.dumps(document))
    with pytest.raises(Refused, match=r"version 77\.0") as caught:
        RunFolder.open(path)
    assert code_of(caught) == "A103"
    assert f"version {__version__}" in caught.value.diagnostics[0].message


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"format": 1}', '{"format": "x"}', "\0"])
def test_a_folder_without_a_readable_manifest_holds_no_run(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(Refused, match="holds no run") as caught:
        RunFolder.open(tmp_path)
    assert code_of(caught) == "A102"


def test_the_holder_of_a_folder_is_named_with_pid_host_and_time(tmp_path: Path) -> None:
    path = finished(tmp_path)
    before = (path / MANIFEST).read_bytes()
    with (
        RunFolder.open(path, writing=True),
        pytest.raises(RunBusy, match=f"in use by pid {os.getpid()} on {socket.gethostname()}"),
    ):
        RunFolder.open(path, writing=True)
    assert (path / MANIFEST).read_bytes() == before
    RunFolder.open(path, writing=True).__exit__(None, None, None)


def test_another_process_keeps_a_folder_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(RunBusy, match=f"pid {process.pid} .*2026-01-02T03:04:05") as caught:
            Lock(tmp_path, "now")
        process.kill()
    assert code_of(caught) == "A106"
    Lock(tmp_path, "now").release()


def test_a_lock_whose_process_is_gone_is_free_whatever_the_host_was_called(tmp_path: Path) -> None:
    text = json.dumps({"pid": 1, "host": "elsewhere.example", "started": "then"})
    (tmp_path / LOCK).write_text(text)
    Lock(tmp_path, "now").release()
    assert (tmp_path / LOCK).read_text() == ""


def test_no_link_in_place_of_a_lock_or_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    path = finished(tmp_path / "runs")
    (path / LOCK).unlink()
    (path / LOCK).symlink_to(tmp_path / "thesis.txt")
    with pytest.raises(Refused, match="is a symbolic link") as refused:
        RunFolder.open(path, writing=True)
    assert refused.value.diagnostics[0].hint == "remove it"
    (tmp_path / "other").mkdir()
    (tmp_path / "runs" / "linked").symlink_to(tmp_path / "other")
    with pytest.raises(Refused, match="is a symbolic link") as caught:
        Claim.named(tmp_path / "runs", "linked", exist_ok=True)
    assert code_of(caught) == "A108"
    assert (tmp_path / "thesis.txt").read_text() == "precious"
    assert list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "stopped"), (KeyboardInterrupt(), "stopped"), (OSError(), "failed")],
)
def test_how_a_run_ended_stands_in_its_manifest(
    tmp_path: Path, error: BaseException | None, status: str
) -> None:
    folder = RunFolder.create(Claim.numbered(tmp_path, "demo"), manifest())
    folder.__exit__(type(error) if error else None, error, None)
    found = read_manifest(folder.path)
    assert (found.status, found.ended is not None) == (status, True)


def test_what_is_learned_later_is_kept(tmp_path: Path) -> None:
    with RunFolder.create(Claim.numbered(tmp_path, "demo"), manifest()) as folder:
        folder.update(replace(folder.manifest, device="CPU", weights={"dense": ((2, 3), (3,))}))
    found = read_manifest(folder.path)
    assert found.device == "CPU"
    assert found.weights == {"dense": ((2, 3), (3,))}


def test_the_revision_is_that_of_the_folder_or_none(tmp_path: Path) -> None:
    assert git_revision(tmp_path) is None
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    found = git_revision(tmp_path)
    assert found is not None
    assert len(found) == 40
