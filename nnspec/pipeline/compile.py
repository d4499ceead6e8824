"""A spec to a Keras model, without training it."""

from collections.abc import Sequence

import keras

from nnspec.build.batches import whole_batches
from nnspec.build.model import build_model
from nnspec.build.training import compile_training
from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.schedules import Schedule
from nnspec.pipeline.begin import begin, go_on, part_weights
from nnspec.pipeline.check import Source, check_source_of
from nnspec.pipeline.opened import count_numbers, fit_network, read_data
from nnspec.spec.spec import Spec


def compile_model(
    source: Source, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> keras.Model:
    """Return the Keras model of a spec, compiled for training if the spec says how.

    The data is opened only where shapes or a schedule that counts epochs follow from it.

    Args:
        source: a spec, or its file.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may read files outside its folder.

    Raises:
        Refused: the spec, or the data it names.
    """
    checked = check_source_of(source, overrides=overrides, allow_outside=allow_outside)
    spec, network = checked.accept()
    shaped = all(None not in (node.outputs, node.parameters) for node in network.nodes)
    rows = 1
    if not shaped or counts_epochs(spec):
        dataset = read_data(spec, network, allow_outside=allow_outside)
        network = fit_network(spec, dataset.fitted, counts=count_numbers(dataset))
        rows = len(dataset.splits["train"])
    weights = part_weights(spec)
    policy, seed = spec.runtime.dtype_policy, spec.runtime.seed
    model = build_model(network, name=spec.name, seed=seed, policy=policy)
    begin(model, spec, weights)
    if spec.training is not None and not isinstance(spec.training.rule, Kohonen):
        steps = -(-whole_batches(model, rows) // spec.training.batch_size)
        compile_training(model, network, spec.training, steps_per_epoch=steps)
        go_on(model, spec)
    return model


def counts_epochs(spec: Spec) -> bool:
    """Return whether a schedule counts epochs, so that the number of rows matters."""
    if spec.training is None or spec.data is None:
        return False
    rate = getattr(spec.training.optimizer, "learning_rate", None)
    return isinstance(rate, Schedule) and rate.unit == "epochs"
