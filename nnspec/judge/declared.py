"""Floor 8, the figures that a spec names: built in the target's units, measured on every split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import keras
import numpy as np
import tensorflow as tf

from nnspec.build.keras_graph import with_mask
from nnspec.build.objects import build_object
from nnspec.catalog.metrics import Metric
from nnspec.data import Preprocessing, TargetFit
from nnspec.data.fit.scaled import without_logarithm
from nnspec.data.table import Values
from nnspec.judge.answers import Floats, Truths
from nnspec.judge.figures import Metrics, finite, measured
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    NumberHead,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
    describe_head,
)
from nnspec.judge.units import (
    ByMask,
    Flattened,
    Multiplied,
    OfAnswer,
    RootOfEachColumn,
    ScaledBack,
    WithoutIgnored,
    WithoutLogarithm,
    mean_of,
    r2_of_each_picture,
    root_of_each_picture,
)
from nnspec.rules.figures import log_name
from nnspec.spec.training import TrainingSection, named_metrics

ELEMENTS = 2**20
"""Numbers of an output that a metric is given at a time."""
BUILT_IN = {
    ("MeanAbsoluteError", "mae"),
    ("RootMeanSquaredError", "rmse"),
    ("R2Score", "r2"),
    ("accuracy", "accuracy"),
    ("Precision", "precision"),
    ("Recall", "recall"),
    ("BinaryAccuracy", "accuracy"),
    ("CategoricalAccuracy", "accuracy"),
    ("SparseCategoricalAccuracy", "accuracy"),
}
"""Metrics, with the names under which they say what the built-in figure of that name says."""


@dataclass(frozen=True, slots=True)
class Left:
    """What left the network for the rows of a split, beside what its loss compares it with."""

    output: Values
    """(rows, ...) as the network gives it."""
    target: Values
    """(rows, ...) as the loss is given it."""
    mask: Truths | None = None
    """Which steps count, (rows, steps); None: all."""
    weights: Floats | None = None
    """How much each row counts, (rows,); None: all alike."""

    def parts(self) -> Iterator[tuple[tf.Tensor, tf.Tensor, tf.Tensor | None]]:
        """Give targets, outputs and weights, a bounded number of rows at a time."""
        step = max(1, ELEMENTS // max(1, self.output[:1].size))
        for start in range(0, len(self.output), step):
            rows = slice(start, start + step)
            output = tf.constant(self.output[rows])
            if self.mask is not None:
                output = with_mask(output, tf.constant(self.mask[rows]))
            weights = None if self.weights is None else tf.constant(self.weights[rows], tf.float32)
            yield tf.constant(self.target[rows]), output, weights


def metrics_of(training: TrainingSection, output: str) -> Sequence[Metric]:
    """Return the metrics that a spec names for one output; a list is that of the only one."""
    named = named_metrics(training.metrics)
    return named.get(output, []) if isinstance(named, dict) else named


def build_metrics(
    training: TrainingSection, fitted: Preprocessing
) -> dict[str, list[keras.metrics.Metric]]:
    """Return the metrics of each trained output, in the target's own units."""
    return {
        name: [build_metric(one, fitted, name) for one in metrics_of(training, name)]
        for name in fitted.targets
    }


def build_metric(metric: Metric, fitted: Preprocessing, output: str) -> Any:  # noqa: ANN401 - a Keras metric, or its word
    """Return a metric of an output that gives its figure in the target's own units."""
    head, target = describe_head(fitted, output), fitted.targets[output]
    match head:
        case Numbers() if head.quantiles or head.normal:
            return OfAnswer(_of_numbers(metric, head, target), head.quantiles)
        case Numbers() | Reconstruction():
            return _of_numbers(metric, head, target)
        case SeveralLabels():
            labels = len(head.labels)
            return _in_lines(_of_labels(metric), (labels, labels), head.cell[:-1])
        case ClassPerPosition() | OneClass():
            positions = head.shape if isinstance(head, ClassPerPosition) else ()
            units = 1 if target.need == "binary" else len(head.classes)
            made = _in_lines(_of_classes(metric, target), (units, units), positions)
            sparse = target.ignored is not None and not target.one_hot
            return WithoutIgnored(made, int(target.ignored or 0)) if sparse else made
        case Clusters() | Unjudged():
            return build_object(metric)
        case _:
            assert_never(head)


def _of_numbers(metric: Metric, head: NumberHead, target: TargetFit) -> keras.metrics.Metric:
    """Return a metric of numbers in their units; averaged as the report averages its own."""
    if target.log:
        made = _of_numbers(metric, head, without_logarithm(target))
        return WithoutLogarithm(made, target.scale)
    columns, positions = (len(head.measured), head.cell[-1]), head.cell[:-1]
    kind = metric.keras_name
    if kind == "RootMeanSquaredError" and (head.of_pictures or head.cell != (1,)):
        return _root_of_numbers(metric, head, target)
    if kind == "R2Score" and head.of_pictures:
        steps = _in_lines(build_object(metric), columns, positions)
        return ByMask(mean_of(r2_of_each_picture, log_name(metric), "up"), steps)
    made = build_object(metric)
    if kind == "R2Score" and getattr(metric, "class_aggregation", "") == "uniform_average":
        return _in_lines(made, columns, positions)
    if metric.power is not None and len(set(zip(target.scale, target.shift, strict=True))) == 1:
        factor = target.scale[0] ** metric.power
        scaled = made if factor == 1 else Multiplied(made, factor)
        return _in_lines(scaled, columns, positions)
    # What no shift changes is not shifted: large numbers would lose their last digits in float32.
    unmoved = metric.power is not None and not hasattr(metric, "axis")
    shift = (0.0,) * len(target.shift) if unmoved else target.shift
    return ScaledBack(_in_lines(made, columns, positions), target.scale, shift)


def _root_of_numbers(metric: Metric, head: NumberHead, target: TargetFit) -> keras.metrics.Metric:
    """Return the root mean square error of each picture or column, of each unit where masked."""
    name, dtype = log_name(metric), getattr(metric, "dtype", None)

    def of_each(columns: int) -> keras.metrics.Metric:
        scale = np.broadcast_to(np.asarray(target.scale), (columns,)).tolist()
        return RootOfEachColumn(name, dtype, tuple(scale))

    if head.of_pictures:
        whole = Multiplied(mean_of(root_of_each_picture, name, "down"), target.scale[0])
    else:
        whole = of_each(len(head.measured))
    return ByMask(whole, of_each(head.cell[-1])) if head.cell[:-1] else whole


def _in_lines(made: Any, columns: tuple[int, int], positions: tuple[int, ...]) -> Any:  # noqa: ANN401 - a Keras metric, or its word
    """Return a metric that takes steps or pixels as lines, and leaves masked ones out.

    Means over lines do both by themselves (Keras 3.15, metrics/reduction_metrics.py,
    MeanMetricWrapper); others take (lines, columns) alone, or count masked steps.

    Args:
        made: the metric.
        columns: numbers of a line, and those of a step, which is a line where steps are masked.
        positions: the axes of steps or pixels.
    """
    innermost = made.inner if isinstance(made, Multiplied) else made
    means = isinstance(innermost, keras.metrics.MeanMetricWrapper | str)
    return made if means or not positions else Flattened(made, *columns)


def _of_labels(metric: Metric) -> Any:  # noqa: ANN401 - a Keras metric, or its word
    """Return a metric of labels; Keras' word would look for the largest of them."""
    if metric.keras_name == "accuracy":
        return keras.metrics.BinaryAccuracy(name=log_name(metric))
    return build_object(metric)


def _of_classes(metric: Metric, target: TargetFit) -> Any:  # noqa: ANN401 - a Keras metric, or its word
    """Return a metric of one class, the word `accuracy` as the class that Keras means by it."""
    if metric.keras_name != "accuracy":
        return build_object(metric)
    name = log_name(metric)
    if target.need == "binary":
        return keras.metrics.BinaryAccuracy(name=name)
    if target.one_hot:
        return keras.metrics.CategoricalAccuracy(name=name)
    return keras.metrics.SparseCategoricalAccuracy(name=name)


def report_names(head: Head, metrics: Sequence[Metric]) -> dict[str, Metric]:
    """Return the name in the report of each metric that no built-in figure says already.

    It is the name in the logs, with a number where two have the same, as Keras counts them.
    """
    found: dict[str, Metric] = {}
    for metric in metrics:
        name = log_name(metric)
        known = name in measured(head)
        if known and (metric.keras_name, name) in BUILT_IN and _is_plain(metric):
            continue
        base = f"{name}_declared" if known else name
        free, number = base, 0
        while free in found:
            number += 1
            free = f"{base}_{number}"
        found[free] = metric
    return found


def _is_plain(metric: Metric) -> bool:
    """Return whether a metric has Keras' own settings, name and type of numbers apart."""
    fields = type(metric).model_fields
    return all(
        getattr(metric, name) == one.default
        for name, one in fields.items()
        if name not in {"name", "dtype"}
    )


def measure_declared(
    metrics: Sequence[Metric], fitted: Preprocessing, head: Head, left: Left
) -> Metrics:
    """Return the figures that a spec names for one output on one split, in the target's units.

    Args:
        metrics: those of the output.
        fitted: what was fitted on the training rows.
        head: what the output predicts.
        left: what left the network.
    """
    found: dict[str, float | None] = {}
    for name, metric in report_names(head, metrics).items():
        made = build_metric(metric, fitted, head.name)
        for target, output, weights in left.parts():
            made.update_state(target, output, sample_weight=weights)
        values = np.asarray(made.result(), np.float64).ravel()
        if len(values) == 1:
            found[name] = finite(values[0])
        else:
            found |= {f"{name}_{place}": finite(one) for place, one in enumerate(values)}
    return found


def find_figure(
    name: str, metrics: Sequence[Metric], figures: Mapping[str, float | None]
) -> float | None:
    """Return a figure of a report by any name that a spec may call it by; None if it has none."""
    called = [name]
    called += [
        log_name(one) for one in metrics if name in {one.keras_name, *one.aliases, log_name(one)}
    ]
    return next((figures[one] for one in called if figures.get(one) is not None), None)
