"""Types to JSON Schema: what a setting takes, variables included.

A `$name` may stand for any whole value. Where the type allows it the variable joins the value's
own schema, as `pattern` speaks of texts alone and `minimum` of numbers alone: a flat schema gives
clearer findings and better completion than a list of alternatives.
"""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel, TypeAdapter

from nnspec.catalog.base import CatalogObject

Schema = dict[str, Any]

VARIABLE = r"^\$[^$]"
"""How a variable begins; `$$` begins a text with a dollar."""
KEYWORDS = {
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "boolean": set[str](),
    "null": set[str](),
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "additionalProperties", "required", "minProperties", "maxProperties"},
}
"""The keywords that speak of one type alone: types with only these can be merged."""


def refer(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def describe_type(annotation: Any) -> Schema:  # noqa: ANN401 - annotations are any
    """Return the schema of an annotation: a value, a variable, or containers of them."""
    return admit_variable(translate(annotation))


def translate(annotation: Any) -> Schema:  # noqa: ANN401 - as above
    """Return the schema of an annotation, variables admitted within but not for the whole."""
    if not holds_models(annotation):
        return admit_within(strip(TypeAdapter(annotation).json_schema()))
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return {**translate(parts[0]), **bounds(parts[1:])}
    if origin in (Union, UnionType):
        return unite([translate(one) for one in parts])
    if origin in (list, tuple):
        return {"type": "array", "items": describe_type(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": describe_type(parts[1])}
    return refer(definition_of(annotation))


def definition_of(kind: type[BaseModel]) -> str:
    """Return the name of the definition that a class has: its family's, or its section's."""
    if not issubclass(kind, CatalogObject):
        return kind.__name__.removesuffix("Section").lower()
    return kind.family if "family" in kind.__dict__ else f"{kind.family}.any.{kind.__name__}"


def holds_models(annotation: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether an annotation names a catalogue class or a section anywhere."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return issubclass(annotation, BaseModel)
    return any(holds_models(one) for one in get_args(annotation))


def bounds(marks: tuple[Any, ...]) -> Schema:
    """Return the bounds on the length of a list."""
    found: Schema = {}
    for mark in (inner for one in marks for inner in getattr(one, "metadata", [one])):
        match mark:
            case MinLen(min_length=length):
                found["minItems"] = length
            case MaxLen(max_length=length):
                found["maxItems"] = length
            case _:
                pass
    return found


def unite(schemas: list[Schema]) -> Schema:
    """Return the schema of either of several: flat where their types cannot be confused."""
    given = [one for schema in schemas for one in schema.get("anyOf", [schema])]
    flat = [one for index, one in enumerate(given) if one not in given[:index]]
    mergeable = [one for one in flat if is_mergeable(one)]
    types = [name for one in mergeable for name in type_names(one)]
    distinct = len(set(types)) == len(types) and not {"integer", "number"} <= set(types)
    if not distinct:
        return {"anyOf": flat} if len(flat) > 1 else flat[0]
    merged: Schema = {key: value for one in mergeable for key, value in one.items()}
    others = [one for one in flat if not is_mergeable(one)]
    if not mergeable:
        return either(others)
    merged["type"] = types if len(types) > 1 else types[0]
    if not others:
        return merged
    if set(types) <= {"null", "object"}:
        return {"anyOf": [*others, merged]}
    return {"anyOf": [*by_type(types, merged, others), merged]}


def either(schemas: list[Schema]) -> Schema:
    """Return the schema of one of several; of the only one, that itself."""
    return {"anyOf": schemas} if len(schemas) > 1 else schemas[0]


def by_type(types: list[str], own: Schema, others: list[Schema]) -> list[Schema]:
    """Return alternatives that take what either of two schemas takes: one for some types alone.

    Where no alternative takes a value, editors report what the first says of it: so the first asks
    for its type. They offer words out of plain alternatives alone: so the others are repeated.

    Args:
        types: the types of the values that `own` is about.
        own: the schema of values of these types.
        others: schemas of other values, and of what `own` does not take.
    """
    test = either([{"type": one} for one in types])
    return [{"if": test, "then": own, "else": either(others)}, *others]


def is_mergeable(schema: Schema) -> bool:
    """Tell whether all keywords of a schema speak of its own types alone."""
    names = type_names(schema)
    if not names or any(name not in KEYWORDS for name in names):
        return False
    return set(schema) - {"type"} <= set().union(*(KEYWORDS[name] for name in names))


def type_names(schema: Schema) -> list[str]:
    """Return the types that a schema names."""
    names = schema.get("type", [])
    return [names] if isinstance(names, str) else list(names)


def admit_variable(schema: Schema) -> Schema:
    """Return a schema that also takes a variable."""
    if accepts_text(schema):
        return schema
    if is_mergeable(schema):
        return {**schema, "type": [*type_names(schema), "string"], "pattern": VARIABLE}
    alternatives = schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
    first, *others = alternatives
    if is_mergeable(first):
        return {"anyOf": [admit_variable(first), *others]}
    return {"anyOf": [*alternatives, refer("variable")]}


def accepts_text(schema: Schema) -> bool:
    """Tell whether a variable is admitted already: as any text is, or by a definition."""
    if schema == {} or "$ref" in schema:
        return True
    if schema.get("type") == "string" and not {"const", "enum", "pattern"} & set(schema):
        return True
    return any(accepts_text(one) for one in schema.get("anyOf", []))


def admit_within(schema: Schema) -> Schema:
    """Return a plain schema whose inner values also may be variables."""
    changed = dict(schema)
    if isinstance(schema.get("items"), dict):
        changed["items"] = admit_variable(admit_within(schema["items"]))
    if "prefixItems" in schema:
        changed["prefixItems"] = [
            admit_variable(admit_within(one)) for one in schema["prefixItems"]
        ]
    if isinstance(schema.get("additionalProperties"), dict):
        changed["additionalProperties"] = admit_variable(
            admit_within(schema["additionalProperties"])
        )
    if "anyOf" in schema:
        return unite([admit_within(one) for one in schema["anyOf"]])
    return changed


def strip(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """Return a schema without the titles and defaults that pydantic adds."""
    if isinstance(schema, list):
        return [strip(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: strip(value) for key, value in schema.items() if key not in {"title", "default"}}
