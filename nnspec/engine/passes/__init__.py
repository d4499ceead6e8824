"""Floor 8, passes: the same network, computed in a way that costs less.

A pass replaces methods of single layer objects while a step is traced, and only then. The
layers keep their weights, their seeds and everything that Keras does around `call`: masks,
types, regularizers. So nested models and wrappers need no rule of their own, and what is saved
is a plain Keras model.
"""

from nnspec.engine.passes.base import Pass, Rewrite, Setting, plan_rewrites, rewritten
from nnspec.engine.passes.dropout import ThreefryDropout
from nnspec.engine.passes.recurrent import RecurrentProjection

PASSES: tuple[type[Pass], ...] = (ThreefryDropout, RecurrentProjection)

__all__ = ["PASSES", "Pass", "Rewrite", "Setting", "plan_rewrites", "rewritten"]
