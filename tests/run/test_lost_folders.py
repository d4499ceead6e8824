"""A run's folder that is removed, replaced or given up while somebody counts on it."""

import shutil
from pathlib import Path

import pytest

from nnspec.diagnostics import RunBusy, RunFailed
from nnspec.run import lock
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
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
