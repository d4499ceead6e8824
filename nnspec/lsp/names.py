"""Names that a layer's `inputs` may hold, of a text that need not be finished."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from nnspec.diagnostics import Path as Keys
from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.frontends.nnspec_1.document import validate_document
from nnspec.lsp.place import find_place, first_row
from nnspec.spec.data import DEFAULT_INPUT
from nnspec.spec.spec import Spec

NAME = re.compile(r"""(?:^|[\s{,])name:\s*["']?(?P<name>[A-Za-z0-9_-]+)""")
BLOCK_INPUT = "input"
"""What a block calls the tensor that it is given."""


def scope_of(path: Keys) -> Keys:
    """Return what a name is looked up in: the model, or one block."""
    return path[:2] if path[:1] == ("blocks",) else path[:1]


def names_in_reach(lines: Sequence[str], row: int, scope: Keys) -> list[str]:
    """Return the names that may stand at a line: those of the model, or of one block."""
    written = [name for name, _, _ in given_names(lines, scope)]
    known = network_names(tuple(lines), row) if scope == ("model",) else (BLOCK_INPUT,)
    return list(dict.fromkeys([*written, *known]))


def given_names(lines: Sequence[str], scope: Keys) -> Iterator[tuple[str, int, int]]:
    """Give the names that layers of a scope are given, each with its line and column, from 0."""
    top: Keys = ()
    braces = "".join(lines[:1]).startswith("{")  # brackets all over: no place is read off cheaply
    for row, line in enumerate(lines):
        if line[:1].strip(" \t#-}]"):
            top = (line.partition(":")[0].strip("\"'{ "),)
        for match in NAME.finditer(line):
            begin = match.start("name")
            inside = line[:1] in " -\t" and top == scope[:1]
            if scope == ("model",):
                inside |= braces or not top
            elif inside:
                inside = scope_of(find_place(lines, row, begin).path) == scope
            if inside:
                yield match["name"], row, begin


def network_names(lines: tuple[str, ...], row: int) -> tuple[str, ...]:
    """Return the names of the network's layers and inputs; none while it cannot be read."""
    begin = first_row(lines, row)
    without = (*lines[:begin], *[""] * (row + 1 - begin), *lines[row + 1 :])
    for text in (lines, without, lines[:begin]):
        if names := read_names("\n".join(text)):
            return names
    return ()


@lru_cache(maxsize=4)
def read_names(text: str) -> tuple[str, ...]:
    """Return the names of a spec's layers and inputs, in the order of the text."""
    try:
        spec = validate_document(parse_document(text, lenient=True), folder=Path()).spec
    except Refused:
        return ()
    return tuple(names_of(spec)) if spec else ()


def names_of(spec: Spec) -> Iterator[str]:
    """Give the names of a spec that a layer may take: inputs, layers, uses of blocks."""
    if spec.data is not None:
        yield from spec.data.inputs or (DEFAULT_INPUT,)
    for name in (*(one.name for one in spec.model.layers), *spec.model.aliases):
        if "." not in name and "@" not in name:
            yield name
