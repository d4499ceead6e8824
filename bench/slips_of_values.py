"""Slips in values, and in the form of a text; None where the drawn place offers nothing."""

import re

from originals import Original, Place, is_flow
from slip import Draw, Slip, line_of, scalars

from nnspec.document import Mapping, Scalar, Sequence

UNITS = ("px", " px", "%", " %", "ms", " s", " epochs", " rows", " units", "k", "d", "€", "°", "x")


# Values ---------------------------------------------------------------------------------------


def change_value(
    kind: str, original: Original, place: Place, written: str, *, reach: bool = False
) -> Slip:
    """Return the spec with another value at a place.

    Args:
        kind: what is done.
        original: the spec.
        place: of the value.
        written: what stands there instead.
        reach: whether the value may be right by itself, and wrong by what another line says.
    """
    lines = {place.value.span.start.line}
    if place.path[0] == "variables":
        lines |= original.lines_of(str(place.path[-1]))
    del reach
    text = original.replaced(place.value.span, written)
    return Slip(kind, original, text, frozenset(lines), place)


def wrong_number(draw: Draw, original: Original) -> Slip | None:
    """Write a number that is out of range, or not as a number is written."""
    place = draw.choice(scalars(original, int, float))
    shown = original.written(place.value.span)
    ways = (f"-{shown}", "0", f"{shown}.5" if shown.isdigit() else f"{shown}.1", f'"{shown}"')
    more = (shown.replace(".", ","), f"{shown},000", f"{shown} 000", f"{shown}_000", "1e12", "ten")
    written = draw.choice((*ways, *more, f"({shown})", f"~{shown}", f"{shown}e", "NaN", "inf"))
    return None if written == shown else change_value("number", original, place, written)


def other_type(draw: Draw, original: Original) -> Slip | None:
    """Write a list for a value, a value for a list, a text for a number, or nothing at all."""
    place = draw.choice(scalars(original, int, float, str, bool))
    shown = original.written(place.value.span)
    ways = (f"[{shown}]", f"{{value: {shown}}}", f"[{shown}, {shown}]", "null", "", "true", "[]")
    written = draw.choice((*ways, "many", "{}", "3", "0.5", "yes"))
    return None if written == shown else change_value("type", original, place, written)


def with_unit(draw: Draw, original: Original) -> Slip | None:
    """Write a unit behind a number."""
    place = draw.choice(scalars(original, int, float))
    shown = original.written(place.value.span)
    return change_value("unit", original, place, shown + draw.choice(UNITS))


def as_python(draw: Draw, original: Original) -> Slip | None:
    """Write a value, or an object, as Python does."""
    place = draw.choice(original.places)
    shown = original.written(place.value.span)
    match place.value:
        case Scalar(value=bool()):
            written = draw.choice((shown.capitalize(), f'"{shown}"', str(int(shown == "true"))))
        case Scalar(value=int() | float()):
            ways = (f"({shown})", f"({shown},)", f"int({shown})", f"{shown} * 1", f"np.{shown}")
            written = draw.choice((*ways, f"{shown}L", f"float('{shown}')", f"{shown};"))
        case Scalar(value=None):
            written = "None"
        case Scalar(value=str()):
            written = draw.choice(
                (f"{shown}()", f"tf.{shown}", f"'{shown}\"", f"lambda x: {shown}")
            )
        case Sequence():
            written = f"({shown.strip('[]')})"
        case Mapping() if place.key and place.layer and is_flow(original, place.value):
            inner = shown.strip("{}").replace(": ", "=")
            begin, end = original.at(place.key.key)[0], original.at(place.value.span)[1]
            text = f"{original.text[:begin]}{place.key.name}({inner}){original.text[end:]}"
            return Slip("python", original, text, frozenset({line_of(place)}), place)
        case _:
            return None
    return change_value("python", original, place, written)


# Form -----------------------------------------------------------------------------------------


def lined(original: Original) -> list[int]:
    """Return the numbers of the lines that hold something, counted from 0."""
    lines = original.text.split("\n")
    return [
        number
        for number, line in enumerate(lines)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def edit_line(
    kind: str, original: Original, number: int, line: str, around: int = 1
) -> Slip | None:
    """Return the spec with a line changed; its neighbours may be what a message names."""
    lines = original.text.split("\n")
    if lines[number] == line:
        return None
    lines[number] = line
    near = frozenset(range(number + 1 - around, number + 2 + around))
    return Slip(kind, original, "\n".join(lines), near)


def indent_line(draw: Draw, original: Original) -> Slip | None:
    """Move a line to the left or to the right."""
    number = draw.choice(lined(original))
    line = original.text.split("\n")[number]
    by = draw.choice((-4, -2, -1, 1, 2, 4))
    depth = len(line) - len(line.lstrip())
    if depth + by < 0:
        return None
    return edit_line("indentation", original, number, " " * (depth + by) + line.lstrip())


def spoil_colon(draw: Draw, original: Original) -> Slip | None:
    """Leave a colon out, or its space, or write another sign."""
    number = draw.choice(lined(original))
    line = original.text.split("\n")[number]
    spots = [match.span() for match in re.finditer(r":(?: |$)", line)]
    if not spots:
        return None
    begin, end = draw.choice(spots)
    ways = [" ", " = ", ";", "::", " : : "]
    ways += [":"] * 3 if line[begin:end] == ": " else []
    return edit_line("colon", original, number, line[:begin] + draw.choice(ways) + line[end:])


def spoil_dash(draw: Draw, original: Original) -> Slip | None:
    """Leave a dash out, or its space, or write one too many."""
    number = draw.choice(lined(original))
    line = original.text.split("\n")[number]
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    if bare.startswith("- "):
        made = draw.choice(
            (f"-{bare[2:]}", f"  {bare[2:]}", bare[2:], f"* {bare[2:]}", f"- {bare}")
        )
    else:
        made = f"- {bare}"
    return edit_line("dash", original, number, indent + made)


def spoil_bracket(draw: Draw, original: Original) -> Slip | None:
    """Leave a bracket, a brace, a quote or a comma out, or write another one."""
    number = draw.choice(lined(original))
    line = original.text.split("\n")[number]
    spots = [index for index, sign in enumerate(line) if sign in '[]{},"']
    if not spots:
        return None
    at = draw.choice(spots)
    other = {"[": "(", "]": ")", "{": "[", "}": "]", ",": ";", '"': "'"}[line[at]]
    sign = draw.choice(("", "", other, line[at] * 2))
    return edit_line("bracket", original, number, line[:at] + sign + line[at + 1 :])
