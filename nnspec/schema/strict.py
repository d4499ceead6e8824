"""A schema in the form that strict validators compile: one type at a time, keys declared.

Ajv's strict mode, which editors of JSON build on, takes a list of types for a mistake, and so a
keyword whose type is not said beside it, and a required key that has no property. What stands
twice becomes a definition, so that editors load less.

Source: Ajv's documentation, "Strict mode".
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from nnspec.schema.values import VARIABLE, Schema, refer

NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
KEYWORDS: dict[str, tuple[str, ...]] = {
    "object": (
        "properties",
        "additionalProperties",
        "required",
        "minProperties",
        "maxProperties",
        "propertyNames",
    ),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "minLength", "maxLength"),
    "integer": NUMBERS,
    "number": NUMBERS,
    "boolean": (),
    "null": (),
}
"""The keywords that speak of one type alone."""
ANYTHING = frozenset(KEYWORDS) - {"integer"}
LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
PARTS = ("if", "then", "else", "not")
CHILDREN = ("items", "additionalProperties", "propertyNames")
MAPPINGS = ("properties", "$defs")
SHARED = 60
"""Characters from which on what stands several times becomes a definition."""


def make_strict(schema: Schema) -> Schema:
    """Return a schema that takes what another takes, in the strict form."""
    return share(settle(schema))


def settle(schema: Schema) -> Schema:
    """Return a schema in the strict form, its parts too.

    Each part says its type itself: as a definition it stands apart from what is around it.
    """
    return change_parts(split_types(declare(schema)), settle)


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the types that a schema says, none where it says none."""
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def declare(schema: Schema) -> Schema:
    """Return a schema whose required keys are properties, and whose type is said if it needs one.

    A reference beside other keywords moves into `allOf`: readers would let one of both go.
    """
    declared = dict(schema)
    if "$ref" in declared and set(declared) - {"$ref", "description", "default", "examples"}:
        declared = {"allOf": [{"$ref": declared.pop("$ref")}], **declared}
    if required := declared.get("required"):
        known = declared.get("properties", {})
        missing = {name: True for name in required if name not in known}
        declared["properties"] = {**known, **missing}
    speaks = [kind for kind in ("object", "array") if set(KEYWORDS[kind]) & set(declared)]
    if not types_of(declared) and len(speaks) == 1:
        declared["type"] = speaks[0]
    if declared.get("required") == []:
        del declared["required"]
    return declared


def split_types(schema: Schema) -> Schema:
    """Return a schema that says one type at a time, each with the keywords that speak of it."""
    kinds = types_of(schema)
    if len(kinds) < 2 or (len(kinds) == 2 and "null" in kinds):  # noqa: PLR2004 - one, and null
        return schema
    own = {key for kind in kinds for key in KEYWORDS[kind]}
    rest = {key: value for key, value in schema.items() if key not in own and key != "type"}
    if frozenset(kinds) >= ANYTHING and not own & set(schema):
        return rest
    branches = [branch(kind, schema) for kind in kinds if kind != "null"]
    if "null" in kinds:
        first = branches[0]
        first["type"] = [first["type"], "null"]
    if "anyOf" not in rest:
        return {**rest, "anyOf": branches}
    return {**rest, "allOf": [*rest.get("allOf", []), {"anyOf": branches}]}


def branch(kind: str, schema: Schema) -> Schema:
    """Return what a schema says of one type."""
    if kind == "string" and schema.get("pattern") == VARIABLE:
        return refer("variable")
    said = {key: schema[key] for key in KEYWORDS[kind] if key in schema}
    return {"type": kind, **said}


def share(schema: Schema) -> Schema:
    """Return a schema in which long parts that stand twice are definitions."""
    counted: Counter[str] = Counter()

    def count(part: Schema) -> Schema:
        text = written(part)
        counted[text] += 1
        # What stands within equal parts stands once, in their definition.
        return change_parts(part, count) if counted[text] == 1 else part

    change_parts(schema, count)
    often = [text for text, times in counted.items() if times > 1 and len(text) > SHARED]
    names = {text: f"_{number}" for number, text in enumerate(often, start=1)}

    def name(part: Schema) -> Schema:
        text = written(part)
        return refer(names[text]) if text in names else change_parts(part, name)

    defined = {names[text]: change_parts(json.loads(text), name) for text in often}
    whole = change_parts(schema, name)
    return {**whole, "$defs": {**whole["$defs"], **defined}}


def write_schema(schema: Schema) -> str:
    """Return a schema as text: a key or a definition a line."""
    lines: list[str] = []
    for key, value in schema.items():
        if key == "$defs":
            inside = ",\n".join(f"{json.dumps(name)}:{written(one)}" for name, one in value.items())
            lines.append(f'"$defs":{{\n{inside}\n}}')
        else:
            lines.append(f"{json.dumps(key)}:{written(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"


def written(schema: Any) -> str:  # noqa: ANN401 - any part of a schema
    """Return a part of a schema as text: equal parts have equal texts."""
    return json.dumps(schema, separators=(",", ":"))


def change_parts(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Return a schema with each of the schemas directly within it changed."""

    def changed(value: Any) -> Any:  # noqa: ANN401 - a schema, True or False
        return change(value) if isinstance(value, dict) else value

    made: Schema = {}
    for key, value in schema.items():
        if key in MAPPINGS:
            made[key] = {name: changed(one) for name, one in value.items()}
        elif key in LISTS:
            made[key] = [changed(one) for one in value]
        else:
            made[key] = changed(value) if key in PARTS or key in CHILDREN else value
    return made
