"""A client library's editor walks through the server: it checks each answer by the protocol."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

ROOT = Path(__file__).parents[2]
SERVER = [sys.executable, str(ROOT / "cli.py"), "lsp"]
NETWORK = """\
nnspec: 1
name: evening
model:
  - Input: [6]
  - Dense: 5
  - Dense: 5
    name: upper
  - Multiply:
    inputs: [dense, upper]
"""
WORKFLOW = "name: nightly\non: {schedule: [{cron: '0 3 * * *'}]}\njobs:\n  build:\n    steps: []\n"


class Session:
    """A client's session with a server, its answers waited for."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.client: LanguageClient = make_test_lsp_client()

    def wait(self, answer: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(answer)

    def begin(self) -> None:
        """Start the server as Visual Studio Code would."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        self.wait(self.client.start_io(*SERVER, env=environment))
        able = client_capabilities("visual-studio-code")
        asked = types.InitializeParams(able, root_uri=ROOT.as_uri())
        self.wait(self.client.initialize_session(asked))

    def end(self) -> None:
        self.wait(self.client.shutdown_session())
        stop: Callable[[], Coroutine[Any, Any, None]] = self.client.stop
        self.wait(stop())
        self.loop.close()

    def show(self, name: str, text: str) -> tuple[str, list[types.Diagnostic]]:
        """Open a text, and return its URI with what was found in it."""
        uri = f"file:///specs/{name}.yaml"
        document = types.TextDocumentItem(uri, "yaml", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        told = self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        self.loop.run_until_complete(told)
        return uri, list(self.client.diagnostics[uri])

    def hover(self, uri: str, line: int, column: int) -> str | None:
        place = types.HoverParams(*at(uri, line, column))
        said: types.Hover | None = self.wait(self.client.text_document_hover_async(place))
        return None if said is None else str(said.contents)

    def offered(self, uri: str, line: int, column: int) -> list[str]:
        """Return what is offered at a place, in its order."""
        place = types.CompletionParams(*at(uri, line, column))
        found: types.CompletionList = self.wait(self.client.text_document_completion_async(place))
        return [one.label for one in sorted(found.items, key=lambda one: one.sort_text or "")]


def at(uri: str, line: int, column: int) -> tuple[types.TextDocumentIdentifier, types.Position]:
    return types.TextDocumentIdentifier(uri), types.Position(line, column)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    made = Session()
    made.begin()
    yield made
    made.end()


def test_hover_answers_behind_the_last_line_and_of_files_that_are_not_there(
    session: Session,
) -> None:
    uri, found = session.show("network", NETWORK)
    assert found == []
    assert session.hover(uri, NETWORK.count("\n"), 0) is None
    assert session.hover("file:///no/such/file.yaml", 4, 2) is None
    assert "(batch, ..., units) out" in str(session.hover(uri, 4, 6))


def test_names_that_only_the_network_has_are_offered_and_the_runs_name_is_not(
    session: Session,
) -> None:
    uri, _ = session.show("wiring", NETWORK.replace("[dense, upper]", "["))
    names = session.offered(uri, 8, len("    inputs: ["))
    assert {"dense", "upper"} <= set(names)
    assert "evening" not in names


def test_arguments_that_are_written_are_gone_and_the_required_one_leads(session: Session) -> None:
    line = "  - Conv1D: {kernel_size: 3, "
    uri, _ = session.show("arguments", f"nnspec: 1\nmodel:\n{line}\n")
    labels = session.offered(uri, 2, len(line))
    assert labels[0] == "filters"
    assert "kernel_size" not in labels


def test_an_open_brace_is_reported_on_its_own_line(session: Session) -> None:
    text = "nnspec: 1\nmodel:\n  - Input: [6]\n  - LSTM: {units: 3\n  - Dense: 1\n"
    _, (found,) = session.show("brace", text)
    assert found.range.start.line == 3


def test_a_mark_at_the_beginning_and_a_missing_version_leave_findings(session: Session) -> None:
    _, (found,) = session.show("marked", f"\ufeff{NETWORK.replace('Multiply', 'Multiplly')}")
    assert (found.code, found.range.start.line) == ("S106", 7)
    _, (found,) = session.show("unversioned", NETWORK.partition("\n")[2])
    assert found.code == "S102"


def test_another_programs_file_is_left_alone(session: Session) -> None:
    uri, found = session.show("workflow", WORKFLOW)
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    asked = types.DocumentFormattingParams(types.TextDocumentIdentifier(uri), options)
    assert found == []
    assert not session.wait(session.client.text_document_formatting_async(asked))
    assert session.offered(uri, 2, 0) == []
    assert session.hover(uri, 0, 1) is None
