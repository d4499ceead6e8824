"""Floor 8, passes: the same network, computed in a way that costs less.

A pass states what it requires of a layer and of the step, replaces methods of single layer
objects while a step is traced, and only then, and states what its replacements ensure. The layers
keep their weights, their seeds and everything that Keras does around `call`: masks,
types, regularizers. So nested models and wrappers need no rule of their own, and what is saved
is a plain Keras model.
"""

from nnspec.engine.tensorflow.passes.attention import WrittenAttention
from nnspec.engine.tensorflow.passes.base import Pass, Rewrite, Setting, plan_rewrites, rewritten
from nnspec.engine.tensorflow.passes.batch_normalization import FusedBatchNormalization
from nnspec.engine.tensorflow.passes.dropout import ThreefryDropout
from nnspec.engine.tensorflow.passes.einsum import FlatEinsum
from nnspec.engine.tensorflow.passes.layer_normalization import WrittenLayerNormalization
from nnspec.engine.tensorflow.passes.pooling import RectifierAfterMaximum
from nnspec.engine.tensorflow.passes.recurrent import RecurrentProjection
from nnspec.engine.tensorflow.passes.updates import (
    AdamInOneOperation,
    AdamInOneWalk,
    UpdatesInPlace,
)
from nnspec.engine.tensorflow.passes.wide import WideProduct

PASSES: tuple[type[Pass], ...] = (
    ThreefryDropout,
    FusedBatchNormalization,
    RecurrentProjection,
    RectifierAfterMaximum,
    FlatEinsum,
    WideProduct,
    WrittenAttention,
    WrittenLayerNormalization,
    AdamInOneWalk,
    UpdatesInPlace,
    AdamInOneOperation,
)

__all__ = ["PASSES", "Pass", "Rewrite", "Setting", "plan_rewrites", "rewritten"]
