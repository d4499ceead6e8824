"""The resolved network to a functional Keras model: one call per layer."""

from typing import Any

import keras

from nnspec.build.applications import build_application
from nnspec.build.objects import build_object
from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.shapes import Element, Tensor

DTYPES: dict[Element, str] = {
    "float": "float32",
    "integer": "int32",
    "text": "string",
    "boolean": "bool",
}
"""Type of an input that follows from the data."""


def build_model(network: Network, *, name: str, seed: int, policy: str = "float32") -> keras.Model:
    """Return the Keras model of a network, its first weights drawn from the seed.

    Args:
        network: every layer decided, every shape known.
        name: name of the model.
        seed: seed of the first weights, and of everything random within layers.
        policy: dtype policy of layers that name none.

    Returns:
        A functional model; its inputs and outputs are named after their layers.
    """
    keras.utils.set_random_seed(seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return Builder(network).build(name.replace(".", "_"))
    finally:
        keras.config.set_dtype_policy(before)


class Builder:
    """Calls the layers of one network; each layer is made once, however often it is applied."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.layers: dict[str, keras.layers.Layer] = {}
        self.tensors: dict[str, tuple[Any, ...]] = {}

    def build(self, name: str) -> keras.Model:
        """Return the model over all nodes."""
        for node in self.network.nodes:
            self.tensors[node.name] = self.apply(node)
        inputs = [self.tensors[node.name][0] for node in self.network.inputs]
        sources = [output.source for output in self.network.graph.outputs]
        outputs = [self.tensors[source.node][source.index] for source in sources]
        return keras.Model(
            inputs if len(inputs) > 1 else inputs[0],
            outputs if len(outputs) > 1 else outputs[0],
            name=name,
        )

    def apply(self, node: ResolvedNode) -> tuple[Any, ...]:
        """Return the Keras tensors that leave a node."""
        if node.node.implied:
            assert node.outputs
            return (implied_input(node.name, node.outputs[0]),)
        layer = node.layer
        assert layer is not None, f"{node.name} was refused"
        if layer.required == 0:
            return (build_input(node.name, layer),)
        fed = [self.tensors[source.node][source.index] for source in node.node.sources]
        positional, named = layer.call_arguments(fed)
        made = self.layer(node, layer)(*positional, **named)
        # States of several cells come as lists within the list.
        return tuple(keras.tree.flatten(made))

    def layer(self, node: ResolvedNode, layer: Layer) -> keras.layers.Layer:
        """Return the Keras layer of a node, the one it shares if it applies one again."""
        owner = node.node.shares or node.name
        if owner not in self.layers:
            match layer:
                case Nested():
                    made = build_nested(layer, owner)
                case Application():
                    made = build_application(layer, node, owner)
                case _:
                    made = build_object(layer, name=owner)
            self.layers[owner] = made
        return self.layers[owner]


def build_nested(layer: Nested, name: str) -> keras.Model:
    """Return a model within a model."""
    made = Builder(layer.network).build(name)
    if not layer.trainable:
        # Only then: Keras hands the setting on to every layer, frozen ones included.
        made.trainable = False
    return made


def implied_input(name: str, tensor: Tensor) -> Any:  # noqa: ANN401 - a Keras tensor
    """Return the input that follows from the data, its batch left open."""
    return keras.Input(tensor.shape[1:], dtype=DTYPES[tensor.element], name=name)


def build_input(name: str, layer: Layer) -> Any:  # noqa: ANN401 - a Keras tensor
    """Return a written Input."""
    arguments = {key: value for key, value in layer.arguments().items() if value is not None}
    return keras.Input(**arguments, name=name)
