"""What may be written at the cursor, each with a line about it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from nnspec.catalog.prose import field_prose
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import names
from nnspec.frontends.nnspec_1.blocks import SUBMODEL
from nnspec.language.foreign import is_spec_begun
from nnspec.language.words import describe_field, show_value
from nnspec.lsp.meaning import BLOCK_KEYS, Entry, Fields, Layers, Names, Top, Value, meaning_of
from nnspec.lsp.names import names_in_reach, scope_of
from nnspec.lsp.place import Place, find_place, keys_beside
from nnspec.reading.admitted import admitted
from nnspec.schema.document import describe_top
from nnspec.schema.fields import in_order, required_fields
from nnspec.schema.network import WIRING

Sort = Literal["object", "key", "word", "name"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that may be written.

    Attributes:
        label: what is written.
        sort: what it is.
        detail: what it takes, in a few words.
        prose: what it means.
    """

    label: str
    sort: Sort
    detail: str = ""
    prose: str = ""


def propose(lines: Sequence[str], row: int, column: int) -> list[Proposal]:
    """Return what may be written at a cursor, line and column counted from 0."""
    if not is_spec_begun("\n".join(lines)):
        return []
    place = find_place(lines, row, column)
    if place.role != "key":
        return list(propose_values(place, lines, row))
    written = keys_beside(lines, row, column)
    return [one for one in propose_keys(place, lines, row) if one.label not in written]


def propose_keys(place: Place, lines: Sequence[str], row: int) -> Iterator[Proposal]:
    """Yield the keys of a mapping, or the layers of a list."""
    match meaning_of(place.path):
        case Top():
            for name, described in describe_top().items():
                yield Proposal(name, "key", prose=described.get("description", ""))
        case Layers(block=block):
            for name in BLOCK_KEYS if block else ("layers", "outputs"):
                yield Proposal(name, "key")
        case Entry():
            yield from propose_layers(lines)
        case Fields(kind=kind):
            yield from propose_fields(kind)
        case Names():
            yield from propose_values(place, lines, row)
        case Value(annotation=annotation):
            shape = admitted(annotation)
            if shape.section is not None:
                yield from propose_fields(shape.section)
            yield from propose_objects(shape.family)
        case _:
            return


def propose_layers(lines: Sequence[str]) -> Iterator[Proposal]:
    """Yield layers, the spec's own blocks, and what stands beside a layer."""
    for name in (*names("layers"), *RANKED, *SHORT, SUBMODEL):
        yield Proposal(name, "object", "layer")
    for name in block_names(lines):
        yield Proposal(name, "name", "block")
    for name, described in WIRING.items():
        yield Proposal(name, "key", "beside a layer", described["description"])


def propose_values(place: Place, lines: Sequence[str], row: int) -> Iterator[Proposal]:
    """Yield the values of a key, or the entries of a list."""
    match meaning_of(place.path):
        case Value(annotation=annotation):
            yield from propose_words(annotation)
        case Fields(kind=kind) if shorthand := getattr(kind, "shorthand", None):
            yield from propose_words(kind.model_fields[shorthand].annotation)
        case Entry():
            yield from propose_layers(lines)
        case Names():
            for name in names_in_reach(lines, row, scope_of(place.path)):
                yield Proposal(name, "name", "layer of this spec")
        case _:
            return


def propose_fields(kind: type[BaseModel]) -> Iterator[Proposal]:
    """Yield the settings of a section or object, those first that it cannot do without."""
    prose, required = field_prose(kind), required_fields(kind)
    fields = sorted(in_order(kind), key=lambda field: field[0] not in required)
    for name, info in fields:
        detail = describe_field(info, name) + ("; required" if name in required else "")
        yield Proposal(name, "key", detail, prose.get(name, ""))


def propose_words(annotation: object) -> Iterator[Proposal]:
    """Yield the words that a setting takes, and the objects."""
    shape = admitted(annotation)
    words = shape.words or ((True, False) if annotation is bool else ())
    for word in words:
        yield Proposal(show_value(word), "word")
    yield from propose_objects(shape.family)
    if shape.items is not None and not words:
        yield from propose_objects(admitted(shape.items).family)


def propose_objects(family: str | None) -> Iterator[Proposal]:
    """Yield the names of a family."""
    for name in names(family) if family else ():
        yield Proposal(name, "object", str(family))


def block_names(lines: Sequence[str]) -> list[str]:
    """Return the names of the blocks that a spec defines."""
    inside, found = False, []
    for line in lines:
        if line[:1].strip() and not line.startswith("#"):
            inside = line.startswith("blocks:")
        elif inside and (match := re.match(r" {1,4}([A-Za-z0-9_-]+):\s*$", line)):
            indent = len(line) - len(line.lstrip())
            found.append((indent, match[1]))
    least = min((indent for indent, _ in found), default=0)
    return [name for indent, name in found if indent == least]
