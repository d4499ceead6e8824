"""The prose of a class and of its fields, read from its source only when asked for; floor 2.

A text under a field is its comment in the code, its description in the JSON Schema and its line
in the reference. Python throws it away, so it is read back from the source: at import that would
cost more than the whole check of a spec.
"""

import ast
import sys
from functools import cache
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel


def class_prose(kind: type[BaseModel]) -> str:
    """Return the docstring of a class, its paragraphs unfolded; empty if it has none."""
    return unfold(kind.__doc__ or "")


def field_prose(kind: type[BaseModel]) -> dict[str, str]:
    """Return the prose of each field of a class, inherited ones included.

    Returns:
        Field name -> text; a field without prose is absent, and every field is where the source
        is not installed.
    """
    found: dict[str, str] = {}
    for ancestor in reversed(kind.__mro__):
        if issubclass(ancestor, BaseModel):
            found |= module_prose(ancestor.__module__).get(ancestor.__qualname__, {})
    return {name: text for name, text in found.items() if name in kind.model_fields}


@cache
def module_prose(module: str) -> dict[str, dict[str, str]]:
    """Return class name -> field name -> text, for the classes at the top of a module."""
    source = getattr(sys.modules[module], "__file__", None)
    if source is None or not Path(source).is_file():
        return {}
    tree = ast.parse(Path(source).read_text(encoding="utf-8"))
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    return {node.name: body_prose(node.body) for node in classes}


def body_prose(body: list[ast.stmt]) -> dict[str, str]:
    """Return the text under each annotated name of a class."""
    found: dict[str, str] = {}
    for field, text in pairwise(body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(prose))),
            ):
                found[name] = unfold(prose)
            case _:
                pass
    return found


def unfold(text: str) -> str:
    """Return a docstring with each paragraph on one line."""
    paragraphs = cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
