"""An object's name and arguments, in whichever of the three ways it is written."""

from nnspec.catalog.registry import find
from nnspec.diagnostics import Findings
from nnspec.document import Entry, Mapping, Node, Scalar, kind_of, plain, shorten
from nnspec.language.calls import as_written
from nnspec.language.habits import OBJECT_GUESSES
from nnspec.language.near_names import suggest
from nnspec.reading.explain import foreign_free
from nnspec.reading.written import FAMILIES, Written

KERAS_FORM = (
    "class_name",
    "config",
    "module",
    "registered_name",
    "build_config",
    "compile_config",
    "shared_object_id",
)
"""Keys of an object in Keras' own form; those behind the first two add nothing to them."""


def split_object(node: Node, noun: str, findings: Findings) -> Written | None:
    """Return the name and arguments of an object, whichever way it is written."""
    match node:
        case Scalar(value=str(name)):
            return Written(name, node.span, None)
        case Mapping() if node.get("class_name"):
            return split_config(node, findings)
        case Mapping(entries=(Entry(name=name, key=key, value=value),)):
            return Written(name, key, value)
        case Mapping(entries=entries) if entries:
            keys = ", ".join(entry.name for entry in entries)
            message = f"{noun} is one name with its arguments; found the keys {shorten(keys)}"
            hint = f"indent the arguments below the name: {entries[0].name}: {{...}}"
            if "(" in entries[0].name:
                # In braces, commas part the arguments of a call.
                family = FAMILIES.get(noun, "layers")
                hint = as_written(keys, family, OBJECT_GUESSES) or hint
            findings.add("S109", message, node.span, hint=hint)
        case Scalar(empty=True):
            findings.add("S108", f"{noun} is due here; found nothing", node.span)
        case _:
            message = f"{noun} is due here: its name, or its name and arguments"
            findings.add("S109", f"{message}; found {kind_of(node)}", node.span)
    return None


def split_config(node: Mapping, findings: Findings) -> Written | None:
    """Return the parts of an object in Keras' own form; its module must agree."""
    name, config = node.get("class_name"), node.get("config")
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        findings.add("S109", "class_name must be text", node.span)
        return None
    for entry in node:
        if entry.name not in KERAS_FORM:
            refuse_beside_config(entry, findings)
        elif entry.name == "registered_name" and plain(entry.value) not in (None, name.value):
            message = f"registered_name differs from class_name {name.value!r}"
            findings.add("S115", message, entry.value.span)
        elif entry.name == "module" and not foreign_free(plain(entry.value)):
            message = f"module must be one of Keras'; got {kind_of(entry.value)}"
            findings.add("X102", f"{message}: a spec imports nothing", entry.value.span)
            return None
    return Written(name.value, name.span, config, config=True)


def refuse_beside_config(entry: Entry, findings: Findings) -> None:
    """Record a key that an object in Keras' own form does not have."""
    message = f"Keras' own form has no key {shorten(entry.name)!r}"
    hint: str = suggest(entry.name, KERAS_FORM)
    if entry.name == "inbound_nodes":
        hint = "what feeds a layer is written as inputs: [name, ...]"
    findings.add("S101", message, entry.key, hint=hint or None)


def is_object(node: Mapping, family: str | None) -> bool:
    """Return whether a mapping is an object and not a mapping of objects by name.

    A name that the writer chose may be that of an object: outputs called `mae` and `huber`, with a
    loss each. Beside the arguments of an object other keys are slips.
    """
    if family is None:
        return False
    if node.get("class_name"):
        return True
    found = [find(family, entry.name) is not None for entry in node]
    return any(found) and (len(found) == 1 or not all(stands_for(entry, family) for entry in node))


def stands_for(entry: Entry, family: str) -> bool:
    """Return whether a key's value is an object by itself."""
    match entry.value:
        case Scalar(value=str(name)):
            return find(family, name) is not None
        case Mapping(entries=(Entry(name=name),)):
            return find(family, name) is not None
        case Mapping() as value:
            return value.get("class_name") is not None
    return False
