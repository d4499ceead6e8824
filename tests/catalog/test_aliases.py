"""The names of the catalogue against the tables that Keras itself resolves names by."""

from importlib import import_module
from inspect import isclass
from typing import Any

import pytest
from keras_oracle import original, public_names

from nnspec.catalog.base import REGISTERED, CatalogObject
from nnspec.catalog.excluded import EXCLUDED
from nnspec.catalog.registry import find, load_all, names

pytestmark = pytest.mark.keras

TABLES = (
    "activations",
    "initializers",
    "regularizers",
    "constraints",
    "losses",
    "metrics",
    "optimizers",
)
OURS = {
    "activations": {"step"},
    "losses": {
        *("crossentropy", "ce", "Pinball", "pinball", "GaussianNegativeLogLikelihood"),
        *("gaussian_negative_log_likelihood", "gaussian_nll"),
    },
    "metrics": {"acc", "rmse", "r2"},
}
"""Words of compile, and our additions to Keras' tables."""


def table(family: str) -> dict[str, Any]:
    """Return Keras' names of a family that stand for public objects, base and excluded left out."""
    held = import_module(f"keras.src.{family}").ALL_OBJECTS_DICT
    public = public_names(family) - set(EXCLUDED[family])
    return {name: meant for name, meant in held.items() if meant.__name__ in public}


def stands_for(kind: type[CatalogObject], meant: Any) -> bool:
    """Return whether a catalogue class is what Keras' table means: the class or its function."""
    if isclass(meant) or kind.family == "activations":
        return bool(original(kind) is meant)
    built = original(kind)()
    return getattr(built, "fn", None) is meant


@pytest.mark.parametrize("family", TABLES)
def test_every_name_of_keras_table_means_the_same_here(family: str) -> None:
    load_all()
    unlike = {
        name
        for name, meant in table(family).items()
        if (family, name) != ("metrics", "accuracy")
        if (kind := find(family, name)) is None or not stands_for(kind, meant)
    }
    assert unlike == set()


@pytest.mark.parametrize("family", TABLES)
def test_no_other_names_are_known(family: str) -> None:
    load_all()
    expected = set(table(family)) | (public_names(family) - set(EXCLUDED[family]))
    assert set(names(family)) == expected | OURS.get(family, set())


def test_accuracy_is_compile_s_word_and_not_the_class_of_that_table() -> None:
    for word in ("accuracy", "acc"):
        kind = find("metrics", word)
        assert kind is not None
        assert kind.beyond_keras


def test_no_two_classes_of_a_family_share_a_name() -> None:
    load_all()
    for family, held in REGISTERED.items():
        for kind in set(held.values()):
            assert held[kind.keras_name] is kind, (family, kind)
            assert all(held[alias] is kind for alias in vars(kind).get("aliases", ())), kind
