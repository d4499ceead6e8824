"""Floor 8, TensorFlow's errors as the engine's own."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from nnspec.engine.errors import OutOfMemory, StepFailed


@contextmanager
def translated() -> Iterator[None]:
    """Raise the engine's errors for those that TensorFlow raises when it runs an operation."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise OutOfMemory(reason(error)) from error
    except tf.errors.InvalidArgumentError as error:
        raise StepFailed(reason(error)) from error


def reason(error: tf.errors.OpError) -> str:
    """Return a failure in TensorFlow's own words, without the graph they come wrapped in.

    Its message lists where the operation was defined, then says what is wrong, then names the
    operation in double brackets.
    """
    lines = [line.strip() for line in error.message.splitlines() if line.strip()]
    names = [number for number, line in enumerate(lines) if line.startswith("[[")]
    told: str = lines[max(0, names[0] - 1)] if names else lines[-1]
    return told[:300]
