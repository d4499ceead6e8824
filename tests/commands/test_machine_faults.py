"""What a machine does to a run: one message, the right exit code, the last good state whole."""

import contextlib
import errno
import io
import json
import os
import resource
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from resumed import cut, differing
from resumed_kinds import write_kind

import nnspec
from nnspec.commands import main
from nnspec.diagnostics import Refused
from nnspec.engine import Capture
from nnspec.pipeline import conclude
from nnspec.run import atomic, keeper, lock, state_file
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.safe_points import SafePoints

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "runs"
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil has it
READ_ONLY = """
mount --bind runs runs && mount -o remount,ro,bind runs || exit 9
for arguments in "$@"; do
  "$PYTHON" -m nnspec $arguments > out 2> err
  echo "$? $(grep -c A110 err) $(grep -c Traceback err)"
done
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run that nothing happened to, beside its spec."""
    return cut(write_kind(tmp_path_factory.mktemp("whole"), "dropout"), ())[0]


@pytest.fixture
def spec(whole: Path) -> Path:
    return whole.parents[1] / "cut.yaml"


def called(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Call the program; return its exit code, the events that it printed, and its messages."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main(list(arguments))
    return (
        int(ended.value.code or 0),
        [json.loads(one) for one in out.getvalue().splitlines()],
        (err.getvalue()),
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, ""), "A104"),
        *(
            pytest.param(error, code, marks=pytest.mark.slow)
            for error, code in (
                (OSError(errno.EDQUOT, ""), "A104"),
                (OSError(errno.EFBIG, ""), "A125"),
                (OSError(errno.EROFS, ""), "A110"),
                (OSError(errno.EIO, ""), "A110"),
                (MemoryError(), "R102"),
            )
        ),
    ],
    ids=lambda one: errno.errorcode[one.errno or 0] if isinstance(one, OSError) else None,
)
def test_a_run_that_cannot_write_any_more_fails_and_goes_on_to_the_same_bits(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    spec = whole.parents[1] / "cut.yaml"
    write, encode, written = atomic._write_through, state_file.encode_snapshot, 0

    def failing(path: Path, content: bytes) -> None:
        nonlocal written
        written += path.name.startswith(".state")
        if written > 3:
            raise error
        write(path, content)

    def encoding(snapshot: Any) -> bytes:
        nonlocal written
        written += isinstance(error, MemoryError)
        if written > 3 and isinstance(error, MemoryError):
            raise error
        return encode(snapshot)

    with monkeypatch.context() as patched:
        patched.setattr(atomic, "_write_through", failing)
        patched.setattr(keeper, "encode_snapshot", encoding)
        ended, events, messages = called(
            *("train", str(spec), "--runs", str(tmp_path), "--name", "cut"),
            *("--checkpoint-every", "0", "--log-json"),
        )
    assert ended == 3
    assert messages.count(f"[{code}]") == 1
    assert "Traceback" not in messages
    assert (events[-1]["event"], events[-1]["exit_code"]) == ("failed", 3)
    assert [one["code"] for one in events[-1]["findings"]] == [code]
    assert not [*(tmp_path / "cut").rglob(".*.tmp")]
    nnspec.resume(tmp_path / "cut")
    assert differing(whole, tmp_path / "cut") == []


def test_room_on_the_disk_is_looked_at_before_the_first_step(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**6, 0, 300_000))
    with pytest.raises(Refused, match=r"300,000 bytes free.*A104"):
        nnspec.train(spec, runs=tmp_path / "runs", overrides=["model.0.Dense.units=2000"])
    with pytest.raises(Refused, match=r"300,000 bytes free.*A104"):
        nnspec.train(spec, runs=tmp_path / "runs", name="b", overrides=["model.0.Dense.units=2000"])
    assert not (tmp_path / "runs").exists()


def test_a_limit_on_the_size_of_files_is_looked_at_before_the_first_step(
    spec: Path, tmp_path: Path
) -> None:
    held = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32_768, held[1]))
    try:
        with pytest.raises(Refused, match=r"at most 32,768 are allowed.*A125"):
            nnspec.train(spec, runs=tmp_path / "runs")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)
    assert not (tmp_path / "runs").exists()


def test_a_graph_that_is_too_large_for_a_limit_is_told_as_that(whole: Path, tmp_path: Path) -> None:
    held = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, held[1]))
    try:
        ended, _, messages = called("export", str(whole), "-o", str(tmp_path / "model"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)
    assert ended == 1
    assert "at most 16,384 are allowed" in messages
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk of its own")
def test_a_read_only_folder_has_one_exit_code(tmp_path: Path) -> None:
    own = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*own, "true"], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    shutil.copytree(GOLDEN / nnspec.__version__, tmp_path / "runs")
    for name in ("golden.yaml", "rows.csv"):
        shutil.copy(GOLDEN / name, tmp_path)
    record = tmp_path / "runs" / "finished" / "run.json"
    record.write_text(record.read_text().replace('"folder": "/specs"', f'"folder": "{tmp_path}"'))
    commands = (
        "train golden.yaml",
        "train golden.yaml --name new",
        "train golden.yaml --name finished --exist-ok",
        "train --resume stopped",
        "predict runs/finished rows.csv -o runs/answers.csv",
        "export runs/finished -o runs/exported",
        "export runs/finished --format weights -o runs/exported.safetensors",
    )
    done = subprocess.run(
        [*own, "bash", "-c", READ_ONLY, "bash", *commands],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["1 1 0"] * len(commands), done.stdout


def test_a_folder_that_is_removed_while_its_run_trains_is_not_made_again(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest, counted = SafePoints.on_rest, iter(range(100))

    def remove(self: SafePoints, capture: Capture, *, last: bool) -> None:
        if next(counted) == 2:
            shutil.rmtree(tmp_path / "cut")
        rest(self, capture, last=last)

    monkeypatch.setattr(SafePoints, "on_rest", remove)
    ended, events, messages = called(
        *("train", str(spec), "--runs", str(tmp_path), "--name", "cut"),
        *("--checkpoint-every", "0", "--log-json"),
    )
    assert ended == 3
    assert messages.count("was removed, moved or replaced while the run wrote to it") == 1
    assert [one["code"] for one in events[-1]["findings"]] == ["A126"]
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_is_set_back_changes_nothing(
    whole: Path, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(datetime(2030, 1, 1, tzinfo=UTC) - timedelta(days=one) for one in range(100))

    class Falling(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            del tz
            return next(moments)

    monkeypatch.setattr(lock, "datetime", Falling)
    done = nnspec.train(spec, runs=tmp_path, name="back")
    record = RunFolder.open(done.folder).manifest
    assert record.ended is not None
    assert record.ended < record.started
    assert record.training is not None
    assert record.training.seconds > 0
    assert differing(whole, done.folder) == []
    (listed,) = nnspec.runs(tmp_path)
    assert (listed.state, listed.problem) == ("complete", None)


def test_a_lack_of_memory_after_the_training_is_told_and_the_run_can_be_completed(
    whole: Path, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(conclude, "judge", judge)
        ended, events, messages = called(
            "train", str(spec), "--runs", str(tmp_path), "--name", "cut", "--log-json"
        )
    assert ended == 3
    assert messages.count("[R102]") == 1
    assert [one["code"] for one in events[-1]["findings"]] == ["R102"]
    nnspec.evaluate(tmp_path / "cut")
    assert differing(whole, tmp_path / "cut") == []


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[None]:
    with Claim.named(tmp_path, "taken"):
        yield


@pytest.mark.parametrize(
    ("arguments", "code", "finding"),
    [
        (("--set", "training.epochs=-1"), 1, "S104"),
        (("--set", "training.optimizer={SGD: {learning_rate: 1e30}}"), 3, "R101"),
        (("--name", "taken"), 5, "A106"),
    ],
    ids=["refused", "failed", "busy"],
)
@pytest.mark.usefixtures("taken")
def test_a_log_ends_with_why_nothing_came_of_a_run(
    spec: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, finding: str
) -> None:
    ended, events, messages = called(
        "train", str(spec), "--runs", str(tmp_path), "--log-json", *arguments
    )
    assert ended == code, messages
    assert [one["event"] for one in events if one["event"] in {"failed", "end"}] == ["failed"]
    last = events[-1]
    assert (last["event"], last["exit_code"]) == ("failed", code)
    assert [one["code"] for one in last["findings"]] == [finding]
    assert all(one["message"] in messages for one in last["findings"])
    assert last["seconds"] >= events[0]["seconds"]
