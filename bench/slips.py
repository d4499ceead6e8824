"""Slips of the hand, drawn: each makes one change in a fine spec, and says where.

A slip returns None where the place that was drawn offers nothing; the caller draws anew.
"""

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass

from originals import Original, Place, is_flow

from nnspec.catalog.registry import names
from nnspec.document import Mapping, Scalar, Sequence, plain
from nnspec.language.habits import KEY_WORDS, LAYER_WORDS, OBJECT_GUESSES
from nnspec.language.words import ARTICLES

FOREIGN_KEYS = ("filters", "rate", "kernel_size", "seed", "momentum", "lr", "bias", "dropout")
UNITS = ("px", " px", "%", " %", "ms", " s", " epochs", " rows", " units", "k", "d", "€", "°", "x")
OBJECTS = tuple(name for family in ARTICLES if family != "layers" for name in names(family))


@dataclass(frozen=True, slots=True)
class Slip:
    """A spec with one mistake.

    Attributes:
        kind: what was done.
        original: the spec before.
        text: the spec after.
        lines: numbers of lines at which the mistake may be told, in the text after.
        place: what was changed, in the spec before; None where it was a line.
    """

    kind: str
    original: Original
    text: str
    lines: frozenset[int]
    place: Place | None = None


Draw = random.Random
Maker = Callable[[Draw, Original], Slip | None]


def typed_wrong(draw: Draw, word: str) -> str | None:
    """Return a word with one slip of the fingers; None where it is too short for one."""
    letters = [index for index, one in enumerate(word) if one.isalpha()]
    if len(letters) < 3:  # noqa: PLR2004 - shorter ones have too many neighbours
        return None
    at = draw.choice(letters)
    way = draw.randrange(5)
    if way == 0 and at + 1 < len(word):
        made = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif way == 1:
        made = word[:at] + word[at + 1 :]
    elif way == 2:  # noqa: PLR2004 - a number of a way
        made = word[:at] + word[at] + word[at:]
    elif way == 3:  # noqa: PLR2004 - as above
        made = word[:at] + draw.choice(string.ascii_lowercase) + word[at + 1 :]
    else:
        made = word[:at] + word[at].swapcase() + word[at + 1 :]
    return made if made != word else None


def line_of(place: Place) -> int:
    """Return the line on which a place begins."""
    return place.key.key.start.line if place.key else place.value.span.start.line


def heads_of(place: Place) -> frozenset[int]:
    """Return the lines at which an object tells what it lacks."""
    first = {place.head.start.line} if place.head else {1, 2, 3}
    return frozenset({*first, place.parent.span.start.line})


def scalars(original: Original, *kinds: type) -> list[Place]:
    """Return places of values of some types."""
    return [
        one
        for one in original.places
        if isinstance(one.value, Scalar) and type(one.value.value) in kinds
    ]


def keyed(original: Original) -> list[Place]:
    """Return places of keys of the language."""
    return [one for one in original.places if one.key and not one.own and len(one.path) > 0]


# Keys -----------------------------------------------------------------------------------------


def misspell_key(draw: Draw, original: Original) -> Slip | None:
    """Write a key of the language wrong."""
    place = draw.choice(keyed(original))
    assert place.key
    wrong = typed_wrong(draw, place.key.name)
    if wrong is None:
        return None
    text = original.replaced(place.key.key, wrong)
    return Slip("key misspelt", original, text, frozenset({line_of(place)}), place)


def drop_key(draw: Draw, original: Original) -> Slip | None:
    """Leave a key out, with what stands behind it."""
    place = draw.choice(keyed(original))
    text = without(original, place)
    if text is None:
        return None
    gone = original.text.count("\n") - text.count("\n")
    heads = {one if one <= line_of(place) else one - gone for one in heads_of(place)}
    written = str(plain(place.value))
    uses = original.lines_of(written) if place.path[-1] == "name" else frozenset[int]()
    moved = {one if one <= line_of(place) else one - gone for one in uses}
    return Slip("key dropped", original, text, frozenset(heads | moved), place)


def without(original: Original, place: Place) -> str | None:
    """Return the text without an entry; None where its mapping would be left empty."""
    assert place.key
    assert isinstance(place.parent, Mapping)
    entries = place.parent.entries
    if len(entries) == 1:
        return None
    begin, _ = original.at(place.key.key)
    _, end = original.at(place.value.span)
    index = entries.index(place.key)
    if is_flow(original, place.parent):
        if index + 1 < len(entries):
            end = original.at(entries[index + 1].key)[0]
        else:
            begin = original.at(entries[index - 1].value.span)[1]
        return original.text[:begin] + original.text[end:]
    if index + 1 < len(entries):
        # What follows takes the place: a dash before the entry stays.
        end = original.at(entries[index + 1].key)[0]
        return original.text[:begin] + original.text[end:]
    before = original.text.rfind("\n", 0, begin)
    after = original.text.find("\n", end)
    return original.text[:before] + original.text[after:]


def move_key(draw: Draw, original: Original) -> Slip | None:
    """Write a setting into another mapping in braces, or into another section."""
    place = draw.choice([one for one in keyed(original) if is_movable(original, one)])
    assert place.key
    entry = f"{place.key.name}: {original.written(place.value.span)}"
    targets = [
        one
        for one in original.places
        if isinstance(one.value, Mapping)
        and one.value is not place.parent
        and one.value.get(place.key.name) is None
        and (is_flow(original, one.value) or len(one.path) == 1)
        and not one.own
        and one.value.entries
    ]
    target = draw.choice(targets) if targets else None
    if target is None or target.path[: len(place.path)] == place.path:
        return None
    assert isinstance(target.value, Mapping)
    first = target.value.entries[0].key
    if is_flow(original, target.value):
        new = f"{entry}, "
    else:
        new = f"{entry}\n{' ' * (first.start.column - 1)}"
    at = original.at(first)[0]
    shorter = without(original, place)
    if shorter is None:
        return None
    begin = original.at(place.key.key)[0]
    gone = len(original.text) - len(shorter)
    if begin <= at < begin + gone:
        return None
    moved = at if at < begin else at - gone
    text = shorter[:moved] + new + shorter[moved:]
    number = shorter.count("\n", 0, moved) + 1
    shift = new.count("\n")
    heads = {one + shift if one >= number else one for one in heads_of(place)}
    return Slip("key moved", original, text, frozenset({number, *heads}), place)


def is_movable(original: Original, place: Place) -> bool:
    """Return whether a setting can stand on one line elsewhere, and then stands wrong.

    A layer's name and inputs, at another layer, are another network.
    """
    return (
        place.key is not None
        and len(place.path) > 1
        and "\n" not in original.written(place.value.span)
        and not place.layer
        and place.path[-1] not in {"name", "inputs", "use"}
    )


def swap_keys(draw: Draw, original: Original) -> Slip | None:
    """Exchange two neighbouring keys of one mapping, their values left where they are."""
    place = draw.choice([one for one in keyed(original) if not one.layer])
    assert isinstance(place.parent, Mapping)
    assert place.key
    index = place.parent.entries.index(place.key)
    if index + 1 >= len(place.parent):
        return None
    other = place.parent.entries[index + 1]
    text = original.replaced(other.key, place.key.name)
    begin, end = original.at(place.key.key)
    text = text[:begin] + other.name + text[end:]
    lines = frozenset({line_of(place), other.key.start.line})
    return Slip("keys swapped", original, text, lines, place)


def foreign_key(draw: Draw, original: Original) -> Slip | None:
    """Call a setting as another layer or library does."""
    place = draw.choice([one for one in keyed(original) if not one.layer])
    assert place.key
    own = [word for word, meant in KEY_WORDS.items() if place.key.name in meant.split()]
    wrong = draw.choice(own or FOREIGN_KEYS)
    if isinstance(place.parent, Mapping) and place.parent.get(wrong):
        return None
    text = original.replaced(place.key.key, wrong)
    return Slip("key of others", original, text, frozenset({line_of(place)}), place)


# Names and wires ------------------------------------------------------------------------------


def misspell_layer(draw: Draw, original: Original) -> Slip | None:
    """Write the name of a layer wrong."""
    return misspell(draw, original, "layer misspelt", names("layers"))


def misspell_object(draw: Draw, original: Original) -> Slip | None:
    """Write the name of an optimizer, a loss, a metric, a word of a setting wrong."""
    return misspell(draw, original, "name misspelt", OBJECTS)


def misspell(draw: Draw, original: Original, kind: str, known: tuple[str, ...]) -> Slip | None:
    """Write a name that is one of many wrong."""
    spots = [one for one in original.places if name_at(one) in known]
    if not spots:
        return None
    place = draw.choice(spots)
    wrong = typed_wrong(draw, name_at(place))
    return None if wrong is None else renamed(kind, original, place, wrong)


def name_at(place: Place) -> str:
    """Return the name at a place: its text, or else its key."""
    if isinstance(place.value, Scalar) and isinstance(place.value.value, str):
        return place.value.value
    return place.key.name if place.key else ""


def renamed(kind: str, original: Original, place: Place, wrong: str) -> Slip:
    """Return the spec with another name at a place."""
    at_value = isinstance(place.value, Scalar) and isinstance(place.value.value, str)
    span = place.value.span if at_value or not place.key else place.key.key
    text = original.replaced(span, wrong)
    return Slip(kind, original, text, frozenset({span.start.line}), place)


def foreign_name(draw: Draw, original: Original) -> Slip | None:
    """Write the name that another library has for a layer, a loss, an activation."""
    spots: list[tuple[Place, str]] = []
    for place in original.places:
        for word, meant in (LAYER_WORDS | OBJECT_GUESSES).items():
            if name_at(place) in meant.split():
                spots.append((place, word))
    if not spots:
        return None
    place, word = draw.choice(spots)
    prefix = draw.choice(("", "", "keras.layers.", "nn."))
    return renamed("name of others", original, place, prefix + word)


def wires(original: Original) -> list[Place]:
    """Return places of names of layers that something reads."""
    return [
        one
        for one in scalars(original, str)
        if one.path[0] in {"model", "blocks"}
        and ({"inputs", "outputs"} & set(one.path) or one.path[-1] == "use")
        and one.path[-3:-1] != ("blocks",)
    ]


def misspell_wire(draw: Draw, original: Original) -> Slip | None:
    """Write the name of a layer wrong, where it is given or where it is read."""
    spots = wires(original) + [one for one in scalars(original, str) if one.path[-1] == "name"]
    place = draw.choice([one for one in spots if len(one.path) > 1] or spots)
    name = str(place.value.value) if isinstance(place.value, Scalar) else ""
    wrong = typed_wrong(draw, name)
    if wrong is None:
        return None
    text = original.replaced(place.value.span, wrong)
    lines = original.lines_of(name) if place.path[-1] == "name" else set[int]()
    return Slip("wire misspelt", original, text, frozenset({line_of(place), *lines}), place)


def rewire(draw: Draw, original: Original) -> Slip | None:
    """Read another layer than was meant: a later one, itself, or one of another shape."""
    spots = wires(original)
    if not spots:
        return None
    place = draw.choice(spots)
    given = [str(plain(one.value)) for one in scalars(original, str) if one.path[-1] == "name"]
    other = draw.choice([*given, "nobody"])
    if other == plain(place.value):
        return None
    text = original.replaced(place.value.span, other)
    orphan = original.lines_of(str(plain(place.value)))
    readers = {line_of(place), place.parent.span.start.line, *orphan, *original.lines_of(other)}
    readers |= heads_of_layer(original, place) | named_at(original, place)
    return Slip("wire to another", original, text, frozenset(readers), place)


def named_at(original: Original, place: Place) -> set[int]:
    """Return the lines at which the layer begins whose name stands at a place."""
    name = plain(place.value)
    around = [one for one in original.places if one.path[-1] == "name" and plain(one.value) == name]
    return {one.parent.span.start.line for one in around}


def heads_of_layer(original: Original, place: Place) -> set[int]:
    """Return the lines of the entry of the list of layers that a place belongs to."""
    around = [
        one
        for one in original.places
        if one.key is None
        and one.path == place.path[: len(one.path)]
        and isinstance(one.value, Mapping)
    ]
    return {one.value.span.start.line for one in around}


def unwire(draw: Draw, original: Original) -> Slip | None:
    """Leave a name out of a list of names in brackets."""
    spots = [
        one
        for one in wires(original)
        if isinstance(one.parent, Sequence) and len(one.parent.items) > 1
    ]
    if not spots:
        return None
    place = draw.choice(spots)
    assert isinstance(place.parent, Sequence)
    left = [str(plain(one)) for one in place.parent.items if one is not place.value]
    if not is_flow(original, place.parent):
        return None
    text = original.replaced(place.parent.span, f"[{', '.join(left)}]")
    lines = {line_of(place), *heads_of_layer(original, place)}
    lines |= original.lines_of(str(plain(place.value))) | named_at(original, place)
    return Slip("wire dropped", original, text, frozenset(lines), place)


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
            written = draw.choice((*ways, "None", f"{shown}L", f"float('{shown}')", f"{shown};"))
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


MAKERS: tuple[Maker, ...] = (
    *(misspell_key, drop_key, move_key, swap_keys, foreign_key),
    *(misspell_layer, misspell_object, foreign_name),
    *(misspell_wire, rewire, unwire),
    *(wrong_number, other_type, with_unit, as_python),
    *(indent_line, spoil_colon, spoil_dash, spoil_bracket),
)


def draw_slip(draw: Draw, originals: tuple[Original, ...]) -> Slip:
    """Return one mistake in one spec."""
    while True:
        made = draw.choice(MAKERS)(draw, draw.choice(originals))
        if made is not None and made.text != made.original.text:
            return made
