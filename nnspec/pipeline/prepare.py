"""A checked spec and its fitted data to a program that is ready for its first step."""

from nnspec.build.program import Program, build_program
from nnspec.build.training import compile_training
from nnspec.data import Preprocessing
from nnspec.pipeline.opened import trainable_sections
from nnspec.resolve import Network
from nnspec.spec.spec import Spec


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
    program = build_program(spec, network, fitted)
    training = trainable_sections(spec).training
    steps = -(-rows // training.batch_size)
    policy = spec.runtime.dtype_policy
    compile_training(program.core, network, training, policy=policy, steps_per_epoch=steps)
    return program
