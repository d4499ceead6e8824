"""The catalogue against Keras: same names, same arguments, same defaults, same configs."""

from random import Random
from typing import Any

import keras
import pytest
from object_drawing import draw
from keras_oracle import (
    COMMON,
    build,
    classes,
    differences,
    everything,
    module_of,
    parameters,
    public_names,
)
from pydantic_core import PydanticUndefined

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.excluded import EXCLUDED
from nnspec.catalog.registry import find, load_all, names

pytestmark = pytest.mark.keras

DRAWS = 12
OWN_WORDS = {"metrics": {"rmse", "r2"}}
"""Names that are ours for objects that Keras has."""

EVERY_CLASS = pytest.mark.parametrize(
    "kind", everything(), ids=lambda kind: f"{kind.family}-{kind.keras_name}"
)
EVERY_FAMILY = pytest.mark.parametrize("family", EXCLUDED)


@EVERY_CLASS
def test_fields_are_keras_parameters(kind: type[CatalogObject]) -> None:
    taken = set(parameters(kind))
    fields = set(kind.model_fields) - set(kind.additions)
    common = COMMON if kind.family == "layers" else frozenset()
    assert fields - common <= taken
    assert taken - fields == set(kind.omitted) & taken
    assert set(kind.omitted).isdisjoint(fields)
    assert set(kind.additions) <= set(kind.model_fields)


@EVERY_CLASS
def test_defaults_are_keras_defaults(kind: type[CatalogObject]) -> None:
    taken = parameters(kind)
    unlike = {
        name: (field.default, taken[name].default)
        for name, field in kind.model_fields.items()
        if name in taken and not same_default(kind, name, taken[name].default)
    }
    assert unlike == {}


def same_default(kind: type[CatalogObject], name: str, expected: Any) -> bool:
    field = kind.model_fields[name]
    if field.is_required():
        return expected is taken_as_missing(expected)
    default = field.get_default(call_default_factory=True)
    if isinstance(default, CatalogObject):
        module = module_of(default.family)
        return bool(module.serialize(module.get(expected)) == module.serialize(build(default)))
    if isinstance(default, tuple) and isinstance(expected, int):
        return default == (expected,) * len(default)
    if isinstance(default, tuple) and expected is not None:
        return default == tuple(expected)
    return bool(default == expected) and default is not PydanticUndefined


def taken_as_missing(expected: Any) -> Any:
    """Return Keras' default if it says that nothing was given."""
    return expected if expected is parameters_empty() else object()


def parameters_empty() -> Any:
    from inspect import Parameter

    return Parameter.empty


@EVERY_CLASS
def test_what_keras_builds_gives_the_fields_back(kind: type[CatalogObject]) -> None:
    random = Random(kind.keras_name)
    for made in [least(kind, random), *(draw(kind, random) for _ in range(DRAWS))]:
        built = build(made)
        if hasattr(built, "get_config"):
            print(made, differences(made, built.get_config()))
