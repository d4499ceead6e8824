"""Floor 8, how figures are written for people: four digits that count, names, durations."""

import math
from collections.abc import Iterable

TITLES = {
    "rmse": "RMSE",
    "r2": "R²",
    "mae": "MAE",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "subset_accuracy": "all right",
    "quantization_error": "quantization error",
    "topographic_error": "topographic error",
    "adjusted_rand": "adjusted Rand",
    "ece": "ECE",
    "nll": "NLL",
    "median_ae": "median AE",
    "mape": "MAPE",
    "smape": "sMAPE",
    "mase": "MASE",
    "explained_variance": "explained variance",
    "max_error": "max error",
    "balanced_accuracy": "balanced accuracy",
    "macro_precision": "macro precision",
    "macro_recall": "macro recall",
    "pr_auc": "PR AUC",
    "log_loss": "log loss",
    "brier": "Brier",
}
"""Metric -> its name in tables."""
_SHARES = frozenset(
    {
        *("r2", "accuracy", "macro_f1", "roc_auc", "f1", "subset_accuracy", "precision", "recall"),
        *("explained_variance", "balanced_accuracy", "macro_precision", "macro_recall"),
        *("pr_auc", "brier", "log_loss", "mape", "smape", "mase"),
        *("topographic_error", "silhouette", "adjusted_rand", "purity", "ece"),
    }
)
_BETTER_LOW = frozenset({"topographic_error", "ece"})
"""Shares that are better the lower they are, as every figure is that is no share."""
_PLAIN_SHARE = 100
"""Magnitude up to which a share is written with four decimals; R² has no lower bound."""
UNDEFINED = "-"
_PLAIN = (1e-4, 1e7)
"""Magnitudes between these are written without an exponent."""


def show_title(metric: str) -> str:
    """Return a metric's name as it stands in a table."""
    return TITLES.get(metric, metric)


def show_figure(value: float | None) -> str:
    """Return a figure with four digits that count: 0.4532, 54.12, 1,234.

    An undefined one is a dash.
    """
    if value is None:
        return UNDEFINED
    size = abs(value)
    if size == 0 or not math.isfinite(value):
        return f"{value:g}"
    if not _PLAIN[0] <= size < _PLAIN[1]:
        return f"{value:.3e}"
    decimals = max(0, 3 - max(-3, math.floor(math.log10(size))))
    return f"{value:,.{min(decimals, 4) if size >= 1e-2 else decimals}f}"  # noqa: PLR2004  0.0123


def show_metric(metric: str, value: float | None) -> str:
    """Return a figure of a metric: those that are shares of one with four decimals."""
    if value is not None and metric in _SHARES and abs(value) < _PLAIN_SHARE:
        return f"{round(value, 4) + 0.0:.4f}"  # adding zero takes the sign off a negative one
    return show_figure(value)


def is_better(metric: str, value: float, other: float) -> bool:
    """Return whether a figure of a metric is better than another."""
    rises = metric in _SHARES and metric not in _BETTER_LOW
    return value > other if rises else value < other


def show_seconds(seconds: float) -> str:
    """Return a duration: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.95:  # noqa: PLR2004  ten seconds, rounded
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def metric_names(tables: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return every metric of some tables once, in the order in which they first appear."""
    return tuple(dict.fromkeys(name for table in tables for name in table))
