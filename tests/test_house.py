"""The house rules that can be measured: sizes, names, docstrings, imports."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
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


def module_of(path: Path) -> str:
    """Return the dotted name of a file of the package; a package's own file has the package's."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(node: ast.AST) -> Iterator[str]:
    """Yield what a tree imports, within functions too; what only a type checker reads is left out.

    `from a import b` gives both `a.b` and `a`, the longer first: either may be the module.
    """
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield from (f"{module}.{one.name}" for one in names)
    for child in ast.iter_child_nodes(node):
        yield from imported(child)


def import_graph(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Return, for each module by name and text, the modules among them that it imports."""
    graph: dict[str, set[str]] = {}
    for module, text in texts.items():
        named = imported(ast.parse(text))
        found = {one if one in texts else one.rpartition(".")[0] for one in named}
        graph[module] = (found & texts.keys()) - {module}
    return graph


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, the first one again at the end."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_folder_of_tests_is_passed_over(pytestconfig: pytest.Config) -> None:
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {part for path in MODULES for part in path.relative_to(ROOT).parts[:-1]}
    assert "build" in folders
    assert not [one for one in folders for sign in passed_over if fnmatch(one, sign)]


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


def test_no_modules_import_each_other_in_a_circle() -> None:
    package = {module_of(path): path.read_text(encoding="utf-8") for path in MODULES}
    graph = import_graph(package)
    assert graph["nnspec.pipeline.run"] >= {"nnspec.pipeline.train", "nnspec.pipeline.conclude"}
    assert circle(graph) == []


def test_a_circle_is_found_within_functions_too_and_types_alone_make_none() -> None:
    texts = {
        "house.a": "from house import b",
        "house.b": "def late():\n    from house.c import name",
        "house.c": "if TYPE_CHECKING:\n    import house.a",
    }
    assert circle(import_graph(texts)) == []
    around = circle(import_graph(texts | {"house.c": "import house.a"}))
    assert set(around) == set(texts)
