"""Floor 8, the weight of each row: whether figures and baselines count it as the training did."""

import numpy as np

from nnspec.data import Dataset, SplitName
from nnspec.judge.answers import Floats
from nnspec.spec.spec import Spec


def row_weights(spec: Spec, dataset: Dataset, split: SplitName) -> Floats | None:
    """Return how much each row of a split counts in the figures, (rows,); None: all alike.

    A row's weight is its sample weight times that of its class.
    """
    if not spec.evaluation.weighted or not _settings(spec, dataset):
        return None
    part = dataset.splits[split]
    own = part.weights
    weights = np.ones(len(part)) if own is None else own.astype(np.float64)
    by_class = spec.training.class_weight if spec.training else None
    if by_class:
        name, labels = next(iter(dataset.raw_targets(split).items()))
        by_label = dataset.fitted.targets[name].weigh(by_class)
        weights = weights * [by_label.get(label, 1.0) for label in labels.tolist()]
    return weights


def weights_told(spec: Spec, dataset: Dataset) -> tuple[str, ...]:
    """Return the line of the report on weights, none where the training knows none."""
    settings = _settings(spec, None)
    if not settings:
        return ()
    by = " and ".join(settings)
    counted = _settings(spec, dataset)
    if spec.evaluation.weighted and counted != settings:
        alike = f"; by {counted[0]} they do" if counted else ""
        return (f"these rows have no weights in {settings[0]}, and count alike in that{alike}",)
    if spec.evaluation.weighted:
        return (f"figures and baselines count each row by its weight ({by})",)
    return (f"figures and baselines count all rows alike; the training weighs them by {by}",)


def _settings(spec: Spec, dataset: Dataset | None) -> list[str]:
    """Return the settings of a spec that weigh rows, in words: with a dataset those it allows."""
    found = []
    held = dataset is None or any(one.weights is not None for one in dataset.splits.values())
    if spec.data and spec.data.sample_weight and held:
        found.append(f'the column "{spec.data.sample_weight}"')
    if spec.training and spec.training.class_weight:
        found.append("class_weight")
    return found
