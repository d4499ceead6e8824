"""The house rules that can be measured: sizes, names, docstrings, the import contract."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("nnspec", "tests", "tools", "bench")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
MODULES.append(ROOT / "cli.py")

MOST_LINES = 400
MOST_FUNCTION_LINES = 50
MOST_PARAMETERS = 5
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
POSTPONED = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b|NotImplemented[E]rror")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def parameters(function: Function) -> list[str]:
    given = function.args
    several = [one for one in (given.vararg, given.kwarg) if one]
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *several]
    return [one.arg for one in named if one.arg not in {"self", "cls"}]


def test_there_is_something_to_measure() -> None:
    assert len(MODULES) > 20


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_module_is_short_named_after_what_it_holds_and_says_its_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert path.stem not in EMPTY_NAMES
    assert ast.get_docstring(ast.parse(text)), "a module opens with its place in the flow"
    assert not POSTPONED.search(text)


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_a_function_fits_on_a_screen_and_takes_few_parameters(path: Path) -> None:
    long = {
        f"{one.name}: {one.end_lineno - one.lineno + 1} lines"
        for one in functions(path)
        if one.end_lineno and one.end_lineno - one.lineno >= MOST_FUNCTION_LINES
    }
    crowded = {
        f"{one.name}: {len(parameters(one))} parameters"
        for one in functions(path)
        if len(parameters(one)) > MOST_PARAMETERS
    }
    assert long | crowded == set()


def test_imports_only_point_to_lower_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--no-cache", "--no-logo"]
    kept = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert kept.returncode == 0, kept.stdout + kept.stderr
