"""The base of the networks of keras.applications, each used as one layer; floor 2."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.activations import Activation, Linear, Softmax
from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.application_table import TABLE
from nnspec.catalog.layers.core import FLOATS
from nnspec.catalog.layers.figures import Figures
from nnspec.catalog.types import Flag, Positive
from nnspec.shapes import Shape, ShapeError, Tensor, Weight, elements, show

IMAGENET_CLASSES = 1000
IMAGENET_CHANNELS = 3


class Application(Layer, abstract=True):
    """A whole network for images: (batch, rows, columns, channels) in."""

    keras_module = "keras.applications"
    ranks = (4,)
    consumes = FLOATS
    passes_mask = False
    omitted: ClassVar[Mapping[str, str]] = {
        "input_shape": "it follows from what feeds the network",
        "input_tensor": "what feeds the network is said by inputs",
    }
    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "set on the built network; Keras' function takes no such argument",
        "dtype": "the policy under which the network is built",
    }

    include_top: Flag = True
    """Whether the classifier belongs to it; without, (batch, rows, columns, features) leave."""
    weights: Literal["imagenet"] | None = "imagenet"
    """First weights: random (null), or trained on ImageNet, which Keras downloads once."""
    pooling: Literal["avg", "max"] | None = None
    """Without classifier: what is left of rows and columns, average or maximum; all, if absent."""
    classes: Positive = IMAGENET_CLASSES
    """Number of classes that the classifier tells apart."""
    classifier_activation: Activation = Softmax()
    """What the classifier ends with; linear gives logits."""

    @model_validator(mode="after")
    def check_top(self) -> Self:
        """Refuse settings of the classifier, or of its absence, that could have no effect."""
        trained = self.weights is not None and self.include_top
        if self.include_top and self.pooling is not None:
            message, name = "pooling has no effect with include_top: true", "pooling"
        elif trained and self.classes != IMAGENET_CLASSES:
            message, name = "weights: imagenet tell 1000 classes apart; got {classes}", "classes"
        elif trained and not isinstance(self.classifier_activation, (Linear, Softmax)):
            message = "weights: imagenet end with softmax or linear; got {activation}"
            name = "classifier_activation"
        else:
            return self
        context = {
            "field": name,
            "classes": self.classes,
            "activation": self.classifier_activation.keras_name,
        }
        raise PydanticCustomError("contradiction", message, context)

    @property
    def figures(self) -> Figures:
        """Return what is known of the network."""
        return TABLE[self.keras_name]

    def infer_shape(self, shape: Shape) -> Shape:
        """Return classes, or features as they were reduced."""
        self.check_image(shape)
        if self.include_top:
            return (shape[0], self.classes)
        if self.pooling:
            return (shape[0], self.figures.features)
        return self.feature_shape(shape)

    def feature_shape(self, shape: Shape) -> Shape:
        """Return the shape in front of the classifier: (batch, rows, columns, features)."""
        rows, columns = (self.figures.extent(extent) for extent in shape[1:3])
        return (shape[0], rows, columns, self.figures.features)

    def check_image(self, shape: Shape) -> None:
        """Refuse images of a size that the network, or its weights, cannot take."""
        least, size = self.figures.least, self.figures.size
        for axis in (1, 2):
            if self.figures.fixed or (self.figures.head[1] and self.include_top):
                self.known(shape, axis, "to build its layers")
            extent = shape[axis]
            if extent is not None and extent < least:
                raise ShapeError(
                    "G303",
                    f"{self.keras_name} takes images of at least {least} rows and columns; "
                    f"got {show(shape)}",
                    hint=f"enlarge them before: Resizing: {{height: {size}, width: {size}}}",
                )
        channels = self.known(shape, 3, "to build its layers")
        if self.weights is None:
            return
        if channels != IMAGENET_CHANNELS or (self.include_top and shape[1:3] != (size, size)):
            needed = f"({size}, {size}, 3)" if self.include_top else "3 channels"
            raise ShapeError(
                "G304",
                f"weights: imagenet of {self.keras_name} need images of {needed}; "
                f"got {show(shape)}",
                field="weights",
            )

    def infer_weights(self, inputs: Tensors) -> tuple[Weight, ...]:
        """Return all parameters, added up by whether training changes them."""
        shape = inputs[0].shape
        trained, kept = self.figures.parameters(self.known(shape, 3, "to build its layers"))
        found = [Weight("body", (trained,)), Weight("statistics", (kept,), trainable=False)]
        if self.include_top:
            flattened = elements(self.feature_shape(shape)[1:]) or 0
            head = self.figures.head_parameters(flattened, self.classes)
            found.append(Weight("classifier", (head,)))
        return tuple(one for one in found if one.size)

    def infer_operations(self, inputs: Tensors) -> int | None:
        """Return None: the operations of its layers are not tabulated."""
        del inputs
        return None

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return one tensor of numbers."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape),)
