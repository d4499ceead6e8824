"""The command `serve`: what it refuses, what it says, and an end that loses no request."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

import served_runs

from nnspec.commands import main

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
IN_FLIGHT = 1000
ROW = {"Länge [cm]": 50.0, "Note": "A", "am Tag": "31.01.2021", "ok?": True, "Bemerkung": "gut"}


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    """Return the exit code and what is told of a service that does not begin."""
    with pytest.raises(SystemExit) as stopped:
        main(["serve", *arguments])
    return stopped.value.code, capsys.readouterr().err


def test_a_folder_that_is_no_run_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = refusal(capsys, str(tmp_path))
    assert code == 1
    assert "[A102]" in told


def test_a_port_in_use_is_told_with_another_way(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, told = refusal(capsys, str(served_runs.kinds()), "--port", str(port))
    assert code == 1
    assert f"127.0.0.1:{port} is in use by another program [A161]" in told
    assert "--port 0" in told


def test_an_address_that_is_none_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("x" * 20)
    arguments = ["--host", "203.0.113.7", "--token-file", str(token)]
    code, told = refusal(capsys, str(served_runs.kinds()), *arguments)
    assert code == 1
    assert "203.0.113.7:8000 cannot be listened at" in told


def test_a_host_that_others_reach_takes_a_token(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, told = refusal(capsys, str(served_runs.kinds()), "--host", "0.0.0.0")  # noqa: S104 - refused
    assert code == 2
    assert "token" in told
    short = tmp_path / "token"
    short.write_text("short")
    code, told = refusal(capsys, str(served_runs.kinds()), "--token-file", str(short))
    assert code == 2
    assert "holds no token" in told


def test_a_missing_extra_is_told_with_the_command_that_installs_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    code, told = refusal(capsys, str(served_runs.kinds()))
    assert code == 1
    assert "uvicorn is not installed" in told
    assert "pip install 'nnspec[serve]'" in told


@contextmanager
def served(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Serve the run by the real program; give the process and the port."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-m", "nnspec", "serve", served_runs.kinds(), "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline().rpartition(":")[2])
    finally:
        process.kill()
        process.communicate()


async def ask(port: int, request: bytes, sent: asyncio.Semaphore) -> bytes:
    """Send a request, say that it is sent, and return what comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    sent.release()
    try:
        return await asyncio.wait_for(reader.read(), 300)
    except OSError:
        return b""
    finally:
        writer.close()


async def ask_until_the_end(process: "subprocess.Popen[str]", port: int) -> Counter[bytes]:
    """Return the first words of the responses to requests that a signal overtakes."""
    body = json.dumps({"instances": [ROW]}).encode()
    head = (
        f"POST /v1/models/kinds:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
    )
    request = head.encode() + b"\r\n\r\n" + body
    sent = asyncio.Semaphore(0)
    asked = [asyncio.create_task(ask(port, request, sent)) for _ in range(IN_FLIGHT)]
    for _ in asked:
        await sent.acquire()
    process.send_signal(signal.SIGTERM)
    return Counter(one[:15] for one in await asyncio.gather(*asked))


@pytest.mark.slow
def test_a_signal_ends_the_service_and_loses_none_of_a_thousand_requests() -> None:
    with served("--queue", str(2 * IN_FLIGHT)) as (process, port):
        heard = asyncio.run(ask_until_the_end(process, port))
        _, told = process.communicate(timeout=60)
    assert heard == {b"HTTP/1.1 200 OK": IN_FLIGHT}
    assert process.returncode == 128 + signal.SIGTERM
    assert told == "nnspec: stopped by SIGTERM; every request that had come was answered\n"
