"""Floor 8, where it runs: the device a run asked for, and its threads.

Everything here must happen before TensorFlow's first operation, which fixes both.
"""

import os
from pathlib import Path
from typing import Literal, assert_never

import tensorflow as tf

from nnspec.diagnostics import Diagnostic, Refused

DeviceName = Literal["auto", "cpu", "gpu"]

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""A container's share of the processors: microseconds granted, microseconds counted."""

XLA_FLAGS, EXTRA = "XLA_FLAGS", "--xla_backend_extra_options"
JOINED_LOOPS = "xla_cpu_use_multi_output_fusion"
"""XLA's option for its CPU compiler to compute several results of the same arrays in one loop."""


def choose_device(device: DeviceName = "auto") -> Literal["CPU", "GPU"]:
    """Return the kind of device that TensorFlow will use from now on.

    Raises:
        Refused: a GPU was asked for and TensorFlow sees none.
    """
    gpus = tf.config.list_physical_devices("GPU")
    match device:
        case "auto":
            return "GPU" if gpus else "CPU"
        case "cpu":
            if gpus:
                tf.config.set_visible_devices([], "GPU")
            return "CPU"
        case "gpu":
            if not gpus:
                raise Refused([_no_gpu()])
            return "GPU"
        case unknown:
            assert_never(unknown)


def current_device() -> Literal["CPU", "GPU"]:
    """Return the kind of device on which TensorFlow places the next operation."""
    return "GPU" if tf.config.get_visible_devices("GPU") else "CPU"


def available_cores(quota: Path = CPU_QUOTA) -> int:
    """Return the processors this process may keep busy, affinity and container share counted."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = cores or 1
    try:
        granted, counted = quota.read_text().split()
    except (OSError, ValueError):
        return cores
    if granted == "max":
        return cores
    return max(1, min(cores, round(int(granted) / int(counted))))


def use_threads(count: int | None = None) -> int:
    """Give TensorFlow as many threads as there are cores to run them; return the number.

    TensorFlow starts one thread per processor of the machine. Inside a container that may use
    two of 64 that is slower than two threads.

    The first computation of a process fixes the number for all that follow; asking again then
    changes nothing.

    Args:
        count: threads; the available cores if None.
    """
    threads = count or available_cores()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        return int(tf.config.threading.get_intra_op_parallelism_threads())
    return threads


def join_loops() -> bool:
    """Ask XLA to compute several results of the same arrays in one loop; return whether it will.

    XLA reads its options once, when it first compiles. What the user has set stays.
    """
    given = os.environ.get(XLA_FLAGS, "")
    if EXTRA not in given:
        os.environ[XLA_FLAGS] = given = f"{given} {EXTRA}={JOINED_LOOPS}".strip()
    return JOINED_LOOPS in given


def _no_gpu() -> Diagnostic:
    built = "with" if tf.test.is_built_with_cuda() else "without"
    return Diagnostic(
        "R103",
        f"device: gpu was asked for; TensorFlow {tf.__version__}, built {built} CUDA, sees no GPU",
        hint="write device: auto or cpu, or install nnspec[cuda] and a driver",
        path=("runtime", "device"),
    )
