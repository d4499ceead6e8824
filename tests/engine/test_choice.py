"""Which executor runs, whether XLA compiles, and what is said about it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from networks import compiled, convolution, lstm, mlp, rows_for

from nnspec.diagnostics import Refused
from nnspec.engine import Plan, available_cores, choose_device, epoch_order, train
from nnspec.engine.choice import Machine, choose
from nnspec.engine.executor import Stretch
from nnspec.engine.tensorflow.feed import build_variables, feed
from nnspec.engine.tensorflow.fused import Fused
from nnspec.engine.tensorflow.obstacles import xla_obstacles
from nnspec.engine.tensorflow.traits import traits_of

pytestmark = pytest.mark.keras

L = keras.layers
LONG = Plan(batch_size=8, epochs=10_000)


def resizing(interpolation: str) -> Callable[[], keras.Model]:
    def network() -> keras.Model:
        x = keras.Input((4, 4, 1), name="x")
        hidden = L.Resizing(8, 8, interpolation=interpolation, name="larger")(x)
        return keras.Model(x, L.Dense(1, name="y")(L.Flatten()(hidden)))

    return network


def test_a_long_training_of_dense_layers_is_compiled_on_a_cpu() -> None:
    choice = choose(traits_of(compiled(mlp)), LONG, 400, Machine("CPU", 2))
    assert (choice.engine, choice.xla) == ("fused", True)


def test_a_long_training_of_recurrent_layers_is_compiled_on_a_cpu() -> None:
    assert choose(traits_of(compiled(lstm)), LONG, 400, Machine("CPU", 2)).xla


def test_a_short_training_is_not_worth_compiling() -> None:
    choice = choose(traits_of(compiled(mlp)), Plan(epochs=2), 400, Machine("CPU", 2))
    assert not choice.xla
    assert any("26 steps are too few" in one for one in choice.reasons)


def test_a_convolution_is_compiled_on_a_gpu_and_not_on_a_cpu() -> None:
    model = compiled(convolution)
    on_cpu = choose(traits_of(model), LONG, 400, Machine("CPU", 2))
    assert not on_cpu.xla
    assert any("(Conv2D) runs faster uncompiled on a CPU" in one for one in on_cpu.reasons)
    assert choose(traits_of(model), Plan(), 8, Machine("GPU", 2)).xla


def test_what_was_compiled_and_what_not_stands_in_the_execution() -> None:
    model = compiled(lambda: mlp(0.3))
    rows = rows_for(model, 16)
    execution = train(model, rows, rows, Plan(batch_size=8, xla="required")).execution
    assert execution.compiled == ("training steps", "validation")
    assert any(one.startswith("Dropout draws with threefry") for one in execution.passes)
    assert "compiled with XLA: validation" in execution.lines()
    execution = train(model, rows, rows, Plan(batch_size=8, xla="off")).execution
    assert execution.uncompiled == ("training steps", "validation")
    assert not any(one.startswith("Dropout") for one in execution.passes)


def test_required_names_the_layer_that_xla_cannot_compile() -> None:
    model = compiled(resizing("bicubic"))
    plan = Plan(batch_size=8, xla="required")
    with pytest.raises(Refused, match=r'"larger" \(Resizing\) resizes with') as caught:
        train(model, rows_for(model, 16), None, plan)
    assert caught.value.diagnostics[0].code == "R105"


def test_auto_trains_such_a_layer_uncompiled_and_says_so() -> None:
    model = compiled(resizing("bicubic"))
    execution = train(model, rows_for(model, 16), None, Plan(batch_size=8)).execution
    assert execution.compiled == ()
    assert any('"larger" (Resizing)' in one for one in execution.reasons)


class Foreign(keras.layers.Layer):  # type: ignore[misc] # Keras is untyped
    """Calls Python from the graph, which XLA cannot, and which no table knows."""

    def call(self, inputs: Any) -> Any:
        same = tf.numpy_function(lambda values: values, [inputs], tf.float32)
        return inputs + 0.0 * tf.stop_gradient(tf.reshape(same, tf.shape(inputs)))


def foreign() -> keras.Model:
    x = keras.Input((6,), name="x")
    return keras.Model(x, L.Dense(1, name="y")(Foreign()(x)))


def test_what_xla_refuses_unforeseen_runs_uncompiled_and_is_told() -> None:
    model = compiled(foreign)
    plan = Plan(batch_size=8, epochs=1_000_000)
    choice = choose(traits_of(model), plan, 16, Machine("CPU", 2))
    rows = feed(model, rows_for(model, 16))
    build_variables(model, rows)
    executor = Fused(model, rows, None, 8, choice)
    assert choice.xla
    executor.begin(epoch_order(16, seed=0, epoch=0))
    loss = executor.run(Stretch(0, 2, fresh=True)).logs["loss"]
    other = compiled(foreign)
    expected = train(other, rows_for(other, 16), None, replace(plan, epochs=1, xla="off"))
    assert loss == expected.history["loss"][0]
    assert executor.execution.compiled == ()
    assert any("could not compile the step" in one for one in executor.execution.reasons)


def test_required_refuses_what_xla_refuses_unforeseen() -> None:
    model = compiled(foreign)
    before = model.get_weights()
    with pytest.raises(Refused, match="XLA cannot compile this training"):
        train(model, rows_for(model, 16), None, Plan(batch_size=8, xla="required"))
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("layer", "shape", "dtype"),
    [
        (lambda: L.Resizing(8, 8, interpolation="bicubic"), (4, 4, 1), "float32"),
        (lambda: L.Resizing(8, 8, interpolation="nearest"), (4, 4, 1), "float32"),
        (lambda: L.Resizing(8, 8, antialias=True), (4, 4, 1), "float32"),
        (lambda: L.UpSampling2D(2, interpolation="bicubic"), (4, 4, 1), "float32"),
        (lambda: L.RandomRotation(0.2), (4, 4, 1), "float32"),
        (lambda: L.Hashing(5), (3,), "int32"),
    ],
)
def test_layers_without_an_xla_kernel_are_known(
    layer: Callable[[], keras.layers.Layer], shape: tuple[int, ...], dtype: str
) -> None:
    x = keras.Input(shape, dtype=dtype)
    assert len(xla_obstacles(keras.Model(x, layer()(x)))) == 1


def test_keras_under_required_is_a_contradiction() -> None:
    with pytest.raises(Refused, match="engine: keras was asked for"):
        choose(
            traits_of(compiled(mlp)), Plan(engine="keras", xla="required"), 40, Machine("CPU", 2)
        )


def test_a_gpu_that_is_not_there_is_refused_before_anything_runs() -> None:
    with pytest.raises(Refused, match="sees no GPU") as caught:
        choose_device("gpu")
    assert caught.value.diagnostics[0].code == "R103"
    assert caught.value.diagnostics[0].path == ("runtime", "device")


def test_the_cpu_is_always_there() -> None:
    assert choose_device("auto") == choose_device("cpu") == "CPU"


@pytest.mark.parametrize(
    ("quota", "expected"), [("100000 100000", 1), ("10000 100000", 1), ("max 100000", None)]
)
def test_a_containers_share_bounds_the_cores(
    tmp_path: Path, quota: str, expected: int | None
) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert available_cores(file) == (expected or available_cores(tmp_path / "absent"))
