"""Catalogue objects to Keras objects: one call of the Keras class with its arguments."""

from importlib import import_module
from typing import Any

import keras

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.keras_names import snake_case
from nnspec.catalog.layer import Layer

FAMILIES: dict[str, Any] = {
    "layers": keras.layers,
    "activations": keras.activations,
    "initializers": keras.initializers,
    "regularizers": keras.regularizers,
    "constraints": keras.constraints,
    "optimizers": keras.optimizers,
    "schedules": keras.optimizers.schedules,
    "losses": keras.losses,
    "metrics": keras.metrics,
    "callbacks": keras.callbacks,
}
"""Where Keras keeps the objects of each family."""


def build_object(described: CatalogObject, **more: object) -> Any:  # noqa: ANN401 - any Keras object
    """Return the Keras object that a catalogue object describes.

    Args:
        described: the catalogue object.
        more: further arguments of the Keras class, such as a layer's name.
    """
    arguments = {name: build_value(value) for name, value in described.arguments().items()}
    if described.family == "activations":
        return build_activation(described, arguments)
    own = described.keras_module
    if described.beyond_keras and own is None:
        # `accuracy` and `crossentropy` are words that Keras resolves by the shapes it is given.
        return described.keras_name
    module = import_module(own) if own else FAMILIES[described.family]
    kind = getattr(module, described.keras_name)
    made = kind(**arguments, **more)
    if isinstance(made, keras.layers.Equalization):
        give_own_output(made)
    return made


def give_own_output(layer: keras.layers.Layer) -> None:
    """Let a layer's symbolic output be a tensor of its own.

    Source: Keras 3.15, image_preprocessing/equalization.py, compute_output_spec: it returns the
    very tensor that came in, which a functional model takes for a cycle.
    """
    layer.compute_output_spec = lambda inputs, **_: keras.KerasTensor(
        inputs.shape, dtype=layer.compute_dtype
    )


@keras.saving.register_keras_serializable("nnspec")
class BoundActivation:
    """One of Keras' activations with arguments of its own; serializable as Keras asks."""

    def __init__(self, function: str, arguments: dict[str, object]) -> None:
        self.function = function
        self.arguments = arguments

    def __call__(self, x: Any) -> Any:  # noqa: ANN401 - tensors of any backend
        """Return the activation of a tensor of any shape."""
        return getattr(keras.activations, self.function)(x, **self.arguments)

    def get_config(self) -> dict[str, object]:
        """Return what the activation is made from."""
        return {"function": self.function, "arguments": self.arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "BoundActivation":
        """Return the activation that `get_config` described."""
        return cls(**config)


@keras.saving.register_keras_serializable("nnspec")  # type: ignore[untyped-decorator]
def step(x: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """Return 1 where x >= 0 and 0 elsewhere, in x's own type."""
    return keras.ops.cast(x >= 0, x.dtype)


def build_value(value: object, number: int = 0) -> object:
    """Return an argument as Keras takes it: nested objects built, everything else as it is.

    A nested layer is named after its class, as Keras names it in a fresh process: its own
    counter runs on through the process, so that the same spec would give other names.
    """
    if isinstance(value, Layer):
        name = snake_case(value.keras_name)
        return build_object(value, name=f"{name}_{number}" if number else name)
    if isinstance(value, CatalogObject):
        return build_object(value)
    if isinstance(value, (list, tuple)) and any(isinstance(one, CatalogObject) for one in value):
        return [build_value(one, place) for place, one in enumerate(value)]
    return value


def build_activation(described: CatalogObject, arguments: dict[str, object]) -> Any:  # noqa: ANN401 - as Keras takes it
    """Return an activation: Keras' name for it, or a function with the arguments bound."""
    if described.keras_name == "step":
        return step
    defaults = {name: info.default for name, info in type(described).model_fields.items()}
    if arguments == defaults:
        return described.keras_name
    return BoundActivation(described.keras_name, arguments)
