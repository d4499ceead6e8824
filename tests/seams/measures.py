"""Every metric that a spec can name for a target of a table, beside the heads they are for."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from family import COLUMNS, Array, Case, L

Named = Mapping[str, Any]
"""Metric -> its arguments; a lower-case name is one of Keras' words."""

NUMBERS: Named = {
    "mse": {},
    "mae": {},
    "MeanAbsolutePercentageError": {},
    "MeanSquaredLogarithmicError": {},
    "LogCoshError": {},
    "Poisson": {},
    "R2Score": {"class_aggregation": "variance_weighted_average"},
    "CosineSimilarity": {"axis": -1},
    "PearsonCorrelation": {"axis": 0},
    "ConcordanceCorrelation": {"axis": 0},
}
NUMBER: Named = {"RootMeanSquaredError": {}}
BINARY: Named = {
    "accuracy": {},
    "BinaryAccuracy": {"threshold": 0.6},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "Hinge": {},
    "SquaredHinge": {},
    "TruePositives": {},
    "TrueNegatives": {"thresholds": 0.4},
    "FalsePositives": {},
    "FalseNegatives": {},
    "Precision": {},
    "Recall": {"thresholds": 0.3},
    "SensitivityAtSpecificity": {"specificity": 0.6},
    "SpecificityAtSensitivity": {"sensitivity": 0.6},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "AUC": {"curve": "PR", "num_thresholds": 50},
    "F1Score": {"threshold": 0.5},
    "FBetaScore": {"beta": 2.0, "threshold": 0.4, "average": "macro"},
    "BinaryIoU": {"threshold": 0.5},
}
NUMBERED: Named = {
    "accuracy": {},
    "SparseCategoricalAccuracy": {},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "SparseCategoricalCrossentropy": {},
    "MeanIoU": {"num_classes": 3, "sparse_y_pred": False},
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2], "sparse_y_pred": False},
}
ONE_HOT: Named = {
    "accuracy": {},
    "CategoricalAccuracy": {},
    "TopKCategoricalAccuracy": {"k": 2},
    "CategoricalCrossentropy": {"label_smoothing": 0.1},
    "CategoricalHinge": {},
    "KLDivergence": {},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 3},
    "F1Score": {"average": "weighted"},
    "FBetaScore": {"average": "micro", "beta": 0.5},
    "AUC": {"multi_label": True, "num_labels": 3},
    "Precision": {"top_k": 1},
    "Recall": {"class_id": 2},
}


def spoken(name: str, arguments: Mapping[str, Any]) -> Any:
    """Return a metric as a spec says it."""
    return {name: dict(arguments)} if arguments else name


def made(name: str, arguments: Mapping[str, Any]) -> Any:
    """Return a metric as Keras makes it."""
    return name if name.islower() else getattr(keras.metrics, name)(**arguments)


def case_of(
    metrics: Named, loss: str, units: int, activation: str, target: tuple[Any, Array]
) -> Case:
    """Return the training of one head that all the metrics measure."""

    def network() -> keras.Model:
        x = keras.Input((4,))
        return keras.Model(x, L.Dense(units, activation)(x))

    return Case(
        model=[{"Dense": {"units": units, "activation": activation}}],
        network=network,
        compile=lambda: {
            "optimizer": "sgd",
            "loss": loss,
            "metrics": [made(name, one) for name, one in metrics.items()],
        },
        training={
            "optimizer": "sgd",
            "loss": loss,
            "metrics": [spoken(name, one) for name, one in metrics.items()],
        },
        data={"features": ["x"], "target": target[0]},
        x="x",
        y=target[1],
        weights="weight",
    )


CASES: Mapping[str, tuple[Named, Case]] = {
    "numbers": (
        NUMBERS,
        case_of(
            NUMBERS,
            "mse",
            2,
            "softplus",
            (["z", "count"], np.stack([COLUMNS["z"], COLUMNS["count"]], axis=1)),
        ),
    ),
    "number": (NUMBER, case_of(NUMBER, "mae", 1, "linear", ("y", COLUMNS["y"][:, None]))),
    "binary": (
        BINARY,
        case_of(BINARY, "binary_crossentropy", 1, "sigmoid", ("two", COLUMNS["two"][:, None])),
    ),
    "numbered": (
        NUMBERED,
        case_of(
            NUMBERED, "sparse_categorical_crossentropy", 3, "softmax", ("kind", COLUMNS["kind"])
        ),
    ),
    "one_hot": (
        ONE_HOT,
        case_of(
            ONE_HOT,
            "categorical_crossentropy",
            3,
            "softmax",
            ("kind", np.eye(3, dtype="float32")[COLUMNS["kind"]]),
        ),
    ),
}
"""Group -> its metrics and their training. Rows have weights, which a metric does not see."""
