"""Every loss that a spec can name for a target of a table, each behind a head of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from family import COLUMNS, Array, Case, L

from nnspec.build import distributions


@dataclass(frozen=True)
class Head:
    """A loss, its arguments, and the one layer before it."""

    loss: str
    units: int = 1
    activation: str = "linear"
    target: str = "y"
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def spoken(self) -> Any:
        """Return the loss as a spec says it."""
        return {self.loss: dict(self.arguments)} if self.arguments else self.loss

    def made(self) -> Any:
        """Return the loss as Keras makes it."""
        if hasattr(distributions, self.loss):
            return getattr(distributions, self.loss)(**self.arguments)
        if not hasattr(keras.losses, self.loss) or self.loss.islower():
            return self.loss
        return getattr(keras.losses, self.loss)(**self.arguments)


LOGITS = {"from_logits": True}
NUMBERS: Mapping[str, Head] = {
    "plain": Head("mse"),
    "mean": Head("MeanSquaredError", 2, target="y z", arguments={"reduction": "mean"}),
    "sum": Head("MeanSquaredError", arguments={"reduction": "sum"}),
    "weighted_mean": Head("MeanSquaredError", arguments={"reduction": "mean_with_sample_weight"}),
    "mae": Head("MeanAbsoluteError"),
    "mape": Head("MeanAbsolutePercentageError", target="z"),
    "msle": Head("MeanSquaredLogarithmicError", target="count"),
    "huber": Head("Huber", arguments={"delta": 0.4}),
    "log_cosh": Head("LogCosh"),
    "poisson": Head("Poisson", 1, "exponential", "count"),
    "cosine": Head("CosineSimilarity", 2, target="y z"),
    "pinball": Head("Pinball", 6, target="y z", arguments={"quantiles": [0.1, 0.5, 0.9]}),
    "normal": Head("GaussianNegativeLogLikelihood", 4, target="y z", arguments={"floor": 0.01}),
}
CLASSES: Mapping[str, Head] = {
    "crossentropy": Head("crossentropy", 3, "softmax", "kind"),
    "binary": Head("BinaryCrossentropy", 1, "sigmoid", "two"),
    "binary_logits": Head(
        "BinaryCrossentropy", 1, "linear", "two", {**LOGITS, "label_smoothing": 0.1}
    ),
    "binary_focal": Head(
        "BinaryFocalCrossentropy", 1, "sigmoid", "two", {"apply_class_balancing": True}
    ),
    "hinge": Head("Hinge", 1, "tanh", "two"),
    "squared_hinge": Head("SquaredHinge", 1, "linear", "two"),
    "categorical_hinge": Head("CategoricalHinge", 3, "linear", "kind"),
    "categorical": Head("CategoricalCrossentropy", 3, "softmax", "kind", {"label_smoothing": 0.2}),
    "categorical_logits": Head("CategoricalCrossentropy", 3, "linear", "kind", LOGITS),
    "categorical_focal": Head("CategoricalFocalCrossentropy", 3, "softmax", "kind"),
    "sparse": Head("SparseCategoricalCrossentropy", 3, "softmax", "kind"),
    "sparse_logits": Head("SparseCategoricalCrossentropy", 3, "linear", "kind", LOGITS),
    "ignored": Head("SparseCategoricalCrossentropy", 3, "softmax", "kind", {"ignore_class": 1}),
    "dice": Head("Dice", 1, "sigmoid", "two"),
    "tversky": Head("Tversky", 1, "sigmoid", "two", {"alpha": 0.3, "beta": 0.7}),
    "generalized": Head("CategoricalGeneralizedCrossEntropy", 3, "softmax", "kind", {"q": 0.3}),
}
ONE_HOT = {"CategoricalHinge", "CategoricalCrossentropy", "CategoricalFocalCrossentropy"}


def targets(head: Head) -> Array:
    """Return the rows' targets as the loss takes them, (rows, units) or class numbers (rows,)."""
    columns = [COLUMNS[name] for name in head.target.split()]
    if head.loss in ONE_HOT:
        return np.eye(head.units, dtype="float32")[columns[0]]
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)


def case_of(heads: Mapping[str, Head]) -> Case:
    """Return the training of all heads side by side, each fed by the input alone."""

    def network() -> keras.Model:
        x = keras.Input((4,))
        made = [L.Dense(head.units, head.activation, name=name)(x) for name, head in heads.items()]
        return keras.Model(x, made)

    layers = [
        {
            "Dense": {"units": head.units, "activation": head.activation},
            "name": name,
            "inputs": "input",
        }
        for name, head in heads.items()
    ]
    return Case(
        model={"layers": layers, "outputs": list(heads)},
        network=network,
        compile=lambda: {
            "optimizer": "adam",
            "loss": {name: head.made() for name, head in heads.items()},
        },
        training={
            "optimizer": "adam",
            "loss": {name: head.spoken() for name, head in heads.items()},
        },
        data={
            "features": ["x"],
            "target": {
                name: head.target.split() if " " in head.target else head.target
                for name, head in heads.items()
            },
        },
        x="x",
        y=[targets(head) for head in heads.values()],
    )
