"""Draws mutants: small changes of the program, each of which some test should notice.

The changes are those of Cosmic Ray. A place is drawn first and one of its changes then, so that an
operator with many replacements counts no more than a number with two.
"""

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

if TYPE_CHECKING:
    from cosmic_ray.operators.operator import Operator

ROOT = Path(__file__).parents[1]
FLOORS = ("data", "build", "engine", "judge", "pipeline")

LEFT_OUT = (
    "_Is",  # identity by equality and back: the same for what the code compares
    "Shift",  # no shifts in this code
    "BitXor",
    "ExceptionReplacer",
    "RemoveDecorator",  # a dataclass without slots computes the same
    "VariableReplacer",  # takes settings of its own
    "VariableInserter",
    "FloorDiv_Div",
    "UAdd",
)
"""Parts of the names of changes that are not drawn."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file.

    Attributes:
        file: relative to the project.
        line: where the change is, from 1.
        change: the operator, or a sentence.
        text: the file's changed text.
        shown: the changed line.
    """

    file: str
    line: int
    change: str
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place and one change that applies there."""

    file: Path
    start: tuple[int, int]
    operator: str
    occurrence: int


def draw(count: int, seed: int, floors: tuple[str, ...] = FLOORS) -> list[Mutant]:
    """Return mutants, the same number of each floor."""
    each = count // len(floors)
    return [mutant for floor in floors for mutant in draw_floor(floor, each, seed)]


def draw_floor(floor: str, count: int, seed: int) -> list[Mutant]:
    """Return mutants of one floor."""
    by_place: dict[tuple[Path, tuple[int, int]], list[Site]] = {}
    for file in sorted((ROOT / "nnspec" / floor).rglob("*.py")):
        for site in sites(file):
            by_place.setdefault((site.file, site.start), []).append(site)
    generator = random.Random(f"{floor} {seed}")  # noqa: S311 - a draw, no secret
    places = sorted(by_place)
    generator.shuffle(places)
    found: list[Mutant] = []
    for place in places:
        mutant = mutate(generator.choice(by_place[place]))
        if mutant is not None:
            found.append(mutant)
        if len(found) == count:
            break
    return found


def sites(file: Path) -> Iterator[Site]:
    """Yield every change that can be made in a file."""
    source = file.read_text(encoding="utf-8")
    silent = unchangeable(source)
    nodes = list(ast_nodes(get_ast(source)))
    for name in operator_names():
        if any(part in name for part in LEFT_OUT):
            continue
        operator: Operator = get_operator(name)()
        occurrence = 0
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                if not any(low <= start < high for low, high in silent):
                    yield Site(file, start, name, occurrence)
                occurrence += 1


def redraw(figures: Sequence[Mapping[str, Any]]) -> list[Mutant]:
    """Return the mutants of a record that survived, in today's code.

    Each is the same change that makes the same line, the nearest to where it stood; those whose
    line is gone are left out.
    """
    survivors = [one for one in figures if not one["killed"]]
    found = [nearest(one["file"], one["change"], one["shown"], one["line"]) for one in survivors]
    return [one for one in found if one is not None]


def nearest(file: str, change: str, shown: str, line: int) -> Mutant | None:
    """Return the mutant of a file that makes a line, None where no change makes it."""
    path = ROOT / file
    if not path.exists():
        return None
    same = [site for site in sites(path) if site.operator.removeprefix("core/") == change]
    made = [mutant for site in same if (mutant := mutate(site)) and mutant.shown == shown]
    return min(made, key=lambda one: abs(one.line - line), default=None)


Span = tuple[tuple[int, int], tuple[int, int]]


def unchangeable(source: str) -> list[Span]:
    """Return the spans in which a change says nothing about tests: types, decorators, asserts."""
    lines = source.splitlines()
    tree = ast.parse(source)
    return [span_of(left, lines) for node in ast.walk(tree) for left in left_alone(node)]


def left_alone(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield the parts of a node that are not changed."""
    match node:
        case ast.FunctionDef(decorator_list=decorators, returns=returns):
            yield from (*decorators, *([returns] if returns else ()))
        case ast.ClassDef(decorator_list=decorators):
            yield from decorators
        case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation) if annotation:
            yield annotation
        case ast.Assert():
            yield node
        case ast.If(test=test) if "TYPE_CHECKING" in ast.dump(test):
            yield node
        case ast.Call(keywords=words):
            # What a strict zip guards against cannot happen, or it would not be strict.
            yield from (word.value for word in words if word.arg == "strict")
        case ast.Assign() if is_type_alias(node):
            yield node


def span_of(node: ast.expr | ast.stmt, lines: list[str]) -> Span:
    """Return where a node stands, lines from 1 and characters from 0."""
    last, stop = node.end_lineno or node.lineno, node.end_col_offset or 0
    begin = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
    end = len(lines[last - 1].encode()[:stop].decode())
    return (node.lineno, begin), (last, end)


def is_type_alias(node: ast.Assign) -> bool:
    """Tell whether a statement names a type: `Values = NDArray[...] | None`."""
    if not isinstance(node.targets[0], ast.Name):
        return False
    parts = list(ast.walk(node.value))
    unions = any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitOr) for one in parts)
    return unions and node.targets[0].id[:1].isupper() and not node.targets[0].id.isupper()


def mutate(site: Site) -> Mutant | None:
    """Return the mutant of a place; None where the changed text is no Python."""
    source = site.file.read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(site.operator)(), site.occurrence)
    if changed is None or changed == source or not is_python(changed):
        return None
    line = site.start[0]
    shown = changed.splitlines()[line - 1].strip()
    name = site.operator.removeprefix("core/")
    return Mutant(str(site.file.relative_to(ROOT)), line, name, changed, shown)


def is_python(text: str) -> bool:
    """Tell whether a text compiles."""
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return not list(parso.load_grammar().iter_errors(parso.parse(text)))
