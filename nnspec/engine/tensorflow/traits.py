"""Floor 8, the traits of a Keras network that the choice of its executor depends on."""

from typing import Literal

import keras

from nnspec.build.keras_graph import applications, computing_layers, first_input_shape
from nnspec.engine.choice import Choice, Machine, Traits, choose
from nnspec.engine.plan import Plan
from nnspec.engine.tensorflow.device import available_cores, current_device
from nnspec.engine.tensorflow.obstacles import xla_obstacles
from nnspec.engine.tensorflow.separable import entangled
from nnspec.engine.tensorflow.shares import products

SLOW_UNDER_XLA_ON_CPU = (
    "Conv",
    "DepthwiseConv",
    "SeparableConv",
    "MaxPooling",
    "AveragePooling",
)
"""Beginnings of layer classes that XLA computes on one thread, many times slower than oneDNN."""

SECONDS_GAINED_PER_LAYER = 40e-6
"""What one layer's step gains from XLA on a CPU: the cost of starting its operations one by one."""

SECONDS_GAINED_PER_RECURRENT_STEP = 40e-6
"""What one time step of a recurrent layer gains from XLA on a CPU."""


def choose_here(model: keras.Model, plan: Plan, rows: int) -> Choice:
    """Return what runs a training of these rows on this machine; raises as `choose` does."""
    return choose(traits_of(model), plan, rows, Machine(current_device(), available_cores()))


def traits_of(model: keras.Model) -> Traits:
    """Return the traits of a compiled model."""
    layers = computing_layers(model)
    slow = next((one for one in layers if _is_slow(one)), None)
    own = (name for name in ("train_step", "test_step") if _overrides(model, name))
    return Traits(
        kind=type(model).__name__,
        own_step=next(own, None),
        obstacles=tuple(one.reason for one in xla_obstacles(model)),
        slow=None if slow is None else f'"{slow.name}" ({type(slow).__name__})',
        layers=len(layers),
        gained=sum(map(_gain, layers)),
        entangled=entangled(model),
        products=products(model),
    )


def choose_xla_for_inference(model: keras.Model, *, device: Literal["CPU", "GPU"]) -> bool:
    """Return whether XLA compiles evaluation and prediction that no training precedes."""
    return device == "GPU" and not xla_obstacles(model)


def _is_slow(layer: keras.layers.Layer) -> bool:
    return type(layer).__name__.startswith(SLOW_UNDER_XLA_ON_CPU)


def _gain(layer: keras.layers.Layer) -> float:
    if isinstance(layer, keras.layers.RNN):
        steps = (first_input_shape(layer) or (None, None))[1] if _has_one_input(layer) else None
        return SECONDS_GAINED_PER_RECURRENT_STEP * (steps or 32)
    return SECONDS_GAINED_PER_LAYER


def _has_one_input(layer: keras.layers.Layer) -> bool:
    nodes = applications(layer)
    return len(nodes) == 1 and len(nodes[0].input_tensors) == 1


def _overrides(model: keras.Model, method: str) -> bool:
    return getattr(type(model), method) is not getattr(keras.Model, method)
