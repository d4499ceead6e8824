"""The schema in editors' readers: ajv, vscode-json-languageservice, yaml-language-server.

    python bench/schema_readers.py

It installs the three into a folder of its own (`--folder` keeps one), compiles the schema and lets
every shipped spec through, then asks a real YAML language server for completion, hover and findings
by the list in schema_readers/cases.yaml. It prints how many are as they should be, and every one
that is not, and exits with 1 if there are any.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "schema" / "nnspec.schema.json"
PACKAGES = ("ajv", "vscode-json-languageservice", "yaml", "yaml-language-server")
SERVER = "node_modules/yaml-language-server/bin/yaml-language-server"
SCRIPT = "compile.js"
PATIENCE = 60.0
"""Seconds that a server may take for an answer."""
UNREADABLE = re.compile(r"\^\\?\$|\(\?|#/\$defs")
"""What no message should show: patterns of variables, names of definitions."""


@dataclass
class Asker:
    """A client of the YAML language server."""

    client: LanguageClient
    found: dict[str, list[types.Diagnostic]] = field(default_factory=dict)
    asked: int = 0

    def open(self, text: str) -> tuple[types.TextDocumentIdentifier, types.Position]:
        """Open a text without its mark; return its name and where the mark stood."""
        before = text.partition("|")[0]
        self.asked += 1
        uri = f"file:///specs/{self.asked}.yaml"
        document = types.TextDocumentItem(uri, "yaml", 1, text.replace("|", "", 1))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        place = types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
        return types.TextDocumentIdentifier(uri), place

    async def complete(self, case: dict[str, Any]) -> str | None:
        """Return what is not offered that should be."""
        answer = await self.client.text_document_completion_async(
            types.CompletionParams(*self.open(case["text"]))
        )
        items = answer.items if isinstance(answer, types.CompletionList) else answer or ()
        missing = set(case["offered"]) - {one.label for one in items}
        return f"not offered: {sorted(missing)}" if missing else None

    async def hover(self, case: dict[str, Any]) -> str | None:
        """Return what a hover says instead of what it should."""
        answer = await self.client.text_document_hover_async(
            types.HoverParams(*self.open(case["text"]))
        )
        said = getattr(answer.contents, "value", "") if answer else ""
        return None if case["says"] in said.replace("\\", "") else f"said: {said[:200]!r}"

    async def judge(self, case: dict[str, Any]) -> str | None:
        """Return what is found instead of one readable finding at the mark."""
        document, place = self.open(case["text"])
        for _ in range(int(PATIENCE / 0.05)):
            if document.uri in self.found:
                break
            await asyncio.sleep(0.05)
        messages = [one.message for one in self.found.get(document.uri, ())]
        right = [
            one
            for one in self.found.get(document.uri, ())
            if one.range.start == place and case["says"] in one.message
        ]
        if right and len(messages) == 1 and not UNREADABLE.search(messages[0]):
            return None
        places = [str(one.range.start) for one in self.found.get(document.uri, ())]
        return f"found: {list(zip(places, [one[:120] for one in messages], strict=True))}"


def start() -> Asker:
    """Return a client that answers what the server asks of its editor."""
    asker = Asker(LanguageClient("schema-readers", "1"))
    settings = {"schemas": {SCHEMA.as_uri(): "*.yaml"}, "schemaStore": {"enable": False}}

    @asker.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def keep(told: types.PublishDiagnosticsParams) -> None:
        asker.found[told.uri] = list(told.diagnostics)

    @asker.client.feature(types.WORKSPACE_CONFIGURATION)
    def configure(wanted: types.ConfigurationParams) -> list[dict[str, Any]]:
        return [settings if one.section == "yaml" else {} for one in wanted.items]

    @asker.client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None:
        return None

    return asker


async def ask(folder: Path) -> int:
    """Ask the language server everything; return how often it is wrong."""
    cases = yaml.safe_load((ROOT / "bench" / "schema_readers" / "cases.yaml").read_text())
    asker = start()
    await asker.client.start_io("node", str(folder / SERVER), "--stdio")
    markdown = [types.MarkupKind.Markdown]
    able = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(configuration=True),
        text_document=types.TextDocumentClientCapabilities(
            hover=types.HoverClientCapabilities(content_format=markdown)
        ),
    )
    await asker.client.initialize_async(types.InitializeParams(able, root_uri=folder.as_uri()))
    asker.client.initialized(types.InitializedParams())
    await asyncio.sleep(1)  # it then asks for its settings
    wrong = 0
    ways = {"completion": asker.complete, "hover": asker.hover, "mistakes": asker.judge}
    for kind, way in ways.items():
        misses = 0
        for case in cases[kind]:
            if problem := await asyncio.wait_for(way(case), PATIENCE):
                misses += 1
                print(f"{kind}: {case['text']!r}: {problem}")
        print(f"{kind}: {len(cases[kind]) - misses} of {len(cases[kind])} as they should be")
        wrong += misses
    await asker.client.shutdown_async(None)
    asker.client.exit(None)
    await asker.client.stop()
    return wrong


def install(folder: Path) -> None:
    """Install the readers, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / SERVER).exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        subprocess.run(command, cwd=folder, check=True)


def compile_schema(folder: Path) -> int:
    """Compile the schema in ajv and let the shipped specs through both JSON readers."""
    # Beside the packages: node looks for them from the script's own folder upwards.
    script = folder / SCRIPT
    script.write_bytes((ROOT / "bench" / "schema_readers" / SCRIPT).read_bytes())
    specs = [str(path) for path in sorted((ROOT / "specs").rglob("*.yaml"))]
    return subprocess.run(["node", script, SCHEMA, *specs], check=False).returncode


def main() -> int:
    """Run all; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the readers are, or will be, installed")
    chosen = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen or Path(temporary)).resolve()
        install(folder)
        wrong = compile_schema(folder) + asyncio.run(ask(folder))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
