"""Losses of predicted classes, their probabilities or their scores; floor 2."""

from typing import Annotated

from pydantic import Field

from nnspec.catalog.losses import Logits, Loss, Reduced, Smoothed
from nnspec.catalog.types import Flag, Integer, NonNegativeNumber, Rate, Text

OpenRate = Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]


class Crossentropy(Loss):
    """The cross-entropy that fits: binary for one unit, sparse for class numbers, categorical.

    Keras chooses among the three by the shapes of targets and predictions.
    """

    keras_name = "crossentropy"
    aliases = ("ce",)
    beyond_keras = "a word that compile understands in place of a loss; there is no such class"
    predictions = "probability"
    targets = "zero_one"


class KLDivergence(Reduced):
    """Sum of target * log(target / prediction): between two distributions."""

    aliases = ("kl_divergence", "kld", "KLD")
    targets = "distribution"
    predictions = "distribution"

    name: Text = "kl_divergence"
    """Name in the logs."""


class Hinge(Reduced):
    """Mean of max(1 - target * prediction, 0), targets -1 or 1; Keras turns 0 into -1."""

    aliases = ("hinge",)
    task = "binary"
    targets = "signed"
    predictions = "scores"

    name: Text = "hinge"
    """Name in the logs."""


class SquaredHinge(Reduced):
    """Mean of the squares of the hinge loss, targets -1 or 1; Keras turns 0 into -1."""

    aliases = ("squared_hinge",)
    task = "binary"
    targets = "signed"
    predictions = "scores"

    name: Text = "squared_hinge"
    """Name in the logs."""


class CategoricalHinge(Reduced):
    """Lead of the best wrong class over the right one, plus 1, and at least 0."""

    aliases = ("categorical_hinge",)
    task = "multiclass"
    targets = "one_hot"
    predictions = "scores"

    name: Text = "categorical_hinge"
    """Name in the logs."""


class BinaryCrossentropy(Smoothed):
    """Cross-entropy of each unit alone: one class or not, or several labels at once."""

    aliases = ("binary_crossentropy", "bce", "BCE")
    task = "binary"
    targets = "zero_one"
    predictions = "probability"

    name: Text = "binary_crossentropy"
    """Name in the logs."""


class BinaryFocalCrossentropy(Smoothed):
    """Binary cross-entropy in which rows that are easy weigh less."""

    aliases = ("binary_focal_crossentropy",)
    task = "binary"
    targets = "zero_one"
    predictions = "probability"

    apply_class_balancing: Flag = False
    """Whether class 1 weighs alpha and class 0 weighs 1 - alpha."""
    alpha: Rate = 0.25
    """Weight of class 1, if classes are balanced."""
    gamma: NonNegativeNumber = 2.0
    """How much less easy rows weigh: 0 gives the plain cross-entropy."""
    name: Text = "binary_focal_crossentropy"
    """Name in the logs."""


class CategoricalCrossentropy(Smoothed):
    """Cross-entropy over classes, targets one-hot."""

    aliases = ("categorical_crossentropy",)
    task = "multiclass"
    targets = "one_hot"
    predictions = "distribution"

    name: Text = "categorical_crossentropy"
    """Name in the logs."""


class CategoricalFocalCrossentropy(Smoothed):
    """Cross-entropy over classes in which rows that are easy weigh less, targets one-hot."""

    aliases = ("categorical_focal_crossentropy",)
    task = "multiclass"
    targets = "one_hot"
    predictions = "distribution"

    alpha: NonNegativeNumber | tuple[NonNegativeNumber, ...] = 0.25
    """Weight of the classes: one number, or one for each."""
    gamma: NonNegativeNumber = 2.0
    """How much less easy rows weigh: 0 gives alpha times the plain cross-entropy."""
    name: Text = "categorical_focal_crossentropy"
    """Name in the logs."""


class SparseCategoricalCrossentropy(Logits):
    """Cross-entropy over classes, targets class numbers from 0."""

    aliases = ("sparse_categorical_crossentropy",)
    task = "multiclass"
    targets = "indices"
    predictions = "distribution"

    ignore_class: Integer | None = Field(default=None, examples=[0])
    """Class number that is left out, for example the border of a segmentation."""
    name: Text = "sparse_categorical_crossentropy"
    """Name in the logs."""


class CategoricalGeneralizedCrossEntropy(Reduced):
    """(1 - p^q) / q, p the probability of the right class: bears wrong labels."""

    aliases = ("categorical_generalized_cross_entropy",)
    shorthand = "q"
    task = "multiclass"
    targets = "indices"
    predictions = "distribution"

    q: OpenRate = 0.5
    """Near 0 it is the cross-entropy, near 1 the mean absolute error."""
    name: Text = "categorical_generalized_cross_entropy"
    """Name in the logs."""


class CTC(Reduced):
    """Connectionist temporal classification: sequences of labels without their times.

    Targets (batch, labels) hold class numbers from 1, padded with 0; predictions are scores
    (batch, times, classes).
    """

    aliases = ("ctc",)
    targets = "indices"
    predictions = "scores"

    name: Text = "ctc"
    """Name in the logs."""
