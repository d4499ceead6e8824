"""The catalogue against Keras: same names, same arguments, same defaults, same configs."""

from inspect import Parameter
from random import Random
from typing import Any

import keras
import pytest
from keras_oracle import (
    COMMON,
    NAME_COLUMNS,
    UNREPORTED,
    agree,
    build,
    classes,
    count_names,
    differences,
    everything,
    module_of,
    original,
    parameters,
    public_names,
    unreported,
)
from object_drawing import draw

from nnspec.catalog.activations import Activation
from nnspec.catalog.base import CatalogObject
from nnspec.catalog.excluded import EXCLUDED
from nnspec.catalog.registry import find, load_all

pytestmark = pytest.mark.keras

DRAWS = 12
EVERY_CLASS = pytest.mark.parametrize(
    "kind", everything(), ids=lambda kind: f"{kind.family}-{kind.keras_name}"
)
EVERY_FAMILY = pytest.mark.parametrize("family", EXCLUDED)


@EVERY_CLASS
def test_fields_are_keras_parameters(kind: type[CatalogObject]) -> None:
    taken = set(parameters(kind))
    fields = set(kind.model_fields) - set(kind.additions)
    common = COMMON if kind.family == "layers" else frozenset()
    assert fields - common <= taken, "fields that Keras does not take"
    assert taken - fields <= set(kind.omitted), "parameters neither offered nor omitted"
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
    """Return whether a field and Keras' parameter mean the same where nothing is given."""
    field = kind.model_fields[name]
    default = field.get_default(call_default_factory=False)
    if field.is_required() or expected is Parameter.empty:
        return field.is_required() and expected in (Parameter.empty, None)
    if isinstance(default, CatalogObject):
        module = module_of(default.family)
        return bool(module.serialize(module.get(expected)) == module.serialize(build(default)))
    if default is None or expected is None:
        return default is expected
    return bool(default == expected) or (isinstance(default, tuple) and agree(default, expected))


@EVERY_CLASS
def test_what_keras_builds_gives_the_fields_back(kind: type[CatalogObject]) -> None:
    random = Random(kind.keras_name)  # noqa: S311 - draws to repeat, no secret
    for made in [draw(kind, random, 0.0), *(draw(kind, random) for _ in range(DRAWS))]:
        built = build(made)
        if hasattr(built, "get_config"):
            assert differences(made, built.get_config()) == {}, made
        elif kind.family == "callbacks":
            given = {name: getattr(built, name) for name in made.arguments()}
            assert differences(made, given) == {}, made
        else:
            assert keras.activations.get(kind.keras_name) is original(kind)
            assert isinstance(made, Activation)
            shape = (2, 4, 6, 8)
            assert built(keras.ops.ones(shape)).shape == made.infer_shape(shape), made


@pytest.mark.parametrize("entry", UNREPORTED)
def test_what_keras_is_said_to_leave_out_it_leaves_out(entry: str) -> None:
    family, _, name = entry.partition(".")
    random = Random(entry)  # noqa: S311 - draws to repeat, no secret
    for kind in [kind for kind in classes(family) if name in ("", kind.keras_name)]:
        left_out: set[str] = set()
        for _ in range(400):
            made = draw(kind, random)
            left_out |= set(differences(made, build(made).get_config(), all_fields=True))
            if left_out >= unreported(kind):
                break
        assert left_out == unreported(kind), kind


@EVERY_FAMILY
def test_every_public_name_is_catalogued_or_excluded_with_a_reason(family: str) -> None:
    load_all()
    unknown = {
        name
        for name in public_names(family)
        if find(family, name) is None and name not in EXCLUDED[family]
    }
    assert unknown == set()


@EVERY_FAMILY
def test_what_is_excluded_is_public_and_not_catalogued(family: str) -> None:
    load_all()
    stale = set(EXCLUDED[family]) - public_names(family)
    both = {name for name in EXCLUDED[family] if find(family, name)}
    assert (stale, both) == (set(), set())
    assert all(reason.strip() for reason in EXCLUDED[family].values())


def test_the_count_of_public_names_adds_up() -> None:
    every = dict(zip(NAME_COLUMNS, count_names()[-1][1:], strict=True))
    assert every["remainder"] == 0
    assert every["public"] == every["catalogued"] + every["excluded"] > 400
