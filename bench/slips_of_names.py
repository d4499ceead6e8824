"""Slips in keys, names and wires: each makes one change in a fine spec, and says where.

A slip returns None where the place that was drawn offers nothing; the caller draws anew.
"""

from originals import Original, Place, is_flow
from slip import Draw, Slip, heads_of, keyed, line_of, scalars, typed_wrong

from nnspec.catalog.registry import names
from nnspec.document import Mapping, Scalar, Sequence, plain
from nnspec.language.habits import KEY_WORDS, LAYER_WORDS, OBJECT_GUESSES
from nnspec.language.words import ARTICLES

FOREIGN_KEYS = ("filters", "rate", "kernel_size", "seed", "momentum", "lr", "bias", "dropout")
OBJECTS = tuple(name for family in ARTICLES if family != "layers" for name in names(family))


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
    uses |= told_elsewhere(original, place, written)
    moved = {one if one <= line_of(place) else one - gone for one in uses}
    return Slip("key dropped", original, text, frozenset(heads | moved), place)


def told_elsewhere(original: Original, place: Place, written: str) -> frozenset[int]:
    """Return the lines at which a key is missed that is told where it would have been used.

    A variable that nothing uses any more is told where it is defined; that a network's input has
    no shape, at the first layer.
    """
    lines = {
        line_of(one)
        for one in original.places
        if one.path[:1] == ("variables",) and f"${one.path[-1]}" in written
    }
    if place.path == ("data",):
        first = [one for one in original.places if one.path[:1] == ("model",) and not one.key]
        lines |= {one.value.span.start.line for one in first[:1]}
    return frozenset(lines)


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
