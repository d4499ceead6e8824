"""How a program's parts find each other: inputs by name, scores by loss and head."""

from collections.abc import Callable

import pytest
import tensorflow as tf

from nnspec.build.connections import match_inputs, takes_scores
from nnspec.build.program import as_vector
from nnspec.data.fit.fitted import NumericFit, Preprocessing
from nnspec.pipeline.check import Checked
from nnspec.rules.head import find_head

pytestmark = pytest.mark.keras

ONE = "nnspec: 1\nmodel: [{Input: [2], name: cells}, Dense: 1]"
TWO = """
nnspec: 1
model:
- {Input: [2], name: left}
- {Input: [2], name: right}
- {Concatenate: {}, inputs: [left, right]}
- Dense: 1
"""


def fitted(*inputs: str) -> Preprocessing:
    columns = {name: NumericFit(shape=(2,)) for name in inputs}
    return Preprocessing(columns=columns, inputs={name: (name,) for name in inputs}, targets={})


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        (ONE, ["input"], {"input": "cells"}),
        (ONE, ["cells"], {"cells": "cells"}),
        (ONE, ["other", "cells"], {"cells": "cells"}),
        (TWO, ["right", "left"], {"left": "left", "right": "right"}),
        (TWO, ["right"], {"right": "right"}),
    ],
)
def test_tensors_go_to_the_only_input_or_to_the_one_of_their_name(
    read: Callable[..., Checked], text: str, given: list[str], expected: dict[str, str]
) -> None:
    _, network = read(text).accept()
    assert match_inputs(network, fitted(*given)) == expected


HEAD = """
nnspec: 1
model: [Input: [2], Dense: {units: UNITS, activation: NAME}]
training: {optimizer: adam, loss: LOSS}
"""


@pytest.mark.parametrize(
    ("loss", "units", "function", "expected"),
    [
        ("Hinge", 1, "linear", True),
        ("Hinge", 1, "tanh", True),
        ("Hinge", 1, "sigmoid", False),
        ("CategoricalHinge", 3, "softmax", False),
        ("CategoricalHinge", 3, "linear", True),
        ("mse", 1, "linear", False),
        ("mse", 1, "sigmoid", False),
        ("BinaryCrossentropy", 1, "sigmoid", False),
        ("{BinaryCrossentropy: {from_logits: true}}", 1, "linear", True),
        ("{CategoricalCrossentropy: {from_logits: false}}", 3, "softmax", False),
    ],
)
def test_a_loss_takes_scores_by_its_word_or_before_a_head_that_gives_no_shares(
    read: Callable[..., Checked], loss: str, units: int, function: str, *, expected: bool
) -> None:
    text = HEAD.replace("UNITS", str(units)).replace("NAME", function).replace("LOSS", loss)
    checked = read(text)
    assert checked.spec is not None
    assert checked.network is not None
    assert checked.spec.training is not None
    (output,) = checked.network.graph.outputs
    given = checked.spec.training.loss
    assert not isinstance(given, dict)
    assert takes_scores(given, find_head(checked.network, output)) == expected


@pytest.mark.parametrize(
    ("key", "shape", "expected"),
    [
        ("prediction", (4, 1), (4,)),
        ("prediction", (1, 1), (1,)),
        ("prediction", (4,), (4,)),
        ("prediction", (4, 2), (4, 2)),
        ("prediction", (4, 1, 1), (4, 1, 1)),
        ("prediction", (4, 3, 1), (4, 3, 1)),
        ("probabilities", (4, 1), (4, 1)),
    ],
)
def test_only_predictions_of_one_unit_become_a_vector(
    key: str, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert as_vector(key, tf.zeros(shape)).shape == expected
