"""Plain values to YAML text that reads back to the same values."""

import json
import re

from nnspec.document.scalars import resolve_scalar
from nnspec.document.tree import Plain

PLAIN_TEXT = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+()-]+)*")
WIDTH = 100


def write_yaml(value: Plain) -> str:
    """Return a value as YAML 1.2, in block style; what fits a line is in flow style."""
    return "".join(f"{line}\n" for line in block(value, 0))


def block(value: Plain, indent: int) -> list[str]:
    """Return the lines of a value in block style, indented by spaces."""
    pad = " " * indent
    match value:
        case dict() if value:
            lines: list[str] = []
            for key, inner in value.items():
                lines += entry(f"{pad}{scalar(key)}:", inner, indent)
            return lines
        case list() if value:
            return [line for item in value for line in list_item(item, indent)]
    return [pad + flow(value)]


def entry(head: str, value: Plain, indent: int) -> list[str]:
    """Return the lines of a key and its value, on one line where it fits."""
    line = f"{head} {flow(value)}"
    simple = not isinstance(value, (dict, list)) or not value
    if simple or (len(line) <= WIDTH and indent > 0):
        return [line]
    return [head, *block(value, indent + 2)]


def list_item(value: Plain, indent: int) -> list[str]:
    """Return the lines of an item; a mapping's further keys stand below its first."""
    pad = " " * indent
    if not isinstance(value, dict) or not value:
        return [f"{pad}- {flow(value)}"]
    lines = block(value, indent + 2)
    return [f"{pad}- {lines[0].lstrip()}", *lines[1:]]


def flow(value: Plain) -> str:
    """Return a value in flow style."""
    match value:
        case dict():
            return (
                "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
            )
        case list():
            return "[" + ", ".join(flow(one) for one in value) + "]"
        case _:
            return scalar(value)


def scalar(value: bool | float | str | None) -> str:  # noqa: FBT001 - one value of any kind
    """Return one value so that it reads back as it is; text is quoted where it must be."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return number(value)
        case str():
            simple = PLAIN_TEXT.fullmatch(value) and isinstance(resolve_scalar(value), str)
            return value if simple else json.dumps(value, ensure_ascii=False)


def number(value: float) -> str:
    """Return a float that reads back as a float."""
    if value != value:  # noqa: PLR0124 - the one value that differs from itself
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)
