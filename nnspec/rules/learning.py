"""Floor 5: what a learning rule can train, and the settings that it has no use for."""

from collections.abc import Iterator

from nnspec.catalog.callbacks import ReduceLROnPlateau, SwapEMAWeights
from nnspec.catalog.learning_rules import Perceptron
from nnspec.diagnostics import Diagnostic, Path, Span
from nnspec.network.network import ResolvedNode
from nnspec.rules.callbacks import callbacks
from nnspec.rules.case import Case, at
from nnspec.rules.figures import log_name
from nnspec.rules.gradients import has_free_weights
from nnspec.rules.head import Head
from nnspec.rules.kinds import function_of, inner, is_function
from nnspec.rules.rule import rule
from nnspec.rules.task import is_reconstruction
from nnspec.shapes import show
from nnspec.spec.builtin import columns_of_output
from nnspec.spec.learning import RULE
from nnspec.spec.training import HALF

UNIT = "write model: [Dense: {units: 1, activation: step}]"
GRADED = frozenset(
    {
        "AUC",
        "BinaryCrossentropy",
        "CategoricalCrossentropy",
        "CategoricalHinge",
        "Hinge",
        "KLDivergence",
        "PrecisionAtRecall",
        "RecallAtPrecision",
        "SensitivityAtSpecificity",
        "SparseCategoricalCrossentropy",
        "SpecificityAtSensitivity",
        "SquaredHinge",
    }
)
"""Metrics that take probabilities or scores, which a threshold does not give."""
LEARNED_WITHOUT = frozenset(
    {
        "activity_regularizer",
        "bias_constraint",
        "bias_regularizer",
        "kernel_constraint",
        "kernel_regularizer",
        "lora_rank",
    }
)
"""Arguments of a Dense that work by the gradient, or behind an optimizer's step."""
MATRIX = 2
"""Rank of a tensor of plain columns, batch included."""


def perceptron(case: Case) -> Perceptron | None:
    """Return the perceptron rule of a spec, None where it has none."""
    found = case.training.rule if case.training and not case.within else None
    return found if isinstance(found, Perceptron) else None


@rule("T140")
def check_unit(case: Case) -> Iterator[Diagnostic]:
    """Find networks that are more, or something else, than one threshold unit."""
    if perceptron(case) is None or not case.heads:
        return
    if len(case.heads) > 1:
        message = f"the perceptron rule trains one output; found {', '.join(case.outputs)}"
        yield Diagnostic("T140", message, case.heads[1].span, "list one output")
        return
    (head,) = case.heads
    data = case.spec.data
    if data is not None and is_reconstruction(data):
        message = "the perceptron rule learns from labels, and the data section names no target"
        yield Diagnostic(
            "T140", message, case.place("training", RULE), "add target: COLUMN to data"
        )
        return
    columns = columns_of_output(data, head.name) if data is not None else ()
    if len(columns) > 1:
        message = f"the perceptron rule learns one target column; found {', '.join(columns)}"
        yield Diagnostic("T140", message, case.place("data", "target"), "name one of them")
    unit = unit_of(case, head)
    if unit is None:
        yield from no_unit(head)
        return
    yield from misshapen(unit, head)
    for node in case.network.nodes:
        if node.name not in {unit.name, head.layer}:
            yield from beside(node)


def unit_of(case: Case, head: Head) -> ResolvedNode | None:
    """Return the Dense whose weighted sums pass the threshold, None where there is none.

    The threshold is its activation, or that of an Activation right behind it.
    """
    node = head.node
    if node is None or node.name != head.layer or head.function != "step":
        return None
    if node.layer is not None and is_function(node.layer):
        node = case.feeder(node)
        if node is None or node.layer is None or function_of(node.layer) != "linear":
            return None
    plain = node.layer is not None and node.layer.keras_name == "Dense"
    return node if plain and not node.node.shares else None


def no_unit(head: Head) -> Iterator[Diagnostic]:
    """Give the finding about a head that is no threshold unit."""
    found = "found another layer behind it" if head.behind and head.function == "step" else None
    what = found or f"found {head.function or 'another layer'}"
    message = f"the perceptron rule trains a Dense with activation: step; {what}"
    if head.node is None or found:
        yield Diagnostic("T140", message, head.span, UNIT)
    else:
        yield at(head.node, "T140", message, "activation", hint=UNIT)


def misshapen(unit: ResolvedNode, head: Head) -> Iterator[Diagnostic]:
    """Give what keeps a layer from learning as one unit: its units, its input, its arguments."""
    assert unit.layer is not None, "it was read"
    units = getattr(unit.layer, "units", 1)
    if units != 1:
        message = f"the perceptron rule tells two classes apart by 1 unit; found {units} units"
        hint = "write units: 1; for several classes a loss, softmax and a unit per class"
        yield at(unit, "T140", message, "units", hint=hint)
    elif head.tensor is not None and head.tensor.rank > MATRIX:
        message = (
            f"the perceptron rule learns from one row of numbers; the output is "
            f"{show(head.tensor.shape)}"
        )
        yield at(unit, "T140", message, hint="put Flatten before it")
    if not unit.layer.trainable:
        message = "the perceptron rule has nothing to train: the unit is frozen"
        yield at(unit, "T140", message, "trainable", hint="remove trainable: false")
    for name in sorted(LEARNED_WITHOUT):
        if getattr(unit.layer, name, None) is not None:
            message = f"{name} has no part in the perceptron rule"
            yield at(unit, "T140", message, name, hint="remove it")


def beside(node: ResolvedNode) -> Iterator[Diagnostic]:
    """Give the finding about a layer before the unit that learns, or acts only in training."""
    layer = node.layer
    if layer is None:
        return
    name = layer.keras_name
    if has_free_weights(node) or (layer.trainable and node.weights):
        message = f"the perceptron rule trains one unit; {name} before it has weights of its own"
        yield at(node, "T140", message, hint="remove it, or train by an optimizer and a loss")
    elif "seed" in type(inner(layer)).model_fields:
        message = f"the perceptron rule visits the rows as they are; {name} changes them by chance"
        yield at(node, "T140", message, hint="remove it")


def barred(case: Case) -> frozenset[Span | None]:
    """Return the places of layers that have to go: how they would be better is no help then."""
    if perceptron(case) is None:
        return frozenset()
    kept = {head.layer for head in case.heads}
    kept |= {unit.name for head in case.heads if (unit := unit_of(case, head))}
    others = (node for node in case.network.nodes if node.name not in kept)
    return frozenset(node.node.origin.head for node in others if any(beside(node)))


@rule("T141")
def check_settings(case: Case) -> Iterator[Diagnostic]:
    """Find settings of training, runtime and evaluation that a threshold or its rule rules out."""
    training = case.training
    if perceptron(case) is None or training is None:
        return
    if training.loss_weights:
        place: Path = ("training", "loss_weights")
        yield useless(case, place, "loss_weights weigh losses, and the perceptron rule has none")
    for kind in (ReduceLROnPlateau, SwapEMAWeights):
        for callback, path in callbacks(case, kind):
            message = f"{callback.keras_name} changes an optimizer; the perceptron rule has none"
            yield useless(case, path, message)
    for head in case.heads:
        for metric, path in head.metrics:
            if metric.keras_name in GRADED:
                message = f"the metric {log_name(metric)} takes probabilities; step gives 0 or 1"
                yield Diagnostic("T141", message, case.place(*path), "write accuracy")
    if case.spec.evaluation.threshold != HALF:
        message = "`threshold` parts probabilities; step gives 0 or 1"
        yield useless(case, ("evaluation", "threshold"), message)
    if case.spec.evaluation.calibration is not None:
        message = "`calibration` is that of probabilities; step gives 0 or 1"
        yield useless(case, ("evaluation", "calibration"), message)
    yield from executors(case)


def executors(case: Case) -> Iterator[Diagnostic]:
    """Give the findings about executors that follow gradients."""
    runtime = case.spec.runtime
    if runtime.engine != "auto":
        message = f"engine: {runtime.engine} follows gradients; the perceptron rule runs by itself"
        hint = "write engine: auto"
        yield Diagnostic("T141", message, case.place("runtime", "engine"), hint)
    if runtime.xla == "required":
        message = "xla: required compiles steps of gradient descent; the perceptron rule has none"
        yield Diagnostic("T141", message, case.place("runtime", "xla"), "write xla: auto")


def useless(case: Case, path: Path, message: str) -> Diagnostic:
    """Return the finding about a setting that is to be removed."""
    return Diagnostic("T141", message, case.place(*path), "remove it")
