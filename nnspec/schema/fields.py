"""One class to JSON Schema: its fields with type, prose and default."""

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose, field_prose
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
            name: describe_field(info, prose.get(name, ""))
            for name, info in kind.model_fields.items()
        },
        "additionalProperties": False,
    }


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
