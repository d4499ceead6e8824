"""Whether initializers, regularizers and constraints suit the weights of a layer; floor 2."""

from collections.abc import Iterator

from nnspec.catalog.constraints import Constraint
from nnspec.catalog.initializers import Initializer, Orthogonal
from nnspec.catalog.layer import Layer, Tensors, as_trained
from nnspec.catalog.regularizers import OrthogonalRegularizer, Regularizer
from nnspec.shapes import Shape, ShapeError, Weight

OTHER_FLOATS = ("float16", "bfloat16", "float64")
"""Types of weights that are no float32."""


def check_beginnings(layer: Layer, weights: tuple[Weight, ...], outputs: Tensors = ()) -> None:
    """Refuse an initializer, regularizer or constraint that a weight does not fit (G301).

    Args:
        layer: the layer; a layer or cell inside it has a share of its weights.
        weights: its weights.
        outputs: what leaves it, which an activity_regularizer works on.
    """
    every = as_trained(layer, weights)
    for field, given in settings(layer):
        stem = field.rpartition("_")[0]
        # Keras penalizes and bounds weights in training only.
        trained = every if isinstance(given, Initializer) else [w for w in every if w.trainable]
        found = [(one.name, one.shape) for one in trained if belongs(one.name, stem)]
        found += [("output", one.shape) for one in outputs if stem == "activity"]
        for name, shape in found:
            problem = given.misfit(shape) or unlike_type(given, layer)
            if problem:
                raise misfit(layer, field, f"{given.keras_name} {problem}", (name, shape))
    for held in ("layer", "backward_layer", "cell"):
        inner = getattr(layer, held, None)
        if isinstance(inner, Layer):
            check_beginnings(inner, every)


def misfit(layer: Layer, field: str, problem: str, held: tuple[str, Shape]) -> ShapeError:
    """Return the error (G301) for a setting that does not suit what the layer holds."""
    name, shape = held
    extents = ["?" if extent is None else extent for extent in shape]
    return ShapeError(
        "G301", f"{problem}; {name} of {layer.keras_name} has shape {extents}", field=field
    )


def settings(layer: Layer) -> Iterator[tuple[str, Initializer | Regularizer | Constraint]]:
    """Yield what begins, penalizes and bounds a layer's weights, by field."""
    for field in type(layer).model_fields:
        given = getattr(layer, field)
        if isinstance(given, (Initializer, Regularizer, Constraint)):
            yield field, given


def unlike_type(given: Initializer | Regularizer | Constraint, layer: Layer) -> str | None:
    """Return why something cannot be computed in the type of the layer's weights.

    Source: Keras 3.15, keras/src/regularizers/regularizers.py, OrthogonalRegularizer: its factor
    is a tensor of 32 bits. TensorFlow has no QR decomposition of bfloat16.
    """
    if isinstance(given, OrthogonalRegularizer) and layer.dtype in OTHER_FLOATS:
        return f"penalizes weights of float32, not {layer.dtype}"
    if isinstance(given, Orthogonal) and layer.dtype == "bfloat16":
        return "cannot be drawn in bfloat16"
    return None


def belongs(weight: str, stem: str) -> bool:
    """Tell whether a field such as kernel_initializer begins a weight of this name."""
    return weight in (stem, f"{stem}_kernel") or (stem == "depthwise" and weight == "kernel")
