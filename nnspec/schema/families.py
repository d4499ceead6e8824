"""The families of the catalogue to definitions: an object in each way it may be written.

Name                         the name alone, where no argument is required
{Name: {argument: value}}    name and arguments
{Name: value}                name and its one obvious argument
{class_name: Name, config: {...}}    Keras' own form
"""

from collections.abc import Iterable, Mapping

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.prose import class_prose
from nnspec.reading.split import KERAS_FORM
from nnspec.schema.fields import describe_arguments, required_fields
from nnspec.schema.values import Schema, by_type, either, refer

Kinds = Mapping[str, type[CatalogObject]]

EXAMPLES: Mapping[str, list[object]] = {
    "activations": ["relu", "gelu"],
    "augmentations": ["MixUp"],
    "callbacks": ["TerminateOnNaN"],
    "columns": ["category", "date"],
    "constraints": ["UnitNorm"],
    "initializers": ["he_normal"],
    "layers": ["BatchNormalization", "Flatten"],
    "losses": ["mse", "binary_crossentropy"],
    "metrics": ["rmse", "r2"],
    "optimizers": ["Adam"],
    "regularizers": ["l2"],
    "rules": ["perceptron", "kohonen"],
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
    defined |= define_object(family, kinds, {"examples": list(EXAMPLES[family])})
    # A dict keeps their order, which a set of classes has none of.
    bases = dict.fromkeys(base for kind in kinds.values() for base in kind.__mro__[1:])
    for base in bases:
        if issubclass(base, CatalogObject) and hasattr(base, "family"):
            among = {name: kind for name, kind in kinds.items() if issubclass(kind, base)}
            if len(among) < len(kinds):
                defined |= define_object(f"{family}.any.{base.__name__}", among, {})
    return defined


def define_arguments(name: str, kind: type[CatalogObject]) -> dict[str, Schema]:
    """Return the definitions of a class' arguments, and of the one that may stand alone.

    The prose of both stands where they are referred to: editors show what is nearest to a value.
    """
    properties = describe_arguments(kind)["properties"]
    arguments = {"type": "object", "properties": properties, "additionalProperties": False}
    if kind.shorthand is None:
        return {name: arguments}
    argument = dict(properties[kind.shorthand])
    words = {key: argument.pop(key) for key in ("description", "default") if key in argument}
    properties[kind.shorthand] = {**words, **refer(f"{name}.argument")}
    return {name: arguments, f"{name}.argument": argument}


def define_object(name: str, kinds: Kinds, words: Schema) -> dict[str, Schema]:
    """Return the definitions of an object of these classes: of its names, its keys, and of either.

    Args:
        name: what the definition is called.
        kinds: class by name and alias.
        words: what is said about it beside.
    """
    names = describe_names(kinds)
    variable = refer("variable")
    written: Schema = {
        "properties": {name: describe_value(kind) for name, kind in kinds.items()},
        "additionalProperties": False,
        "minProperties": 1,
        # Beside the properties, the YAML language server would offer no name at all.
        "allOf": [{"type": "object", "maxProperties": 1}],
    }
    return {
        f"{name}.name": either([names, variable]) if names["enum"] else variable,
        f"{name}.object": {
            "type": "object",
            "if": {"type": "object", "required": ["class_name"]},
            "then": describe_keras_form(kinds),
            "else": written,
        },
        name: {
            **words,
            "anyOf": by_type(["object"], refer(f"{name}.object"), [refer(f"{name}.name")]),
        },
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
    needed = required_fields(kind)
    required = needed if complete else []
    alone = kind.shorthand and set(required) <= {kind.shorthand}
    others = [refer(f"{name}.argument" if alone else "variable")]
    if not required:
        # As a constant it is in no message about types: only with `each` is nothing enough.
        others.append({"const": None} if needed else {"type": "null"})
    arguments = {**refer(name), "required": required} if required else refer(name)
    either_way = by_type(["object"], arguments, others)
    # A level of its own keeps editors from writing a colon behind what may stand alone.
    inner = {"anyOf": either_way} if needed else {"allOf": [{"anyOf": either_way}]}
    return {"description": class_prose(kind), **inner}


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
