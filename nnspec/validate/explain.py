"""Pydantic's findings in our words: found, expected, where."""

from typing import Any

from pydantic_core import ErrorDetails

from nnspec.document import Mapping, Node, Scalar, Sequence, find, kind_of
from nnspec.validate.admitted import admitted
from nnspec.validate.names import suggest


def by_field(errors: list[ErrorDetails]) -> list[list[ErrorDetails]]:
    """Return errors grouped by the field they are about; a union's members err together."""
    groups: dict[object, list[ErrorDetails]] = {}
    for error in errors:
        groups.setdefault(error["loc"][0] if error["loc"] else None, []).append(error)
    return list(groups.values())


def find_deepest(arguments: Mapping, loc: tuple[int | str, ...]) -> Node:
    """Return the node that pydantic's location points at, tags of unions passed over."""
    node: Node = arguments
    for step in loc:
        inner = find(node, (step,))
        node = inner if inner is not None else node
    return node


def explain(name: str, problems: list[ErrorDetails], node: Node, wanted: str) -> tuple[str, str]:
    """Return code and message for what pydantic found about one field."""
    for problem in problems:
        if problem["type"] == "count":
            return "S107", f"{name} {problem['msg']}"
        if problem["type"] in ("value_error", "assertion_error"):
            return "S104", said(problem)
        if problem["type"] in ("too_long", "too_short") and isinstance(node, Sequence):
            return "S107", f"{name} must be {wanted}; got {len(node.items)} entries"
    got = kind_of(node)
    kinds = {problem["type"] for problem in problems}
    if "finite_number" in kinds:
        return "S104", f"{name} must be a finite number; got {got}"
    if kinds & {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return "S104", f"{name} must be {wanted}; got {got}"
    code = "S105" if kinds == {"literal_error"} else "S103"
    return code, f"{name} must be {wanted}; got {got}"


def said(problem: ErrorDetails) -> str:
    """Return the message of a rule of ours that pydantic carried."""
    return problem["msg"].removeprefix("Value error, ")


def choices_hint(annotation: Any, node: Node) -> str | None:  # noqa: ANN401 - annotations are any
    """Return the nearest of the allowed words."""
    words = [str(word) for word in admitted(annotation).words]
    if words and isinstance(node, Scalar) and isinstance(node.value, str):
        return suggest(node.value, words) or None
    return None


def foreign_free(module: object) -> bool:
    """Return whether a module named in Keras' own form is Keras'."""
    return module is None or str(module).split(".")[0] in {"keras", "builtins"}
