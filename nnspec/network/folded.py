"""Layers as a person would write them, repeated stretches as blocks; the network stays the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nnspec.document import Plain

OTHERS = ("use", "within", "Model")
"""Entries that no block holds."""
BESIDE = ("name", "inputs", *OTHERS)
LONGEST = 60
"""Layers of a stretch that are looked for."""
INPUT = "input"
"""How a block names the tensor that it is given."""

Entry = dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Written:
    """One layer of a list.

    Attributes:
        kind: its class, or that of the block that it is.
        arguments: what is said of it.
        name: its name; none in a chain without names.
        feeds: names of what feeds it; places of the list in a chain without names.
        fixed: whether no block can hold it; its arguments are then all that is written.
        repeat: how often it stands in a row.
        named: whether its name is written.
    """

    kind: str
    arguments: Plain
    name: str
    feeds: tuple[str, ...]
    fixed: bool = False
    repeat: int = 1
    named: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """Equal layers that stand `times` times in a row.

    Attributes:
        start: place of the first layer.
        period: layers of one time.
    """

    start: int
    period: int
    times: int


@dataclass(slots=True)
class Folded:
    """A model with blocks.

    Attributes:
        model: its layers.
        blocks: the definitions, by name.
    """

    model: Plain
    blocks: dict[str, Plain] = field(default_factory=dict)


def fold(model: Plain) -> Folded:
    """Return the layers with repeated stretches written once.

    A layer that stands several times in a row is repeated, and so is a stretch of layers, which
    becomes a block. The layers of a block have other names than before.

    Args:
        model: a list of layers, or layers and outputs, as `brief_model` writes them.
    """
    body = model if isinstance(model, dict) else {"layers": model}
    layers = read(body["layers"])
    ends = {str(one).partition(".")[0] for one in listed(body.get("outputs"))}
    if not ends and layers:
        ends = {layers[-1].name}
    made = Folded(model)
    kept: list[Written] = []
    place = 0
    while place < len(layers):
        found = best(layers, place, ends)
        if found is None:
            kept.append(layers[place])
            place += 1
            continue
        kept.append(as_one(layers, found, made.blocks))
        place += found.period * found.times
    if len(kept) < len(layers):
        made.model = {**body, "layers": write(kept)} if isinstance(model, dict) else write(kept)
    return made


def read(layers: Plain) -> list[Written]:
    """Return the layers of a list, each with its name and what feeds it."""
    found: list[Written] = []
    before = ""
    for place, one in enumerate(listed(layers)):
        entry: Entry = one if isinstance(one, dict) else {str(one): {}}
        kind = next((key for key in entry if key not in BESIDE), "")
        name = entry.get("name")
        feeds = tuple(map(str, listed(entry["inputs"]))) if "inputs" in entry else (before,)
        fixed = any(key in entry for key in OTHERS) or isinstance(entry.get("inputs"), dict)
        before = str(name) if name else f"<{place}>"
        if fixed or kind == "Input":
            found.append(Written("", one, before, feeds, fixed=True))
        else:
            found.append(Written(kind, entry[kind], before, feeds, named=name is not None))
    return found


def listed(value: Plain) -> list[Plain]:
    """Return a value as a list; an empty one for nothing."""
    return value if isinstance(value, list) else [] if value is None else [value]


def best(layers: Sequence[Written], place: int, ends: set[str]) -> Stretch | None:
    """Return the repetition that covers most layers from a place on; None where none begins."""
    found: Stretch | None = None
    for period in range(1, min(LONGEST, (len(layers) - place) // 2) + 1):
        times = 1
        shape = form(layers, place, period)
        if shape is None:
            continue
        while form(layers, place + period * times, period) == shape:
            times += 1
        made = Stretch(place, period, times)
        while made.times > 1 and not is_closed(layers, made, ends):
            made = replace(made, times=made.times - 1)
        if made.times > 1 and (found is None or size(made) > size(found)):
            found = made
    return found


def size(stretch: Stretch) -> int:
    """Return how many layers a repetition covers."""
    return stretch.period * stretch.times


def form(layers: Sequence[Written], start: int, period: int) -> list[object] | None:
    """Return what layers are and how they are wired among each other; None where no block is.

    A block takes one tensor: its first layer is fed by it alone, others by it or by layers within.
    """
    part = layers[start : start + period]
    if len(part) < period or any(one.fixed for one in part) or len(part[0].feeds) != 1:
        return None
    given = part[0].feeds[0]
    places = {one.name: number for number, one in enumerate(part)}
    made: list[object] = []
    for one in part:
        if any(feed not in places and feed != given for feed in one.feeds):
            return None
        made.append((one.kind, repr(one.arguments), [places.get(feed, -1) for feed in one.feeds]))
    return made


def is_closed(layers: Sequence[Written], stretch: Stretch, ends: set[str]) -> bool:
    """Return whether each time is fed by the one before, and only the last is used elsewhere."""
    begin, period = stretch.start, stretch.period
    for number in range(1, stretch.times):
        place = begin + period * number
        if layers[place].feeds[0] != layers[place - 1].name:
            return False
    for place, one in enumerate(layers):
        inside = begin <= place < begin + size(stretch)
        own = (place - begin) // period if inside else -1
        for feed in one.feeds:
            name = feed.partition(".")[0]
            source = next((at for at, other in enumerate(layers) if other.name == name), -1)
            if not begin <= source < begin + size(stretch) - 1:
                continue
            last = (source - begin) % period == period - 1
            of = (source - begin) // period
            if not inside or not (of == own or (last and of == own - 1)):
                return False
    inner = {one.name for one in layers[begin : begin + size(stretch) - 1]}
    return not inner & ends


def as_one(layers: Sequence[Written], stretch: Stretch, blocks: dict[str, Plain]) -> Written:
    """Return what stands for a repetition: a layer, or a block that is defined."""
    part = layers[stretch.start : stretch.start + stretch.period]
    last = layers[stretch.start + size(stretch) - 1]
    feeds = part[0].feeds
    if stretch.period == 1:
        return replace(last, feeds=feeds, repeat=stretch.times)
    body = list(inner_layers(part))
    name = next((key for key, one in blocks.items() if one == {"layers": body}), None)
    if name is None:
        name = f"stretch_{len(blocks) + 1}"
        blocks[name] = {"layers": body}
    return replace(last, kind=name, arguments={}, feeds=feeds, repeat=stretch.times)


def inner_layers(part: Sequence[Written]) -> Iterator[Plain]:
    """Give the layers of a block; those have a name that another than the next one takes."""
    names: dict[str, str] = {part[0].feeds[0]: INPUT}
    taken: dict[str, int] = {}
    for one in part:
        stem = one.kind.lower()
        taken[stem] = taken.get(stem, 0) + 1
        names[one.name] = f"{stem}_{taken[stem]}"
    used = {
        feed
        for number, one in enumerate(part)
        for feed in one.feeds
        if number == 0 or list(one.feeds) != [part[number - 1].name]
    }
    before = part[0].feeds[0]
    for one in part:
        beside: Entry = {"name": names[one.name]} if one.name in used else {}
        if list(one.feeds) != [before]:
            feeds: list[Plain] = [names[feed] for feed in one.feeds]
            beside["inputs"] = feeds[0] if len(feeds) == 1 else feeds
        yield entry_of(one.kind, one.arguments, beside)
        before = one.name


def entry_of(kind: str, arguments: Plain, beside: Entry) -> Plain:
    """Return a layer of a list, as short as it can be said."""
    if not kind:
        return arguments
    if not beside and arguments == {}:
        return kind
    return {kind: arguments, **beside}


def write(layers: Sequence[Written]) -> list[Plain]:
    """Return a list of layers."""
    made: list[Plain] = []
    before = ""
    for one in layers:
        beside: Entry = {"name": one.name} if one.named else {}
        if one.repeat > 1:
            beside["repeat"] = one.repeat
        if list(one.feeds) != [before] and not one.fixed:
            beside["inputs"] = one.feeds[0] if len(one.feeds) == 1 else list(one.feeds)
        made.append(entry_of(one.kind, one.arguments, beside))
        before = one.name
    return made
