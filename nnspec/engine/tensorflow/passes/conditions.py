"""Floor 8, conditions and guarantees that several passes share."""

from typing import Any

import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Guarantee, Setting, Target


def _computes_in_float32(target: Target, setting: Setting) -> bool:
    del setting
    return bool(target.compute_dtype == target.variable_dtype == "float32")


def _is_plain(target: Target, setting: Setting) -> bool:
    del setting
    return not any(getattr(target, one, None) for one in ("lora_enabled", "quantization_mode"))


def _same_shape(target: Target, given: tuple[Any, ...], outcome: Any) -> bool:  # noqa: ANN401 - TensorFlow is untyped
    del target
    return bool(outcome.shape.is_compatible_with(given[0].shape))


def _same_type(target: Target, given: tuple[Any, ...], outcome: Any) -> bool:  # noqa: ANN401 - as above
    del target
    return bool(outcome.dtype == given[0].dtype)


def _own_type(target: Target, given: tuple[Any, ...], outcome: Any) -> bool:  # noqa: ANN401 - as above
    del given
    return all(one.dtype == target.compute_dtype for one in tf.nest.flatten(outcome))


def _last_axis(target: Target, given: tuple[Any, ...], outcome: Any) -> bool:  # noqa: ANN401 - as above
    expected = target.compute_output_shape(tuple(given[0].shape))
    return bool(outcome.shape.is_compatible_with(expected))


def _fitting_gradient(target: Target, given: tuple[Any, ...], outcome: Any) -> bool:  # noqa: ANN401 - as above
    del target, outcome
    gradients, variables = (one if isinstance(one, list | tuple) else [one] for one in given[:2])
    pairs = zip(gradients, variables, strict=True)
    present = ((left, right) for left, right in pairs if left is not None)
    return all(left.shape.is_compatible_with(tuple(right.shape)) for left, right in present)


UNDER_XLA = Condition("XLA compiles the network", lambda _, setting: setting.xla)
OUTSIDE_XLA = Condition("XLA does not compile the network", lambda _, setting: not setting.xla)
ON_A_CPU = Condition("the step runs on a CPU", lambda _, setting: not setting.gpu)
IN_FLOAT32 = Condition("it computes in float32, with weights in float32", _computes_in_float32)
PLAIN_PRODUCT = (
    UNDER_XLA,
    ON_A_CPU,
    IN_FLOAT32,
    Condition("its kernel is neither quantized nor adapted by LoRA", _is_plain),
)
"""What every other way to multiply with a kernel requires."""

KEEPS_SHAPE = Guarantee("what comes out has the shape of what came in", _same_shape)
KEEPS_GIVEN_TYPE = Guarantee("what comes out has the type of what came in", _same_type)
KEEPS_TYPE = Guarantee("what comes out has the layer's own type", _own_type)
GIVES_ITS_SHAPE = Guarantee("what comes out has the shape that Keras works out", _last_axis)
FITTING_GRADIENT = Guarantee("each weight meets a gradient of its own shape", _fitting_gradient)
