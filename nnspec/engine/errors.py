"""Floor 8, the engine's own errors: what an executor raises, whatever library it runs on.

    EngineError
    ├── StepFailed      an operation met values that it cannot work on
    │   └── OutOfMemory memory did not suffice
    └── WrongState      a state to go on from belongs to another network

An executor turns its library's errors into these; the engine's door turns them into findings,
here and nowhere else. So no floor above ever meets an error of TensorFlow's.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from nnspec.diagnostics import Diagnostic, RunFailed


class EngineError(Exception):
    """What goes wrong within an executor."""


class StepFailed(EngineError):
    """An operation met values that it cannot work on; the text says which."""


class OutOfMemory(StepFailed):
    """Memory did not suffice; the text says for what."""


class WrongState(EngineError):
    """A state belongs to another network; the text names what differs."""


@contextmanager
def found() -> Iterator[None]:
    """Turn errors of steps into findings.

    Raises:
        RunFailed: R102 where memory did not suffice, R106 where a step failed.
    """
    try:
        yield
    except OutOfMemory as error:
        raise RunFailed([_failed("R102", "memory did not suffice", error)]) from error
    except StepFailed as error:
        raise RunFailed([_failed("R106", "a step failed", error)]) from error


def not_a_number(epoch: int, step: int, steps: int, said: str = "") -> Diagnostic:
    """Return the finding that a step's loss was no number; epoch and step count from 0."""
    return Diagnostic(
        "R101",
        f"the loss became NaN or infinite in epoch {epoch + 1}, at step {step + 1} of {steps}"
        f"{said}",
        hint="lower the learning rate, clip gradients, or check the data",
        path=("training",),
    )


def _failed(code: str, what: str, error: EngineError) -> Diagnostic:
    return Diagnostic(code, f"{what}: {error}", path=("training",))
