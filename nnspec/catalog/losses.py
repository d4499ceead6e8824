"""Losses: what training makes small; floor 2.

A class also says which targets and predictions its loss is for, so that a spec whose head, loss
and data do not fit together is refused before it trains.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import (
    Axes,
    Flag,
    Integer,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Rate,
    Text,
)

Task = Literal["regression", "binary", "multiclass"]
Targets = Literal[
    "numbers", "non_negative", "zero_one", "signed", "indices", "one_hot", "distribution"
]
"""numbers: any; signed: -1 or 1; indices: class numbers; distribution: shares that sum to 1."""
Predictions = Literal[
    "numbers", "positive", "probability", "distribution", "scores", "indices", "vectors"
]
"""probability: each unit in 0 to 1; distribution: sums to 1; scores: any, larger is likelier."""
Reduction = Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
FloatType = Literal["float16", "bfloat16", "float32", "float64"]
OpenRate = Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]


class Loss(CatalogObject, family="losses"):
    """Measures what training makes small."""

    task: ClassVar[Task | None] = None
    """Task that the loss is for; None: several, or one of its own."""
    targets: ClassVar[Targets] = "numbers"
    """What the targets are."""
    predictions: ClassVar[Predictions] = "numbers"
    """What the network gives, unless `from_logits` says that it gives scores."""
    takes_logits: ClassVar[bool] = False
    """Whether there is a field `from_logits`."""


class Reduced(Loss, abstract=True):
    """A loss that is computed for each row and then reduced to one number."""

    reduction: Reduction | None = "sum_over_batch_size"
    """How losses of rows become one: their mean, their sum, or not at all."""
    dtype: FloatType | None = None
    """Type of numbers that the loss is computed in; float32 if absent."""


class Logits(Reduced, abstract=True):
    """A cross-entropy, of probabilities or of the scores before them."""

    takes_logits = True

    from_logits: Flag = False
    """Whether the network gives scores (a linear head) in place of probabilities."""
    axis: Integer = -1
    """Axis of the classes, batch axis 0; -1 is the last."""


class Smoothed(Logits, abstract=True):
    """A cross-entropy whose targets may be softened."""

    label_smoothing: Rate = 0.0
    """Share of each target that is spread evenly over the classes."""


class Crossentropy(Loss):
    """The cross-entropy that fits: binary for one unit, sparse for class numbers, categorical.

    Keras chooses among the three by the shapes of targets and predictions.
    """

    keras_name = "crossentropy"
    aliases = ("ce",)
    beyond_keras = "a word that compile understands in place of a loss; there is no such class"
    predictions = "probability"
    targets = "zero_one"


class MeanSquaredError(Reduced):
    """Mean of the squared differences, in the target's unit squared."""

    aliases = ("mean_squared_error", "mse", "MSE")
    task = "regression"

    name: Text = "mean_squared_error"
    """Name in the logs."""


class MeanAbsoluteError(Reduced):
    """Mean of the sizes of the differences, in the target's unit."""

    aliases = ("mean_absolute_error", "mae", "MAE")
    task = "regression"

    name: Text = "mean_absolute_error"
    """Name in the logs."""


class MeanAbsolutePercentageError(Reduced):
    """Mean of the differences relative to the target, in percent; unfit for targets near 0."""

    aliases = ("mean_absolute_percentage_error", "mape", "MAPE")
    task = "regression"

    name: Text = "mean_absolute_percentage_error"
    """Name in the logs."""


class MeanSquaredLogarithmicError(Reduced):
    """Mean of the squared differences of log(1 + x); negative values count as 0."""

    aliases = ("mean_squared_logarithmic_error", "msle", "MSLE")
    task = "regression"
    targets = "non_negative"

    name: Text = "mean_squared_logarithmic_error"
    """Name in the logs."""


class CosineSimilarity(Reduced):
    """Minus the cosine between target and prediction: -1 when they point the same way."""

    aliases = ("cosine_similarity",)
    task = "regression"

    axis: Integer = -1
    """Axis of the vectors, batch axis 0; -1 is the last."""
    name: Text = "cosine_similarity"
    """Name in the logs."""


class Huber(Reduced):
    """Squared differences up to delta, absolute ones beyond: outliers weigh less."""

    aliases = ("huber",)
    shorthand = "delta"
    task = "regression"

    delta: PositiveNumber = 1.0
    """Difference from which it is absolute, in the (scaled) target's unit."""
    name: Text = "huber_loss"
    """Name in the logs."""


class LogCosh(Reduced):
    """Mean of log(cosh(difference)): squared for small differences, absolute for large ones."""

    aliases = ("log_cosh",)
    task = "regression"

    name: Text = "log_cosh"
    """Name in the logs."""


class Poisson(Reduced):
    """Mean of prediction - target * log(prediction): for counts, with a positive head."""

    aliases = ("poisson",)
    task = "regression"
    targets = "non_negative"
    predictions = "positive"

    name: Text = "poisson"
    """Name in the logs."""


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

    ignore_class: Integer | None = None
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


class Overlap(Reduced, abstract=True):
    """One minus an overlap of two masks, for segmentation."""

    targets = "zero_one"
    predictions = "probability"

    axis: Axes | None = None
    """Axes that the overlap is counted over, batch axis 0; all if absent."""


class Dice(Overlap):
    """One minus twice the common area over the sum of both areas."""

    aliases = ("dice",)

    name: Text = "dice"
    """Name in the logs."""


class Tversky(Overlap):
    """One minus an overlap that weighs the two kinds of error; 0.5 and 0.5 give Dice."""

    aliases = ("tversky",)

    alpha: NonNegativeNumber = 0.5
    """Weight of the pixels of the target that the prediction lacks."""
    beta: NonNegativeNumber = 0.5
    """Weight of the pixels of the prediction that the target lacks."""
    name: Text = "tversky"
    """Name in the logs."""


class Circle(Reduced):
    """Pulls vectors of one class together and others apart; predictions of norm 1."""

    aliases = ("circle",)
    targets = "indices"
    predictions = "vectors"

    gamma: PositiveNumber = 80.0
    """Factor on similarities."""
    margin: Number = 0.4
    """How far apart similarities of equal and unequal classes are to be."""
    remove_diagonal: Flag = True
    """Whether a row is not compared with itself."""
    name: Text = "circle"
    """Name in the logs."""
