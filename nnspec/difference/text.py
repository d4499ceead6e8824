"""Differences for people: layers by mark and name, settings by path, old value and new."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from nnspec.diagnostics.excerpt import cells, lay_out, visible
from nnspec.difference.compare import Difference, LayerChange
from nnspec.difference.entries import Entry
from nnspec.difference.settings import ABSENT, Change
from nnspec.difference.shown import show, without_defaults
from nnspec.document import Plain
from nnspec.network.fill import show_source

WIDTH = 80
"""Terminal cells that a line may take."""
ARROW = " → "
UNKNOWN = "?"
LEAST_GAP = 2
RED, GREEN, YELLOW, BOLD = "31", "32", "33", "1"
MARKS = {"+": GREEN, "-": RED, "~": YELLOW}
MOST_SHOWN = 400
"""Characters of one value that are shown."""


def show_difference(difference: Difference, *, color: bool = False) -> str:
    """Return what differs as lines of at most 80 cells."""
    before, after = visible(difference.before.title), visible(difference.after.title)
    head = f"{before}{ARROW}{after}"
    lines = [head] if cells(lay_out(head)) <= WIDTH else [before, f"{ARROW.lstrip()}{after}"]
    if difference.equal:
        count = difference.same
        return "\n".join([*lines, "", f"no difference: {count} layers and all settings are equal"])
    lines += ["", *model_lines(difference)]
    for section, changes in groupby(difference.settings, lambda one: one.path.partition(".")[0]):
        if section != "model":
            lines += ["", f"{section}:"]
        lines += setting_lines([*changes], cut=section, indent="  ")
    return "\n".join(paint(line, color=color) for line in lines)


def paint(line: str, *, color: bool) -> str:
    """Return a line with its mark coloured."""
    shade = MARKS.get(line.lstrip()[:1]) if line.startswith("  ") else None
    return f"\x1b[{shade}m{line}\x1b[0m" if color and shade and line[2:4].strip() else line


def model_lines(difference: Difference) -> Iterator[str]:
    """Give the lines about the layers, beginning with how many there are of each kind."""
    if not difference.layers and not any(
        one.path.startswith("model") for one in difference.settings
    ):
        yield f"model: {difference.same} layers, no difference"
        return
    counts = {
        "added": sum(one.before is None for one in difference.layers),
        "removed": sum(one.after is None for one in difference.layers),
        "changed": sum(None not in (one.before, one.after) for one in difference.layers),
        "as before": difference.same,
    }
    yield "model: " + ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    before, after = difference.before.parameters, difference.after.parameters
    if before != after and None not in (before, after):
        yield from pair("parameters", number(before), number(after), indent="  ")
    for change in difference.layers:
        yield from layer_lines(change)


def layer_lines(change: LayerChange) -> Iterator[str]:
    """Give the lines about one layer; a single one stands beside its name if it fits."""
    entry = change.entry
    mark = "+" if change.before is None else "-" if change.after is None else "~"
    head = f"  {mark} {visible(entry.name)} ({entry.kind})"
    if cells(lay_out(head)) > WIDTH:
        head = f"  {mark} {visible(entry.name)}\n      ({entry.kind})"
    lines = [*alone(entry)] if None in (change.before, change.after) else [*changed(change)]
    together = f"{head}  {' '.join(lines[0].split())}" if len(lines) == 1 else ""
    yield from [together] if 0 < cells(lay_out(together)) <= WIDTH else [head, *lines]


def changed(change: LayerChange) -> Iterator[str]:
    """Give what differs about a layer that both networks have."""
    assert change.before is not None
    assert change.after is not None
    yield from setting_lines(change.settings, indent="      ")
    shapes = (change.before.shapes, change.after.shapes)
    if shapes[0] != shapes[1] and None not in shapes:
        yield from pair("output", shape(change.before), shape(change.after))
    counts = (change.before.parameters, change.after.parameters)
    if counts[0] != counts[1] and None not in counts:
        yield from pair("parameters", *map(number, counts))


def alone(entry: Entry) -> Iterator[str]:
    """Give what there is to know of a layer that only one of the networks has."""
    if entry.shares:
        yield from named("use", visible(entry.shares))
    for key, value in without_defaults(entry.kind, dict(entry.settings or {})):
        yield from named(key, shown(value))
    if entry.sources:
        yield from named("inputs", ", ".join(visible(show_source(one)) for one in entry.sources))
    if entry.shapes is not None:
        yield from named("output", shape(entry))
    if entry.parameters:
        yield from named("parameters", number(entry.parameters))


def setting_lines(changes: Sequence[Change], *, indent: str, cut: str = "") -> Iterator[str]:
    """Give the lines about settings; a part of the path that is said already is left out."""
    for change in changes:
        label = change.path.removeprefix(f"{cut}.") if cut != "model" else change.path
        label = "all of it" if label == cut else visible(label)
        if change.before == ABSENT:
            yield from named(label, f"+ {shown(change.after)}", indent=indent)
        elif change.after == ABSENT:
            yield from named(label, f"- {shown(change.before)}", indent=indent)
        else:
            yield from pair(label, *parts(change), indent=indent)


def parts(change: Change) -> tuple[str, str]:
    """Return both values of a setting; of long lists only what one of them has alone."""
    before, after = change.before, change.after
    if isinstance(before, list) and isinstance(after, list) and len(before) + len(after) > 8:  # noqa: PLR2004 - longer than a line
        gone = [one for one in before if one not in after]
        new = [one for one in after if one not in before]
        if gone or new:
            texts = (f"without {shown(gone)}" * bool(gone), f"with {shown(new)}" * bool(new))
            return f"{len(before)} values", ", ".join(
                [f"{len(after)} values", *filter(None, texts)]
            )
    return shown(before), shown(after)


def shown(value: Plain) -> str:
    """Return a value as a spec writes it, cut where nobody would read on."""
    text = visible(show(value))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def pair(label: str, before: str, after: str, indent: str = "      ") -> Iterator[str]:
    """Give an old value and a new one on one line, on two where they do not fit."""
    line = f"{indent}{label:<18}{' ' * LEAST_GAP}{before}{ARROW}{after}"
    if cells(lay_out(line)) <= WIDTH:
        yield line
        return
    yield f"{indent}{label}"
    yield from wrapped(f"{indent}    ", "", before)
    yield from wrapped(f"{indent}    ", ARROW.lstrip(), after)


def named(label: str, value: str, indent: str = "      ") -> Iterator[str]:
    """Give a value beside its name, below it where it does not fit."""
    line = f"{indent}{label:<18}{' ' * LEAST_GAP}{value}"
    if cells(lay_out(line)) <= WIDTH:
        yield line
        return
    yield f"{indent}{label}"
    yield from wrapped(f"{indent}    ", "", value)


def wrapped(indent: str, start: str, text: str) -> Iterator[str]:
    """Give a text in lines of at most 80 cells."""
    room = WIDTH - len(indent) - len(start)
    lines = wrap(text, room, break_on_hyphens=False) or [""]
    for at, line in enumerate(lines):
        yield f"{indent}{start if at == 0 else ' ' * len(start)}{line}"


def shape(entry: Entry) -> str:
    """Return the shapes that leave a layer."""
    return UNKNOWN if entry.shapes is None else ", ".join(entry.shapes)


def number(count: int | None) -> str:
    """Return a count as people read it."""
    return UNKNOWN if count is None else f"{count:,}"
