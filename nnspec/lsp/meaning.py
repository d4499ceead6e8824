"""What the language admits at a place of a spec."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import find
from nnspec.diagnostics import Path
from nnspec.frontends.nnspec_1.blocks import KEYS as BLOCK_KEYS
from nnspec.frontends.nnspec_1.items import WIRING
from nnspec.frontends.nnspec_1.sections import SECTIONS
from nnspec.reading.admitted import admitted

NAMING = ("inputs", "outputs", "use")
"""Keys whose values name layers."""


@dataclass(frozen=True, slots=True)
class Top:
    """The spec itself."""


@dataclass(frozen=True, slots=True)
class Layers:
    """A list of layers, or a mapping that holds one; `block` where it may have parameters."""

    block: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list of layers: a layer, and what stands beside it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The settings of a section or of an object."""

    kind: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a setting."""

    annotation: Any


@dataclass(frozen=True, slots=True)
class Names:
    """Names of layers."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A place that the language leaves to the writer, or that makes no sense."""


Meaning = Top | Layers | Entry | Fields | Value | Names | Unknown


def meaning_of(path: Path) -> Meaning:
    """Return what the language admits at the end of a path."""
    found: Meaning = Top()
    for index, step in enumerate(path):
        found = Layers(block=True) if is_block(path[: index + 1]) else descend(found, step)
    return found


def is_block(path: Path) -> bool:
    """Return whether a path leads to the definition of a block."""
    return len(path) == 2 and path[0] == "blocks"  # noqa: PLR2004 - blocks, its name


def descend(holder: Meaning, step: str | int) -> Meaning:
    """Return what a key or an entry of something admits."""
    match holder, step:
        case Top(), str() if step in SECTIONS:
            return Fields(SECTIONS[step])
        case Fields(kind=kind), str() if step in kind.model_fields:
            return Value(kind.model_fields[step].annotation)
        case Value(annotation=annotation), _:
            return within(annotation, step)
        case ((Top() | Layers() | Entry() | Names()), _):
            return in_network(holder, step)
        case _:
            return Unknown()


def in_network(holder: Meaning, step: str | int) -> Meaning:
    """Return what a key or an entry of the network admits."""
    match holder, step:
        case (Top(), "model") | (Layers(), "layers"):
            return Layers()
        case Layers(), int():
            return Entry()
        case Entry(), "Model":
            return Layers()
        case (Layers() | Entry(), str()) if step in NAMING:
            return Names()
        case Entry(), str() if step not in WIRING:
            return fields_of("layers", step)
        case Names(), _:
            return holder
        case _:
            return Unknown()


def within(annotation: Any, step: str | int) -> Meaning:  # noqa: ANN401 - annotations are any
    """Return what a key or an entry of a setting's value admits."""
    shape = admitted(annotation)
    if isinstance(step, int):
        return Value(shape.items) if shape.items is not None else Value(annotation)
    if shape.family and (kind := find(shape.family, step)):
        return Fields(kind)
    if shape.section is not None:
        return descend(Fields(shape.section), step)
    return Value(shape.values) if shape.values is not None else Unknown()


def fields_of(family: str, name: str) -> Meaning:
    """Return the settings of an object; of a short name those of a layer it may become."""
    name = SHORT.get(name, name)
    name = next(iter(RANKED[name].values())) if name in RANKED else name
    kind = find(family, name)
    return Fields(kind) if kind else Unknown()


__all__ = ["BLOCK_KEYS", "NAMING", "Entry", "Fields", "Layers", "Meaning", "Names", "Top", "Value"]
