"""What each trained output asks of the data: read off its loss, its head and the data section."""

from collections.abc import Mapping

from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.learning_rules import Mistakes
from nnspec.catalog.losses import Loss
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import TargetNeed, TargetNeeds
from nnspec.rules.task import task_of
from nnspec.spec.data import DataSection
from nnspec.spec.training import TrainingSection

CLASSES = {"binary", "multiclass"}


def losses_by_output(training: TrainingSection, outputs: tuple[str, ...]) -> dict[str, Loss]:
    """Return the loss of each output that is trained, by the output's name."""
    if isinstance(training.loss, dict):
        return {name: loss for name, loss in training.loss.items() if loss is not None}
    return dict.fromkeys(outputs, training.loss)


def target_needs(
    data: DataSection, training: TrainingSection, units: Mapping[str, int | None]
) -> TargetNeeds:
    """Return what each trained output needs.

    Args:
        data: the data section; `task` decides where the loss leaves it open.
        training: the training section.
        units: length of the last axis of each output, None where it is unknown.

    Raises:
        Refused: D115 where the loss and the task that the spec declares contradict each other.
    """
    if isinstance(training.rule, Kohonen):
        return dict.fromkeys(units, TargetNeed("cluster"))
    losses = losses_by_output(training, tuple(units))
    return {name: need_of(loss, data, units.get(name)) for name, loss in losses.items()}


def need_of(loss: Loss, data: DataSection, units: int | None) -> TargetNeed:
    """Return what one output needs."""
    if loss.task in CLASSES and data.task == "regression":
        message = f"{loss.keras_name} measures classes, but data.task is regression"
        raise refuse("D115", message, path=("data", "task"))
    task = task_of(loss, data, units) or "regression"
    # A loss of numbers over classes (mse on a softmax) compares units one by one.
    one_hot = loss.targets in {"one_hot", "distribution"} or loss.task == "regression"
    # The overlap of masks is that of arrays of one shape.
    one_hot = one_hot or (loss.targets == "zero_one" and loss.keras_name != "crossentropy")
    ignored = getattr(loss, "ignore_class", None) if task == "multiclass" else None
    numbers = task == "regression"
    return TargetNeed(
        task,
        one_hot=one_hot and task == "multiclass",
        units=units,
        ignored=ignored,
        quantiles=getattr(loss, "quantiles", ()) if numbers else (),
        floor=getattr(loss, "floor", None) if numbers else None,
        by_rule=isinstance(loss, Mistakes),
    )
