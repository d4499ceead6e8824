"""The filled spec: a fixed point, and the same experiment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.network.fill import hash_model, hash_spec, render_spec
from nnspec.pipeline.check import Checked, check

Read = Callable[..., Checked]
SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_filling_a_filled_spec_changes_nothing(path: Path, read: Read) -> None:
    spec, network = check(path).accept()
    filled = render_spec(spec, network)
    again_spec, again = read(filled, folder=path.parent).accept()
    assert hash_model(again) == hash_model(network)
    assert render_spec(again_spec, again) == filled


def test_blocks_and_repetitions_are_written_out(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        blocks:
          pair: {parameters: [units], layers: [Dense: {units: $units}, {Dropout: 0.1}]}
        model:
          - Input: [4]
          - pair: {units: 3}
            name: stage
            repeat: 2
          - use: stage_1
            name: again
            inputs: input
          - Concatenate:
            inputs: [stage, again]
        """
    )
    spec, network = checked.accept()
    filled = render_spec(spec, network)
    assert "within: stage_1" in filled
    again_spec, again = read(filled).accept()
    assert render_spec(again_spec, again) == filled
    assert hash_model(again) == hash_model(network)


def test_the_hash_is_that_of_the_meaning(read: Read) -> None:
    short = read("nnspec: 1\nmodel: [Input: [4], Dense: 2]").accept()
    long = read(
        "nnspec: 1\nname: other\n"
        "model: [{Input: {shape: [4]}}, {Dense: {units: 2, use_bias: true}}]"
    )
    assert hash_spec(*short) == hash_spec(*long.accept())
    other = read("nnspec: 1\nmodel: [Input: [4], Dense: 3]").accept()
    assert hash_spec(*short) != hash_spec(*other)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "{SGD: {momentum: 0.9}}", "rmsprop"])
def test_the_filled_spec_is_told_nothing_that_the_short_one_is_not(
    read: Read, optimizer: str
) -> None:
    checked = read(
        "nnspec: 1\nmodel: [Input: [4], Dense: {units: 8, kernel_regularizer: l2, "
        "activation: relu}, Dense: 1]\n"
        f"training: {{optimizer: {optimizer}, loss: mse, metrics: [mae], epochs: 5}}\n"
    )
    filled = read(render_spec(*checked.accept()))
    assert [one.code for one in filled.diagnostics] == [one.code for one in checked.diagnostics]
