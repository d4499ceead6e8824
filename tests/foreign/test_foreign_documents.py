"""Other programs' YAML and JSON, by every way they come: no byte changed, no word unasked."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from nnspec.lsp.completion import propose
from nnspec.lsp.definition import find_definition
from nnspec.lsp.findings import find_findings
from nnspec.lsp.hover import hover_text

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((Path(__file__).parent / "documents").iterdir())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
SPEC = "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: 1\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("foreign")
    for path in DOCUMENTS:
        shutil.copy(path, made)
    return made


def run(*arguments: str, folder: Path, piped: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": ""}
    command = [sys.executable, "-m", "nnspec", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, input=piped, capture_output=True, check=False
    )


def unchanged(folder: Path) -> bool:
    return all((folder / one.name).read_bytes() == one.read_bytes() for one in DOCUMENTS)


def test_there_are_twenty_and_none_is_in_the_preferred_style() -> None:
    assert len(DOCUMENTS) >= 20


def test_fmt_leaves_them_as_they_are_and_says_so(folder: Path) -> None:
    names = [one.name for one in DOCUMENTS]
    done = run("fmt", *names, folder=folder)
    assert done.returncode == 0, done.stderr
    assert unchanged(folder)
    assert done.stderr.count(b"left as it is") == len(names)
    for mode in ("--check", "--diff"):
        asked = run("fmt", mode, *names, folder=folder)
        assert (asked.returncode, asked.stdout) == (0, b"")


@pytest.mark.parametrize("path", DOCUMENTS[::6], ids=lambda path: path.name)
def test_fmt_hands_them_on_byte_by_byte(folder: Path, path: Path) -> None:
    content = path.read_bytes()
    assert run("fmt", "-", folder=folder, piped=content).stdout == content


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_passes_them_over(folder: Path, hook: dict[str, Any]) -> None:
    names = [one.name for one in DOCUMENTS]
    done = run(*hook["entry"].split()[1:], *names, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert unchanged(folder)


def test_a_folder_full_of_them_holds_the_one_spec_in_it(folder: Path) -> None:
    (folder / "net.yaml").write_text(SPEC, encoding="utf-8")
    done = run("validate", ".", folder=folder)
    (folder / "net.yaml").unlink()
    assert (done.returncode, done.stdout) == (0, b"1 spec is fine\n")


def test_no_repair_is_made_where_the_command_line_names_them(folder: Path) -> None:
    done = run("validate", "--fix", *(one.name for one in DOCUMENTS), folder=folder)
    assert done.returncode == 1
    assert unchanged(folder)


def test_named_on_the_command_line_each_is_refused_once(folder: Path) -> None:
    names = [one.name for one in DOCUMENTS if one.stem != "jekyll"]  # its model may be ours
    out = run("validate", "--format", "json", *names, folder=folder).stdout
    assert [one["file"] for one in json.loads(out)["diagnostics"]] == sorted(names)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_an_editor_is_told_nothing_about_them(path: Path) -> None:
    text = path.read_bytes().decode()
    assert find_findings(text, path) == ()
    lines = text.replace("\r\n", "\n").split("\n")
    for row, line in enumerate(lines):
        for column in range(len(line) + 1):
            assert hover_text(lines, row, column) is None
            assert find_definition(lines, row, column) is None
            assert propose(lines, row, column) == []
