"""The families of the catalogue to definitions: an object in each way it may be written.

Name                         the name alone, where no argument is required
{Name: {argument: value}}    name and arguments
{Name: value}                name and its one obvious argument
{class_name: Name, config: {...}}    Keras' own form
"""

from collections.abc import Iterable, Mapping

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose
from nnspec.reading.reader import KERAS_FORM
from nnspec.schema.fields import describe_arguments, required_fields
from nnspec.schema.values import Schema, refer

Kinds = Mapping[str, type[CatalogObject]]

EXAMPLES: Mapping[str, list[object]] = {
    "activations": ["relu", "gelu"],
    "callbacks": ["TerminateOnNaN"],
    "columns": ["category", "date"],
    "constraints": ["UnitNorm"],
    "initializers": ["he_normal"],
    "layers": ["BatchNormalization", "Flatten"],
    "losses": ["mse", "binary_crossentropy"],
    "metrics": ["rmse", "r2"],
    "optimizers": ["Adam"],
    "regularizers": ["l2"],
    "sources": [{"csv": {"path": "people.csv", "separator": ";", "decimal": ","}}],
    "schedules": [
        {
            "ExponentialDecay": {
                "initial_learning_rate": 0.01,
                "decay_steps": 1000,
                "decay_rate": 0.9,
            }
        }
    ],
}
"""Names alone wherever one will do: editors offer an object as `[object Object]`."""


def define_family(family: str, kinds: Kinds) -> dict[str, Schema]:
    """Return the definitions of a family: one per class, and that of an object of the family."""
    classes = {kind.keras_name: kind for kind in kinds.values()}
    defined: dict[str, Schema] = {}
    for name, kind in classes.items():
        defined |= define_arguments(f"{family}.{name}", kind)
    for kind in classes.values():
        defined |= {value_of(kind, complete=one): define_value(kind, one) for one in (True, False)}
    defined[family] = {"examples": list(EXAMPLES[family]), **define_object(kinds)}
    bases = {base for kind in kinds.values() for base in kind.__mro__[1:]}
    for base in bases:
        if issubclass(base, CatalogObject) and hasattr(base, "family"):
            among = {name: kind for name, kind in kinds.items() if issubclass(kind, base)}
            if len(among) < len(kinds):
                defined[f"{family}.any.{base.__name__}"] = define_object(among)
    return defined


def define_arguments(name: str, kind: type[CatalogObject]) -> dict[str, Schema]:
    """Return the definitions of a class' arguments, and of the one that may stand alone."""
    described = describe_arguments(kind)
    if kind.shorthand is None:
        return {name: described}
    argument = described["properties"][kind.shorthand]
    described["properties"][kind.shorthand] = refer(f"{name}.argument")
    return {name: described, f"{name}.argument": argument}


def define_object(kinds: Kinds) -> Schema:
    """Return the schema of an object of one of these classes, in every way it may be written."""
    written: Schema = {
        "properties": {name: describe_value(kind) for name, kind in kinds.items()},
        "additionalProperties": False,
        "minProperties": 1,
        # With maxProperties: 1 the YAML language server would offer no name at all.
        "not": {"minProperties": 2},
    }
    names = describe_names(kinds)
    return {
        "anyOf": [
            *([names] if names["enum"] else []),
            # Two alternatives would let editors offer the keys of one of them alone.
            {
                "type": "object",
                "if": {"type": "object", "required": ["class_name"]},
                "then": describe_keras_form(kinds),
                "else": written,
            },
            refer("variable"),
        ]
    }


def describe_names(kinds: Kinds) -> Schema:
    """Return the schema of a name alone: that of a class without required arguments."""
    return {"enum": [name for name, kind in kinds.items() if not required_fields(kind)]}


def describe_value(kind: type[CatalogObject], *, complete: bool = True) -> Schema:
    """Return the schema of what stands behind a class' name.

    Args:
        kind: the class.
        complete: whether required arguments must be there; `each` may give them instead.
    """
    return refer(value_of(kind, complete=complete))


def value_of(kind: type[CatalogObject], *, complete: bool) -> str:
    """Return the name of the definition of what stands behind a class' name."""
    partly = not complete and required_fields(kind)
    return f"{kind.family}.{kind.keras_name}.{'part' if partly else 'value'}"


def define_value(kind: type[CatalogObject], complete: bool) -> Schema:  # noqa: FBT001 - as above
    """Return the definition of what stands behind a class' name."""
    name = f"{kind.family}.{kind.keras_name}"
    prose: Schema = {"description": class_prose(kind)}
    required = required_fields(kind) if complete else []
    arguments = {**refer(name), "required": required} if required else refer(name)
    alternatives: list[Schema] = [arguments]
    if kind.shorthand and set(required) <= {kind.shorthand}:
        alternatives.append(
            {
                **refer(f"{name}.argument"),
                "type": ["array", "boolean", "number", "string", "null"],
            }
        )
    if not required:
        alternatives.append({"type": "null"})
        # A level of its own keeps editors from writing a colon behind what may stand alone.
        return {**prose, "allOf": [{"anyOf": alternatives}]}
    return {**prose, **({"anyOf": alternatives} if len(alternatives) > 1 else arguments)}


def describe_keras_form(names: Iterable[str]) -> Schema:
    """Return the schema of Keras' own form; its config is checked by the program alone."""
    return {
        "type": "object",
        "properties": {
            "class_name": {"enum": list(names), "description": "Name of the object in Keras."},
            "config": {"type": ["object", "null"], "description": "Its arguments."},
            **{key: {"description": "Ignored where it agrees."} for key in KERAS_FORM[2:]},
        },
        "required": ["class_name"],
        "additionalProperties": False,
    }
