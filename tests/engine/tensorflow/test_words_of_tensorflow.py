"""Errors in TensorFlow's own words, callbacks that ended a training, cores, and the machine."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import compiled, mlp

from nnspec.engine import Plan
from nnspec.engine.errors import OutOfMemory, StepFailed
from nnspec.engine.tensorflow.device import available_cores, join_loops
from nnspec.engine.tensorflow.failures import reason, translated
from nnspec.engine.tensorflow.keras_callbacks import KerasCallbacks
from nnspec.engine.tensorflow.routes import machine
from nnspec.engine.tensorflow.values import python_values

pytestmark = pytest.mark.keras
GRAPH = """Graph execution error:

Detected at node Gather defined at (most recent call last):
  File "a.py", line 1, in <module>
indices[0] = 9 is not in [0, 5)
\t [[{{node Gather}}]]
\t [[again]] [Op:__inference_1]"""


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (GRAPH, "indices[0] = 9 is not in [0, 5)"),
        ("one line", "one line"),
        ("first\n\n  last line \n", "last line"),
        ("[[alone]]", "[[alone]]"),
        ("x" * 301, "x" * 300),
    ],
)
def test_an_error_is_told_in_the_line_before_the_operations_name(message: str, said: str) -> None:
    assert reason(tf.errors.InvalidArgumentError(None, None, message)) == said


def test_errors_of_tensorflow_become_the_engines_own() -> None:
    with pytest.raises(OutOfMemory, match=r"^full$"), translated():
        raise tf.errors.ResourceExhaustedError(None, None, "full")
    with pytest.raises(StepFailed, match=r"^wrong$") as failed, translated():
        raise tf.errors.InvalidArgumentError(None, None, "wrong")
    assert not isinstance(failed.value, OutOfMemory)
    with pytest.raises(tf.errors.NotFoundError), translated():
        raise tf.errors.NotFoundError(None, None, "gone")


def listening(*callbacks: keras.callbacks.Callback) -> KerasCallbacks:
    return KerasCallbacks(compiled(mlp), callbacks, Plan(4, 9), 10)


def test_who_ended_a_training_is_told() -> None:
    stopped: list[Any] = []
    for restored in (True, False):
        one = keras.callbacks.EarlyStopping("val_mae", restore_best_weights=restored)
        stopped.append((one, listening(one)))
        one.stopped_epoch, one.best_epoch = 7, 4
    assert [listeners.reason for _, listeners in stopped] == [
        "by EarlyStopping; val_mae was best in epoch 5, whose weights are put back",
        "by EarlyStopping; val_mae was best in epoch 5",
    ]
    waiting = listening(keras.callbacks.EarlyStopping(), keras.callbacks.Callback())
    assert waiting.reason == "by a callback"

    class Own(keras.callbacks.Callback):  # type: ignore[misc] # Keras is untyped
        reason = "by its own word"

    assert listening(Own(), stopped[0][0]).reason == "by its own word"


def test_a_nan_ends_a_training_where_a_callback_wants_it() -> None:
    assert not listening().ending_early
    assert listening(keras.callbacks.TerminateOnNaN()).ending_early
    assert not listening(keras.callbacks.TerminateOnNaN(raise_error=True)).ending_early


def test_callbacks_are_told_how_many_epochs_and_steps_there_are() -> None:
    one = keras.callbacks.Callback()
    listeners = listening(one)
    assert one.params == {"verbose": 0, "epochs": 9, "steps": 3}
    assert not listeners.stopping
    one.model.stop_training = True
    assert listeners.stopping


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("350000 100000", 4),
        ("140000 100000", 1),
        ("1600000 100000", 8),
        ("10000 100000", 1),
        ("200000 50000", 4),
        ("max 100000", 8),
        ("what", 8),
        ("1 2 3", 8),
    ],
)
def test_the_cores_are_those_of_the_process_and_of_its_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert available_cores(file) == cores


@pytest.mark.parametrize(
    ("given", "asked", "left"),
    [
        (None, True, "--xla_backend_extra_options=xla_cpu_use_multi_output_fusion"),
        ("--a=b", True, "--a=b --xla_backend_extra_options=xla_cpu_use_multi_output_fusion"),
        ("--xla_backend_extra_options=other", False, "--xla_backend_extra_options=other"),
        (
            "--xla_backend_extra_options=xla_cpu_use_multi_output_fusion,x",
            True,
            "--xla_backend_extra_options=xla_cpu_use_multi_output_fusion,x",
        ),
    ],
)
def test_what_a_user_has_asked_of_xla_stays(
    monkeypatch: pytest.MonkeyPatch, given: str | None, left: str, *, asked: bool
) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    if given is not None:
        monkeypatch.setenv("XLA_FLAGS", given)
    assert join_loops() is asked
    assert os.environ["XLA_FLAGS"] == left
    assert join_loops() is asked
    assert os.environ["XLA_FLAGS"] == left
    monkeypatch.setenv("XLA_FLAGS", "")


def test_a_machine_is_its_processor_and_its_threads(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text("processor: 0\nmodel name\t: Fast: 9 GHz\nmodel name\t: Slow\n")
    assert machine(3, file) == "Fast: 9 GHz, 3 threads"
    assert machine(None, file) == f"Fast: 9 GHz, {available_cores()} threads"
    assert machine(3, tmp_path / "absent").endswith(", 3 threads")


def test_figures_of_one_number_are_floats_and_of_several_arrays() -> None:
    found = python_values({"a": tf.constant(1.5), "b": tf.constant([2.5]), "c": [1.0, 2.0]})
    assert (found["a"], found["b"]) == (1.5, 2.5)
    assert {type(found["a"]), type(found["b"])} == {float}
    np.testing.assert_array_equal(found["c"], [1.0, 2.0])
