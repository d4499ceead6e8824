"""A pass says in words why it leaves an object alone, and looks at what it ensures."""

from typing import ClassVar

import keras
import pytest
import tensorflow as tf
from networks import GRAPH, XLA, outcome
from oracle import drawn, network

from nnspec.engine.tensorflow.passes import PASSES, Pass, Setting, plan_rewrites, rewritten
from nnspec.engine.tensorflow.passes.base import Methods, Target
from nnspec.engine.tensorflow.passes.conditions import KEEPS_SHAPE, KEEPS_TYPE
from nnspec.engine.tensorflow.passes.einsum import FlatEinsum
from nnspec.engine.tensorflow.passes.folding import FoldedNormalization
from nnspec.engine.tensorflow.passes.wide import WideProduct

pytestmark = pytest.mark.keras

L = keras.layers


@pytest.mark.parametrize("kind", [*PASSES, FoldedNormalization])
def test_every_pass_states_what_it_requires_and_ensures(kind: type[Pass]) -> None:
    assert kind.title
    assert kind.kinds
    assert all(one.words for one in kind.requires)
    assert kind.requires
    assert all(one.words for one in kind.ensures)
    assert kind.ensures


def test_a_pass_says_why_it_leaves_a_layer_alone() -> None:
    model = network((3, 6), L.EinsumDense("abc,cd->abd", (None, 4), dtype="mixed_float16"))
    layer = model.layers[-1]
    assert FlatEinsum().obstacle(layer, GRAPH) == "XLA compiles the network"
    why = FlatEinsum().obstacle(layer, XLA)
    assert why == "it computes in float32, with weights in float32"
    assert WideProduct().obstacle(layer, XLA) == "EinsumDense is not among Dense"


class Narrowing(Pass):
    """Breaks its word: what comes out is narrower, or of another type."""

    title: ClassVar = "broken"
    kinds: ClassVar = (L.ReLU,)
    requires: ClassVar = ()
    ensures: ClassVar = (KEEPS_SHAPE, KEEPS_TYPE)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        del target
        if setting.xla:
            return {"call": lambda inputs: inputs[:, 1:]}
        return {"call": lambda inputs: tf.cast(inputs, "float16")}


@pytest.mark.parametrize(
    ("setting", "words"), [(XLA, "shape of what came in"), (GRAPH, "the layer's own type")]
)
def test_a_broken_guarantee_is_noticed_while_tracing(setting: Setting, words: str) -> None:
    model = network((3,), L.ReLU())
    with (
        rewritten(plan_rewrites(model, (Narrowing,), setting)),
        pytest.raises(AssertionError, match=words),
    ):
        outcome(model, drawn(2, 3), None)
