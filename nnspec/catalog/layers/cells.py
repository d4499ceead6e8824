"""Recurrent cells: one time step of a recurrent layer; floor 2.

`LSTM` is `RNN` around `LSTMCell`, and so on: the fields that both have stand here once. A cell is
written only inside `RNN` or `StackedRNNCells`.
"""

from abc import abstractmethod
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.activations import Activation, Sigmoid, Tanh
from nnspec.catalog.constraints import Constraint
from nnspec.catalog.dtypes import DtypePolicy, computed
from nnspec.catalog.initializers import Initializer, Orthogonal
from nnspec.catalog.layer import Layer, Tensors, as_trained
from nnspec.catalog.layers.weighted import Bias, Kernel
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Flag, Positive, Rate, Seed
from nnspec.shapes import ShapeError, Weight


class RecurrentDropout(Layer, abstract=True):
    """Can drop a share of what enters a step; the same elements at every step of a row."""

    dropout: Rate = 0.0
    """Share of the input that is dropped at each step of training."""
    recurrent_dropout: Rate = 0.0
    """Share of the state that is dropped at each step of training."""
    seed: Seed | None = Field(default=None, examples=[0])
    """Seed of the dropout; drawn from the run's seed if absent."""


class RecurrentKernel(Kernel, Bias, abstract=True):
    """Multiplies input and state with trained arrays, and adds a bias."""

    activation: Activation | None = Tanh()
    """Function applied to the new state; none if null."""
    use_bias: Flag = True
    """Whether a bias is added."""
    recurrent_initializer: Initializer = Orthogonal()
    """Draws the first recurrent kernel, which multiplies the state."""
    recurrent_regularizer: Regularizer | None = None
    """Penalty on the recurrent kernel."""
    recurrent_constraint: Constraint | None = None
    """Set that the recurrent kernel is kept in."""


class Unit(RecurrentKernel, RecurrentDropout, abstract=True):
    """A step (batch, features) and a state (batch, units) give a new state (batch, units)."""

    shorthand = "units"

    units: Positive = Field(examples=[64])
    """Length of the state, and of the output of each step."""

    gates: ClassVar[int] = 1
    """Number of products that a step computes side by side."""
    states: ClassVar[int] = 1
    """Number of arrays that pass from step to step."""

    @property
    def state_sizes(self) -> tuple[int, ...]:
        """Return the length of each state."""
        return (self.units,) * self.states

    @property
    def output_size(self) -> int:
        """Return the number of features that leave each step."""
        return self.units

    def step_weights(self, features: int | None) -> tuple[Weight, ...]:
        """Return the weights for steps of so many features."""
        width = self.gates * self.units
        kernels = (
            Weight("kernel", (features, width)),
            Weight("recurrent_kernel", (self.units, width)),
        )
        return (*kernels, self.bias_weight(width)) if self.use_bias else kernels

    def bias_weight(self, width: int) -> Weight:
        """Return the bias of all gates."""
        return Weight("bias", (width,))

    def step_operations(self, features: int) -> int:
        """Return multiplications and additions of one step: two products, biases, gates."""
        width = self.gates * self.units
        return 2 * (features + self.units) * width + width * int(self.use_bias) + width


class Gated(RecurrentKernel, RecurrentDropout, abstract=True):
    """Lets trained gates decide what of the state is kept."""

    recurrent_activation: Activation | None = Sigmoid()
    """Function applied to the gates; none if null."""


class Forgetting(Gated, abstract=True):
    """Carries a hidden state and a cell state, guarded by input, forget and output gate."""

    unit_forget_bias: Flag = True
    """Whether the forget gate's bias begins at 1, which keeps the state at first."""


class LongShortTerm(Forgetting, Unit, abstract=True):
    """Long short-term memory of vectors."""

    gates = 4
    states = 2


class GatedRecurrent(Gated, Unit, abstract=True):
    """Carries one state, guarded by an update and a reset gate."""

    gates = 3

    reset_after: Flag = True
    """Whether the reset gate works after the product with the state, as on GPUs, not before."""

    def bias_weight(self, width: int) -> Weight:
        """Return the bias; with `reset_after` one row for the input and one for the state."""
        return Weight("bias", (2, width) if self.reset_after else (width,))


class Cell(Layer, abstract=True):
    """One time step of a recurrent layer; stands inside `RNN`."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Refuse: a cell is no layer of its own (G310)."""
        del inputs
        raise ShapeError(
            "G310",
            f"{self.keras_name} is one step of a recurrent layer, not a layer",
            hint=f"RNN: {{cell: {self.keras_name}}}",
        )

    @property
    @abstractmethod
    def state_sizes(self) -> tuple[int, ...]:
        """Return the length of each state."""

    @property
    @abstractmethod
    def output_size(self) -> int:
        """Return the number of features that leave each step."""

    @abstractmethod
    def step_weights(self, features: int | None) -> tuple[Weight, ...]:
        """Return the weights for steps of so many features."""

    @abstractmethod
    def step_operations(self, features: int) -> int:
        """Return multiplications and additions of one step."""


class SimpleRNNCell(Unit, Cell):
    """One step of `SimpleRNN`: (batch, features) in, (batch, units) out, which is the state."""


class LSTMCell(LongShortTerm, Cell):
    """One step of `LSTM`: (batch, features) in, (batch, units) out.

    What leaves is the hidden state; the cell state, of the same shape, goes on beside it.
    """


class GRUCell(GatedRecurrent, Cell):
    """One step of `GRU`: (batch, features) in, (batch, units) out, which is the state."""


class StackedRNNCells(Cell):
    """Cells on top of one another, run as one: each takes the output of the one below.

    (batch, features) in, (batch, features of the last cell) out.
    """

    shorthand = "cells"

    cells: Annotated[tuple[Cell, ...], Field(min_length=1)] = Field(
        examples=[[{"LSTMCell": 32}, {"LSTMCell": 16}]]
    )
    """The cells, from the input upwards."""

    @model_validator(mode="after")
    def check_types(self) -> Self:
        """Refuse cells that return states of another type than they are given."""
        for cell in self.cells:
            check_type(cell, self.dtype, "cells")
        return self

    @property
    def state_sizes(self) -> tuple[int, ...]:
        """Return the lengths of all cells' states, from the input upwards."""
        return tuple(size for cell in self.cells for size in cell.state_sizes)

    @property
    def output_size(self) -> int:
        """Return the number of features that leave the uppermost cell."""
        return self.cells[-1].output_size

    def step_weights(self, features: int | None) -> tuple[Weight, ...]:
        """Return the weights of all cells."""
        found: list[Weight] = []
        for cell in self.cells:
            found.extend(as_trained(cell, cell.step_weights(features)))
            features = cell.output_size
        return tuple(found)

    def step_operations(self, features: int) -> int:
        """Return the operations of all cells."""
        count = 0
        for cell in self.cells:
            count += cell.step_operations(features)
            features = cell.output_size
        return count


def check_type(cell: Cell, around: DtypePolicy | None, field: str) -> None:
    """Refuse a cell that computes in another type than the layer or stack around it.

    Source: Keras 3.15, keras/src/layers/rnn/rnn.py: masks of dropout are of the outer type, and
    so are the states of stacked cells, which TensorFlow's loop then finds changed.
    """
    inner, outer = computed(cell.dtype), computed(around)
    if inner != outer:
        message = "{cell} computes in {inner}, what is around it in {outer}: give both one dtype"
        context = {"cell": cell.keras_name, "inner": inner, "outer": outer, "field": field}
        raise PydanticCustomError("contradiction", message, context)
