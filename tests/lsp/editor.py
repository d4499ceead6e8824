"""An editor as the language server meets it: JSON-RPC frames over standard input and output."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
URI = "file:///specs/net.yaml"


class Editor:
    """A client: sends requests and notifications, reads what comes back."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        command = [sys.executable, str(ROOT / "cli.py"), "lsp"]
        pipe = subprocess.PIPE
        self.server = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment)
        self.asked = 0
        self.noted: list[dict[str, Any]] = []

    def send(self, **content: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        assert self.server.stdin
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.server.stdout
        length = 0
        while line := self.server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self.server.stdout.read(length))
        return message

    def ask(self, method: str, params: object) -> Any:
        self.asked += 1
        self.send(id=self.asked, method=method, params=params)
        while (message := self.read()).get("id") != self.asked:
            self.noted.append(message)
        assert "error" not in message, message
        return message["result"]

    def note(self, method: str, params: object) -> None:
        self.send(method=method, params=params)

    def at(self, method: str, row: int, column: int, uri: str = URI) -> Any:
        place = {"line": row, "character": column}
        asked = {"textDocument": {"uri": uri}, "position": place}
        return self.ask(f"textDocument/{method}", asked)

    def findings(self) -> list[dict[str, Any]]:
        while True:
            message = self.noted.pop(0) if self.noted else self.read()
            if message.get("method") == "textDocument/publishDiagnostics":
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found

    def open(self, text: str, uri: str = URI) -> list[dict[str, Any]]:
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.note("textDocument/didOpen", {"textDocument": document})
        return self.findings()

    def close(self, uri: str) -> None:
        self.note("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.findings()

    def format(self, uri: str = URI) -> Any:
        options = {"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": True}}
        return self.ask("textDocument/formatting", options)

    def change(self, text: str, version: int) -> list[dict[str, Any]]:
        document = {"uri": URI, "version": version}
        self.note(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [{"text": text}]},
        )
        return self.findings()

    def labels(self, text: str) -> set[str]:
        """Return what is offered at the mark | of a text."""
        return {one["label"] for one in self.items(text)}

    def items(self, text: str) -> list[dict[str, Any]]:
        """Return the items that are offered at the mark | of a text, in their order."""
        before = text.partition("|")[0]
        row, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        self.change(text.replace("|", "", 1), 9)
        items: list[dict[str, Any]] = self.at("completion", row, column)["items"]
        return sorted(items, key=lambda one: one["sortText"])


def start() -> Iterator[Editor]:
    """Give an editor whose server is ready, and end both."""
    client = Editor()
    client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    client.note("initialized", {})
    yield client
    client.ask("shutdown", None)
    client.note("exit", None)
    client.server.communicate(timeout=20)
    assert client.server.returncode == 0
