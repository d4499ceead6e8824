"""Floor 7, Keras' graph: the one module that knows how Keras keeps layers, neighbours and state.

Keras has public names for a model's own layers and for a layer's only input. Everything beyond
(layers within layers, who reads a tensor, what leaves a model within the model, what the loop of
`Model.fit` keeps) lies behind names of its own, which may change with any version of Keras; all
of them stand here.

Source: Keras 3.15, ops/function.py, ops/node.py, layers/layer.py, trainers/trainer.py.
"""

# ruff: noqa: SLF001 - this module is where the private names are

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras


def inner_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return every layer below a model: nested models and what they hold, wrapped layers too."""
    return list(model._flatten_layers(include_self=False))


def computing_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return all layers that compute, those inside nested models and wrappers included."""
    idle = keras.Model | keras.layers.InputLayer
    return [one for one in inner_layers(model) if not isinstance(one, idle)]


def models_in(model: keras.Model) -> list[keras.Model]:
    """Return a model and the models within it."""
    return [model, *(one for one in inner_layers(model) if isinstance(one, keras.Model))]


def applications(layer: keras.layers.Layer) -> list[Any]:
    """Return Keras' nodes of a layer, one for each time that any model applies it."""
    return list(layer._inbound_nodes)


def first_input_shape(layer: keras.layers.Layer) -> tuple[int | None, ...] | None:
    """Return the shape of what a layer first read, batch first; None where no model applies it."""
    nodes = applications(layer)
    return tuple(nodes[0].input_tensors[0].shape) if nodes and nodes[0].input_tensors else None


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Who applies what, in a model and all models within it.

    Attributes:
        nodes: by a layer's `id`, the places where a model applies it.
        readers: by a tensor's `id`, the places that read it.
        leaving: the tensors (by `id`) that leave a model, the outer one or one within it.
        held: the layers (by `id`) that something else than a model may apply, unseen from here:
            wrappers, recurrent layers, layers of layers.
    """

    nodes: Mapping[int, tuple[Any, ...]]
    readers: Mapping[int, tuple[Any, ...]]
    leaving: frozenset[int]
    held: frozenset[int]

    def only_node(self, layer: keras.layers.Layer) -> Any | None:  # noqa: ANN401 - Keras' own node
        """Return the one place where a layer is applied; None where there are several, or none."""
        return None if id(layer) in self.held else only(self.nodes.get(id(layer), ()))

    def only_source(self, layer: keras.layers.Layer) -> keras.layers.Layer | None:
        """Return the layer that alone feeds a layer that is applied once, through one tensor."""
        node = self.only_node(layer)
        tensor = None if node is None else only(node.input_tensors)
        return None if tensor is None else tensor._keras_history.operation

    def only_reader(self, layer: keras.layers.Layer) -> keras.layers.Layer | None:
        """Return the layer that alone reads the only output of a layer that is applied once.

        None too where that output leaves a model: whoever takes it reads it as well.
        """
        node = self.only_node(layer)
        tensor = None if node is None else only(node.outputs)
        if tensor is None or id(tensor) in self.leaving:
            return None
        reader = only(self.readers.get(id(tensor), ()))
        return None if reader is None else reader.operation


def only(found: Sequence[Any]) -> Any | None:  # noqa: ANN401 - nodes and tensors of Keras'
    """Return the one thing that was found; None where there are several, or none."""
    match found:
        case [one]:
            return one
        case _:
            return None


def neighbours(model: keras.Model) -> Neighbours:
    """Return who applies what in a functional model and in those within it."""
    models = models_in(model)
    found = {id(node): node for one in models for node in _nodes(one)}
    nodes: dict[int, tuple[Any, ...]] = {}
    readers: dict[int, tuple[Any, ...]] = {}
    for node in found.values():
        nodes[id(node.operation)] = (*nodes.get(id(node.operation), ()), node)
        for tensor in node.input_tensors:
            readers[id(tensor)] = (*readers.get(id(tensor), ()), node)
    leaving = frozenset(id(tensor) for one in models for tensor in _outputs(one))
    graphs = {id(one) for one in models if _outputs(one)}
    others = [one for one in [model, *inner_layers(model)] if id(one) not in graphs]
    held = frozenset(id(layer) for one in others for layer in one._layers)
    return Neighbours(nodes, readers, leaving, held)


def is_fixed_to(node: Any, argument: str) -> bool:  # noqa: ANN401 - Keras' own node
    """Return whether a layer is applied with an argument that the model has fixed to true."""
    fixed = node.arguments.kwargs.get(argument)
    return fixed is True or (isinstance(fixed, int) and fixed != 0)


def _nodes(model: keras.Model) -> list[Any]:
    """Return the nodes of a functional model, or of the one that a Sequential keeps inside."""
    graph = getattr(model, "_functional", None) or model
    by_depth: Mapping[int, list[Any]] = getattr(graph, "_nodes_by_depth", {})
    return [node for nodes in by_depth.values() for node in nodes]


def _outputs(model: keras.Model) -> Sequence[Any]:
    """Return the tensors that leave a model; none where it is not functional."""
    graph = getattr(model, "_functional", None) or model
    return getattr(graph, "_outputs", None) or ()


def layer_outputs(model: keras.Model) -> list[tuple[keras.layers.Layer, Any]]:
    """Return the tensors that a functional model's layers give, the first computed first."""
    graph = getattr(model, "_functional", None) or model
    depths: Mapping[int, list[Any]] = getattr(graph, "_nodes_by_depth", {})
    nodes = [node for depth in sorted(depths, reverse=True) for node in depths[depth]]
    return [(node.operation, tensor) for node in nodes for tensor in node.outputs]


def output_sizes(layer: keras.layers.Layer) -> list[tuple[int | None, ...]]:
    """Return the shapes of all tensors that a layer gives, wherever it is applied."""
    return [tuple(one.shape) for node in applications(layer) for one in node.outputs]


def as_inputs(model: keras.Model, flat: Sequence[Any]) -> Any:  # noqa: ANN401 - Keras' own structure
    """Return values, one for each input, in the structure that the model was built with."""
    return keras.tree.pack_sequence_as(model._inputs_struct, list(flat))


def as_outputs(model: keras.Model, flat: Sequence[Any]) -> Any:  # noqa: ANN401 - Keras' own structure
    """Return values, one for each output, in the structure that the model was built with."""
    return keras.tree.pack_sequence_as(model._outputs_struct, list(flat))


def build_for_steps(model: keras.Model, batch: tuple[Any, Any, Any]) -> None:
    """Create the variables of losses and metrics, as `Model.fit` does before a first step."""
    model._symbolic_build(data_batch=batch)


def loss_tracker(model: keras.Model) -> keras.metrics.Metric:
    """Return the metric in which Keras' steps gather the loss."""
    return model._loss_tracker


def loss_settings(loss: keras.losses.Loss) -> dict[str, Any]:
    """Return the arguments of a loss' function; `get_config` leaves some out."""
    return dict(getattr(loss, "_fn_kwargs", {}))


def output_loss_trackers(model: keras.Model) -> list[keras.metrics.Mean]:
    """Return what averages the loss of each of several outputs, empty where there is only one."""
    return list(model._compile_loss.metrics)


def figures_of_step(model: keras.Model, logs: Any) -> Mapping[str, Any]:  # noqa: ANN401 - what a step gives
    """Return the figures after a step, as `Model.fit` reads them."""
    figures: Mapping[str, Any] = model._get_metrics_result_or_logs(logs)
    return figures


def learned(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """Return the weights that an optimizer updates; none before it is built."""
    return list(getattr(optimizer, "_trainable_variables", []))


def moments(
    optimizer: keras.optimizers.Adam, variable: keras.Variable
) -> tuple[keras.Variable, keras.Variable]:
    """Return the averages that Adam keeps of a variable's gradients and of their squares."""
    place = optimizer._get_variable_index(variable)
    return optimizer._momentums[place], optimizer._velocities[place]


def seed_states(model: keras.Model) -> list[keras.Variable]:
    """Return the states of everything random within the layers."""
    owners = [model, *inner_layers(model)]
    states = {id(one.state): one.state for owner in owners for one in owner._seed_generators}
    return list(states.values())


def drawing_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers, nested ones included, that draw random numbers."""
    return [one for one in inner_layers(model) if one._seed_generators]


def carried_states(model: keras.Model) -> list[keras.Variable]:
    """Return what stateful layers carry from batch to batch; Keras counts it to no variables."""
    found = [getattr(one, "states", None) for one in inner_layers(model)]
    flat = [one for states in found for one in keras.tree.flatten(states)]
    kept = {id(one): one for one in flat if isinstance(one, keras.Variable)}
    return list(kept.values())


def attention_axes(layer: keras.layers.MultiHeadAttention) -> tuple[int, ...]:
    """Return the axes that attention runs over."""
    return tuple(layer._attention_axes or (1,))


def attention_dropout(layer: keras.layers.MultiHeadAttention) -> float:
    """Return the share of scores that attention drops while it is trained."""
    return float(layer._dropout)


def attention_scale(layer: keras.layers.MultiHeadAttention) -> float:
    """Return what attention multiplies its scores with."""
    return float(layer._inverse_sqrt_key_dim)


ATTENTION = "_compute_attention"
"""The method in which attention's queries, keys and values become answers."""


def noise_shape(layer: keras.layers.Dropout, inputs: Any) -> Any:  # noqa: ANN401 - TensorFlow is untyped
    """Return the shape of a Dropout's mask, as the layer has it."""
    spatial = getattr(layer, "_get_noise_shape", None)
    return layer.noise_shape if spatial is None else spatial(inputs)


def mask_of(tensor: Any) -> Any:  # noqa: ANN401 - a tensor of any backend
    """Return which steps of a tensor count, (batch, steps), None where all do."""
    return getattr(tensor, "_keras_mask", None)


def with_mask(tensor: Any, mask: Any) -> Any:  # noqa: ANN401 - as above
    """Return a tensor that carries a mask, as if a layer had given it; None: none."""
    if mask is not None:
        tensor._keras_mask = mask
    return tensor


def direction_of(metric: keras.metrics.Metric) -> str | None:
    """Return where a metric is better, "up" or "down"; None where it does not say."""
    return getattr(metric, "_direction", None)


def with_direction(metric: keras.metrics.Metric, direction: str | None) -> keras.metrics.Metric:
    """Return a metric that tells Keras' callbacks where it is better; None: it says nothing."""
    if direction is not None:
        metric._direction = direction
    return metric
