"""The whole language as one JSON Schema (draft 2020-12), for editors and foreign validators.

It holds what can be said without a graph: names, types, ranges. It accepts everything that the
program accepts; shapes, wiring and whatever relates two values is the program's alone.
"""

import json
import re
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import load_all
from nnspec.frontends.nnspec_1.items import LAYER_NAME
from nnspec.frontends.nnspec_1.sections import SECTIONS
from nnspec.language.keys import VERSION
from nnspec.language.run_names import RUN_NAME
from nnspec.reading.admitted import admitted
from nnspec.schema.families import define_family
from nnspec.schema.fields import describe_arguments, required_fields
from nnspec.schema.network import define_network
from nnspec.schema.strict import make_strict
from nnspec.schema.values import VARIABLE, Schema, definition_of, refer
from nnspec.spec.learning import RULE, replaced

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def generate_schema() -> Schema:
    """Return the JSON Schema of the language."""
    return make_strict(
        {
            "$schema": DRAFT,
            # No title: editors would name it behind every "object" of a message.
            "description": f"nnspec {VERSION}: a neural network, its data and its training.",
            "type": "object",
            "properties": describe_top(),
            "required": ["nnspec", "model"],
            "additionalProperties": False,
            "if": {"required": ["blocks"]},
            "then": {"properties": {"model": refer("model.with_blocks")}},
            "else": {"properties": {"model": refer("model")}},
            "$defs": define_all(),
        }
    )


def describe_top() -> dict[str, Schema]:
    """Return the keys at the top of a spec."""
    sections = {name: refer(definition_of(kind)) for name, kind in SECTIONS.items()}
    return {
        "nnspec": {
            "description": "Version of the language.",
            "type": "integer",
            "const": VERSION,
        },
        "name": {
            "description": "Name of the run: letters, digits, _, - and . (not first).",
            "type": "string",
            "pattern": f"^{RUN_NAME.pattern}$",
            "examples": ["diabetes-mlp"],
        },
        "plugins": {
            "description": "Installed packages that add layers and other classes, by the name "
            "under which they registered; imported only with --allow-plugins.",
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "examples": [["my-layers"]],
        },
        "variables": {
            "description": "Values by name; `$name` stands for one, as a whole value.",
            "type": "object",
            "examples": [{"width": 64}],
        },
        "blocks": {
            "description": "Sub-graphs with parameters by name, to be used like layers.",
            "type": "object",
            "propertyNames": {"pattern": f"^{LAYER_NAME.pattern}$"},
            "additionalProperties": refer("block"),
        },
        "model": {
            "description": "The network: layers in order; each takes the one before it.",
            "type": ["array", "object"],
        },
        **sections,
    }


def define_all() -> dict[str, Schema]:
    """Return every definition: the variable, sections, families, lists of layers."""
    variable = {
        "description": "A variable or a block's parameter.",
        "type": "string",
        "pattern": VARIABLE,
    }
    defined: dict[str, Schema] = {"variable": variable}
    catalogue = {family: dict(sorted(kinds.items())) for family, kinds in load_all().items()}
    classes = [kind for kinds in catalogue.values() for kind in kinds.values()]
    for section in inner_sections([*SECTIONS.values(), *classes]):
        if not issubclass(section, CatalogObject):
            defined[definition_of(section)] = define_section(section)
    defined |= define_network(catalogue["layers"])
    for family, kinds in sorted(catalogue.items()):
        defined |= define_family(family, kinds)
    return keep_used(defined)


def define_section(kind: type[BaseModel]) -> Schema:
    """Return the definition of a section, its required keys included."""
    required = required_fields(kind)
    described = describe_arguments(kind)
    freed = [name for name in replaced(kind.model_fields, [RULE]) if name in required]
    if freed:
        return {**described, "if": {"required": [RULE]}, "else": {"required": required}}
    return {**described, **({"required": required} if required else {})}


def inner_sections(kinds: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """Return sections with those that stand in their settings."""
    found: list[type[BaseModel]] = []
    for kind in kinds:
        annotations: list[Any] = [info.annotation for info in kind.model_fields.values()]
        annotations += [admitted(one).values for one in annotations if admitted(one).values]
        inner = (admitted(one).section for one in annotations)
        found += [kind, *inner_sections([one for one in inner if one])]
    return found


def keep_used(definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Return the definitions that a spec's top refers to, and those that they refer to."""
    used: set[str] = set()
    found = {"model", "model.with_blocks", *references(describe_top())}
    while found:
        used |= found
        found = {name for one in found for name in references(definitions[one])} - used
    return {name: schema for name, schema in definitions.items() if name in used}


def references(schema: Schema) -> list[str]:
    """Return the names of the definitions that a schema refers to."""
    return re.findall(r'"#/\$defs/([^"]*)"', json.dumps(schema))
