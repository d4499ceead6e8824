"""Floor 8, class weights: as weights of rows, which is all an executor knows."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nnspec.data.arrays import Arrays


def weighted_by_class(arrays: Arrays, output: str, weights: Mapping[int, float]) -> Arrays:
    """Return the arrays with each row's weight multiplied by its class' weight.

    Args:
        arrays: the rows; the targets are class numbers (rows,) or (rows, 1), or one-hot
            (rows, classes).
        output: the output whose target holds the class.
        weights: class number -> weight; a class that is not named weighs 1.

    Source: Keras 3.15, keras/src/trainers/data_adapters/data_adapter_utils.py,
    class_weight_to_sample_weights.
    """
    target = arrays.targets[output]
    one_hot = target.ndim > 1 and target.shape[-1] > 1
    classes = target.argmax(axis=-1) if one_hot else target.reshape(len(target)).round()
    factors = np.ones(len(target), dtype=np.float32)
    for number, weight in weights.items():
        factors[classes == number] = weight
    if arrays.weights is not None:
        factors *= arrays.weights.astype(np.float32)
    return replace(arrays, weights=factors)
