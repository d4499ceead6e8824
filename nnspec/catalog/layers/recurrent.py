"""Recurrent layers: a cell applied step after step, (batch, time, features) in; floor 2."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from nnspec.catalog.layer import Layer, Tensors, as_trained
from nnspec.catalog.layers.cells import (
    Cell,
    GatedRecurrent,
    LongShortTerm,
    StackedRNNCells,
    Unit,
    check_type,
)
from nnspec.catalog.layers.core import NUMERIC
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Flag
from nnspec.shapes import Shape, ShapeError, Tensor, Weight, show


class Recurrent(Layer, abstract=True):
    """Carries a state along the time axis, axis 1."""

    return_sequences: Flag = False
    """Whether the output of every step is returned, (batch, time, ...), not only the last."""
    return_state: Flag = False
    """Whether the last states follow the output as tensors of their own."""
    go_backwards: Flag = False
    """Whether the steps are taken from last to first; the output is then in that order."""
    stateful: Flag = False
    """Whether a batch begins with the states that the batch before ended with."""

    inputs = ("sequences", "initial_state")
    gathers = True
    consumes = NUMERIC

    def call_arguments(
        self, tensors: Sequence[object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Return the sequence, and the first states if they are given."""
        states = list(tensors[1:])
        return (tensors[0],), {"initial_state": states} if states else {}

    @abstractmethod
    def step_output(self, shape: Shape) -> Shape:
        """Return the shape that leaves each step, without batch and time."""

    @abstractmethod
    def state_shapes(self, shape: Shape) -> tuple[Shape, ...]:
        """Return the shape of each state, without batch."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return the output, then the states if they are asked for.

        Only a sequence hands the mask on.
        """
        sequences = inputs[0]
        self.check_rank(sequences)
        self.check_element(sequences)
        self.check_dropped(sequences)
        shape = sequences.shape
        self.check_batch(shape)
        inner = self.step_output(shape)
        states = self.state_shapes(shape)
        self.check_states(inputs[1:], states)
        time = shape[1:2] if self.return_sequences else ()
        output = Tensor(
            (shape[0], *time, *inner), "float", sequences.masked and self.return_sequences
        )
        if not self.return_state:
            return (output,)
        return (output, *(Tensor((shape[0], *state)) for state in states))

    @property
    def drops(self) -> bool:
        """Return whether a share of what enters a step is dropped."""
        return getattr(self, "dropout", 0) > 0

    def check_dropped(self, sequences: Tensor) -> None:
        """Refuse to drop a share of anything but fractions (G307).

        Source: Keras 3.15, keras/src/layers/rnn/dropout_rnn_cell.py: the mask is dropout of ones
        of the input's type.
        """
        if self.drops and sequences.element != "float":
            raise ShapeError(
                "G307",
                f"{self.keras_name} with dropout takes float elements; got {sequences.element}",
                field="dropout",
            )

    def check_batch(self, shape: Shape) -> None:
        """Refuse to keep states without knowing the number of rows in a batch (G306)."""
        if self.stateful and shape[0] is None:
            raise ShapeError(
                "G306",
                f"{self.keras_name} with stateful: true needs a batch of known size",
                field="stateful",
                hint="give batch_size in InputLayer, or leave stateful out",
            )

    def check_states(self, given: Tensors, expected: tuple[Shape, ...]) -> None:
        """Refuse first states of another number (G202) or shape (G302).

        Keras itself finds out in the first step.
        """
        if not given:
            return
        if len(given) != len(expected):
            raise ShapeError(
                "G202",
                f"{self.keras_name} takes {len(expected)} initial states; got {len(given)}",
            )
        for tensor, state in zip(given, expected, strict=True):
            known = zip(tensor.shape[1:], state, strict=False)
            if tensor.rank != len(state) + 1 or any(
                one is not None and one != other for one, other in known
            ):
                raise ShapeError(
                    "G302",
                    f"{self.keras_name} has a state of shape {show((None, *state))}; "
                    f"got an initial state of shape {show(tensor.shape)}",
                )


class Unrollable(Recurrent, abstract=True):
    """Works on one vector a step: (batch, time, features) in."""

    ranks = (3,)

    unroll: Flag = False
    """Whether the loop is written out: faster for few steps, and larger."""

    @property
    @abstractmethod
    def step(self) -> Unit | Cell:
        """Return what is done at each step."""

    def step_output(self, shape: Shape) -> Shape:
        """Return the features that leave each step."""
        if self.unroll and shape[1] is None:
            raise ShapeError(
                "G306",
                f"{self.keras_name} with unroll: true needs the number of time steps; "
                f"it is unknown in {show(shape)}",
                field="unroll",
                hint="leave unroll out",
            )
        self.known(shape, -1, "for its kernel")
        return (self.step.output_size,)

    def state_shapes(self, shape: Shape) -> tuple[Shape, ...]:
        """Return one vector per state."""
        del shape
        return tuple((size,) for size in self.step.state_sizes)

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return the weights of the step."""
        return as_trained(self.step, self.step.step_weights(inputs[0].shape[-1]))

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return the operations of a step times the steps."""
        steps, features = inputs[0].shape[1:]
        if steps is None or features is None:
            return None
        return steps * self.step.step_operations(features)


class UnitLayer(Unit, Unrollable, abstract=True):
    """A recurrent layer that is its own step."""

    @property
    def step(self) -> Unit:
        """Return the layer itself: it has the cell's fields."""
        return self


class GatedLayer(UnitLayer, abstract=True):
    """A gated layer; it has a faster form on NVIDIA GPUs, which XLA cannot compile."""

    activity_regularizer: Regularizer | None = None
    """Penalty on the output."""
    use_cudnn: Literal["auto"] | Flag = "auto"
    """Whether the cuDNN kernel is used on a GPU; auto: where the arguments allow it."""


class SimpleRNN(UnitLayer):
    """Fully recurrent: the output of each step is an input of the next.

    (batch, time, features) in, (batch, units) out, the output of the last step; with
    return_sequences (batch, time, units). With return_state the last state, (batch, units),
    follows.
    """

    omitted: ClassVar[Mapping[str, str]] = {
        "activity_regularizer": "Keras takes it and drops it; ActivityRegularization adds one"
    }


class LSTM(LongShortTerm, GatedLayer):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997): two states, three gates.

    (batch, time, features) in, (batch, units) out, the output of the last step; with
    return_sequences (batch, time, units). With return_state the last hidden state and cell
    state follow, each (batch, units).
    """


class GRU(GatedRecurrent, GatedLayer):
    """Gated recurrent unit (Cho and others, 2014): one state, two gates.

    (batch, time, features) in, (batch, units) out, the output of the last step; with
    return_sequences (batch, time, units). With return_state the last state, (batch, units),
    follows.
    """


class RNN(Unrollable):
    """Applies any cell, or several on top of one another, at every step.

    (batch, time, features) in, (batch, units of the cell) out, the output of the last step;
    with return_sequences the time axis stays. With return_state the states of all cells follow.
    """

    shorthand = "cell"

    cell: Cell | Annotated[tuple[Cell, ...], Field(min_length=1)] = Field(
        examples=[{"LSTMCell": 32}]
    )
    """What is done at each step; a list is stacked from the input upwards."""
    zero_output_for_mask: Flag = False
    """Whether a masked step gives zeros; if not, the output of the step before."""

    @model_validator(mode="after")
    def check_types(self) -> Self:
        """Refuse a cell that cannot be computed in a type of its own.

        Cells in a list are stacked in the run's type, whatever that of the layer.
        """
        if isinstance(self.cell, tuple):
            for cell in self.cell:
                check_type(cell, None, "cell")
        elif self.drops:
            check_type(self.cell, self.dtype, "cell")
        return self

    @property
    def drops(self) -> bool:
        """Return whether the first cell drops a share of what enters it."""
        first: Cell = self.step
        while isinstance(first, StackedRNNCells):
            first = first.cells[0]
        return getattr(first, "dropout", 0) > 0

    @property
    def step(self) -> Cell:
        """Return the cell, several as one."""
        if isinstance(self.cell, tuple):
            return StackedRNNCells(cells=self.cell)
        return self.cell

    def check_states(self, given: Tensors, expected: tuple[Shape, ...]) -> None:
        """Refuse first states for stacked cells, which Keras takes only as nested lists."""
        if given and isinstance(self.step, StackedRNNCells):
            raise ShapeError(
                "G202", f"RNN over stacked cells takes no initial states; got {len(given)}"
            )
        super().check_states(given, expected)
