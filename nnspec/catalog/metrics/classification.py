"""Metrics of classes: shares of right answers, cross-entropies and hinges; floor 2."""

from pydantic import Field

from nnspec.catalog.metrics import Computed, Metric
from nnspec.catalog.types import Flag, Integer, Positive, Rate, Text


class Share(Computed, abstract=True):
    """A share of rows that are right, 0 to 1."""

    direction = "max"
    reach = (0.0, 1.0)
    power = 0


class Divergence(Computed, abstract=True):
    """A distance between classes and predictions, without a unit: less is better."""

    direction = "min"
    power = 0


class TaskAccuracy(Metric):
    """Share of rows whose class is right, by the rule that fits the head.

    One unit: above 0.5 or not. Several units: the largest one, against class numbers or one-hot
    targets. Keras chooses among BinaryAccuracy, SparseCategoricalAccuracy and
    CategoricalAccuracy by the shapes of targets and predictions. Behind a loss of two classes
    each unit is a label of its own, above 0.5 or not.
    """

    keras_name = "accuracy"
    aliases = ("acc",)
    beyond_keras = "a word that compile understands in place of a metric; Accuracy is another"
    task = ("binary", "multiclass")
    predictions = "probability"
    direction = "max"
    reach = (0.0, 1.0)
    power = 0


class Accuracy(Share):
    """Share of predictions that equal their target exactly; for labels, not probabilities.

    The word `accuracy` is another metric: the one that fits the head.
    """

    name: Text = "accuracy"
    """Name in the logs."""


class BinaryAccuracy(Share):
    """Share of units that are on the right side of the threshold."""

    aliases = ("binary_accuracy",)
    task = ("binary",)
    targets = "zero_one"
    predictions = "probability"

    threshold: Rate = 0.5
    """Probability above which a unit says 1."""
    name: Text = "binary_accuracy"
    """Name in the logs."""


class CategoricalAccuracy(Share):
    """Share of rows whose largest unit is the right class, targets one-hot."""

    aliases = ("categorical_accuracy",)
    task = ("multiclass",)
    targets = "one_hot"
    predictions = "scores"

    name: Text = "categorical_accuracy"
    """Name in the logs."""


class SparseCategoricalAccuracy(Share):
    """Share of rows whose largest unit is the right class, targets class numbers."""

    aliases = ("sparse_categorical_accuracy",)
    task = ("multiclass",)
    targets = "indices"
    predictions = "scores"

    name: Text = "sparse_categorical_accuracy"
    """Name in the logs."""


class TopKCategoricalAccuracy(Share):
    """Share of rows whose right class is among the k largest units, targets one-hot."""

    aliases = ("top_k_categorical_accuracy",)
    shorthand = "k"
    task = ("multiclass",)
    targets = "one_hot"
    predictions = "scores"

    k: Positive = 5
    """How many classes may be named."""
    name: Text = "top_k_categorical_accuracy"
    """Name in the logs."""


class SparseTopKCategoricalAccuracy(Share):
    """Share of rows whose right class is among the k largest units, targets class numbers."""

    aliases = ("sparse_top_k_categorical_accuracy",)
    shorthand = "k"
    task = ("multiclass",)
    targets = "indices"
    predictions = "scores"

    k: Positive = 5
    """How many classes may be named."""
    from_sorted_ids: Flag = False
    """Whether the network gives class numbers, best first, in place of scores."""
    name: Text = "sparse_top_k_categorical_accuracy"
    """Name in the logs."""


class BinaryCrossentropy(Divergence):
    """Cross-entropy of each unit alone."""

    aliases = ("binary_crossentropy", "bce", "BCE")
    task = ("binary",)
    targets = "zero_one"
    predictions = "probability"

    from_logits: Flag = False
    """Whether the network gives scores (a linear head) in place of probabilities."""
    label_smoothing: Rate = 0.0
    """Share of each target that is moved towards one half."""
    name: Text = "binary_crossentropy"
    """Name in the logs."""


class CategoricalCrossentropy(Divergence):
    """Cross-entropy over classes, targets one-hot."""

    aliases = ("categorical_crossentropy",)
    task = ("multiclass",)
    targets = "one_hot"
    predictions = "distribution"

    from_logits: Flag = False
    """Whether the network gives scores (a linear head) in place of probabilities."""
    label_smoothing: Rate = 0.0
    """Share of each target that is spread evenly over the classes."""
    axis: Integer = -1
    """Axis of the classes, batch axis 0; -1 is the last."""
    name: Text = "categorical_crossentropy"
    """Name in the logs."""


class SparseCategoricalCrossentropy(Divergence):
    """Cross-entropy over classes, targets class numbers from 0."""

    aliases = ("sparse_categorical_crossentropy",)
    task = ("multiclass",)
    targets = "indices"
    predictions = "distribution"

    from_logits: Flag = False
    """Whether the network gives scores (a linear head) in place of probabilities."""
    ignore_class: Integer | None = Field(default=None, examples=[0])
    """Class number that is left out."""
    axis: Integer = -1
    """Axis of the classes, batch axis 0; -1 is the last."""
    name: Text = "sparse_categorical_crossentropy"
    """Name in the logs."""


class KLDivergence(Divergence):
    """Sum of target * log(target / prediction): between two distributions."""

    aliases = ("kl_divergence",)
    targets = "distribution"
    predictions = "distribution"

    name: Text = "kl_divergence"
    """Name in the logs."""


class Hinge(Divergence):
    """Mean of max(1 - target * prediction, 0), targets -1 or 1; Keras turns 0 into -1."""

    aliases = ("hinge",)
    task = ("binary",)
    targets = "signed"
    predictions = "scores"

    name: Text = "hinge"
    """Name in the logs."""


class SquaredHinge(Divergence):
    """Mean of the squares of the hinge, targets -1 or 1; Keras turns 0 into -1."""

    aliases = ("squared_hinge",)
    task = ("binary",)
    targets = "signed"
    predictions = "scores"

    name: Text = "squared_hinge"
    """Name in the logs."""


class CategoricalHinge(Divergence):
    """Lead of the best wrong class over the right one, plus 1, and at least 0."""

    aliases = ("categorical_hinge",)
    task = ("multiclass",)
    targets = "one_hot"
    predictions = "scores"

    name: Text = "categorical_hinge"
    """Name in the logs."""
