"""What is taken of a run: only the layers between its input and the one that is named."""

from pathlib import Path

import pytest

from nnspec.catalog.layers.core import Input
from nnspec.document import parse_document
from nnspec.frontends.nnspec_1.document import Validated, validate_document
from nnspec.shapes import Tensor
from nnspec.spec.model import SubModel
from nnspec.spec.part import StoredRun

STORED = """
nnspec: 1
model:
  layers:
    - {Dense: {units: 3}, name: first, inputs: [measures]}
    - {Dense: {units: 4}, name: shared, inputs: [first]}
    - {Dense: {units: 3}, name: other, inputs: [measures]}
    - {use: shared, name: again, inputs: [other]}
    - {Dense: {units: 2}, name: left, within: block, inputs: [again]}
    - {LSTM: {units: 5, return_state: true}, name: lstm, inputs: [series]}
    - {Dense: {units: 2}, name: behind, inputs: [lstm.1]}
    - {Concatenate: {}, name: both, inputs: [block.left, behind, shared]}
  outputs: [both]
"""
INPUTS = {"measures": Tensor((None, 7), "float"), "series": Tensor((None, 9, 2), "float")}


def begun_with(layer: str) -> Validated:
    stored = StoredRun(parse_document(STORED, "runs/a/spec.yaml"), INPUTS, "0" * 64)
    text = f"nnspec: 1\nmodel:\n  - use: {{run: runs/a, layer: {layer}}}\n  - Dense: 1\n"
    return validate_document(
        parse_document(text, "s.yaml"), folder=Path(), open_run=lambda _: stored
    )


def part_of(layer: str) -> SubModel:
    spec = begun_with(layer).spec
    assert spec
    part = spec.model.layers[0].layer
    assert isinstance(part, SubModel)
    return part


@pytest.mark.parametrize(
    ("layer", "names"),
    [
        ("shared", ["measures", "first", "shared"]),
        ("block.left", ["measures", "other", "shared", "block.left"]),
        ("behind", ["series", "lstm", "behind"]),
        ("lstm.1", ["series", "lstm"]),
    ],
)
def test_only_what_a_layer_follows_from_is_taken(layer: str, names: list[str]) -> None:
    assert [use.name for use in part_of(layer).section.layers] == names


def test_the_input_of_a_part_has_the_shape_of_the_run_s_data() -> None:
    part = part_of("behind")
    first = part.section.layers[0].layer
    assert isinstance(first, Input)
    assert list(first.shape) == [9, 2]
    assert part.part
    assert part.part.input == "series"


def test_a_layer_applied_again_is_taken_with_its_weights_from_where_it_is_left() -> None:
    section = part_of("block.left").section
    again = next(use for use in section.layers if use.name == "shared")
    assert again.layer is not None
    assert [wire.source for wire in again.wires] == ["other"]
    assert section.aliases["again"] == "shared"


def test_a_part_of_several_inputs_is_refused() -> None:
    (found,) = begun_with("both").findings.errors
    assert (found.code, found.message) == (
        "G107",
        "a part leads from one input to a layer; 'both' reads 2 inputs",
    )


@pytest.mark.parametrize(
    ("layer", "name"), [("block.left", "left"), ("lstm.1", "lstm"), ("shared", "shared")]
)
def test_a_part_is_named_after_its_layer(layer: str, name: str) -> None:
    spec = begun_with(layer).spec
    assert spec
    assert [use.name for use in spec.model.layers] == [name, "dense"]
