"""Metrics from counts of right and wrong answers at thresholds; floor 2.

Each unit of the head counts alone: class 1 where its probability is above a threshold.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.losses import Task
from nnspec.catalog.metrics import Computed
from nnspec.catalog.types import Flag, NonNegative, Positive, PositiveNumber, Rate, Text

Thresholds = Rate | Annotated[tuple[Rate, ...], Field(min_length=1)]
AtLeastTwo = Annotated[int, Field(strict=True, ge=2, le=1_000_000)]
OpenShare = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


class Counted(Computed, abstract=True):
    """Counts answers at one threshold or several."""

    task: ClassVar[tuple[Task, ...]] = ("binary",)
    targets = "zero_one"
    predictions = "probability"
    power = 0

    name: Text | None = Field(default=None, examples=["measured"])
    """Name in the logs; the metric's own in small letters if absent."""


class AtThresholds(Counted, abstract=True):
    """Gives one figure for each threshold."""

    shorthand: ClassVar[str | None] = "thresholds"

    thresholds: Thresholds | None = Field(default=None, examples=[0.5])
    """Probabilities above which a unit says 1; 0.5 if absent."""


class TruePositives(AtThresholds):
    """Number of ones that are found."""

    aliases = ("true_positives",)
    direction = "max"


class TrueNegatives(AtThresholds):
    """Number of zeros that are left alone."""

    aliases = ("true_negatives",)
    direction = "max"


class FalsePositives(AtThresholds):
    """Number of zeros that are called one."""

    aliases = ("false_positives",)
    direction = "min"


class FalseNegatives(AtThresholds):
    """Number of ones that are missed."""

    aliases = ("false_negatives",)
    direction = "min"


class Ranked(AtThresholds, abstract=True):
    """A share at thresholds, or among the k largest units."""

    task = ("binary", "multiclass")
    direction = "max"
    reach = (0.0, 1.0)

    top_k: Positive | None = Field(default=None, examples=[5])
    """How many of the largest units of a row say 1; decided by the threshold if absent."""
    class_id: NonNegative | None = Field(default=None, examples=[1])
    """The only class that counts; all if absent."""


class Precision(Ranked):
    """Share of the found ones that are ones."""

    aliases = ("precision",)


class Recall(Ranked):
    """Share of the ones that are found."""

    aliases = ("recall",)


class AtBest(Counted, abstract=True):
    """A share at the threshold where another share is as asked."""

    direction = "max"
    reach = (0.0, 1.0)

    num_thresholds: Positive = 200
    """How many thresholds are tried, evenly from 0 to 1."""
    class_id: NonNegative | None = Field(default=None, examples=[1])
    """The only class that counts; all if absent."""


class SensitivityAtSpecificity(AtBest):
    """Best share of ones found while enough zeros are left alone."""

    aliases = ("sensitivity_at_specificity",)
    shorthand = "specificity"

    specificity: Rate = Field(examples=[0.8])
    """Share of zeros that must be left alone."""


class SpecificityAtSensitivity(AtBest):
    """Best share of zeros left alone while enough ones are found."""

    aliases = ("specificity_at_sensitivity",)
    shorthand = "sensitivity"

    sensitivity: Rate = Field(examples=[0.8])
    """Share of ones that must be found."""


class PrecisionAtRecall(AtBest):
    """Best precision while enough ones are found."""

    aliases = ("precision_at_recall",)
    shorthand = "recall"

    recall: Rate = Field(examples=[0.8])
    """Share of ones that must be found."""


class RecallAtPrecision(AtBest):
    """Best share of ones found while enough of the found are ones."""

    aliases = ("recall_at_precision",)
    shorthand = "precision"

    precision: Rate = Field(examples=[0.8])
    """Share of the found ones that must be ones."""


class AUC(Counted):
    """Area under the curve of true over false positives, or of precision over recall."""

    aliases = ("auc",)
    direction = "max"
    reach = (0.0, 1.0)

    num_thresholds: AtLeastTwo = 200
    """How many thresholds approximate the curve, evenly from 0 to 1."""
    curve: Literal["ROC", "PR", "PRGAIN"] = "ROC"
    """The curve: true over false positives, precision over recall, or their gains."""
    summation_method: Literal["interpolation", "minoring", "majoring"] = "interpolation"
    """How the area between two points is filled: between, below or above them."""
    thresholds: Annotated[tuple[Rate, ...], Field(min_length=1)] | None = Field(
        default=None, examples=[[0.25, 0.5, 0.75]]
    )
    """Thresholds to use in place of even ones."""
    multi_label: Flag = False
    """Whether units are labels of their own, whose areas are averaged."""
    num_labels: Positive | None = Field(default=None, examples=[3])
    """Number of labels, if they are averaged."""
    label_weights: tuple[Rate, ...] | None = Field(default=None, examples=[[1, 0.5]])
    """Weight of each label in the average."""
    from_logits: Flag = False
    """Whether the network gives scores (a linear head) in place of probabilities."""

    @model_validator(mode="after")
    def check_labels(self) -> Self:
        """Refuse a number of labels where labels are not averaged."""
        if self.num_labels is not None and not self.multi_label:
            raise PydanticCustomError(
                "contradiction",
                "num_labels {labels} needs multi_label: true",
                {"labels": self.num_labels, "field": "num_labels"},
            )
        return self


class FScore(Computed, abstract=True):
    """A mean of precision and recall; targets one-hot or several labels."""

    task = ("binary", "multiclass")
    targets = "one_hot"
    predictions = "probability"
    direction = "max"
    reach = (0.0, 1.0)
    power = 0

    average: Literal["micro", "macro", "weighted"] | None = None
    """How classes become one figure: by rows, evenly, by their size; one each if null."""
    threshold: OpenShare | None = Field(default=None, examples=[0.5])
    """Probability above which a unit says 1; the row's largest unit if absent."""


class F1Score(FScore):
    """Harmonic mean of precision and recall."""

    aliases = ("f1_score",)
    shorthand = "average"

    name: Text = "f1_score"
    """Name in the logs."""


class FBetaScore(FScore):
    """Mean of precision and recall in which recall weighs beta times as much."""

    aliases = ("f_beta_score",)
    shorthand = "beta"

    beta: PositiveNumber = 1.0
    """Weight of recall: 1 is the F1 score."""
    name: Text = "fbeta_score"
    """Name in the logs."""
