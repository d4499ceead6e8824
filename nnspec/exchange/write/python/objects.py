"""Objects of the catalogue as calls of Keras' classes, by Keras' own names."""

from collections.abc import Mapping, Sequence

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.keras_names import snake_case
from nnspec.catalog.layer import Layer
from nnspec.exchange.write.python.code import (
    Call,
    Expression,
    Group,
    Item,
    Raw,
    flat,
    keyword,
    literal,
    quoted,
)

MODULES: Mapping[str, str] = {
    "layers": "keras.layers",
    "activations": "keras.activations",
    "initializers": "keras.initializers",
    "regularizers": "keras.regularizers",
    "constraints": "keras.constraints",
    "optimizers": "keras.optimizers",
    "schedules": "keras.optimizers.schedules",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "callbacks": "keras.callbacks",
}
"""Where Keras keeps the objects of each family."""
LEADING: tuple[tuple[str, ...], ...] = (
    ("filters", "kernel_size"),
    ("num_heads", "key_dim"),
    ("input_dim", "output_dim"),
    ("equation", "output_shape"),
    ("units",),
    ("rate",),
    ("stddev",),
    ("target_shape",),
    ("pool_size",),
    ("dims",),
    ("n",),
    ("layer",),
    ("learning_rate",),
    ("initial_learning_rate",),
)
"""Arguments that stand first in Keras' own signatures, and there need no name."""
ALONE = {"Activation": "activation", "L2": "l2", "L1": "l1"}
"""Classes whose first argument other classes have elsewhere."""
EARLY = ("strides", "padding", "dilation_rate", "activation")
"""Named arguments that stand before others."""
USUAL = {"data_format": "channels_last"}
"""What Keras takes where nothing is written, though the catalogue says it."""


class Unsayable(Exception):
    """Something that no program of Keras' own names says, in words that follow its name."""


def describe_object(described: CatalogObject, name: str | None = None) -> Expression:
    """Return an object as code.

    Args:
        described: the object.
        name: of a layer.

    Raises:
        Unsayable: it is none of Keras'.
    """
    if described.family == "activations":
        return describe_activation(described)
    if described.beyond_keras and described.keras_module is None and is_word(described):
        return Raw(quoted(described.keras_name))
    if described.beyond_keras or described.keras_module is not None:
        raise Unsayable(f"{described.keras_name} is not of Keras")
    arguments = arguments_of(described)
    if name is not None:
        arguments.append(keyword("name", literal(name)))
    return Call(f"{MODULES[described.family]}.{described.keras_name}", tuple(arguments))


def is_word(described: CatalogObject) -> bool:
    """Tell whether an object is a word that `compile` understands."""
    return described.family in {"losses", "metrics"} and described.keras_name.islower()


def arguments_of(described: CatalogObject) -> list[Item]:
    """Return the arguments that are not Keras' defaults: leading ones, then the usual, then others.

    The others stand in the order of the reference, in which first weights draw their seeds.
    """
    leading = leading_of(described)
    given = {
        field: value
        for field, value in described.arguments().items()
        if field in leading or (not is_default(described, field) and USUAL.get(field) != value)
    }
    named = [*(field for field in EARLY if field in given), *given]
    others = dict.fromkeys(field for field in named if field not in leading)
    first = [Item(describe_value(given[field])) for field in leading]
    return first + [keyword(field, describe_value(given[field])) for field in others]


def leading_of(described: CatalogObject) -> tuple[str, ...]:
    """Return the arguments that are given without their names."""
    fields = type(described).model_fields
    alone = ALONE.get(described.keras_name)
    groups = (((alone,),) if alone else ()) + LEADING
    found = next((group for group in groups if fields.keys() >= set(group)), ())
    while found and is_default(described, found[-1]):
        found = found[:-1]
    return found


def is_default(described: CatalogObject, field: str) -> bool:
    """Tell whether an argument has the value that Keras gives it anyway."""
    info = type(described).model_fields[field]
    value = getattr(described, field)
    return not info.is_required() and value == info.get_default(call_default_factory=True)


def describe_value(value: object, number: int = 0) -> Expression:
    """Return an argument as code; layers in it are named as Keras names them."""
    match value:
        case Layer():
            name = snake_case(value.keras_name)
            return describe_object(value, f"{name}_{number}" if number else name)
        case CatalogObject():
            return describe_object(value)
        case list() | tuple() if any(isinstance(one, CatalogObject) for one in value):
            items = (Item(describe_value(one, place)) for place, one in enumerate(value))
            return Group("[", "]", tuple(items))
        case _:
            return literal(value)


def describe_activation(described: CatalogObject) -> Expression:
    """Return an activation: Keras' name, or a function that binds its arguments."""
    if described.beyond_keras:
        raise Unsayable(f"the activation {described.keras_name} is not of Keras")
    arguments: Sequence[Item] = arguments_of(described)
    if not arguments:
        return Raw(quoted(described.keras_name))
    named = [
        keyword(one.before.rstrip("=") or str(described.shorthand), one.value) for one in arguments
    ]
    call = Call(f"keras.activations.{described.keras_name}", (Item(Raw("x")), *named))
    return Raw(f"lambda x: {flat(call)}")
