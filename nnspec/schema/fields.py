"""One class to JSON Schema: its fields with type, prose and default."""

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.layer import Layer
from nnspec.catalog.prose import class_prose, field_prose
from nnspec.document import Plain
from nnspec.schema.values import VARIABLE, Schema, describe_type


def describe_arguments(kind: type[BaseModel]) -> Schema:
    """Return the schema of a class' settings, or of a variable that holds them.

    Which settings are required is not said: `each` may give them instead.
    """
    prose = field_prose(kind)
    return {
        "description": class_prose(kind),
        "type": ["object", "string"],
        "pattern": VARIABLE,
        "properties": {
            name: with_example(info, describe_field(info, prose.get(name, "")))
            for name, info in in_order(kind)
        },
        "additionalProperties": False,
    }


def with_example(info: FieldInfo, schema: Schema) -> Schema:
    """Return the schema of a setting with an example; a definition referred to has its own."""
    shown = None if "$ref" in schema else example(info, schema)
    return schema if shown is None else {**schema, "examples": [shown]}


def example(info: FieldInfo, schema: Schema) -> Plain:
    """Return a value that shows what a setting takes; None where its type says it all.

    It is the field's own example, else its default, else the first of the words it takes.

    Args:
        info: the setting.
        schema: its schema.
    """
    if info.examples:
        shown: Plain = info.examples[0]
        return shown
    default: Plain = schema.get("default")
    if default not in (None, [], {}):
        return default
    words = next((one["enum"] for one in (schema, *schema.get("anyOf", ())) if "enum" in one), ())
    return next((one for one in words if one is not None), None)


def in_order(kind: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """Return a class' settings: what must be given first, what every layer has last."""

    def prominence(field: tuple[str, FieldInfo]) -> int:
        name, info = field
        return 2 if name in Layer.model_fields else int(not info.is_required())

    return sorted(kind.model_fields.items(), key=prominence)


def describe_field(info: FieldInfo, prose: str) -> Schema:
    """Return the schema of one setting."""
    annotation: Any = info.annotation
    if info.metadata:
        annotation = Annotated[annotation, *info.metadata]
    described: Schema = {"description": prose} if prose else {}
    described |= describe_type(annotation)
    if not info.is_required():
        default = write(info.get_default(call_default_factory=True))
        if default != {}:
            described["default"] = default
    return described


def required_fields(kind: type[BaseModel]) -> list[str]:
    """Return the settings of a class that have no default."""
    return [name for name, info in kind.model_fields.items() if info.is_required()]


def write(value: object) -> Any:  # noqa: ANN401 - any value of JSON
    """Return a value as a spec writes it."""
    match value:
        case CatalogObject():
            arguments = write_changed(value)
            return {value.keras_name: arguments} if arguments else value.keras_name
        case BaseModel():
            return write_changed(value)
        case Enum():
            return value.value
        case list() | tuple():
            return [write(one) for one in value]
        case dict():
            return {str(key): write(one) for key, one in value.items()}
        case _:
            return value


def write_changed(value: BaseModel) -> dict[str, Any]:
    """Return the settings of an object that differ from their defaults."""
    fields = type(value).model_fields
    return {
        name: write(getattr(value, name))
        for name, info in fields.items()
        if info.is_required() or getattr(value, name) != info.get_default(call_default_factory=True)
    }
