"""The language server, as an editor talks to it: JSON-RPC frames over standard input and output."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
URI = "file:///specs/net.yaml"
SPEC = """\
nnspec: 1
blocks:
  double:
    parameters: [filters]
    layers:
      - Dense: $filters
        name: inner
model:
  - Input: [8]
    name: first
  - double: 4
  - Dense: {units: 2, activation: relu}
    inputs: first
  - Concatenate:
    inputs: [first, dense]
training: {optimizer: Adam, loss: mse}
"""


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

    def at(self, method: str, row: int, column: int) -> Any:
        place = {"line": row, "character": column}
        asked = {"textDocument": {"uri": URI}, "position": place}
        return self.ask(f"textDocument/{method}", asked)

    def findings(self) -> list[dict[str, Any]]:
        while True:
            message = self.noted.pop(0) if self.noted else self.read()
            if message.get("method") == "textDocument/publishDiagnostics":
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found

    def change(self, text: str, version: int) -> list[dict[str, Any]]:
        document = {"uri": URI, "version": version}
        self.note(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [{"text": text}]},
        )
        return self.findings()

    def labels(self, text: str) -> set[str]:
        """Return what is offered at the mark | of a text."""
        before = text.partition("|")[0]
        row, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        self.change(text.replace("|", "", 1), 9)
        return {one["label"] for one in self.at("completion", row, column)["items"]}


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    client = Editor()
    client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    client.note("initialized", {})
    document = {"uri": URI, "languageId": "yaml", "version": 1, "text": SPEC}
    client.note("textDocument/didOpen", {"textDocument": document})
    yield client
    client.ask("shutdown", None)
    client.note("exit", None)
    client.server.communicate(timeout=20)
    assert client.server.returncode == 0


def test_a_spec_is_checked_when_it_is_opened_and_whenever_it_changes(editor: Editor) -> None:
    assert [one["code"] for one in editor.findings()] == ["G104"]
    assert editor.change(SPEC.replace("  - double: 4\n", "").partition("blocks:")[0], 2)
    (found,) = editor.change("nnspec: 1\nmodel:\n  - Input: [8]\n  - Desne: 4 # é😀\n", 3)
    assert found["code"] == "S106"
    assert found["severity"] == 1
    assert found["range"]["start"] == {"line": 3, "character": 4}
    assert found["range"]["end"] == {"line": 3, "character": 9}
    assert "did you mean Dense?" in found["message"]


def test_places_are_counted_in_the_units_of_the_editor(editor: Editor) -> None:
    text = 'nnspec: 1\nmodel: [{Input: [8]}, {Dense: {units: 1, name: "😀"}}, Desne]\n'
    found = editor.change(text, 4)[-1]
    assert found["range"]["start"]["character"] == len(text.splitlines()[1]) + 1 - len("Desne]")


def test_a_yaml_file_that_is_no_spec_is_left_alone(editor: Editor) -> None:
    assert editor.change("services:\n  - web\n", 5) == []


def test_the_word_under_the_cursor_is_explained(editor: Editor) -> None:
    editor.change(SPEC, 6)
    rows = SPEC.splitlines()

    def said(row: int, word: str) -> str:
        found = editor.at("hover", row, rows[row].index(word) + 1)
        return str(found["contents"]["value"])

    assert said(11, "Dense").startswith("## Dense\n")
    assert said(11, "units").startswith("**units**: a ")
    assert said(11, "relu").startswith("## relu")
    assert "takes instead of the layer before" in said(12, "inputs")
    assert "How the network is trained." in said(15, "training")
    assert said(15, "mse").startswith("## MeanSquaredError")
    assert editor.at("hover", 2, 4) is None


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("model:\n  - De|", {"Dense", "Conv", "LSTM", "name", "inputs"}),
        ("model:\n- |", {"Dense"}),
        ("model:\n  - Model:\n      layers:\n        - De|", {"Dense"}),
        ("model:\n  - Dense: {un|", {"units", "activation"}),
        ("model:\n  - Conv2D:\n      filters: 3\n      pad|", {"padding", "kernel_size"}),
        ("model:\n  - Conv2D:\n      padding: |", {"same", "valid"}),
        ("model:\n  - Dense: 4\n    na|", {"name", "inputs", "repeat"}),
        ("model:\n  - Dense: {units: 3,\n      activation: r|", {"relu", "sigmoid"}),
        ("model:\n  - Bidirectional: {layer: {LSTM: {|", {"units", "return_sequences"}),
        ("model:\n  - Dense: 1\n    name: a\n  - Add:\n    inputs: [|", {"a"}),
        ("blocks:\n  twice:\n    layers:\n      - Dense: 1\nmodel:\n  - tw|", {"twice"}),
        ("data:\n  split: {|", {"validation", "test"}),
        ("data:\n  |", {"source", "target"}),
        ("training:\n  optimizer: {Adam: {|", {"learning_rate"}),
        ("training:\n  callbacks:\n    - |", {"EarlyStopping"}),
        ("training:\n  metrics: [|", {"rmse", "accuracy"}),
        ("training:\n  shuffle: |", {"true", "false"}),
        ("tr|", {"training", "data", "model"}),
        ('model: [{"Dense": {"un|', {"units", "activation"}),
    ],
)
def test_what_may_be_written_is_offered(editor: Editor, text: str, offered: set[str]) -> None:
    assert offered <= editor.labels(f"nnspec: 1\n{text}")


def test_json_is_completed_and_explained(editor: Editor) -> None:
    offered = editor.labels('{"nnspec": 1,\n "model": [{"Input": [8]}, {"De|"}]}')
    assert {"Dense", "name"} <= offered
    assert "units" in editor.labels('{"nnspec": 1,\n "model": [{"Dense": {\n  "un|"\n}}]}')
    assert "relu" in editor.labels('{"model": [{"Dense": {"activation": "re|"}}]}')
    editor.change('{"nnspec": 1, "model": [{"Dense": {"units": 4}}]}', 9)
    assert editor.at("hover", 0, 26)["contents"]["value"].startswith("## Dense\n")
    assert editor.at("hover", 0, 37)["contents"]["value"].startswith("**units**")


def test_a_finding_that_a_comment_hides_is_not_shown(editor: Editor) -> None:
    text = "nnspec: 1\nmodel: [{Input: [8]}, {Dense: 4}, {Dense: 1}]"
    assert [one["code"] for one in editor.change(text, 10)] == ["P106"]
    assert editor.change(f"{text} # nnspec: ignore[P106]", 11) == []


def test_single_changes_add_up(editor: Editor) -> None:
    editor.change("nnspec: 1\nmodel:\n  - Input: [8]\n  - Dens: 4 # 😀\n", 12)
    here = {"line": 3, "character": 8}
    change = {"range": {"start": here, "end": here}, "text": "e"}
    end = {"line": 3, "character": 16}
    behind = {"range": {"start": end, "end": end}, "text": "\n  - Dens"}
    document = {"uri": URI, "version": 13}
    changes = {"textDocument": document, "contentChanges": [change, behind]}
    editor.note("textDocument/didChange", changes)
    found = [(one["code"], one["range"]["start"]["line"]) for one in editor.findings()]
    assert found[0] == ("S106", 4)


def test_nothing_foreign_is_offered(editor: Editor) -> None:
    assert "Dense" not in editor.labels("nnspec: 1\ntraining:\n  optimizer: |")
    assert editor.labels("nnspec: 1\ntraining:\n  shuffle: |") == {"true", "false"}


def test_a_name_leads_to_where_it_is_given(editor: Editor) -> None:
    editor.change(SPEC, 7)
    found = editor.at("definition", 14, SPEC.splitlines()[14].index("first") + 2)
    assert found["range"]["start"] == {"line": 9, "character": 10}
    found = editor.at("definition", 10, 6)
    assert found["range"]["start"] == {"line": 2, "character": 2}
    assert editor.at("definition", 11, 6) is None


def test_a_spec_is_formatted(editor: Editor) -> None:
    editor.change("nnspec: 1\nmodel:\n- {Dense: 4, name: a}\n", 8)
    options = {"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": True}}
    (edit,) = editor.ask("textDocument/formatting", options)
    assert edit["newText"] == "nnspec: 1\nmodel:\n  - Dense: 4\n    name: a\n"
