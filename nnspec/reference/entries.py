"""Entries of the reference pages: an object of the catalogue, or the settings of a section."""

from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose, field_prose
from nnspec.language.words import describe_field, show_value
from nnspec.reference.markdown import code, escape, fence, table
from nnspec.reference.samples import sample
from nnspec.schema.fields import in_order, write

Kinds = list[type[CatalogObject]]


def links(target: str, kinds: Kinds) -> str:
    """Return the names of classes, each a link to its entry."""
    return ", ".join(f"[{one.keras_name}]({target}#{anchor(one.keras_name)})" for one in kinds)


def anchor(title: str) -> str:
    """Return the anchor that forges give a title."""
    return "".join(one for one in title.lower().replace(" ", "-") if one.isalnum() or one in "-_")


def describe_class(kind: type[CatalogObject], level: int = 2) -> str:
    """Return the section of one class: prose, example, arguments, what is left out.

    Args:
        kind: the class.
        level: of the heading; 1 is the page's title.
    """
    parts = [f"{'#' * level} {kind.keras_name}", escape(class_prose(kind))]
    if kind.beyond_keras:
        parts.append(f"Not Keras' own: {escape(kind.beyond_keras)}.")
    if others := [name for name in kind.__dict__.get("aliases", ()) if name != kind.keras_name]:
        parts.append(f"Also {', '.join(code(name) for name in others)}.")
    if kind.shorthand:
        parts.append(f"{code(f'{kind.keras_name}: VALUE')} sets {code(kind.shorthand)}.")
    parts += [fence(sample(kind), "yaml"), describe_fields(kind)]
    if kind.omitted:
        left_out = (f"{code(name)}: {escape(reason)}" for name, reason in kind.omitted.items())
        parts.append("Left out: " + "; ".join(left_out) + ".")
    return "\n\n".join(part for part in parts if part)


def describe_fields(kind: type[BaseModel]) -> str:
    """Return the table of a class' settings; empty if it has none."""
    prose = field_prose(kind)
    rows = [
        (
            code(name),
            escape(describe_field(info, name)),
            "**required**" if info.is_required() else default_of(kind, name),
            escape(prose.get(name, "")).replace("\n\n", " "),
        )
        for name, info in in_order(kind)
    ]
    return table(("argument", "takes", "default", "meaning"), rows) if rows else ""


def default_of(kind: type[BaseModel], name: str) -> str:
    """Return the default of a setting as a spec writes it."""
    default = write(kind.model_fields[name].get_default(call_default_factory=True))
    return code(show_value(default)) if default != {} else ""
