"""A dashboard in a process of its own, asked as a browser asks it."""

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROGRAM = Path(__file__).parents[2] / "cli.py"
PATIENCE = 30.0
"""Seconds in which an event comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """The program `nnspec dashboard`; as a context manager it is ended by a signal."""

    def __init__(self, runs: Path, *options: str) -> None:
        command = [sys.executable, str(PROGRAM), "dashboard", str(runs), "--port", "0", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.process.stderr and self.process.stderr.read()
        self.port = int(self.address.rstrip("/").rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """End it by a signal; return its exit code and what it said on standard error."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=named)
            found = connection.getresponse()
            told = {name.lower(): value for name, value in found.getheaders()}
            return Answer(found.status, told, found.read())
        finally:
            connection.close()

    def runs(self, query: str = "") -> dict[str, Any]:
        """Return the runs of the list by their names."""
        return {one["name"]: one for one in self.ask(f"/api/runs{query}").json["runs"]}

    def events(self, query: str) -> Iterator[tuple[str, Any]]:
        """Give events as they come; a stream that tells nothing for long is an error."""
        until = time.monotonic() + PATIENCE
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", f"/api/events{query}")
        found = connection.getresponse()
        name = ""
        try:
            while line := found.readline():
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text.removeprefix("event: ")
                elif text.startswith("data: "):
                    yield name, json.loads(text.removeprefix("data: "))
                    until = time.monotonic() + PATIENCE
                assert time.monotonic() < until, "nothing was told"
        finally:
            found.close()
            connection.close()
