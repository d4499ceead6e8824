"""Callbacks: what acts between epochs; floor 2.

Those that write files or print are absent: the run writes checkpoints, logs and reports itself.
"""

from typing import Annotated, Literal

from pydantic import Field

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import Flag, NonNegative, NonNegativeNumber, Number, Text

Factor = Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]

Verbosity = Annotated[int, Field(strict=True, ge=0, le=1)]


class Callback(CatalogObject, family="callbacks"):
    """Acts between epochs of the training."""


class Monitoring(Callback, abstract=True):
    """Watches one figure of the logs, epoch by epoch."""

    monitor: Text = "val_loss"
    """Name of the figure: loss or a metric's name, with val_ before it on validation rows. Metrics
    are in the target's own units; a loss is that of scaled targets (`data.target_scaling`)."""
    mode: Literal["auto", "min", "max"] = "auto"
    """Whether less or more is better; known from the metric if auto."""
    verbose: Verbosity = 0
    """Whether Keras prints a line when it acts."""


class EarlyStopping(Monitoring):
    """Stops the training when the figure no longer gets better."""

    shorthand = "patience"

    min_delta: NonNegativeNumber = 0.0
    """Smallest change that counts as better, in the figure's unit."""
    patience: NonNegative = 0
    """Epochs without an improvement that are borne."""
    baseline: Number | None = Field(default=None, examples=[0.5])
    """Figure that must be beaten within the patience."""
    restore_best_weights: Flag = False
    """Whether the weights of the best epoch are put back at the end."""
    start_from_epoch: NonNegative = 0
    """Epochs at the beginning that are not watched."""


class ReduceLROnPlateau(Monitoring):
    """Lowers the learning rate when the figure no longer gets better."""

    factor: Factor = 0.1
    """What the learning rate is multiplied by."""
    patience: NonNegative = 10
    """Epochs without an improvement that are borne."""
    min_delta: NonNegativeNumber = 1e-4
    """Smallest change that counts as better, in the figure's unit."""
    cooldown: NonNegative = 0
    """Epochs after a reduction that are not watched."""
    min_lr: NonNegativeNumber = 0.0
    """Lowest learning rate."""


class TerminateOnNaN(Callback):
    """Stops the training when the loss is no finite number."""

    raise_error: Flag = False
    """Whether the run fails, rather than ends early with the best weights before."""


class SwapEMAWeights(Callback):
    """Evaluates with the moving average of the weights that the optimizer keeps (`use_ema`)."""

    swap_on_epoch: Flag = False
    """Whether the average stands in between epochs too, for checkpoints."""
