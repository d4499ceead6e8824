"""What the word under the cursor means, as Markdown."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.prose import class_prose, field_prose
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import find
from nnspec.diagnostics import Path
from nnspec.frontends.nnspec_1.sections import SECTIONS
from nnspec.language.foreign import says_nnspec
from nnspec.language.words import describe_field
from nnspec.lsp.meaning import Entry, Fields, Meaning, Top, Value, meaning_of
from nnspec.lsp.place import find_place, word_at
from nnspec.reading.admitted import admitted
from nnspec.reference.entries import describe_class
from nnspec.reference.terminal import explain_ranked
from nnspec.schema.document import describe_top
from nnspec.schema.network import WIRING


def hover_text(lines: Sequence[str], row: int, column: int) -> str | None:
    """Return what a word means, None if there is nothing to say; counted from 0."""
    begin, end = word_at(lines[row], column)
    if begin == end or not says_nnspec("\n".join(lines)):
        return None
    place = find_place(lines, row, end)
    meaning = meaning_of(place.path)
    word = lines[row][begin:end]
    if place.role == "key":
        return explain_key(meaning, word)
    return explain_value(meaning, word) or explain_holder(place.path)


def explain_holder(path: Path) -> str | None:
    """Return what the setting means whose value stands under the cursor."""
    keys = [step for step in path if isinstance(step, str)]
    return explain_key(meaning_of(path[: path.index(keys[-1])]), keys[-1]) if keys else None


def explain_key(meaning: Meaning, word: str) -> str | None:
    """Return what a key means where it stands."""
    match meaning:
        case Top():
            return explain_top(word)
        case Entry():
            return explain_beside(word)
        case Fields(kind=kind):
            return explain_field(kind, word)
        case Value(annotation=annotation) if section := admitted(annotation).section:
            return explain_field(section, word)
        case Value():
            return explain_value(meaning, word)
        case _:
            return None


def explain_top(name: str) -> str | None:
    """Return what a key at the top of a spec means."""
    if name in SECTIONS:
        return class_prose(SECTIONS[name])
    described: str | None = describe_top().get(name, {}).get("description")
    return described


def explain_beside(name: str) -> str | None:
    """Return what a layer is, or what stands beside one."""
    if name in WIRING:
        return str(WIRING[name]["description"])
    return explain_ranked(name) if name in RANKED else explain_object("layers", name)


def explain_value(meaning: Meaning, word: str) -> str | None:
    """Return what a value means: the object that it names."""
    match meaning:
        case Value(annotation=annotation):
            family = family_of(annotation)
        case Fields(kind=kind) if shorthand := getattr(kind, "shorthand", None):
            family = family_of(kind.model_fields[shorthand].annotation)
        case Entry():
            family = "layers"
        case _:
            family = None
    return explain_object(family, word) if family else None


def family_of(annotation: Any) -> str | None:  # noqa: ANN401 - annotations are any
    """Return the family that a setting's value, or each entry of it, belongs to."""
    shape = admitted(annotation)
    return shape.family or (admitted(shape.items).family if shape.items is not None else None)


def explain_object(family: str, name: str) -> str | None:
    """Return the entry of an object in the reference."""
    kind = find(family, SHORT.get(name, name))
    return describe_class(kind) if kind else None


def explain_field(kind: type[BaseModel], name: str) -> str | None:
    """Return what a setting takes and means."""
    info = kind.model_fields.get(name)
    if info is None:
        return None
    head = f"**{name}**: {describe_field(info, name)}" + (
        "; required" if info.is_required() else ""
    )
    return "\n\n".join(filter(None, [head, field_prose(kind).get(name, "")]))
