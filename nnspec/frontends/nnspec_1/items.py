"""One entry of a list of layers, taken apart: the layer's key, and what stands beside it."""

import re
from dataclasses import dataclass, replace
from typing import assert_never

from nnspec.catalog.registry import find
from nnspec.diagnostics import Advice, Diagnostic, Findings, Replacement, Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, kind_of, plain, shorten
from nnspec.language.calls import as_written
from nnspec.language.habits import OBJECT_GUESSES
from nnspec.language.limits import MOST_REPETITIONS
from nnspec.language.near_names import is_certain, nearest, suggest
from nnspec.language.run_names import DEVICE
from nnspec.language.words import remedy
from nnspec.reading.moves import BESIDE
from nnspec.reading.reader import Reader
from nnspec.reading.split import split_object
from nnspec.reading.written import Written
from nnspec.spec.model import UNREAD, Wire

WIRING = (*BESIDE, "use", "within")
LAYER_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
TUPLE = re.compile(r"\(([^()]*)\)")
"""Names as Python writes several."""
MOST_LETTERS = 64
DATE = re.compile(r"\d{4}-\d\d?-\d\d?")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list of layers.

    Attributes:
        written: the layer or block; None for `use`.
        name: the name given, with its place.
        use: the layer applied again, with its place.
        inputs: what feeds it; None where it was not said.
        within: names of the block uses it belongs to, as `render` writes it.
        members: arguments of each repetition; one empty mapping without `repeat` and `each`.
    """

    written: Written | None
    span: Span
    name: tuple[str, Span] | None = None
    use: tuple[str, Span] | None = None
    inputs: tuple[Wire, ...] | None = None
    within: str = ""
    members: tuple[tuple[Entry, ...], ...] = ((),)
    repeated: bool = False
    part: Mapping | None = None
    """What stands behind `use` where it names a layer of a finished run."""
    unnamed: bool = False
    """Whether a name stands beside it that was refused."""
    values: int = 1
    """How many values the entry holds; each repetition holds them again."""


def read_item(node: Node, reader: Reader) -> Item | None:
    """Return the parts of an entry, None where it cannot be understood."""
    if not isinstance(node, Mapping):
        written = split_object(node, "a layer", reader.findings)
        return Item(written, written.span, values=count_values(node)) if written else None
    findings = reader.findings
    node = settle_beside(node, findings)
    beside = {entry.name: entry for entry in node if entry.name in WIRING}
    heads = [entry for entry in node if entry.name not in WIRING]
    if node.get("class_name"):
        written = read_keras_form(replace(node, entries=tuple(heads)), beside, reader)
    elif check_heads(heads, beside, node, findings):
        written = Written(heads[0].name, heads[0].key, heads[0].value) if heads else None
    else:
        return None
    members = read_members(beside, findings)
    use = None if node.get("class_name") else read_use(beside.get("use"), findings)
    if members is None or (written is None and use is None):
        return None
    name = read_name(beside.get("name"), findings)
    return Item(
        written,
        written.span if written else beside["use"].key,
        name=name,
        unnamed="name" in beside and name is None,
        use=use,
        part=beside["use"].value if use and isinstance(beside["use"].value, Mapping) else None,
        inputs=read_inputs(beside.get("inputs"), findings),
        within=(read_text(beside.get("within"), findings) or ("", None))[0],
        members=members,
        repeated="repeat" in beside or "each" in beside,
        values=count_values(node) - shared_values(beside.get("each")),
    )


def read_use(entry: Entry | None, findings: Findings) -> tuple[str, Span] | None:
    """Return the layer that `use` applies, with its place; of a part of a run the one it ends at.

    What is wrong with a part is told where it is read.
    """
    if entry is None or not isinstance(entry.value, Mapping):
        return read_text(entry, findings)
    layer = entry.value.get("layer")
    named = layer.value if isinstance(layer, Scalar) else None
    parts = [one for one in str(named).split(".") if not one.isdigit()]
    local = parts[-1] if isinstance(named, str) and parts else ""
    # As a layer, `input` would stand before the input of that name.
    fitting = LAYER_NAME.fullmatch(local) and local != "input"
    return (local if fitting else "part"), entry.key


def read_keras_form(node: Mapping, beside: dict[str, Entry], reader: Reader) -> Written | None:
    """Return a layer in Keras' own form, what stands beside it taken away."""
    if "use" in beside:
        message = "use applies a layer again; it cannot stand beside a class_name"
        reader.findings.add("G107", message, beside["use"].key, hint="remove one of them")
    return split_object(node, "a layer", reader.findings)


def count_values(node: Node) -> int:
    """Return how many values a node holds, itself included."""
    match node:
        case Sequence(items=items):
            return 1 + sum(map(count_values, items))
        case Mapping(entries=entries):
            return 1 + sum(count_values(entry.value) for entry in entries)
        case Scalar():
            return 1
        case _:
            assert_never(node)


def shared_values(each: Entry | None) -> int:
    """Return how many values of `each` a single repetition does not hold: one of each list."""
    if each is None or not isinstance(each.value, Mapping):
        return 0
    return sum(count_values(entry.value) - 1 for entry in each.value)


def settle_beside(node: Mapping, findings: Findings) -> Mapping:
    """Return an entry with the misspelt keys beside its layer under those that are meant."""
    heads = [entry for entry in node if entry.name not in WIRING]
    if len(heads) == ("use" not in {entry.name for entry in node}) or node.get("class_name"):
        return node
    entries: list[Entry] = []
    for entry in node:
        guess = nearest(entry.name, WIRING[:5]) if entry.name not in WIRING else None
        free = guess is not None and node.entry(guess) is None
        layer = find("layers", entry.name) is not None
        if guess is None or not free or layer or not is_certain(entry.name, guess, WIRING[:5], {}):
            entries.append(entry)
            continue
        message = f"a layer has nothing called {shorten(entry.name, 24)!r} beside it"
        findings.add("S109", message, entry.key, hint=suggest(entry.name, WIRING[:5]))
        entries.append(replace(entry, name=guess))
    return replace(node, entries=tuple(entries))


def check_heads(
    heads: list[Entry], beside: dict[str, Entry], node: Mapping, findings: Findings
) -> bool:
    """Return whether exactly one layer, or `use`, is written; record anything else."""
    if len(heads) == 1 and "use" not in beside:
        return True
    if "use" in beside and not heads:
        return True
    if not heads:
        keys = ", ".join(beside)
        findings.add("S109", f"a layer is due beside {keys or 'nothing'}; found none", node.span)
        return False
    if "use" in beside:
        message = f"use applies a layer again; it cannot stand beside {heads[0].name}"
        findings.add("G107", message, beside["use"].key, hint=f"remove use or {heads[0].name}")
        return False
    names = " and ".join(shorten(entry.name, 24) for entry in heads[:4])
    kind = find("layers", heads[0].name)
    hint = f"only {', '.join(WIRING[:5])} stand beside a layer"
    if all(find("layers", entry.name) for entry in heads):
        hint = f"put a dash before each layer: - {heads[1].name}"
    elif kind is None or heads[1].name in kind.model_fields:
        # In braces, commas part the arguments of a call.
        call = as_written(", ".join(one.name for one in heads), "layers", OBJECT_GUESSES)
        hint = call or f"indent the arguments below {heads[0].name}; {hint}"
    message = f"one entry holds one layer; found {names} side by side"
    findings.add("S109", message, heads[1].key, hint=hint)
    return False


def read_name(entry: Entry | None, findings: Findings) -> tuple[str, Span] | None:
    """Return the name given to a layer, checked."""
    given = read_text(entry, findings)
    rule = "a name is 1 to 64 letters, digits, _ or -"
    if given and (not LAYER_NAME.fullmatch(given[0]) or DEVICE.fullmatch(given[0])):
        findings.append(bad_name(given[0], given[1], rule))
        return None
    if entry and given:
        check_date(entry.value, findings)
    return given


def check_date(node: Node, findings: Findings) -> None:
    """Refuse a name that is text here and a date to other readers of YAML."""
    if not isinstance(node, Scalar) or node.quoted or not isinstance(node.value, str):
        return
    if DATE.fullmatch(node.value):
        written = f'"{node.value}"'
        message = f"{node.value} is a date to other readers of YAML; expected a name, which is text"
        hint = Advice(f"quote it: {written}", Replacement(node.value, written))
        findings.add("S117", message, node.span, hint=hint)


def bad_name(name: str, span: Span, rule: str) -> Diagnostic:
    """Return the finding for a name that cannot stand in paths, graphs and messages."""
    if not name:
        return Diagnostic("S110", f"the name is empty; {rule}", span)
    shown = f"the name {shorten(name, 24)!r}"
    if "/" in name or "\\" in name:
        message = f"{shown} holds a path's separator: names become names of files; {rule}"
        return Diagnostic("X105", message, span)
    if DEVICE.fullmatch(name) or name.endswith("."):
        message = f"{shown} is none that every system can give to a file; {rule}"
        return Diagnostic("X105", message, span)
    if len(name) > MOST_LETTERS:
        return Diagnostic("S110", f"{shown} is {len(name)} characters long; {rule}", span)
    fitting = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")
    hint = f"write {fitting}" if fitting else None
    return Diagnostic("S110", f"{shown} holds other characters; {rule}", span, hint)


def read_text(entry: Entry | None, findings: Findings) -> tuple[str, Span] | None:
    """Return a text that stands beside a layer, with its place."""
    if entry is None or is_refused(entry.value):
        return None
    if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
        return entry.value.value, entry.value.span
    if isinstance(entry.value, Scalar) and isinstance(entry.value.value, int | float):
        hint: str | None = f'quote it: {entry.name}: "{kind_of(entry.value)}"'
    else:
        hint = remedy(entry.value, entry.name, "text")
        if isinstance(entry.value, Scalar) and entry.value.value is None:
            hint = f"write a {entry.name}, or remove it" if entry.name == "name" else hint
    message = f"{entry.name} must be text; got {kind_of(entry.value)}"
    findings.add("S103", message, entry.value.span, hint=hint)
    return None


def is_refused(node: Node) -> bool:
    """Return whether a finding about a value is recorded already."""
    return isinstance(node, Scalar) and node.refused


def read_inputs(entry: Entry | None, findings: Findings) -> tuple[Wire, ...] | None:
    """Return what feeds a layer: a name, a list in order, or a mapping by parameter."""
    if entry is None:
        return None
    wires: list[Wire] = []
    match entry.value:
        case Sequence(items=()) | Mapping(entries=()):
            message = "inputs are names of layers; found none"
            findings.add("S103", message, entry.value.span)
        case Mapping(entries=entries):
            for parameter in entries:
                wires += read_sources(parameter.value, findings, parameter.name)
        case value:
            wires = read_sources(value, findings)
    return tuple(wires)


def read_outputs(node: Node, findings: Findings) -> tuple[Wire, ...]:
    """Return the listed outputs; none where the list was refused."""
    if isinstance(node, Sequence) and not node.items:
        findings.add("S103", "outputs are names of layers; found none", node.span)
    if isinstance(node, Mapping):
        layers = [str(plain(one.value)) for one in node if isinstance(one.value, Scalar)]
        hint = f"write outputs: [{', '.join(map(shorten, layers))}]"
        message = "outputs are names of layers, in a list; found a mapping"
        findings.add("S103", message, node.span, hint=hint)
        named = [one.value for one in node if isinstance(one.value, Scalar)]
        return tuple(wire for one in named for wire in read_sources(one, findings))
    return tuple(read_sources(node, findings))


def read_sources(node: Node, findings: Findings, parameter: str | None = None) -> list[Wire]:
    """Return the wires of one name or of a list of names."""
    match node:
        case Scalar(value=str(name)) if tuple_ := TUPLE.fullmatch(name):
            names = [one.strip() for one in tuple_[1].split(",") if one.strip()]
            message = f"several names are a list; found {shorten(name)!r}"
            hint = f"write [{', '.join(map(shorten, names))}]"
            findings.add("S103", message, node.span, hint=hint)
            return [Wire(one, node.span, parameter) for one in names]
        case Scalar(value=str(name)):
            return [Wire(name, node.span, parameter)]
        case Sequence(items=items):
            return [wire for item in items for wire in read_sources(item, findings, parameter)]
        case _:
            message = f"inputs are names of layers; found {kind_of(node)}"
            if not is_refused(node):
                findings.add("S103", message, node.span, hint="write the name of a layer")
            return [Wire(UNREAD, node.span, parameter)]


def read_members(
    beside: dict[str, Entry], findings: Findings
) -> tuple[tuple[Entry, ...], ...] | None:
    """Return the arguments of each repetition; None where `repeat` or `each` is wrong."""
    if "repeat" in beside and "each" in beside:
        message = "repeat and each both say how often; keep one of them"
        findings.add("S115", message, beside["each"].key)
        return None
    if "repeat" in beside:
        count = read_count(beside["repeat"].value, findings)
        return None if count is None else ((),) * count
    return read_each(beside["each"].value, findings) if "each" in beside else ((),)


def read_count(node: Node, findings: Findings) -> int | None:
    """Return how often a layer is repeated."""
    count = node.value if isinstance(node, Scalar) else None
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST_REPETITIONS:
        return count
    if is_refused(node):
        return None
    message = (
        f"repeat must be a positive whole number, at most {MOST_REPETITIONS:,}; got {kind_of(node)}"
    )
    findings.add("S104", message, node.span)
    return None


def read_each(node: Node, findings: Findings) -> tuple[tuple[Entry, ...], ...] | None:
    """Return one set of arguments per position of the lists."""
    if is_refused(node):
        return None
    if not isinstance(node, Mapping) or not node.entries:
        message = f"each must be a mapping of lists, one per argument; got {kind_of(node)}"
        findings.add("S103", message, node.span)
        return None
    columns: list[list[Entry]] = []
    for entry in node:
        if not isinstance(entry.value, Sequence) or not entry.value.items:
            message = f"{entry.name} must be a list, one value per repetition"
            empty = isinstance(entry.value, Sequence)
            got = "an empty list" if empty else kind_of(entry.value)
            findings.add("S107" if empty else "S103", f"{message}; got {got}", entry.value.span)
            return None
        columns.append([Entry(entry.name, entry.key, item) for item in entry.value.items])
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        sizes = ", ".join(f"{column[0].name} has {len(column)}" for column in columns)
        message = f"the lists of each must be of one length; {sizes}"
        findings.add("S107", message, node.span)
        return None
    return tuple(zip(*columns, strict=True))
