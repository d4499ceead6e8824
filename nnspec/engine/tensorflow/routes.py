"""Floor 8, the route of a training: which program computes its steps, and on what machine.

Another program, or another processor, rounds otherwise: a training that changes between two of
them does not end with the bits of one that stayed.
"""

import platform
from pathlib import Path

import keras

from nnspec.build.batches import whole_batches
from nnspec.engine.plan import Plan
from nnspec.engine.tensorflow.device import available_cores, current_device
from nnspec.engine.tensorflow.traits import choose_here

PROCESSORS = Path("/proc/cpuinfo")
NAMED = "model name"


def route_of(model: keras.Model, plan: Plan, rows: int) -> str:
    """Return in words which program computes the steps of a training.

    Args:
        model: compiled.
        plan: how the training proceeds.
        rows: training rows of an epoch.
    """
    device = current_device()
    if plan.rule is not None:
        return f"{plan.rule.keras_name} on {device}"
    return choose_here(model, plan, whole_batches(model, rows)).route(device)


def machine(threads: int | None = None, processors: Path = PROCESSORS) -> str:
    """Return in words what computes here.

    Args:
        threads: those that are asked for; as many as there are cores if None.
        processors: where the system tells of its processors.
    """
    try:
        lines = processors.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith(NAMED))
    kind = next(named, platform.machine())
    return f"{kind}, {threads or available_cores()} threads"
