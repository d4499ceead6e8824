"""Keras as the oracle of the catalogue: its public names, its parameters, its configs."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import keras
import pytest
from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.excluded import EXCLUDED
from nnspec.catalog.layers.application import Application
from nnspec.catalog.registry import find, load_all

COMMON = frozenset({"trainable", "dtype", "activity_regularizer"})
"""Arguments that every layer takes, named in its signature or not."""

UNREPORTED: Mapping[str, frozenset[str]] = {
    "initializers.Identity": frozenset({"gain"}),
    "layers.Input": frozenset({"shape", "batch_size"}),
    "layers.GRU": frozenset({"use_cudnn"}),
    "layers.LSTM": frozenset({"use_cudnn"}),
    "layers.Dense": frozenset({"lora_alpha"}),
    "layers.EinsumDense": frozenset({"lora_alpha"}),
    "layers.Embedding": frozenset({"lora_alpha"}),
    "layers.GroupQueryAttention": frozenset({"flash_attention"}),
    "layers.Discretization": frozenset({"dtype"}),
    "layers.HashedCrossing": frozenset({"dtype"}),
    "layers.MultiHeadAttention": frozenset({"flash_attention"}),
    "layers.RandomGrayscale": frozenset({"seed"}),
    "layers.SimpleRNN": frozenset({"seed"}),
    "layers.SpatialDropout1D": frozenset({"dtype"}),
    "layers.SpatialDropout2D": frozenset({"dtype"}),
    "layers.SpatialDropout3D": frozenset({"dtype"}),
    "losses": frozenset({"dtype"}),
    "losses.CosineSimilarity": frozenset({"axis"}),
    "losses.Huber": frozenset({"delta"}),
    "losses.SparseCategoricalCrossentropy": frozenset({"axis"}),
    "metrics.AUC": frozenset({"thresholds", "num_thresholds"}),
    "metrics.CosineSimilarity": frozenset({"axis"}),
    "metrics.SparseTopKCategoricalAccuracy": frozenset({"from_sorted_ids"}),
}
"""Family, or family.name -> arguments that Keras' own get_config leaves out or distorts."""

RANGES = frozenset(
    {
        "addition_factor",
        "factor",
        "height_factor",
        "scale",
        "sigma",
        "threshold_factor",
        "x_factor",
        "y_factor",
    }
)
"""Fields of augmentation that are a range, or one number which Keras makes a range of."""


def module_of(family: str) -> Any:
    """Return Keras' public module of a family."""
    return keras.optimizers.schedules if family == "schedules" else getattr(keras, family)


def public_names(family: str) -> frozenset[str]:
    """Return what a user can name in a family: classes and functions."""
    module = module_of(family)
    return frozenset(
        name
        for name in dir(module)
        if not name.startswith("_") and not inspect.ismodule(getattr(module, name))
    )


def classes(family: str) -> tuple[type[CatalogObject], ...]:
    """Return the catalogued classes of a family that Keras has too; whole networks stand apart."""
    held = set(load_all()[family].values())
    found = {kind for kind in held if not kind.beyond_keras and not issubclass(kind, Application)}
    return tuple(sorted(found, key=lambda kind: kind.keras_name))


NAME_COLUMNS = ("public", "catalogued", "excluded", "remainder", "classes")
"""What is counted of a family: Keras' names, those of them in the catalogue, those left out with a
reason, those in neither; and the catalogue's classes."""


def count_names() -> list[tuple[Any, ...]]:
    """Return a row of counts for each family, and one for all: its name, then NAME_COLUMNS."""
    load_all()
    rows = [count_family(family) for family in EXCLUDED]
    return [*rows, ("all", *map(sum, zip(*(row[1:] for row in rows), strict=True)))]


def count_family(family: str) -> tuple[Any, ...]:
    """Return the counts of one family."""
    public = public_names(family)
    held = {name for name in public if find(family, name)}
    out = (public - held) & set(EXCLUDED[family])
    rest = public - held - out
    return family, len(public), len(held), len(out), len(rest), len(classes(family))


def everything() -> tuple[type[CatalogObject], ...]:
    """Return all catalogued classes that Keras has too."""
    load_all()
    return tuple(kind for family in EXCLUDED for kind in classes(family))


def original(kind: type[CatalogObject]) -> Any:
    """Return the class or function of Keras that a catalogue class stands for."""
    own = kind.keras_module
    return getattr(import_module(own) if own else module_of(kind.family), kind.keras_name)


def parameters(kind: type[CatalogObject]) -> dict[str, inspect.Parameter]:
    """Return what Keras' constructor, or function but for its input, takes by name."""
    called = original(kind)
    taken = inspect.signature(called.__init__ if inspect.isclass(called) else called).parameters
    named = {
        name: parameter
        for name, parameter in taken.items()
        if name not in {"self", "name"} or (name == "name" and kind.family != "layers")
        if parameter.kind not in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}
    }
    if kind.family == "activations":
        del named["x"]
    return named


def build(made: CatalogObject) -> Any:
    """Return Keras' object, nested ones built first."""
    arguments = {name: build_value(value) for name, value in made.arguments().items()}
    called: Callable[..., Any] = original(type(made))
    if made.keras_name == "Input":
        return keras.layers.InputLayer(**arguments)
    if made.family == "activations":
        return partial(called, **arguments) if made.model_fields_set else called
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras' advice on unusual arguments
        return called(**arguments)


def build_value(value: object) -> Any:
    """Return an argument as Keras takes it."""
    match value:
        case CatalogObject():
            return build(value)
        case BaseModel():
            return value.model_dump(exclude_none=True)
        case list() | tuple() if any(isinstance(item, CatalogObject) for item in value):
            return [build_value(item) for item in value]
        case _:
            return value


def differences(
    made: CatalogObject, config: Any, *, all_fields: bool = False
) -> dict[str, tuple[object, object]]:
    """Return the fields that Keras' config does not give back: (field's value, config's).

    Args:
        made: the object that Keras' was built from.
        config: what Keras' get_config returns.
        all_fields: whether fields count that Keras is known to leave out.
    """
    silent = frozenset() if all_fields else unreported(type(made))
    return {
        field: (value, config.get(field, "absent"))
        for field, value in made.arguments().items()
        if not (value is None or field in silent)
        if field not in config
        or not (agree_range if field in RANGES else agree)(value, config[field])
    }


def agree(value: object, given: Any) -> bool:
    """Return whether a field's value and a config's mean the same; None leaves it to Keras."""
    if keras.ops.is_tensor(given):
        given = given.numpy().tolist()
    match value:
        case None:
            return True
        case BaseModel():
            return agree_object(value, given)
        case list() | tuple():
            items = given if isinstance(given, (list, tuple)) else [given] * len(value)
            return len(value) == len(items) and all(map(agree, value, items))
        case str() if isinstance(given, Mapping):
            return bool(given["config"].get("name") == value)
        case bool() | str():
            return bool(given == value)
        case _:
            numbers = given if isinstance(given, (list, tuple)) else [given]
            return all(number == pytest.approx(value, rel=5e-3) for number in numbers)


def agree_range(value: Any, given: Any) -> bool:
    """Return whether Keras' lower and upper bound come from a field that may be one number."""
    bounds = sorted(given) if isinstance(given, (list, tuple)) else [given]
    if isinstance(value, tuple):
        return agree(sorted(value), bounds)
    return any(bound == pytest.approx(end, rel=1e-3) for end in (value, -value) for bound in bounds)


def agree_object(value: BaseModel, given: Any) -> bool:
    """Return whether an object and its config mean the same."""
    match value:
        case CatalogObject(family="activations"):
            return bool(given == value.keras_name)
        case CatalogObject() if given is None:
            return False
        case CatalogObject():
            kind = find(value.family, given["class_name"])
            return kind is type(value) and not differences(value, given["config"])
        case _:
            return all(agree(getattr(value, name), given.get(name)) for name in given)


def unreported(kind: type[CatalogObject]) -> frozenset[str]:
    """Return the fields that Keras' get_config leaves out."""
    return UNREPORTED.get(kind.family, frozenset()) | UNREPORTED.get(
        f"{kind.family}.{kind.keras_name}", frozenset()
    )
