"""Wrappers: layers around another layer; floor 2."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nnspec.catalog.layer import Layer, Tensors, as_trained
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.cells import Cell
from nnspec.catalog.layers.recurrent import Recurrent
from nnspec.catalog.types import Positive
from nnspec.shapes import Shape, ShapeError, Tensor, Weight, show


class Wrapper(Layer, abstract=True):
    """Changes how another layer is applied."""

    layer: Layer = Field(examples=[{"Dense": 64}])
    """The layer that is wrapped."""

    def misfit(self, wanted: str, *, field: str = "layer", hint: str | None = None) -> ShapeError:
        """Return the error (G310) for a layer that cannot be wrapped."""
        inner = self.layer.keras_name
        return ShapeError(
            "G310", f"{self.keras_name} {wanted}; got {inner}", field=field, hint=hint
        )

    def check_single(self) -> None:
        """Refuse a layer that takes a list of tensors, or needs several (G310)."""
        if not takes_one(self.layer):
            raise self.misfit("takes a layer of one input")


class TimeDistributed(Wrapper):
    """Applies a layer to every time step alone: (batch, time, ...) in and out.

    Behind the time stands what the layer makes of one step.
    """

    least_rank = 3

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return what the layer makes of a step, the time axis put back in."""
        self.check_rank(inputs[0])
        self.check_single()
        outputs = self.layer.infer_tensors(self.step(inputs))
        if len(outputs) != 1:
            raise self.misfit(f"takes a layer of one output, not {len(outputs)}")
        batch, *inner = outputs[0].shape
        shape = (batch, inputs[0].shape[1], *inner)
        return (Tensor(shape, outputs[0].element, inputs[0].masked),)

    def step(self, inputs: Tensors) -> Tensors:
        """Return what the layer gets: one step, without time axis."""
        shape = inputs[0].shape
        return (replace(inputs[0], shape=(shape[0], *shape[2:])),)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the layer's weights: all steps share them."""
        return as_trained(self.layer, self.layer.infer_weights(self.step(inputs)))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the layer's operations times the steps."""
        once = self.layer.infer_operations(self.step(inputs))
        steps = inputs[0].shape[1]
        return None if once is None or steps is None else once * steps


class SpectralNormalization(Wrapper):
    """Keeps the largest singular value of a layer's kernel near 1 (Miyato and others, 2018).

    (batch, ...) in and out, as the layer that is wrapped has it.
    """

    passes_mask = False

    power_iterations: Positive = 1
    """Number of steps of the power method for each step of training."""

    normalizable: ClassVar[tuple[str, ...]] = ("kernel", "embeddings")

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return what the layer returns, without mask, in the type that came in.

        Source: Keras 3.15, keras/src/layers/normalization/spectral_normalization.py, call.
        """
        self.check_single()
        outputs = self.layer.infer_tensors(inputs)
        self.normalized(inputs)
        element = inputs[0].element
        return tuple(replace(tensor, masked=False, element=element) for tensor in outputs)

    def normalized(self, inputs: Tensors) -> Weight:
        """Return the weight to normalize (G310 if the layer has none)."""
        if not isinstance(self.layer, (Recurrent, Wrapper)):
            for weight in self.layer.infer_weights(inputs):
                if weight.name in self.normalizable:
                    return weight
        raise self.misfit("takes a layer with a kernel or embeddings of its own")

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the layer's weights, the estimated singular vector behind the first.

        Source: Keras 3.15, keras/src/layers/normalization/spectral_normalization.py, build: the
        wrapper tracks the kernel before its own vector.
        """
        kernel = self.normalized(inputs)
        vector = Weight("vector_u", (1, kernel.shape[-1]), trainable=False)
        others = tuple(one for one in self.layer.infer_weights(inputs) if one != kernel)
        first, *rest = as_trained(self.layer, (kernel, *others))
        return (first, vector, *rest)

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the layer's operations: the normalization runs in training only."""
        return self.layer.infer_operations(inputs)


class Bidirectional(Wrapper):
    """Runs a recurrent layer forwards and another one backwards, and merges what they return.

    (batch, time, features) in, (batch, 2 * units) out, the units those of the layer; with its
    return_sequences (batch, time, 2 * units). Only merge_mode: concat doubles the last axis.
    States follow, forward ones first, where the layer returns them.
    """

    layer: Layer = Field(examples=[{"LSTM": 32}])
    """The recurrent layer that runs forwards."""
    merge_mode: Literal["concat", "sum", "ave", "mul"] | None = "concat"
    """How both outputs become one: joined on the last axis, added, averaged, multiplied; null
    returns both."""
    backward_layer: Layer | None = None
    """The layer that runs backwards; a copy of the other if absent."""

    inputs = ("sequences", "initial_state")
    gathers = True
    omitted: ClassVar[Mapping[str, str]] = {
        "weights": "first weights come from initializers or a weights file"
    }

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return the sequence, and the first states, forward ones first, if they are given."""
        states = list(tensors[1:])
        return (tensors[0],), {"initial_state": states} if states else {}

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the merged output, or both, then forward and backward states."""
        forward, backward = self.directions()
        own, other = self.split(inputs)
        ahead, back = forward.infer_tensors(own), backward.infer_tensors(other)
        if ahead[0].shape != back[0].shape:
            raise ShapeError(
                "G302",
                f"Bidirectional merges outputs of one shape; forwards gives "
                f"{show(ahead[0].shape)}, backwards {show(back[0].shape)}",
                field="backward_layer",
            )
        return (*self.merged(ahead[0]), *ahead[1:], *back[1:])

    def merged(self, output: Tensor) -> Tensors:
        """Return what leaves for outputs of one shape in both directions."""
        if self.merge_mode is None:
            return (output, output)
        if self.merge_mode != "concat":
            return (output,)
        last = output.shape[-1]
        joined: Shape = (*output.shape[:-1], None if last is None else 2 * last)
        return (replace(output, shape=joined),)

    def directions(self) -> tuple[Recurrent, Recurrent]:
        """Return the forward and the backward layer (G310 if they do not go together)."""
        forward = self.recurrent(self.layer, "layer")
        if self.backward_layer is None:
            backward = forward.model_copy(update={"go_backwards": True})
        else:
            backward = self.recurrent(self.backward_layer, "backward_layer")
        self.check_pair(forward, backward)
        return forward, backward

    def recurrent(self, layer: Layer, field: str) -> Recurrent:
        """Return the layer, known to be recurrent (G310 if not)."""
        if isinstance(layer, Recurrent):
            return layer
        raise ShapeError(
            "G310",
            f"Bidirectional takes a recurrent layer; got {layer.keras_name}",
            field=field,
            hint="use LSTM, GRU, SimpleRNN, RNN or a ConvLSTM",
        )

    def check_pair(self, forward: Recurrent, backward: Recurrent) -> None:
        """Refuse layers that run the same way, or return unlike things (G310)."""
        if forward.go_backwards == backward.go_backwards:
            field = "layer" if self.backward_layer is None else "backward_layer"
            raise ShapeError(
                "G310",
                f"one of the layers runs backwards; go_backwards is {forward.go_backwards} in both"
                if self.backward_layer
                else "the layer itself runs forwards; go_backwards is true",
                field=field,
                hint="leave go_backwards out of layer"
                + ", and set it in backward_layer" * bool(self.backward_layer),
            )
        for name in ("stateful", "return_sequences", "return_state"):
            ahead, back = getattr(forward, name), getattr(backward, name)
            if ahead != back:
                raise ShapeError(
                    "G310",
                    f"both layers have one {name}; it is {ahead} forwards and {back} backwards",
                    field="backward_layer",
                )
        if forward.stateful and forward.return_state:
            raise ShapeError(
                "G310",
                "Bidirectional cannot return the states of a stateful layer",
                field="layer",
                hint="leave stateful or return_state out",
            )

    def split(self, inputs: Tensors) -> tuple[Tensors, Tensors]:
        """Return what each direction gets: the sequence, and half of the first states (G202)."""
        sequences, *states = inputs
        if len(states) % 2:
            raise ShapeError(
                "G202",
                f"Bidirectional takes an even number of initial states, forward ones first; "
                f"got {len(states)}",
            )
        half = len(states) // 2
        return (sequences, *states[:half]), (sequences, *states[half:])

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the forward layer's weights, then the backward layer's."""
        return tuple(
            weight
            for layer in self.directions()
            for weight in as_trained(layer, layer.infer_weights(inputs[:1]))
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of both layers."""
        ahead, back = (layer.infer_operations(inputs[:1]) for layer in self.directions())
        return None if ahead is None or back is None else ahead + back


class Pipeline(Layer):
    """Applies layers one after the other, as a single layer: (batch, ...) in and out.

    It takes what its first layer takes and gives what its last layer gives; each takes one
    tensor.
    """

    shorthand = "layers"
    passes_mask = False
    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "each layer inside has its own; Keras takes no such argument here",
        "dtype": "each layer inside has its own; Keras takes no such argument here",
    }

    layers: Annotated[tuple[Layer, ...], Field(min_length=1)] = Field(
        examples=[[{"Rescaling": 0.004}, {"RandomFlip": "horizontal"}]]
    )
    """The layers, in the order they are applied."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return what the last layer returns, without mask."""
        outputs = self.stages(inputs)[-1]
        return tuple(replace(tensor, masked=False) for tensor in outputs)

    def stages(self, inputs: Tensors) -> tuple[Tensors, ...]:
        """Return what enters the first layer, then what leaves each (G310 for unfit layers)."""
        found = [inputs]
        for position, layer in enumerate(self.layers):
            if len(found[-1]) != 1 or not takes_one(layer):
                raise ShapeError(
                    "G310",
                    f"Pipeline takes layers of one tensor in and out; layer {position + 1}, "
                    f"{layer.keras_name}, is no such layer or follows none",
                    field="layers",
                )
            found.append(layer.infer_tensors(found[-1]))
        return tuple(found)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the weights of all layers."""
        stages = zip(self.layers, self.stages(inputs), strict=False)
        return tuple(
            weight
            for layer, given in stages
            for weight in as_trained(layer, layer.infer_weights(given))
        )

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of all layers."""
        stages = zip(self.layers, self.stages(inputs), strict=False)
        counts = [layer.infer_operations(given) for layer, given in stages]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None


def takes_one(layer: Layer) -> bool:
    """Return whether Keras' layer can be called on one tensor by a layer around it."""
    positional, _ = layer.call_arguments((None,))
    single = layer.required == 1 and not layer.variadic and len(positional) == 1
    return single and not isinstance(layer, (Cell, Application))
