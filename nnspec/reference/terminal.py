"""What a name or a code means, as text for the terminal."""

from collections.abc import Iterator
from textwrap import fill, indent
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.excluded import EXCLUDED
from nnspec.catalog.index import INDEX
from nnspec.catalog.prose import class_prose, field_prose
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import find, names
from nnspec.diagnostics import CODES, Code
from nnspec.frontends.nnspec_1.sections import SECTIONS
from nnspec.language.habits import LAYER_WORDS
from nnspec.language.near_names import suggest
from nnspec.language.words import describe_field, show_value
from nnspec.reading.admitted import admitted
from nnspec.reference.samples import sample
from nnspec.reference.triggers import find_trigger, why_unshown
from nnspec.schema.document import describe_top
from nnspec.schema.fields import in_order, write
from nnspec.schema.network import WIRING

WIDTH = 80
OBJECTS = {"data.columns": "columns", "data.source": "sources"}
"""Settings whose objects stand nowhere else, and are explained with them: path -> family."""
DEEPEST = 4
"""Sections within sections that settings are looked for in."""


def explain(name: str) -> str | None:
    """Return what a code or a name of the catalogue means, None if there is neither."""
    if code := CODES.get(name.upper()):
        return explain_code(code)
    found = [(family, kind) for family in INDEX if (kind := find(family, name))]
    parts = [explain_class(family, kind) for family, kind in found]
    if name in SECTIONS:
        parts.append(explain_section(name))
    if not parts and (setting := find_setting(name)):
        family = OBJECTS.get(name, "")
        kinds = {find(family, one) for one in names(family)} if family else set()
        ordered = sorted((kind for kind in kinds if kind), key=lambda kind: kind.keras_name)
        parts = [explain_setting(name, *setting)]
        parts += [explain_class(family, kind) for kind in ordered]
    if not parts and name in RANKED:
        parts = [explain_ranked(name)]
    if not parts and name in SHORT:
        return explain(SHORT[name])
    if not parts:
        parts = [
            fill(f"{name} ({family}) is not offered: {reasons[name]}.", WIDTH)
            for family, reasons in EXCLUDED.items()
            if name in reasons
        ]
    return "\n\n".join(parts or explain_key(name)) or None


def explain_key(name: str) -> list[str]:
    """Return what a key means wherever a spec may have it: as a setting, argument, or beside."""
    parts = [explain_setting(path, kind, name) for path, kind in settings_called(name)]
    described = {**WIRING, **describe_top()}.get(name, {}).get("description")
    parts += [fill(f"{name}: {described}", WIDTH)] if described else []
    for family in INDEX:
        kinds = {find(family, one) for one in names(family)}
        having = sorted({kind.keras_name for kind in kinds if kind and name in kind.model_fields})
        if having:
            more = f"; nnspec explain {having[0]}.{name} says more"
            parts.append(fill(f"{name} ({family}): a setting of {', '.join(having)}{more}", WIDTH))
    return parts


def settings_called(name: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Give the settings of a name within the sections: path and class of each."""
    waiting = list(SECTIONS.items())
    for path, kind in waiting:
        if name in kind.model_fields:
            yield f"{path}.{name}", kind
        for inner, info in kind.model_fields.items():
            annotation: Any = info.annotation
            section = admitted(annotation).section
            if section is not None and path.count(".") < DEEPEST:
                waiting.append((f"{path}.{inner}", section))


def explain_code(code: Code) -> str:
    """Return title, severity, reason, example and repair of a finding's code."""
    parts = [f"{code.code}: {code.title} ({code.severity})", code.reason]
    parts = [fill(part, WIDTH) for part in parts]
    trigger, missing = find_trigger(code.code), why_unshown(code.code)
    if trigger is not None:
        parts += [f"For example, {code.code}.yaml:", indent(trigger.spec.rstrip(), "    ")]
        if trigger.data is not None:
            parts += [f"with {code.code}.csv:", indent(trigger.data.rstrip(), "    ")]
        output = indent(trigger.output.rstrip(), "    ")
        parts += [f"nnspec {trigger.command} prints:", output]
    elif missing:
        parts.append(fill(f"No example: {missing}.", WIDTH))
    return "\n\n".join([*parts, fill(f"Repair: {code.repair}", WIDTH)])


def explain_section(name: str) -> str:
    """Return the settings of a section of the spec."""
    kind = SECTIONS[name]
    title = f"{name} (section of a spec)"
    return "\n\n".join([title, paragraphs(class_prose(kind)), explain_settings(kind)])


def explain_class(family: str, kind: type[CatalogObject]) -> str:
    """Return prose, spellings and settings of a catalogue class."""
    aliases = sorted(name for name in names(family) if find(family, name) is kind)
    others = [name for name in aliases if name != kind.keras_name]
    title = f"{kind.keras_name} ({family})" + (f", also {', '.join(others)}" if others else "")
    parts = [fill(title, WIDTH), paragraphs(class_prose(kind))]
    if kind.shorthand:
        parts.append(f"{kind.keras_name}: VALUE sets {kind.shorthand}.")
    example = indent(sample(kind).rstrip(), "    ")
    return "\n\n".join(part for part in (*parts, example, explain_settings(kind)) if part)


def explain_settings(kind: type[BaseModel]) -> str:
    """Return one entry per setting: what it takes, its default, its prose."""
    return "\n".join(explain_setting(name, kind, name) for name, _ in in_order(kind))


def explain_setting(title: str, kind: type[BaseModel], name: str) -> str:
    """Return the entry of one setting."""
    info = kind.model_fields[name]
    head = f"{title}: {describe_field(info, name)}"
    if info.is_required():
        head += "; required"
    else:
        head += f"; default {show_value(write(info.get_default(call_default_factory=True)))}"
    text = indent(fill(field_prose(kind).get(name, ""), WIDTH - 4), "    ")
    return (fill(head, WIDTH, subsequent_indent="  ") + "\n" + text).rstrip()


def find_setting(path: str) -> tuple[type[BaseModel], str] | None:
    """Return the class and the name of a setting: `training.batch_size`, `Conv2D.filters`."""
    first, *inner, last = path.split(".") if "." in path else ("", "")
    kind: type[BaseModel] | None = SECTIONS.get(first)
    if kind is None:
        kind = next((one for family in INDEX if (one := find(family, first))), None)
    for name in inner:
        info = kind.model_fields.get(name) if kind else None
        annotation: Any = info.annotation if info else None
        kind = admitted(annotation).section or admitted(admitted(annotation).values).section
    return (kind, last) if kind and last in kind.model_fields else None


def explain_ranked(short: str) -> str:
    """Return what a short name becomes."""
    lines = [
        f"  input of rank {rank}, batch included: {name}" for rank, name in RANKED[short].items()
    ]
    return "\n".join([f"{short} is short for the layer that fits its input:", *lines])


def nearest_name(name: str) -> str:
    """Return a hint at what may have been meant."""
    first, dot, setting = name.partition(".")
    if dot and (kind := SECTIONS.get(first) or find("layers", first)):
        return suggest(setting, kind.model_fields)
    if any(letter.isdigit() for letter in name) and (hint := suggest(name, CODES)):
        return hint
    known = [*RANKED, *SHORT, *(one for family in INDEX for one in names(family))]
    settings = {one for kind in SECTIONS.values() for one in kind.model_fields}
    return suggest(name, [*known, *settings], LAYER_WORDS)


def list_names() -> str:
    """Return every name that can be explained, by family."""
    families = {family: ", ".join(names(family)) for family in INDEX}
    families["sections"] = ", ".join(SECTIONS)
    families["short names"] = ", ".join([*RANKED, *SHORT])
    families["codes"] = ", ".join(CODES)
    parts = [
        f"{family}:\n{indent(fill(held, WIDTH - 2), '  ')}" for family, held in families.items()
    ]
    return "\n\n".join(parts)


def paragraphs(text: str) -> str:
    """Return a text folded to the width, paragraph by paragraph."""
    return "\n\n".join(fill(paragraph, WIDTH) for paragraph in text.split("\n\n"))
