"""The page of kinds names specs and tests that are there, and figures that the tests ask for."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from nnspec.diagnostics.codes import CODES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "kinds.md"
KINDS = (
    "basic layers",
    "convolution",
    "flattening",
    "memory",
    "embedding",
    "more layers",
    "activations",
    "optimizers",
    "losses, metrics",
    "regularization",
    "batches and epochs",
    "network kinds",
    "output heads",
    "learning kinds",
    "classical placement advice",
)
OPEN, EVERY = "open", "every spec"
LEFT_OPEN: frozenset[str] = frozenset()
"""What no shipped spec trains yet; a name that is closed on the page is taken away here."""
QUOTED = re.compile(r"`([^`]+)`")
NUMBER = re.compile(r"(?<![\w²])\d+(?:\.\d+)?(?:e-\d+)?")


@dataclass(frozen=True)
class Row:
    """One line of the page."""

    kind: str
    named: tuple[str, ...]
    spec: str
    test: str
    figure: str


def read_rows() -> list[Row]:
    """Return the lines of the page's table."""
    lines = [one for one in PAGE.read_text(encoding="utf-8").splitlines() if one.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return [
        Row(kind, tuple(QUOTED.findall(named)), spec.strip("`"), test.strip("`"), figure)
        for kind, named, spec, test, figure in cells
    ]


ROWS = read_rows()
SHOWN = [row for row in ROWS if row.spec != OPEN]
IDS = [f"{row.kind}-{row.named[0]}-{row.spec}" for row in SHOWN]


@cache
def functions_of(path: str) -> dict[str, str]:
    """Return the tests of a file by name, each with its marks' and its own text."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found[node.name] = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return found


def test_every_kind_has_its_lines() -> None:
    assert tuple(dict.fromkeys(row.kind for row in ROWS)) == KINDS


def test_what_is_open_is_known_to_be() -> None:
    left = [row for row in ROWS if row.spec == OPEN]
    assert {name for row in left for name in row.named} == LEFT_OPEN
    assert all((row.test, row.figure) == (OPEN, OPEN) for row in left)


@pytest.mark.parametrize("row", SHOWN, ids=IDS)
def test_a_spec_holds_what_its_line_names(row: Row) -> None:
    if row.spec == EVERY:
        assert set(row.named) <= set(CODES)
        return
    text = (ROOT / row.spec).read_text(encoding="utf-8")
    assert [
        one for one in row.named if not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)
    ] == []


@pytest.mark.parametrize("row", SHOWN, ids=IDS)
def test_a_test_is_there_and_asks_for_the_figure(row: Row) -> None:
    path, _, name = row.test.partition("::")
    tests = functions_of(path)
    assert name in tests
    helpers = "".join(text for one, text in tests.items() if not one.startswith("test_"))
    asked = tests[name] + helpers
    assert [one for one in NUMBER.findall(row.figure) if one not in asked] == []
    if row.spec != EVERY:
        whole = (ROOT / path).read_text(encoding="utf-8")
        stem = Path(row.spec).stem
        assert re.search(rf"\b{stem}\b", whole) or "glob" in whole
