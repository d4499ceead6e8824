"""A file is there whole, in its old or its new form, whatever the disk does."""

import subprocess
import sys
from pathlib import Path

import pytest

from nnspec.diagnostics import RunFailed
from nnspec.run.atomic import publish_folder, write_atomic

LIMITED = """
import resource, sys
from pathlib import Path
from nnspec.diagnostics import RunFailed
from nnspec.run.atomic import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    write_atomic(Path(sys.argv[1]), b"new" * 1000)
except RunFailed as error:
    print(error.diagnostics[0].code, error.diagnostics[0].message)
"""
KILLED = """
import sys
from pathlib import Path
from nnspec.run.atomic import write_atomic
round = 0
while True:
    round += 1
    write_atomic(Path(sys.argv[1]), str(round % 10).encode() * 100_000)
    if round == 3:
        print("writing", flush=True)
"""


def test_the_new_content_replaces_the_old_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a" / "file"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_limit_on_the_size_of_files_is_no_full_disk_and_keeps_the_old_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("A125 ")
    assert "3,000 bytes needed; at most 1,000 are allowed" in done.stdout
    assert "space" not in done.stdout
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_a_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("no folder")
    with pytest.raises(RunFailed, match=r"cannot be written: .*\[A110\]"):
        write_atomic(tmp_path / "a" / "file", b"x")


def test_a_process_killed_while_it_writes_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"writing\n"
            process.kill()
        content = path.read_bytes()
        assert len(content) == 100_000
        assert len(set(content)) == 1


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    for text in ("old", "new"):
        made = tmp_path / "made"
        (made / "deep").mkdir(parents=True)
        (made / "deep" / text).write_text(text)
        publish_folder(made, tmp_path / "model")
    assert [one.name for one in (tmp_path / "model" / "deep").iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]
