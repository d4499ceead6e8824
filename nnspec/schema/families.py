"""The families of the catalogue to definitions: an object in each way it may be written.

Name                         the name alone, where no argument is required
{Name: {argument: value}}    name and arguments
{Name: value}                name and its one obvious argument
{class_name: Name, config: {...}}    Keras' own form
"""

from collections.abc import Iterable, Mapping

from nnspec.catalog.base import CatalogObject
from nnspec.schema.fields import describe_arguments, required_fields
from nnspec.schema.values import Schema, refer

Kinds = Mapping[str, type[CatalogObject]]

EXAMPLES: Mapping[str, list[object]] = {
    "activations": ["relu", {"leaky_relu": 0.1}],
    "callbacks": [{"EarlyStopping": {"patience": 20, "restore_best_weights": True}}],
    "constraints": [{"MaxNorm": 2}],
    "initializers": ["he_normal", {"RandomNormal": {"stddev": 0.02}}],
    "layers": ["Flatten", {"Dense": 64}, {"Conv2D": {"filters": 32, "kernel_size": 3}}],
    "losses": ["mse", {"Huber": {"delta": 1.5}}],
    "metrics": ["rmse", "r2", {"TopKCategoricalAccuracy": {"k": 3}}],
    "optimizers": ["Adam", {"RMSprop": {"learning_rate": 0.001, "rho": 0.9}}],
    "regularizers": [{"L2": 0.0001}, {"L1L2": {"l1": 0.0001, "l2": 0.001}}],
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
KERAS_KEYS = ("module", "registered_name", "build_config", "shared_object_id")


def define_family(family: str, kinds: Kinds) -> dict[str, Schema]:
    """Return the definitions of a family: one per class, and that of an object of the family."""
    classes = {kind.keras_name: kind for kind in kinds.values()}
    defined = {f"{family}.{name}": describe_arguments(kind) for name, kind in classes.items()}
    defined[family] = {"examples": list(EXAMPLES[family]), **define_object(kinds)}
    bases = {base for kind in kinds.values() for base in kind.__mro__[1:]}
    for base in bases:
        if issubclass(base, CatalogObject) and hasattr(base, "family"):
            among = {name: kind for name, kind in kinds.items() if issubclass(kind, base)}
            if len(among) < len(kinds):
                defined[f"{family}.any.{base.__name__}"] = define_object(among)
    return defined


def define_object(kinds: Kinds) -> Schema:
    """Return the schema of an object of one of these classes, in every way it may be written."""
    return {
        "anyOf": [
            describe_names(kinds),
            {
                "type": "object",
                "properties": {name: describe_value(kind) for name, kind in kinds.items()},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
            describe_keras_form(kinds),
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
    name = f"{kind.family}.{kind.keras_name}"
    required = required_fields(kind) if complete else []
    arguments = {**refer(name), "required": required} if required else refer(name)
    alternatives: list[Schema] = [arguments]
    if kind.shorthand and set(required) <= {kind.shorthand}:
        alternatives.append(
            {
                **refer(f"{name}/properties/{kind.shorthand}"),
                "type": ["array", "boolean", "number", "string", "null"],
            }
        )
    if not required:
        alternatives.append({"type": "null"})
    return {"anyOf": alternatives} if len(alternatives) > 1 else arguments


def describe_keras_form(names: Iterable[str]) -> Schema:
    """Return the schema of Keras' own form; its config is checked by the program alone."""
    return {
        "type": "object",
        "properties": {
            "class_name": {"enum": list(names), "description": "Name of the object in Keras."},
            "config": {"type": ["object", "null"], "description": "Its arguments."},
            **{key: {"description": "Ignored where it agrees."} for key in KERAS_KEYS},
        },
        "required": ["class_name"],
        "additionalProperties": False,
    }
