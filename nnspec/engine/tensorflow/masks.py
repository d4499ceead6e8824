"""Floor 8, masks: which steps of what leaves the network were not padding."""

import keras
import numpy as np
import tensorflow as tf

from nnspec.engine.tensorflow.feed import Array, readable


def find_masks(model: keras.Model, inputs: dict[str, Array], batch_size: int) -> dict[str, Array]:
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
    found: dict[str, list[Array]] = {}
    rows = len(arrays[0])
    for start in range(0, rows, batch_size):
        # Filled up with the last row: a network may be built for batches of this size.
        places = np.minimum(np.arange(start, start + batch_size), rows - 1)
        batch = [tf.convert_to_tensor(one[places]) for one in arrays]
        x = keras.tree.pack_sequence_as(model._inputs_struct, batch)  # noqa: SLF001 - Keras has no public name for it
        for name, one in zip(
            model.output_names, keras.tree.flatten(model(x, training=False)), strict=True
        ):
            mask = getattr(one, "_keras_mask", None)
            if mask is not None:
                found.setdefault(name, []).append(np.asarray(mask[: rows - start], dtype=np.bool_))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _may_mask(model: keras.Model) -> bool:
    """Return whether a layer makes masks; Keras itself asks no more of one."""
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - the only walk that sees nested layers
    return any(
        isinstance(one, keras.layers.Masking) or getattr(one, "mask_zero", False) for one in layers
    )
