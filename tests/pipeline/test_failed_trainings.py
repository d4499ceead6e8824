"""What goes wrong in a training is told in words, and what is ours is not taken for Keras'."""

from types import SimpleNamespace
from typing import Any

import keras
import pytest
import tensorflow as tf

from nnspec.catalog.callbacks import TerminateOnNaN
from nnspec.diagnostics import NnspecError, Refused, RunFailed
from nnspec.engine.errors import WrongState
from nnspec.engine.plan import Execution, Outcome
from nnspec.pipeline.train import Kept, ends_early, engine_errors, explained

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


class Kind:
    """Writes down what is finished and closed, and may fail at it."""

    def __init__(self, name: str, done: list[str], *, fails: bool = False) -> None:
        self.name, self.done, self.fails = name, done, fails

    def finish(self) -> None:
        self.done.append(self.name)
        if self.fails:
            raise OSError(self.name)

    close = finish


def kept(done: list[str], *, shown: bool = True, fails: bool = False) -> Kept:
    names = ("history", "checkpoints", "keeper", "progress")
    parts: list[Any] = [Kind(one, done, fails=fails) for one in names]
    history, checkpoints, keeper, progress = parts
    return Kept(history, checkpoints, keeper, progress if shown else None)


ALL = ["progress", "history", "keeper", "checkpoints"]


@pytest.mark.parametrize(("shown", "expected"), [(True, ALL), (False, ALL[1:])])
def test_what_a_training_reached_is_kept_however_it_ends(
    expected: list[str], *, shown: bool
) -> None:
    done: list[str] = []
    with kept(done, shown=shown).whatever_happens():
        assert done == []
    assert done == expected
    done.clear()
    with pytest.raises(KeyboardInterrupt), kept(done, shown=shown, fails=True).whatever_happens():
        raise KeyboardInterrupt
    assert done == expected, "what fails then hides nothing"
    with (
        pytest.raises(OSError, match="history"),
        kept([], shown=False, fails=True).whatever_happens(),
    ):
        pass


@pytest.mark.parametrize("shown", [True, False])
def test_a_process_that_is_about_to_end_keeps_what_is_whole(*, shown: bool) -> None:
    for within, expected in ((True, ALL[:1]), (False, ALL)):
        done: list[str] = []
        points: Any = SimpleNamespace(within_chunk=within)
        kept(done, shown=shown).abandon(points)
        assert done == (expected if shown else expected[1:])


def test_what_was_done_to_weights_that_are_no_numbers_is_told() -> None:
    outcome = Outcome({}, 3, Execution("fused", "CPU"))
    assert explained(outcome).stopped == (
        "the last steps made weights NaN or infinite; the best weights before are put back"
    )
    stopped = Outcome({}, 3, Execution("fused", "CPU"), stopped="ended early")
    assert explained(stopped).stopped == "ended early; the best weights before are put back"


def test_a_loss_that_is_none_ends_a_training_where_its_callback_says_so() -> None:
    for raises, early in ((None, False), (False, True), (True, False)):
        callbacks = [] if raises is None else [TerminateOnNaN(raise_error=raises)]
        section: Any = SimpleNamespace(callbacks=callbacks)
        assert ends_early(section) is early
