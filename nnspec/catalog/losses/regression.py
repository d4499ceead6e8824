"""Losses of predicted numbers; floor 2."""

from nnspec.catalog.losses import Reduced
from nnspec.catalog.types import PositiveNumber, Text


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
