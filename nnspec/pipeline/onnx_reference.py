"""A run's own answers to raw columns, in TensorFlow: what an exported file is held against."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
import tensorflow as tf

from nnspec.pipeline.finished import open_run

Array = npt.NDArray[Any]


def answer(path: Path, cells: Mapping[str, Array]) -> dict[str, Array]:
    """Return the answers of a run's program by their names, as the SavedModel gives them.

    Args:
        path: the run folder.
        cells: raw columns by their own names.
    """
    program = open_run(path).program
    answers = program({name: tf.constant(one) for name, one in cells.items()})
    return {key: one.numpy() for key, one in answers.items()}
