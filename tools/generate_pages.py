"""Writes docs/reference, docs/rules and the outputs of the examples that the rules' pages show."""
# ruff: noqa: INP001 (a script, no package)

import os
import shlex
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from nnspec.commands import main
from nnspec.reference.pages import reference_pages
from nnspec.reference.rules import rule_pages
from nnspec.reference.triggers import FOLDER, command_of

DOCS = Path(__file__).parents[1] / "docs"
HERE = (f"{FOLDER}/", ""), (str(FOLDER), "/specs")
"""Absolute paths in messages, which differ from machine to machine -> what is shown for them."""
PLAIN = {"COLUMNS": "80", "NO_COLOR": "1", "GITHUB_ACTIONS": "", "TF_CPP_MIN_LOG_LEVEL": "3"}


def render_outputs() -> dict[Path, str]:
    """Return what the program prints for the example of each code."""
    with chdir(FOLDER), patch.dict(os.environ, PLAIN):
        return {
            FOLDER / f"{spec.stem}.out": print_findings(command_of(spec.stem))
            for spec in sorted(FOLDER.glob("*.yaml"))
            if not spec.stem.endswith("-policy")
        }


def print_findings(command: str) -> str:
    """Return what a command of the program prints."""
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            main(shlex.split(command))
        except SystemExit:
            text = printed.getvalue()
            for found, shown in HERE:
                text = text.replace(found, shown)
            return text
    raise AssertionError("the program always exits")


def render_pages() -> dict[Path, str]:
    """Return the text of every page; the outputs must have been written before."""
    pages = {DOCS / "reference" / name: text for name, text in reference_pages().items()}
    return pages | {DOCS / "rules" / name: text for name, text in rule_pages().items()}
