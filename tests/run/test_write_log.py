"""A crash at any point of any write leaves the checkpoints of before, or the new ones."""

import contextlib
import errno
import itertools
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recorded_writes import Disk, put, recording

from nnspec.diagnostics import Diagnostic, RunFailed
from nnspec.engine.snapshot import Snapshot
from nnspec.pipeline.resume import Asked, state_of
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.keeper import last_state
from nnspec.run.layout import LOCK, MANIFEST, STATES, checkpoint_of
from nnspec.run.manifest import Manifest, SpecOrigin
from nnspec.run.state_file import encode_snapshot

pytestmark = pytest.mark.keras

BEST = checkpoint_of("best")
ROOT = Path(__file__).parents[2]
POINTS = 20
FULL = """
import subprocess, sys
from pathlib import Path
from nnspec.diagnostics import RunFailed
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.manifest import Manifest, SpecOrigin

place, name = Path(sys.argv[1]), sys.argv[2]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=True)
kept = 0
manifest = Manifest("demo", SpecOrigin("demo.yaml", "/specs", "ab"), 0, "now")
with RunFolder.create(Claim.named(place, "demo"), manifest) as folder:
    folder.write(name, b"old" * 20_000)
    for point in range(20):
        filler = place / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                file.truncate(file.tell() - 4096 * point)
        try:
            folder.write(name, b"new" * 30_000)
            print(point, "was written")
        except RunFailed as failed:
            assert [one.code for one in failed.diagnostics] == ["A104"], failed
        kept += folder.read(name) == RunFolder.open(folder.path).read(name) == b"old" * 20_000
        filler.unlink()
        assert not [*folder.path.rglob(".*.tmp")], [*folder.path.rglob(".*.tmp")]
    folder.write(name, b"new" * 30_000)
    assert RunFolder.open(folder.path).read(name) == b"new" * 30_000
print("kept", kept)
"""


def manifest() -> Manifest:
    return Manifest("demo", SpecOrigin("spec.yaml", "/specs", "0" * 64), 0, "now")


def state(step: int) -> bytes:
    weights = np.full(300, step, np.float32)
    return encode_snapshot(Snapshot(0, step, {"weights/0": weights}))


def best(step: int) -> bytes:
    return b"best %d" % step * 100


@pytest.fixture
def held(tmp_path: Path) -> Iterator[RunFolder]:
    """Give a run with two states and the best weights of the first."""
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest()) as folder:
        folder.write(BEST, best(1))
        folder.write(STATES[0], state(1))
        folder.write(STATES[1], state(2))
        yield folder


def test_every_prefix_of_the_writes_of_a_training_leaves_the_old_or_the_new_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, written = tmp_path / "run" / "demo", [0]  # acts after which each state is written
    with (
        recording(root, monkeypatch) as acts,
        RunFolder.create(Claim.named(root.parent, "demo"), manifest()) as folder,
    ):
        for step in range(1, 5):
            folder.write(BEST, best(step))
            folder.write(STATES[step % 2], state(step))
            written.append(len(acts))
    disk, places, tried = Disk(), itertools.count(), 0
    disk.enter(root, 0)
    disk.certain[root] = 0
    for number, act in enumerate(acts, 1):
        disk.take(act)
        done = sum(one <= number for one in written) - 1
        for files in disk.left():
            place = put(files, root, tmp_path / f"crash-{next(places)}")
            assert survives(place, done), (number, act.kind, act.path.name)
            tried += 1
            shutil.rmtree(place)
    assert len(acts) > 90
    assert tried > len(acts)


def survives(place: Path, done: int) -> bool:
    """Tell whether what a crash left holds the last state that was written, or the one to come."""
    if not (place / MANIFEST).exists():
        return done == 0
    folder = RunFolder.open(place)
    snapshot, _, _ = last_state(folder)
    step = 0 if snapshot is None else snapshot.step
    if snapshot is not None and encode_snapshot(snapshot) != state(step):
        return False
    if not step:
        return done == 0
    return step in {done, done + 1} and folder.read(BEST) in {best(step), best(step + 1)}


@pytest.mark.parametrize("point", range(POINTS))
def test_a_disk_that_is_full_at_any_point_keeps_the_old_checkpoint(
    held: RunFolder, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    room = point * (len(state(3)) + len(held.manifest.encoded())) // POINTS
    write = os.write

    def full(descriptor: int, data: Any) -> int:
        nonlocal room
        if room <= 0:
            raise OSError(errno.ENOSPC, "")
        count = write(descriptor, data[:room])
        room -= count
        return count

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(RunFailed, match=r"no space left.*A104"):
            held.write(STATES[0], state(3))
    for folder in (held, RunFolder.open(held.path)):
        found, slot, damaged = last_state(folder)
        assert (found and found.step, slot, damaged) == (2, 0, [])
    assert not [*held.path.rglob(".*.tmp")]
    held.write(STATES[0], state(3))
    found = last_state(RunFolder.open(held.path))[0]
    assert found is not None
    assert found.step == 3


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk of its own")
def test_a_real_full_disk_keeps_the_old_checkpoint_at_twenty_points(tmp_path: Path) -> None:
    own = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*own, "true"], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    done = subprocess.run(
        [*own, sys.executable, "-c", FULL, str(tmp_path), STATES[0]],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == (f"kept {POINTS}\n", 0), done.stderr


def test_a_thousand_flipped_bits_are_found_and_the_state_before_is_gone_on_from(
    held: RunFolder,
) -> None:
    draw = random.Random(0)  # noqa: S311 - bits, no secrets
    path, whole = held.path / STATES[1], state(2)
    for place in draw.sample(range(8 * len(whole)), 1_000):
        content = bytearray(whole)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        found, slot, damaged = last_state(held)
        assert (found and found.step, slot, len(damaged)) == (1, 1, 1)


def test_fifty_truncated_states_are_said_to_be_damaged_and_the_one_before_is_gone_on_from(
    held: RunFolder,
) -> None:
    path, whole = held.path / STATES[1], state(2)
    for count in range(0, len(whole), -(-len(whole) // 50)):
        path.write_bytes(whole[:count])
        said: list[Diagnostic] = []
        found = state_of(held, Asked(tell=said.append))
        assert found.snapshot is not None
        assert found.snapshot.step == 1
        (told,) = said
        assert told.code == "A132"
        assert told.message.startswith("checksum mismatch")
        assert "goes on from the state before, epoch 1, step 1" in told.message


def test_a_kill_while_an_old_run_is_cleared_leaves_a_name_that_the_same_command_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    with RunFolder.create(Claim.named(whole, "demo"), manifest()) as folder:
        folder.write(BEST, b"best")
        folder.write("report.json", "{}")
        folder.finish()
    for kills in itertools.count():
        runs = Path(shutil.copytree(whole, tmp_path / f"killed-{kills}"))
        if not killed(runs, kills, monkeypatch):
            break
        with RunFolder.create(Claim.named(runs, "demo", exist_ok=True), manifest()) as again:
            again.finish()
        assert sorted(one.name for one in again.path.iterdir()) == [LOCK, MANIFEST]
    assert kills > 3


def killed(runs: Path, acts: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Begin a run in the place of another, and die after some acts; tell if it came to that."""
    left = acts

    def counted(act: Any) -> Any:
        def done(*rest: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return act(*rest, **named)

        return done

    claim = Claim.named(runs, "demo", exist_ok=True)
    with monkeypatch.context() as patched:
        for name in ("unlink", "rmdir", "replace", "write"):
            patched.setattr(os, name, counted(getattr(os, name)))
        with contextlib.suppress(KeyboardInterrupt):
            RunFolder.create(claim, manifest())
    died = left < 0
    claim.lock.release()
    return died
