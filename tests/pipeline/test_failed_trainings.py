"""What goes wrong in a training is told in words, and what is ours is not taken for Keras'."""

import keras
import pytest
import tensorflow as tf

from nnspec.diagnostics import NnspecError, Refused, RunFailed
from nnspec.engine.errors import WrongState
from nnspec.pipeline.train import engine_errors

pytestmark = pytest.mark.keras


def told(error: Exception) -> tuple[type[NnspecError], str, str]:
    """Return how an error of the engine is told."""
    with pytest.raises((Refused, RunFailed)) as caught, engine_errors():
        raise error
    (found,) = caught.value.diagnostics
    return caught.type, found.code, found.message


def test_a_lack_of_memory_and_a_foreign_state_have_codes_of_their_own() -> None:
    lack = RunFailed, "R102", "the machine's memory did not suffice for a training step"
    assert told(MemoryError()) == lack
    assert told(tf.errors.ResourceExhaustedError(None, None, "OOM")) == lack
    assert told(WrongState("it has no weights")) == (
        Refused,
        "A105",
        "the state to go on from does not fit: it has no weights",
    )


def test_what_keras_refuses_is_told_in_300_characters_of_one_line() -> None:
    with pytest.raises(RunFailed) as caught, engine_errors():
        keras.losses.get("x" * 700 + "\n" + "y")
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("R106", ("training",))
    said = found.message.removeprefix("Keras refuses the training: ")
    assert len(said) == 300
    assert "xxx" in said
    with pytest.raises(RunFailed) as caught, engine_errors():
        keras.ops.convert_to_tensor([[1, 2], [3]])
    assert caught.value.diagnostics[0].code == "R106"


def test_an_error_of_ours_or_of_tensorflow_that_keras_did_not_call_stays() -> None:
    with pytest.raises(ValueError, match="ours"), engine_errors():
        raise ValueError("ours")
    with pytest.raises(ValueError, match="non-rectangular"), engine_errors():
        tf.convert_to_tensor([[1, 2], [3]])
