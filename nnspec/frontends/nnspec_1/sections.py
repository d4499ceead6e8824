"""The sections of a document under the names that are meant, by name or by what they hold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic import BaseModel

from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import names
from nnspec.diagnostics import Diagnostic, Related
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, shorten
from nnspec.language.habits import SECTION_HABITS
from nnspec.language.keys import KEYS, VERSION
from nnspec.language.near_names import nearest, suggest
from nnspec.reading.substitute import names_used
from nnspec.spec.data import DataSection
from nnspec.spec.training import (
    EvaluationSection,
    ExportSection,
    RuntimeSection,
    TrainingSection,
)

SECTIONS: dict[str, type[BaseModel]] = {
    "data": DataSection,
    "training": TrainingSection,
    "evaluation": EvaluationSection,
    "runtime": RuntimeSection,
    "export": ExportSection,
}
BLOCK_KEYS = {"parameters", "layers"}


@dataclass(frozen=True, slots=True)
class Settled:
    """A document's top, and what was wrong with the names of its sections.

    Attributes:
        root: the document, its sections under the names that are meant.
        findings: about names that are no section's, and sections that were exchanged.
    """

    root: Mapping
    findings: tuple[Diagnostic, ...]


def settle_sections(root: Mapping) -> Settled:
    """Return a document with its misnamed sections under the names that are meant.

    By name only a slip of the hand is read on: what other programs call a section holds other
    settings. What a section holds tells the rest.
    """
    strange = [entry for entry in root if not is_itself(entry)]
    if not strange:
        return Settled(root, ())
    used = names_used([entry.value for entry in root])
    given = {entry.name for entry in root}
    entries: list[Entry] = []
    findings: list[Diagnostic] = []
    for entry in root:
        if entry.name in KEYS:
            entries.append(entry)
            continue
        guess = nearest(entry.name, KEYS) if entry.name not in SECTION_HABITS else None
        held = None if guess in KEYS and guess not in given else held_by(entry.value, used)
        meant = held or guess
        if meant in given:
            meant = None
        findings.append(unknown_section(entry, held if meant == held else None))
        entries.append(entry if meant is None else replace(entry, name=meant))
        given |= {meant} if meant else set()
    exchange = find_exchanged(entries, used)
    if exchange is None:
        return Settled(replace(root, entries=tuple(entries)), tuple(findings))
    one, other = exchange
    names_of = {one.name: other.name, other.name: one.name}
    turned = tuple(replace(each, name=names_of.get(each.name, each.name)) for each in entries)
    return Settled(replace(root, entries=turned), (*findings, exchanged_sections(one, other)))


def is_itself(entry: Entry) -> bool:
    """Return whether a section holds what its name says, as far as a first look tells."""
    value = entry.value
    match entry.name:
        case "model":
            keys = ("layers", "class_name", "file")
            return isinstance(value, Sequence) or (
                isinstance(value, Mapping) and any(value.entry(key) for key in keys)
            )
        case "blocks" | "variables":
            return isinstance(value, Mapping)
        case "name":
            return isinstance(value, Scalar)
        case "nnspec":
            return isinstance(value, Scalar) and not isinstance(value.value, str)
        case "plugins":
            return True
    kind = SECTIONS.get(entry.name)
    if kind is None or not isinstance(value, Mapping):
        return False
    return any(one.name in kind.model_fields for one in value)


def held_by(node: Node, used: Iterable[str]) -> str | None:
    """Return the section that a value is, by what it holds; None where that does not tell.

    Args:
        node: the value.
        used: names that stand behind a dollar in the document.
    """
    if isinstance(node, Sequence):
        return "model" if any(map(is_layer, node.items)) else None
    if not isinstance(node, Mapping) or not len(node):
        return None
    keys = {entry.name for entry in node}
    if isinstance(node.get("layers"), Sequence) and keys <= {"layers", "outputs"}:
        return "model"
    known = {name: len(keys & kind.model_fields.keys()) for name, kind in SECTIONS.items()}
    best = max(known, key=lambda name: known[name])
    if 2 * known[best] > len(keys):
        return best
    if all(isinstance(entry.value, Mapping | Sequence) and is_block(entry.value) for entry in node):
        return "blocks"
    return "variables" if keys & set(used) else None


def is_layer(node: Node) -> bool:
    """Return whether an entry of a list is a layer."""
    known = {*names("layers"), *RANKED, *SHORT}
    match node:
        case Scalar(value=str(name)):
            return name in known
        case Mapping():
            return any(entry.name in known for entry in node) or node.get("class_name") is not None
    return False


def is_block(node: Node) -> bool:
    """Return whether a value is a block's definition."""
    if isinstance(node, Sequence):
        return any(map(is_layer, node.items))
    return isinstance(node, Mapping) and bool(BLOCK_KEYS & {entry.name for entry in node})


def find_exchanged(entries: Iterable[Entry], used: Iterable[str]) -> tuple[Entry, Entry] | None:
    """Return two sections each of which holds what the other is to hold."""
    held = {
        entry.name: (entry, "nnspec" if is_version(entry) else held_by(entry.value, used))
        for entry in entries
        if entry.name in KEYS
    }
    for name, (entry, meant) in held.items():
        other, back = held.get(meant or "", (None, None))
        if other is not None and meant != name and back in (name, None) and fits(other, name):
            return entry, other
    return None


def is_version(entry: Entry) -> bool:
    """Return whether the language's version stands where the run's name is due."""
    value = entry.value.value if isinstance(entry.value, Scalar) else None
    return entry.name == "name" and value is VERSION


def fits(entry: Entry, name: str) -> bool:
    """Return whether a section's value may be that of another, the run's name included."""
    if name == "name":
        return isinstance(entry.value, Scalar) and isinstance(entry.value.value, str)
    return held_by(entry.value, ()) == name


def exchanged_sections(one: Entry, other: Entry) -> Diagnostic:
    """Return the finding for two sections each of which holds what the other is to hold."""
    message = f"{one.name} and {other.name} hold what belongs to the other"
    hint = f"exchange the keys {one.name} and {other.name}"
    also = (Related(f"{other.name} is here", other.key),)
    return Diagnostic("S103", message, one.key, hint, also)


def unknown_section(entry: Entry, held: str | None) -> Diagnostic:
    """Return the finding for a key at the top that is no section's."""
    message = f"a spec has no section {shorten(entry.name)!r}"
    hint = f"did you mean {held}?" if held else section_hint(entry.name)
    return Diagnostic("S101", message, entry.key, hint)


def section_hint(name: str) -> str:
    """Return where an unknown section's settings stand, or the section that was meant."""
    inside = [section for section, kind in SECTIONS.items() if name in kind.model_fields]
    if inside:
        return f"write {name} below {inside[0]}:"
    return suggest(name, KEYS, SECTION_HABITS)
