"""A check ends: models within models are counted and resolved once, however often they are used."""

import json
from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]


def nested(levels: int, uses: int, first: str) -> str:
    """Write a model that holds a model `uses` times, which holds one, and so on."""

    def lines(level: int, indent: str) -> list[str]:
        if level == 0:
            inner = [f"{indent}      - {first}"]
        else:
            again = [f"{indent}      - use: m{level - 1}"] * (uses - 1)
            inner = [*lines(level - 1, f"{indent}      "), *again]
        return [f"{indent}- Model:", f"{indent}    layers:", *inner, f"{indent}  name: m{level}"]

    rows = ["nnspec: 1", "model:", "  - Input: [3]", *lines(levels, "  "), "  - Dense: 3", ""]
    return "\n".join(rows)


def test_a_model_used_six_times_on_each_of_eight_levels_is_counted_and_refused(read: Read) -> None:
    checked = read(nested(8, 6, "Dense: {units: 4, activation: relu}"))
    assert [one.code for one in checked.diagnostics] == ["L106"]
    assert (
        "those of models within counted each time; at most 5,000" in checked.diagnostics[0].message
    )


def test_applications_of_models_within_are_resolved_once_for_each_shape(read: Read) -> None:
    spec = nested(2, 12, "RepeatVector: 1\n").replace("RepeatVector: 1\n", "Dropout: 0.1")
    checked = read(spec)
    assert checked.network
    assert checked.network.graph.applications == 12 * 12 + 2
    assert not checked.refused


def test_what_was_found_before_a_block_grew_too_large_is_kept(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        blocks:
          tall:
            layers:
              - Desne: 4
              - Dense: {units: 4, activation: relu}
                repeat: 5000
        model:
          - Input: [4]
          - tall
        training: {optimizer: adam, loss: msee}
        """
    )
    assert [one.code for one in checked.diagnostics] == ["S106", "L106", "S106"]


@pytest.mark.parametrize("count", [4_990, 5_010])
def test_a_keras_document_is_counted_as_every_model(read: Read, count: int) -> None:
    layers: list[dict[str, object]] = [
        {"class_name": "Activation", "config": {"name": f"a{place}", "activation": "relu"}}
        for place in range(count)
    ]
    layers.insert(
        0, {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 3]}}
    )
    text = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": layers}})
    codes = {one.code for one in read(text, file="m.json").diagnostics if one.severity == "error"}
    assert codes == ({"L106"} if count > 5_000 else set())
