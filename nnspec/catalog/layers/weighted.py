"""Field blocks that many layers share, so that each argument is described once; floor 2."""

from pydantic import Field

from nnspec.catalog.activations import Activation
from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import GlorotUniform, Initializer, Zeros
from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.regularizers import Regularizer
from nnspec.catalog.types import Flag, Positive, PositiveNumber
from nnspec.shapes import Shape, ShapeError, Weight, show


def check_activation(activation: Activation, shape: Shape) -> None:
    """Refuse an activation that cannot be applied to what a layer computes.

    Raises:
        ShapeError: the axis it works along does not exist, or it changes the shape: Keras'
            layers do not tell the next layer of that.
    """
    try:
        out = activation.infer_shape(shape)
    except ShapeError as error:
        raise ShapeError(error.code, error.message, field="activation", hint=error.hint) from None
    if out != shape:
        raise ShapeError(
            "G304",
            f"{activation.keras_name} turns {show(shape)} into {show(out)}; "
            "an activation must keep the shape",
            field="activation",
            hint="use an activation that works on each element",
        )


class Kernel(Layer, abstract=True):
    """Multiplies its input with a trained array, the kernel."""

    kernel_initializer: Initializer = GlorotUniform()
    """Draws the first kernel."""
    kernel_regularizer: Regularizer | None = None
    """Penalty on the kernel."""
    kernel_constraint: Constraint | None = None
    """Set that the kernel is kept in."""


class DepthwiseKernel(Layer, abstract=True):
    """Multiplies each channel with filters of its own."""

    depth_multiplier: Positive = 1
    """Number of filters per incoming channel."""
    depthwise_initializer: Initializer = GlorotUniform()
    """Draws the first filters of the channels."""
    depthwise_regularizer: Regularizer | None = None
    """Penalty on the filters of the channels."""
    depthwise_constraint: Constraint | None = None
    """Set that the filters of the channels are kept in."""


class Bias(Layer, abstract=True):
    """Adds a trained bias, then applies an activation."""

    activation: Activation | None = Field(default=None, examples=["relu"])
    """Function applied to the result; none if absent."""
    bias_initializer: Initializer = Zeros()
    """Draws the first biases."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the biases."""
    bias_constraint: Constraint | None = None
    """Set that the biases are kept in."""

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return what leaves the layer, once the activation is known to fit it."""
        out = super().infer_tensors(inputs)
        if self.activation is not None:
            check_activation(self.activation, out[0].shape)
        return out

    def finishing(self, outputs: int, *, biased: bool) -> int:
        """Return the operations that bias and activation add for a number of outputs."""
        return outputs * (int(biased) + int(self.activation is not None))


class OptionalBias(Bias, abstract=True):
    """Adds a bias unless told not to."""

    use_bias: Flag = True
    """Whether a bias is added."""
    activity_regularizer: Regularizer | None = None
    """Penalty on the output."""

    def bias_weights(self, length: int | None) -> tuple[Weight, ...]:
        """Return the bias, if there is one."""
        return (Weight("bias", (length,)),) if self.use_bias else ()


class LowRank(Layer, abstract=True):
    """Can be fine-tuned through a low-rank addition to a frozen weight (LoRA)."""

    lora_rank: Positive | None = Field(default=None, examples=[4])
    """Rank of a trained addition to the weight, which is then frozen; none if absent."""
    lora_alpha: PositiveNumber | None = Field(default=None, examples=[8.0])
    """Factor on that addition, times 1 / lora_rank; lora_rank if absent."""

    def with_addition(
        self, frozen: Weight, others: tuple[Weight, ...], inward: Shape
    ) -> tuple[Weight, ...]:
        """Return a weight, the others, and the two factors of the low-rank addition, if any.

        Args:
            frozen: the weight that the addition goes on top of.
            others: the weights that stand between it and the addition.
            inward: shape of the first factor, its last axis (the rank) left out.

        Source: Keras 3.15, keras/src/layers/core/dense.py, enable_lora.
        """
        if self.lora_rank is None:
            return (frozen, *others)
        return (
            Weight(frozen.name, frozen.shape, trainable=False),
            *others,
            Weight(f"lora_{frozen.name}_a", (*inward, self.lora_rank)),
            Weight(f"lora_{frozen.name}_b", (self.lora_rank, frozen.shape[-1])),
        )
