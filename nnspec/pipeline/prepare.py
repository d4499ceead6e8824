"""A checked spec and its fitted data to a program that is ready for its first step."""

from dataclasses import dataclass

import tensorflow as tf

from nnspec.build.batches import whole_batches
from nnspec.build.program import Program, build_program
from nnspec.build.training import compile_training
from nnspec.catalog.augmentations import Oversampling
from nnspec.catalog.kohonen import Kohonen
from nnspec.data import SPLITS, Arrays, Dataset, Preprocessing, SplitName
from nnspec.data.augment.epochs import AugmentedRows
from nnspec.data.augment.reach import find_reaches
from nnspec.data.augment.sampling import classes_of, wanted
from nnspec.data.stored import give_back
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.engine import Plan, choose_device, current_device, use_threads, weighted_by_class
from nnspec.judge.declared import build_metrics
from nnspec.network.network import Network
from nnspec.pipeline.begin import begin, go_on, part_weights
from nnspec.pipeline.opened import Opened, trainable_sections
from nnspec.rules.kernels import LAST, NO_FIRST, channels_first
from nnspec.rules.kinds import inner
from nnspec.rules.within import places
from nnspec.spec.spec import Spec

NO_KERNEL = "use_cudnn: true needs a GPU, and TensorFlow sees none"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A spec that is ready for its first step.

    Attributes:
        network: resolved with the tensors that the fitted front gives.
        program: compiled with optimizer, losses and metrics.
    """

    spec: Spec
    network: Network
    dataset: Dataset
    program: Program


def prepare(opened: Opened) -> Prepared:
    """Return a spec with its program, on the device that it asks for.

    Raises:
        Refused: R103 where a device is asked for that is not there.
    """
    spec, network, dataset = opened.spec, opened.network, opened.dataset
    prepare_device(spec)
    check_kernels(network, spec.file)
    rows = rows_of_an_epoch(spec, dataset)
    program = build_for_training(spec, network, dataset.fitted, rows=rows)
    return Prepared(spec, network, dataset, program)


def build_for_training(
    spec: Spec, network: Network, fitted: Preprocessing, *, rows: int = 1
) -> Program:
    """Return the program of a spec, its core compiled with optimizer, losses and metrics.

    Args:
        spec: says how the core is trained.
        network: resolved with the tensors that the fitted front gives.
        fitted: the preprocessing.
        rows: training rows, which schedules that count epochs depend on.
    """
    weights = part_weights(spec)
    program = build_program(spec, network, fitted)
    begin(program.core, spec, weights)
    compile_core(spec, network, program, rows=rows)
    go_on(program.core, spec)
    return program


def compile_core(spec: Spec, network: Network, program: Program, *, rows: int) -> None:
    """Compile the core of a program with optimizer, losses and metrics, unless a map's rule trains.

    Args:
        spec: says how the core is trained.
        network: resolved with the tensors that the fitted front gives.
        program: its core is compiled in place.
        rows: training rows, which schedules that count epochs depend on.
    """
    training = trainable_sections(spec).training
    if isinstance(training.rule, Kohonen):
        return
    steps = -(-whole_batches(program.core, rows) // training.batch_size)
    metrics = build_metrics(training, program.fitted)
    compile_training(program.core, network, training, steps_per_epoch=steps, metrics=metrics)


def rows_of_an_epoch(spec: Spec, dataset: Dataset) -> int:
    """Return how many training rows an epoch has, those among them that are repeated."""
    asked, name = trainable_sections(spec).training.augmentation, classed_target(dataset.fitted)
    if name is None or not asked or not isinstance(asked[0], Oversampling):
        return len(dataset.splits["train"])
    return sum(wanted(asked[0], classes_of(dataset.encoded_targets("train")[name])).values())


def augmented(
    spec: Spec, network: Network, program: Program, arrays: Arrays
) -> Arrays | AugmentedRows:
    """Return training rows as the spec enlarges their number, or as they are."""
    asked = trainable_sections(spec).training.augmentation
    if not asked:
        return arrays
    classed = classed_target(program.fitted)
    return AugmentedRows(
        arrays,
        tuple(asked),
        program.by_core(find_reaches(network, program.fitted)),
        program.outputs[classed] if classed else None,
        spec.runtime.seed,
    )


def classed_target(fitted: Preprocessing) -> str | None:
    """Return the first output whose target is one class a row, None where there is none."""
    classed = (name for name, one in fitted.targets.items() if one.counts)
    return next(classed, None)


def filled_splits(program: Program, dataset: Dataset) -> dict[SplitName, Arrays]:
    """Return every split that has rows, as the core takes it."""
    filled: dict[SplitName, Arrays] = {}
    for name in SPLITS:
        if len(dataset.splits.get(name, ())):
            filled[name] = program.arrays(dataset, name)
            give_back()
    return filled


def weighted(spec: Spec, program: Program, arrays: Arrays) -> Arrays:
    """Return training rows with the spec's class weights."""
    weights = trainable_sections(spec).training.class_weight
    if not weights:
        return arrays
    name, target = next(iter(program.fitted.targets.items()))
    numbers = {label: number for number, label in enumerate(target.labels)}
    by_number = {numbers[label]: weight for label, weight in target.weigh(weights).items()}
    return weighted_by_class(arrays, program.outputs[name], by_number)


def plan_of(spec: Spec) -> Plan:
    """Return how a spec's training proceeds."""
    training, runtime = trainable_sections(spec).training, spec.runtime
    return Plan(
        batch_size=training.batch_size,
        epochs=training.epochs,
        seed=runtime.seed,
        shuffle=training.shuffle,
        engine=runtime.engine,
        xla=runtime.xla,
        rule=training.rule,
    )


def check_kernels(network: Network, file: str) -> None:
    """Refuse layers that ask for a GPU's kernel where there is no GPU.

    Raises:
        Refused: R103 at each such layer.
    """
    if current_device() == "GPU":
        return
    found: list[Diagnostic] = []
    for place in places(network):
        layer, origin = place.node.layer and inner(place.node.layer), place.node.node.origin
        if layer is not None and getattr(layer, "use_cudnn", None) is True:
            hint = "write use_cudnn: auto"
            found.append(Diagnostic("R103", NO_KERNEL, origin.of("use_cudnn"), hint, file=file))
        if layer is not None and channels_first(layer):
            message = NO_FIRST.format(layer.keras_name)
            found.append(Diagnostic("R103", message, origin.of("data_format"), LAST, file=file))
    if found:
        raise Refused(found)


def prepare_device(spec: Spec) -> None:
    """Set threads, device and determinism before anything is computed.

    Raises:
        Refused: R103 where a device is asked for that is not there.
    """
    use_threads(spec.runtime.threads)
    choose_device(spec.runtime.device)
    if spec.runtime.deterministic:
        tf.config.experimental.enable_op_determinism()
