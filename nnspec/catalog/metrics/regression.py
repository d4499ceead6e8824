"""Metrics of numbers: errors in the target's unit, and agreement without a unit; floor 2."""

from typing import ClassVar, Literal

from nnspec.catalog.metrics import Computed, Reach
from nnspec.catalog.types import Integer, NonNegative, Text


class Error(Computed, abstract=True):
    """A difference between target and prediction: less is better."""

    task = ("regression",)
    direction = "min"
    reach: ClassVar[Reach] = (0.0, None)


class Agreement(Computed, abstract=True):
    """A likeness of target and prediction, without a unit: more is better."""

    task = ("regression",)
    direction = "max"
    power: ClassVar[int | None] = 0
    reach: ClassVar[Reach] = (-1.0, 1.0)


class AgreementAlong(Agreement, abstract=True):
    """A likeness computed along one axis."""

    axis: Integer = -1
    """Axis that is compared, batch axis 0; -1 is the last."""


class MeanSquaredError(Error):
    """Mean of the squared differences, in the target's unit squared."""

    aliases = ("mean_squared_error", "mse", "MSE")
    power = 2

    name: Text = "mean_squared_error"
    """Name in the logs."""


class RootMeanSquaredError(Error):
    """Root of the mean squared difference, in the target's unit."""

    aliases = ("root_mean_squared_error", "rmse")
    power = 1

    name: Text = "root_mean_squared_error"
    """Name in the logs."""


class MeanAbsoluteError(Error):
    """Mean of the sizes of the differences, in the target's unit."""

    aliases = ("mean_absolute_error", "mae", "MAE")
    power = 1

    name: Text = "mean_absolute_error"
    """Name in the logs."""


class MeanAbsolutePercentageError(Error):
    """Mean of the differences relative to the target, in percent; unfit for targets near 0."""

    aliases = ("mean_absolute_percentage_error", "mape", "MAPE")

    name: Text = "mean_absolute_percentage_error"
    """Name in the logs."""


class MeanSquaredLogarithmicError(Error):
    """Mean of the squared differences of log(1 + x); negative values count as 0."""

    aliases = ("mean_squared_logarithmic_error", "msle", "MSLE")
    targets = "non_negative"

    name: Text = "mean_squared_logarithmic_error"
    """Name in the logs."""


class LogCoshError(Error):
    """Mean of log(cosh(difference)): squared for small differences, absolute for large ones."""

    aliases = ("log_cosh_error", "log_cosh")

    name: Text = "logcosh"
    """Name in the logs."""


class Poisson(Error):
    """Mean of prediction - target * log(prediction): for counts."""

    aliases = ("poisson",)
    targets = "non_negative"
    predictions = "positive"
    reach = (None, None)

    name: Text = "poisson"
    """Name in the logs."""


class R2Score(Agreement):
    """Share of the target's variance that the predictions explain: 1 is perfect, 0 the mean."""

    aliases = ("r2_score", "r2")
    reach = (None, 1.0)

    class_aggregation: Literal["uniform_average", "variance_weighted_average"] | None = (
        "uniform_average"
    )
    """How several targets become one figure; one figure each if null."""
    num_regressors: NonNegative = 0
    """Number of features that the adjusted figure accounts for; 0 gives the plain one."""
    name: Text = "r2_score"
    """Name in the logs."""


class CosineSimilarity(AgreementAlong):
    """Cosine between target and prediction: 1 when they point the same way."""

    aliases = ("cosine_similarity",)
    power = None

    name: Text = "cosine_similarity"
    """Name in the logs."""


class PearsonCorrelation(AgreementAlong):
    """Linear correlation of target and prediction, -1 to 1."""

    aliases = ("pearson_correlation",)

    name: Text = "pearson_correlation"
    """Name in the logs."""


class ConcordanceCorrelation(AgreementAlong):
    """Correlation that also asks for equal mean and spread, -1 to 1."""

    aliases = ("concordance_correlation",)

    name: Text = "concordance_correlation"
    """Name in the logs."""
