"""Floor 8, which units of a map win rows: block by block, so that no more than two stay of each."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.batches import apply_core
from nnspec.build.competitive import map_of
from nnspec.engine.tensorflow.failures import translated
from nnspec.engine.tensorflow.feed import Array, readable
from nnspec.engine.tensorflow.prediction import block_rows

Ranked = Callable[[list[tf.Tensor]], tuple[tf.Tensor, ...]]


@dataclass(frozen=True, slots=True)
class Won:
    """Which units win rows.

    Attributes:
        cluster: (rows,) the nearest unit, of equals the first.
        second: (rows,) the next one.
        distance: (rows,) of the nearest.
        seen: (rows, features) the rows as the map sees them.
    """

    cluster: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    distance: npt.NDArray[np.float64]
    seen: npt.NDArray[np.float64]


class Ranker:
    """A network that ends with a map, given rows again and again; traced when the first come."""

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._forward: Ranked | None = None

    @translated()
    def __call__(self, inputs: dict[str, Array]) -> Won:
        """Return which units of the map win these rows."""
        arrays = [readable(inputs[tensor.name]) for tensor in self.model.inputs]
        forward = self._forward = self._forward or _ranked(self.model, arrays)
        rows, step = len(arrays[0]), block_rows(self.model)
        parts = []
        for start in range(0, max(rows, 1), step):
            batch = [tf.convert_to_tensor(one[start : start + step]) for one in arrays]
            parts.append([one.numpy() for one in forward(batch)])
        cluster, second, distance, seen = (np.concatenate(one) for one in zip(*parts, strict=True))
        return Won(cluster, second, distance.astype(np.float64), seen.astype(np.float64))


def _ranked(model: keras.Model, arrays: list[Array]) -> Ranked:
    """Return the nearest unit, the next one, the distance and what is seen, as one function."""
    layer = map_of(model)
    assert layer is not None, "a map is the last layer"
    both = keras.Model(model.inputs, [layer.input, layer.output])

    def rank(batch: list[tf.Tensor]) -> tuple[tf.Tensor, ...]:
        seen, distances = apply_core(both, batch)
        nearest = tf.argmin(distances, axis=1)
        units = layer.lattice.units
        others = tf.where(tf.one_hot(nearest, units, True, False), np.inf, distances)
        return nearest, tf.argmin(others, axis=1), tf.reduce_min(distances, axis=1), seen

    block = [tf.TensorSpec([None, *one.shape[1:]], one.dtype) for one in arrays]
    compiled: Ranked = tf.function(rank, input_signature=[block], autograph=False)
    return compiled
