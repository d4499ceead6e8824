"""Floor 8, masks: which steps of what leaves the network were not padding."""

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.keras_graph import as_inputs, inner_layers, mask_of
from nnspec.engine.tensorflow.feed import Array, readable


def find_masks(
    model: keras.Model, inputs: dict[str, Array], batch_size: int
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which steps count, (rows, steps), by the name of each output that carries a mask.

    Masks come from Masking and from Embedding(mask_zero), and follow the layers that hand them on.

    Args:
        model: a functional model.
        inputs: input name -> (rows, ...).
        batch_size: rows per step.
    """
    if not _may_mask(model):
        return {}
    arrays = [readable(inputs[tensor.name]) for tensor in model.inputs]
    found: dict[str, list[npt.NDArray[np.bool_]]] = {}
    rows = len(arrays[0])
    for start in range(0, rows, batch_size):
        # Filled up with the last row: a network may be built for batches of this size.
        places = np.minimum(np.arange(start, start + batch_size), rows - 1)
        batch = [tf.convert_to_tensor(one[places]) for one in arrays]
        left = keras.tree.flatten(model(as_inputs(model, batch), training=False))
        for name, one in zip(model.output_names, left, strict=True):
            mask = mask_of(one)
            if mask is not None:
                found.setdefault(name, []).append(np.asarray(mask[: rows - start], dtype=np.bool_))
        if not found:
            return {}  # layers, not rows, decide whether a mask reaches an output
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _may_mask(model: keras.Model) -> bool:
    """Return whether a layer makes masks; all others only hand them on."""
    return any(
        isinstance(one, keras.layers.Masking) or getattr(one, "mask_zero", False)
        for one in inner_layers(model)
    )
