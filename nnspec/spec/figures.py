"""Floor 3, further figures: those that a report has behind its main ones, by name."""

OF_SERIES = "mase"
"""The figure that a series alone has."""
NUMBERS_FURTHER = ("median_ae", "mape", "smape", "explained_variance", "max_error", OF_SERIES)
CLASSES_FURTHER = (
    *("balanced_accuracy", "macro_precision", "macro_recall"),
    *("pr_auc", "log_loss", "brier"),
)
SOUGHT = ("precision", "recall", "f1")
"""Figures of the second of two classes; main ones where it is looked for."""
LABELS_FURTHER = ("balanced_accuracy", "precision", "recall", "pr_auc", "log_loss", "brier")
SPLITS = ("train", "validation", "test")
"""What a gate may begin with: the rows whose figure it bounds; the test's if it does not."""


def split_of(name: str) -> tuple[str, str]:
    """Return the rows that a gate is on, and the rest of its name."""
    split, dot, rest = name.partition(".")
    return (split, rest) if dot and split in SPLITS else (SPLITS[-1], name)
