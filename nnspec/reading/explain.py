"""Pydantic's findings in our words: found, expected, where."""

from itertools import pairwise
from types import NoneType
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from nnspec.catalog.types import LARGEST
from nnspec.diagnostics import Advice, Replacement, Span
from nnspec.document import Mapping, Node, Scalar, Sequence, find, kind_of, plain, shorten
from nnspec.document.write import flow
from nnspec.language.near_names import edits, nearest, suggest
from nnspec.language.words import show_value
from nnspec.reading.admitted import admitted
from nnspec.spec.source import is_url

CONSTANTS = {"0", "0.0", "zero", "zeros", "constant", "fill", "bfill", "-1", "unknown"}
"""What other programs put into empty cells, and their words for it."""
CARRIED = {"ffill", "locf", "pad", "previous"}
"""Their words for the last known value."""
GROUP = 3
"""Digits between the separators of thousands."""
ABSURD = 1_000_000
"""Bounds of this size and above keep absurd numbers out; smaller ones have a meaning."""
LARGEST_SHOWN = 10**18
SIZES = {"units", "filters", "input_dim", "output_dim", "embedding_dim", "num_heads", "key_dim"}
"""Arguments that stand for at least one weight each."""


def by_field(errors: list[ErrorDetails], arguments: Mapping) -> list[list[ErrorDetails]]:
    """Return errors grouped by the field, and the key below it, that they are about.

    The members of a union err together; where a key was written, those that take none are silent.
    """
    groups: dict[tuple[object, str | None], list[ErrorDetails]] = {}
    for error in errors:
        field = error["loc"][0] if error["loc"] else None
        key = inner_key(arguments, error["loc"]) if error["loc"] else None
        groups.setdefault((field, key), []).append(error)
    keyed = {field for field, key in groups if key is not None}
    return [
        found for (field, key), found in groups.items() if key is not None or field not in keyed
    ]


def find_deepest(arguments: Mapping, loc: tuple[int | str, ...]) -> Node:
    """Return the node that pydantic's location points at, tags of unions passed over."""
    node: Node = arguments
    for step in loc:
        inner = find(node, (step,))
        node = inner if inner is not None else node
    return node


def wrong_key(problem: ErrorDetails, arguments: Mapping) -> tuple[str, Span] | None:
    """Return the message about a key that names nothing, and its place; None for a value."""
    loc = problem["loc"]
    if loc[-1:] != ("[key]",):
        return None
    above = find_deepest(arguments, loc[:-2])
    entry = above.entry(str(loc[-2])) if isinstance(above, Mapping) else None
    if entry is None:
        return None
    rule = "is empty" if not entry.name else f"has {len(entry.name):,} letters"
    return f"a key of {loc[0]} {rule}; expected a name", entry.key


def explain(name: str, problems: list[ErrorDetails], node: Node, wanted: str) -> tuple[str, str]:
    """Return code and message for what pydantic found about one field."""
    rules = (break_of_rule(name, problem, node, wanted) for problem in problems)
    if broken := next(filter(None, rules), None):
        return broken
    got = kind_of(node)
    kinds = {problem["type"] for problem in problems}
    if "finite_number" in kinds:
        return "S104", f"{name} must be a finite number; got {got}"
    if "string_too_long" in kinds:
        context = next(one for one in problems if one["type"] == "string_too_long")["ctx"]
        wanted = f"text of at most {context['max_length']:,} characters"
    if isinstance(node, Scalar) and isinstance(node.value, str) and is_url(node.value):
        message = f"{name} is a URL, {shorten(node.value)}; expected {wanted}"
        return "X103", f"{message}. Nothing is fetched from the network"
    top = next((most for one in problems if (most := above(one, node))), None)
    if top is not None:
        return "L105", too_large(name, node, top)
    if kinds & {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return "S104", f"{name} must be {wanted}; got {got}"
    code = "S105" if kinds == {"literal_error"} else "S103"
    return code, f"{name} must be {wanted}; got {got}"


def break_of_rule(
    name: str, problem: ErrorDetails, node: Node, wanted: str
) -> tuple[str, str] | None:
    """Return code and message for a rule that says by itself what is wrong; None for others."""
    match problem["type"]:
        case "count":
            return "S107", f"{name} {problem['msg']}"
        case "value_error" | "assertion_error":
            return "S104", said(problem)
        case "string_too_short":
            return "S104", f"{name} must not be empty"
        case "too_long" | "too_short" if isinstance(node, Sequence):
            got = f"{len(node.items)} entries" if node.items else "an empty list"
            return "S107", f"{name} must be {wanted}; got {got}"
    return None


def above(problem: ErrorDetails, node: Node) -> int | None:
    """Return the bound that a whole number exceeds, where it is one against absurd sizes."""
    if problem["type"] != "less_than_equal" or not isinstance(node, Scalar):
        return None
    bound, value = problem.get("ctx", {}).get("le"), node.value
    if not isinstance(bound, int) or not isinstance(value, int) or bound < ABSURD:
        return None
    return bound if bound == LARGEST or value >= 2 * bound else None


def too_large(name: str, node: Node, top: int) -> str:
    """Return the message about a number beyond what any run could use."""
    assert isinstance(node, Scalar)
    assert isinstance(node.value, int)
    message = f"{name} must be at most {top:,}; got {show_large(node.value)}"
    if name not in SIZES or node.value > LARGEST_SHOWN:
        return message
    gigabytes = node.value * 4 / 2**30
    return f"{message}: a parameter for each would take {gigabytes:,.0f} GiB in float32"


def show_large(number: int) -> str:
    """Return a number with thousands set apart, or its length where it is longer than a line."""
    if number <= LARGEST_SHOWN:
        return f"{number:,}"
    return f"a number of {len(str(number))} digits"


def inner_key(arguments: Mapping, loc: tuple[int | str, ...]) -> str | None:
    """Return the key of a mapping below the field that pydantic's location points at, if any."""
    node = arguments.get(str(loc[0]))
    for step in loc[1:]:
        if isinstance(node, Mapping) and isinstance(step, str) and node.entry(step):
            return step
    return None


def said(problem: ErrorDetails) -> str:
    """Return the message of a rule of ours that pydantic carried."""
    return problem["msg"].removeprefix("Value error, ")


def choices_hint(annotation: Any, node: Node) -> str | None:  # noqa: ANN401 - annotations are any
    """Return the nearest of the allowed words, all of which the message has named."""
    words = [str(word) for word in admitted(annotation).words]
    if not isinstance(node, Scalar) or isinstance(node.value, bool) or node.value is None:
        return None
    text = str(node.value)
    if "most_frequent" in words and text.casefold() in CONSTANTS:
        return "no constant is filled in: write mean, median or most_frequent, or fill the table"
    if "forward" in words and text.casefold() in CARRIED:
        return "write forward, the last known value of the same series"
    near = nearest(text, words)
    close = near and (near in text or edits(text, near) <= max(2, len(text) // 2))
    return suggest(text, words) if close else None


def without_it(node: Node, info: FieldInfo) -> str | None:
    """Return what a setting is where it is left out, as a last advice; of a required one a value.

    `None` of Python is null where that is a value of the setting.
    """
    empty = isinstance(node, Scalar) and node.value == "None"
    if empty and NoneType in get_args(info.annotation):
        return Advice("write null", Replacement("None", "null"))
    if info.is_required():
        return such_as(info.examples)
    if isinstance(node, Mapping) and len(node):
        return None
    default = info.default
    if default is None:
        return "it may be left out"
    if isinstance(default, str | int | float):
        return f"leave it out for {show_value(default)}"
    return "it may be left out"


def such_as(examples: list[Any] | None) -> str | None:
    """Return the advice that shows a value of a setting; None without a plain one."""
    shown = next((one for one in examples or () if isinstance(one, int | float | str | list)), None)
    return None if shown is None else f"such as {flow(shown)}"


def split_by_comma(arguments: Mapping, location: tuple[int | str, ...], node: Node) -> str | None:
    """Return what to write for a number that the comma of its thousands parted in two.

    In `[24,000]` the second entry has three digits, a nought first, and no blank before it.
    """
    above = (find_deepest(arguments, location[:depth]) for depth in range(len(location)))
    lists = (one.items for one in above if isinstance(one, Sequence))
    items = next((some for some in lists if node in some), ())
    for before, after in pairwise(items):
        close = before.span.end.line == after.span.start.line
        gap = after.span.start.column - before.span.end.column
        width = after.span.end.column - after.span.start.column
        first, second = plain(before), plain(after)
        whole = isinstance(first, int) and isinstance(second, int) and first > 0
        if node in (before, after) and whole and close and gap == 1 and width == GROUP:
            assert isinstance(second, int)
            if second < 10 ** (GROUP - 1):
                return f"a comma ends a value; write {first}{second:0{GROUP}d}"
    return None


def foreign_free(module: object) -> bool:
    """Return whether a module named in Keras' own form is Keras'."""
    return module is None or str(module).split(".")[0] in {"keras", "builtins"}
