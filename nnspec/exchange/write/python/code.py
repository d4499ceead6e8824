"""Python expressions, laid out as a formatter leaves them: on one line, or one argument a line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 88
"""Columns of a line, as of the usual formatters."""
INDENT = 4


@dataclass(frozen=True, slots=True)
class Raw:
    """Code that stands as it is, on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """A list, tuple or mapping: what stands between two brackets."""

    opening: str
    closing: str
    items: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """A call, whose result may be called in turn."""

    function: str
    arguments: "tuple[Item, ...]" = ()
    then: "tuple[Item, ...] | None" = None


Expression = Raw | Group | Call


@dataclass(frozen=True, slots=True)
class Item:
    """An expression with what stands before it: a keyword, a key, or nothing."""

    value: Expression
    before: str = ""


def keyword(name: str, value: Expression) -> Item:
    """Return a named argument."""
    return Item(value, f"{name}=")


def literal(value: object) -> Expression:
    """Return a plain value as code."""
    match value:
        case str():
            return Raw(quoted(value))
        case list():
            return Group("[", "]", tuple(Item(literal(one)) for one in value))
        case tuple():
            return tuple_of([literal(one) for one in value])
        case dict():
            items = (Item(literal(one), f"{flat(literal(key))}: ") for key, one in value.items())
            return Group("{", "}", tuple(items))
        case _:
            return Raw(repr(value))


def tuple_of(values: Sequence[Expression]) -> Expression:
    """Return a tuple."""
    if len(values) == 1:
        return Raw(f"({flat(values[0])},)")
    return Group("(", ")", tuple(map(Item, values)))


def quoted(text: str) -> str:
    """Return a text between double quotes, every other sign than printable ASCII escaped."""
    if '"' in text and "'" not in text and text.isascii() and text.isprintable():
        return repr(text)
    return json.dumps(text, ensure_ascii=not text.isprintable())


def flat(expression: Expression) -> str:
    """Return an expression on one line."""
    match expression:
        case Raw():
            return expression.text
        case Group():
            return f"{expression.opening}{flat_items(expression.items)}{expression.closing}"
        case Call():
            first = f"{expression.function}({flat_items(expression.arguments)})"
            return first if expression.then is None else f"{first}({flat_items(expression.then)})"


def flat_items(items: Sequence[Item]) -> str:
    """Return items on one line."""
    return ", ".join(f"{one.before}{flat(one.value)}" for one in items)


def lay_out(expression: Expression, indent: int, before: int = 0, after: int = 0) -> str:
    """Return an expression on as few lines as it needs.

    Args:
        expression: the expression.
        indent: columns that the line it begins on is indented by.
        before: columns of that line which stand before it.
        after: columns which follow behind its end.
    """
    line = flat(expression)
    if before + len(line) + after <= WIDTH or isinstance(expression, Raw):
        return line
    if isinstance(expression, Group):
        inner = lay_out_items(expression.items, indent)
        return f"{expression.opening}{inner}{expression.closing}"
    if expression.then is None:
        return f"{expression.function}({lay_out_items(expression.arguments, indent)})"
    then = flat_items(expression.then)
    first = f"{expression.function}({flat_items(expression.arguments)})"
    if expression.arguments:
        first = f"{expression.function}({lay_out_items(expression.arguments, indent)})"
        if indent + len(then) + len(")()") <= WIDTH:
            return f"{first}({then})"
    return f"{first}({lay_out_given(expression.then, indent)})"


def lay_out_given(items: Sequence[Item], indent: int) -> str:
    """Return what a made layer is called with: a list alone ends without a comma."""
    if len(items) > 1 or not isinstance(items[0].value, Group):
        return lay_out_items(items, indent)
    inner = indent + INDENT
    return f"\n{' ' * inner}{lay_out(items[0].value, inner, inner)}\n{' ' * indent}"


def lay_out_items(items: Sequence[Item], indent: int) -> str:
    """Return items, a line each, between the ends of the lines around them."""
    inner = indent + INDENT
    lines = [
        f"{' ' * inner}{one.before}{lay_out(one.value, inner, inner + len(one.before), 1)},\n"
        for one in items
    ]
    return f"\n{''.join(lines)}{' ' * indent}"


def assign(target: str, expression: Expression, indent: int = INDENT) -> str:
    """Return a line, or several, that gives an expression's value a name."""
    start = f"{' ' * indent}{target} = "
    return start + lay_out(expression, indent, len(start))


def give(expression: Expression, indent: int = INDENT) -> str:
    """Return a statement that is an expression."""
    return " " * indent + lay_out(expression, indent, indent)


def give_back(expression: Expression, indent: int = INDENT) -> str:
    """Return the statement that returns an expression's value."""
    start = f"{' ' * indent}return "
    return start + lay_out(expression, indent, len(start))
