"""Floor 8, the engine: trains, evaluates and predicts with a compiled Keras model.

    Plan ─ choice ─┬─ fused       data on the device, many steps in one compiled call
                   ├─ keras_fit   the functions inside `Model.fit`, step by step
                   ├─ perceptron  the perceptron rule, where a spec names it
                   └─ kohonen     the rule of maps, where a spec names it

The first two run the same steps over the same rows in the same order; `Outcome.execution` says
which one ran, what XLA compiled, and why.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import keras

from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.learning_rules import Perceptron
from nnspec.data.arrays import Arrays
from nnspec.data.rows import EpochRows, RowSource
from nnspec.engine.errors import found
from nnspec.engine.executor import Executor
from nnspec.engine.order import epoch_order
from nnspec.engine.plan import EngineName, Execution, Outcome, Plan, XlaMode
from nnspec.engine.snapshot import Snapshot
from nnspec.engine.tensorflow.device import (
    available_cores,
    choose_device,
    current_device,
    use_threads,
)
from nnspec.engine.tensorflow.feed import Array, Feed, build_variables, whole_feed
from nnspec.engine.tensorflow.fused import Fused, evaluate_fused
from nnspec.engine.tensorflow.keras_callbacks import KerasCallbacks
from nnspec.engine.tensorflow.keras_fit import KerasFit
from nnspec.engine.tensorflow.kohonen import KohonenMap
from nnspec.engine.tensorflow.perceptron import PerceptronLearner, Separated
from nnspec.engine.tensorflow.prediction import Predictor, predict_fused
from nnspec.engine.tensorflow.probe import Probed, probe_network
from nnspec.engine.tensorflow.ranking import Ranker, Won
from nnspec.engine.tensorflow.routes import route_of
from nnspec.engine.tensorflow.traits import choose_here, choose_xla_for_inference
from nnspec.engine.tensorflow.weights import weighted_by_class
from nnspec.engine.training import Capture, Resting, Training, Watcher

__all__ = [
    "Capture",
    "EngineName",
    "Execution",
    "Outcome",
    "Plan",
    "Predictor",
    "Probed",
    "Ranker",
    "Resting",
    "Snapshot",
    "Watcher",
    "Won",
    "XlaMode",
    "available_cores",
    "choose_device",
    "current_device",
    "epoch_order",
    "evaluate",
    "predict",
    "probe",
    "rank",
    "route_of",
    "train",
    "use_threads",
    "weighted_by_class",
]


def train(
    model: keras.Model,
    training: RowSource[Arrays],
    validation: RowSource[Arrays] | None,
    plan: Plan,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Outcome:
    """Train a compiled functional model in place.

    A network that is built for batches of one size, as stateful layers want it, is trained and
    validated without the last rows that do not fill one; `Outcome.execution` says how many.

    Args:
        model: compiled with optimizer, loss and metrics; its input and output names are the
            arrays' keys.
        training: the rows to learn from; `EpochRows` are read anew for every epoch.
        validation: the rows to measure on after each epoch.
        plan: batch, epochs, seed, executor; the snapshot to go on from, if there is one: the
            training ends as the one would have that the snapshot was taken of.
        callbacks: Keras' callbacks, called at the ends of training, epochs and validations;
            one that is a `Watcher` hears of every chunk too.

    Raises:
        Refused: the plan asks for what this model or machine cannot do.
        WrongState: the snapshot is of another training.
        RunFailed: the loss of a step was not a number.
    """
    if plan.taken_up is not None:
        plan = replace(plan, first_epoch=plan.taken_up.epoch, first_step=plan.taken_up.step)
    rows, left_out = whole_feed(model, training)
    checks = None if validation is None else whole_feed(model, validation)[0]
    if isinstance(plan.rule, Perceptron):
        listeners = KerasCallbacks(model, [*callbacks, Separated()], plan, rows.rows)
        build_variables(model, rows)
        learner = PerceptronLearner(model, training.take(slice(0, rows.rows)), checks, plan.rule)
        route = route_of(model, plan, rows.rows)
        running = Training(learner, plan, rows.rows, listeners, route=route)
        return learner.conclude(running.run())
    listeners = KerasCallbacks(model, callbacks, plan, rows.rows)
    executor = _executor(model, rows, checks, plan)
    renew = _renewal(model, training, executor)
    route = route_of(model, plan, rows.rows)
    running = Training(executor, plan, rows.rows, listeners, renew=renew, route=route)
    outcome = running.run()
    return _noting(outcome, left_out, rows.rows, plan.batch_size)


def evaluate(model: keras.Model, arrays: RowSource[Arrays], batch_size: int) -> dict[str, float]:
    """Return the loss and the metrics of these rows, as `Model.evaluate` does.

    A network that is built for batches of one size sees no rows that do not fill one.

    Args:
        model: a compiled functional model.
        arrays: the rows and their targets.
        batch_size: rows per step.
    """
    rows, _ = whole_feed(model, arrays)
    build_variables(model, rows)
    xla = choose_xla_for_inference(model, device=current_device())
    with found():
        return dict(evaluate_fused(model, rows, batch_size, xla=xla))


def predict(model: keras.Model, inputs: dict[str, Array]) -> dict[str, Array]:
    """Return the outputs for these rows: output name -> (rows, ...).

    Args:
        model: a functional model; it need not be compiled.
        inputs: input name -> (rows, ...).
    """
    with found():
        return predict_fused(model, inputs)


def probe(model: keras.Model, arrays: Arrays) -> Probed:
    """Return what units and gradients of a trained network are on some of these rows.

    Args:
        model: a compiled functional model, trained by gradients.
        arrays: rows with targets.
    """
    with found():
        return probe_network(model, arrays)


def rank(model: keras.Model, inputs: dict[str, Array]) -> Won:
    """Return which units win these rows, of a network that ends with a map.

    Args:
        model: a functional model; it need not be compiled.
        inputs: input name -> (rows, ...).
    """
    with found():
        return Ranker(model)(inputs)


def _noting(outcome: Outcome, left_out: int, rows: int, batch: int) -> Outcome:
    """Return the outcome with a word on the training rows that fill no batch."""
    if not left_out:
        return outcome
    said = (
        f"rows: the last {left_out} of {rows + left_out} training rows are left out, "
        f"since the network takes whole batches of {batch}"
    )
    execution = outcome.execution
    return replace(outcome, execution=replace(execution, reasons=(*execution.reasons, said)))


def _renewal(
    model: keras.Model, training: RowSource[Arrays], executor: Executor
) -> Callable[[int], None] | None:
    """Return what gives an executor the rows of an epoch; None where all epochs have the same."""
    if not isinstance(training, EpochRows) or not isinstance(executor, Fused | KerasFit):
        return None

    def renew(epoch: int) -> None:
        if epoch:  # the executor was made with the first
            executor.renew(whole_feed(model, training.of_epoch(epoch))[0])

    return renew


def _executor(model: keras.Model, rows: Feed, checks: Feed | None, plan: Plan) -> Executor:
    if isinstance(plan.rule, Kohonen):
        return KohonenMap(model, rows, checks, plan)
    build_variables(model, rows)
    choice = choose_here(model, plan, rows.rows)
    if choice.engine == "keras":
        return KerasFit(model, rows, checks, plan.batch_size, reasons=choice.reasons)
    return Fused(model, rows, checks, plan.batch_size, choice)
