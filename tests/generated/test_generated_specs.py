"""Drawn specs over the whole catalogue: taken, written out, taken by a foreign validator, built.

A sample of what `python bench/conformance.py specs` draws.
"""

import pytest
from drawing import sampled
from drawn_networks import Network, drawable, networks
from hypothesis import given
from mutations import Mutation, wrong_in_form, wrong_in_shape
from readers import check_valid, check_wrong_form, check_wrong_shape

pytestmark = pytest.mark.keras


@sampled
@given(networks())
def test_a_drawn_spec_is_taken_without_a_finding_and_keras_builds_what_was_predicted(
    network: Network,
) -> None:
    check_valid(network.text())


@sampled
@given(wrong_in_form())
def test_what_is_wrong_in_form_is_refused_and_a_foreign_validator_refuses_it_too(
    wrong: Mutation,
) -> None:
    check_wrong_form(wrong.text())


@sampled
@given(wrong_in_shape())
def test_what_cannot_be_built_is_refused_though_its_form_is_right(wrong: Mutation) -> None:
    check_wrong_shape(wrong.text())


def test_what_is_drawn_comes_from_the_whole_catalogue() -> None:
    assert len(drawable()) > 120
