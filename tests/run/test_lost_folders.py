"""A run's folder that is removed, replaced or given up while somebody counts on it."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from nnspec.diagnostics import RunBusy, RunFailed
from nnspec.run import lock
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.layout import LOCK
from nnspec.run.manifest import Manifest, SpecOrigin


def manifest() -> Manifest:
    return Manifest("demo", SpecOrigin("demo.yaml", "/specs", "ab" * 32), seed=7, started="now")


@pytest.mark.parametrize("replaced", [False, True])
def test_a_folder_that_is_removed_or_replaced_is_not_written_to_again(
    tmp_path: Path, *, replaced: bool
) -> None:
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        folder.write("spec.yaml", "nnspec: 1")
        folder.path.rename(tmp_path / "moved")
        if replaced:
            with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as other:
                other.finish()
        before = contents(tmp_path)
        for again in (lambda: folder.write("checkpoints/a", b"learned"), folder.save):
            with pytest.raises(RunFailed, match="was removed, moved or replaced") as failed:
                again()
            assert failed.value.diagnostics[0].code == "A126"
        assert contents(tmp_path) == before
        shutil.rmtree(tmp_path / "demo", ignore_errors=True)
        (tmp_path / "moved").rename(tmp_path / "demo")


def contents(folder: Path) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_folder_given_up_while_its_lock_was_opened_is_not_held_by_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Claim.named(tmp_path, "demo")
    opened = lock._opened

    def late(path: Path) -> int:
        monkeypatch.setattr(lock, "_opened", opened)
        descriptor = opened(path)
        first.__exit__(None, None, None)  # it goes with its folder
        return descriptor

    monkeypatch.setattr(lock, "_opened", late)
    with Claim.named(tmp_path, "demo"), pytest.raises(RunBusy):
        Claim.named(tmp_path, "demo")


@pytest.mark.parametrize("stale", [False, True])
def test_who_comes_second_is_told_the_first_who_has_not_written_its_name_yet(
    tmp_path: Path, *, stale: bool
) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    names = [
        json.dumps({"pid": one, "host": socket.gethostname(), "started": "now"})
        for one in (gone.pid, os.getpid())
    ]
    with (tmp_path / LOCK).open("w+") as held:
        held.write(names[0] if stale else "")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        named = threading.Timer(0.05, (tmp_path / LOCK).write_text, (names[1],))
        named.start()
        with pytest.raises(RunBusy, match=f"in use by pid {os.getpid()} on "):
            lock.Lock(tmp_path, "now")
        named.join()
