"""Metrics of masks: intersection over union of classes, pixel by pixel; floor 2."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.losses import Predictions, Targets
from nnspec.catalog.metrics import Metric
from nnspec.catalog.types import Flag, Integer, NonNegative, Positive, Rate, Text

CountType = Literal["int32", "int64", "float32", "float64"]
Classes = Annotated[tuple[NonNegative, ...], Field(min_length=1)]


class Intersection(Metric, abstract=True):
    """Common area of target and prediction over the area that either covers."""

    direction = "max"
    reach = (0.0, 1.0)
    power = 0

    dtype: CountType | None = None
    """Type of numbers that pixels are counted in; int64 if absent."""

    name: Text | None = Field(default=None, examples=["measured"])
    """Name in the logs; the metric's own in small letters if absent."""


class AmongClasses(Intersection, abstract=True):
    """Intersection over union where a pixel has one of several classes."""

    task = ("multiclass",)
    targets: ClassVar[Targets] = "indices"
    predictions: ClassVar[Predictions] = "indices"

    num_classes: Positive = Field(examples=[3])
    """Number of classes."""
    ignore_class: Integer | None = Field(default=None, examples=[0])
    """Class number of pixels that are left out."""
    axis: Integer = -1
    """Axis of the classes, where there is one, batch axis 0; -1 is the last."""


class Chosen(AmongClasses, abstract=True):
    """Intersection over union of some of the classes."""

    target_class_ids: Classes = Field(examples=[[0, 1]])
    """Class numbers whose figures are averaged."""

    @model_validator(mode="after")
    def check_classes(self) -> Self:
        """Refuse a class number that there is not."""
        if max(self.target_class_ids) >= self.num_classes:
            raise PydanticCustomError(
                "contradiction",
                "class {largest} is beyond the {count} classes, numbered from 0",
                {
                    "largest": max(self.target_class_ids),
                    "count": self.num_classes,
                    "field": "target_class_ids",
                },
            )
        return self


class IoU(Chosen):
    """Intersection over union of the named classes, averaged."""

    aliases = ("io_u",)

    sparse_y_true: Flag = True
    """Whether targets are class numbers; one-hot if not."""
    sparse_y_pred: Flag = True
    """Whether predictions are class numbers; one score for each class if not."""


class MeanIoU(AmongClasses):
    """Intersection over union, averaged over all classes."""

    aliases = ("mean_io_u",)
    shorthand = "num_classes"

    sparse_y_true: Flag = True
    """Whether targets are class numbers; one-hot if not."""
    sparse_y_pred: Flag = True
    """Whether predictions are class numbers; one score for each class if not."""


class OneHotIoU(Chosen):
    """Intersection over union of the named classes, averaged; targets one-hot."""

    aliases = ("one_hot_io_u",)
    targets = "one_hot"
    predictions = "scores"

    sparse_y_pred: Flag = False
    """Whether predictions are class numbers; one score for each class if not."""


class OneHotMeanIoU(AmongClasses):
    """Intersection over union, averaged over all classes; targets one-hot."""

    aliases = ("one_hot_mean_io_u",)
    shorthand = "num_classes"
    targets = "one_hot"
    predictions = "scores"

    sparse_y_pred: Flag = False
    """Whether predictions are class numbers; one score for each class if not."""


class BinaryIoU(Intersection):
    """Intersection over union of the two sides of a threshold, averaged."""

    aliases = ("binary_io_u",)
    task = ("binary",)
    targets = "zero_one"
    predictions = "probability"

    target_class_ids: Annotated[tuple[NonNegative, ...], Field(min_length=1, max_length=2)] = (0, 1)
    """Which of 0 and 1 are averaged."""
    threshold: Rate = 0.5
    """Probability from which a pixel is 1."""

    @model_validator(mode="after")
    def check_classes(self) -> Self:
        """Refuse a class other than 0 and 1."""
        if max(self.target_class_ids) > 1:
            raise PydanticCustomError(
                "contradiction",
                "class {largest} is neither 0 nor 1",
                {"largest": max(self.target_class_ids), "field": "target_class_ids"},
            )
        return self
