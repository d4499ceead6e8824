"""Drawn specs over the whole catalogue: taken, written out, taken by a foreign validator, built.

NNSPEC_EXAMPLES says how many are drawn; a sample of them otherwise.
"""

from functools import cache
from pathlib import Path
from typing import Any

import keras
import pytest
from drawing import sampled, unwarned
from drawn_networks import Network, drawable, networks
from hypothesis import assume, given
from jsonschema import Draft202012Validator
from mutations import Mutation, wrong_in_form, wrong_in_shape

from nnspec.build.model import build_model
from nnspec.document import parse_document, plain
from nnspec.fill import hash_model, render_spec
from nnspec.pipeline.check import Checked, check_document
from nnspec.schema import generate_schema

pytestmark = pytest.mark.keras

POINTLESS = "M103"
"""A softmax over one unit: it can be built, and is refused all the same."""


@cache
def validator() -> Any:
    return Draft202012Validator(generate_schema())


def read(text: str) -> Checked:
    return check_document(parse_document(text, "spec.yaml"), folder=Path())


def is_taken_by_schema(text: str) -> bool:
    return bool(validator().is_valid(plain(parse_document(text).root)))


@sampled
@given(networks())
def test_a_drawn_network_is_taken_and_keras_builds_what_was_predicted(network: Network) -> None:
    text = network.text()
    checked = read(text)
    errors = [one for one in checked.diagnostics if one.severity == "error"]
    assume(not errors or {one.code for one in errors} != {POINTLESS})
    assert errors == [], text
    spec, resolved = checked.accept()
    filled = render_spec(spec, resolved)
    again = read(filled).accept()
    assert render_spec(*again) == filled
    assert hash_model(again[1]) == hash_model(resolved)
    assert is_taken_by_schema(text), text
    assert is_taken_by_schema(filled), filled
    compare(resolved, text)


@unwarned
def compare(resolved: Any, text: str) -> None:
    """Hold the shapes and weights of every layer against those of the built model."""
    keras.backend.clear_session()
    model = build_model(resolved, name="drawn", seed=1)
    for node in resolved.nodes:
        made = keras.tree.flatten(model.get_layer(node.name).output)
        assert [tuple(one.shape) for one in made] == [one.shape for one in node.outputs], text
        layer = model.get_layer(node.name)
        assert layer.count_params() == node.parameters, (node.name, text)


@sampled
@given(wrong_in_form())
def test_what_is_wrong_in_form_is_refused_and_a_foreign_validator_refuses_it_too(
    wrong: Mutation,
) -> None:
    text = wrong.text()
    assert read(text).refused, (wrong.what, text)
    assert not is_taken_by_schema(text), (wrong.what, text)


@sampled
@given(wrong_in_shape())
def test_what_cannot_be_built_is_refused_though_its_form_is_right(wrong: Mutation) -> None:
    text = wrong.text()
    assert is_taken_by_schema(text), (wrong.what, text)
    found = {one.code for one in read(text).diagnostics if one.severity == "error"}
    codes = found - {POINTLESS}
    assert codes, (wrong.what, text)
    assert all(code.startswith("G") for code in codes), (wrong.what, codes, text)


def test_what_is_drawn_comes_from_the_whole_catalogue() -> None:
    assert len(drawable()) > 120
