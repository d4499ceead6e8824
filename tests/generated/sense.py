"""What people write on purpose: drawn networks keep to it, so that the checker has no advice."""

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.activation import Activation, ActivationLayer, Softmax
from nnspec.catalog.layers.core import Dense
from nnspec.catalog.layers.pooling import GlobalPooling, WindowPooling
from nnspec.catalog.layers.recurrent import GRU, LSTM
from nnspec.catalog.layers.regularization import Drop, GaussianNoise, Random
from nnspec.catalog.layers.reshaping import Rearranged
from nnspec.catalog.layers.window import Window
from nnspec.catalog.layers.wrappers import Bidirectional
from nnspec.catalog.registry import load_all
from nnspec.rules.activations import PRODUCTS
from nnspec.rules.capacity import STRONGEST, penalties
from nnspec.rules.constants import (
    ALONG,
    ATTENTIONS,
    begins_at_zero,
    flattening,
    numbers_compared,
)
from nnspec.rules.kinds import SEQUENTIAL
from nnspec.shapes import Shape

ROWS_AND_STEPS = 2
"""Rank of what has rows and steps, or rows and numbers, and no more."""
JOINED = PRODUCTS | {"BatchNormalization"}
"""Layers of which two in a row come to less than they seem."""
USUAL_RATE = 0.5
"""Largest share that people drop."""


def names(*bases: type[Layer]) -> frozenset[str]:
    """Return the names of the layers of some bases."""
    held = load_all()["layers"].values()
    return frozenset(one.keras_name for one in held if issubclass(one, bases))


NEVER_LAST = names(Random) | {"BatchNormalization"}
"""Layers that act in training, or on a whole batch: predictions should not end in them."""
ONCE: tuple[tuple[type[Layer], ...], ...] = ((Dense,), (Activation, ActivationLayer), (Drop,))
"""Families of layers of which two in a row are one: products, functions, dropout."""
NEVER_LED = names(Dense, Activation, ActivationLayer)
"""Layers that a head with a function of its own should not follow directly."""
GROWING = frozenset({"relu", "exponential"})
"""Functions without an upper bound, which let the states of a recurrent layer grow."""
LAST_FUNCTIONS = frozenset({"Softmax", "softmax", "log_softmax", "sparsemax", "step"})
"""Functions that end a network: nothing should follow them."""


def sensible(layer: Layer, before: list[str], given: Tensors, outputs: Tensors) -> bool:
    """Tell whether a layer does something that people would write where it stands.

    Args:
        layer: the layer.
        before: classes of the layers that its inputs leave.
        given: what comes in.
        outputs: what leaves.
    """
    doubled = any(isinstance(layer, family) and names(*family) & set(before) for family in ONCE)
    doubled = doubled or (layer.keras_name in JOINED and not JOINED.isdisjoint(before))
    doubled = doubled or leaves_nothing(layer, given)
    if doubled or function_named(layer) in LAST_FUNCTIONS or grows(layer):
        return False
    match layer:
        case Softmax():
            return all(given[0].shape[axis] != 1 for axis in axes_of(layer))
        case GaussianNoise():
            return layer.stddev > 0
        case Drop():
            return 0 < layer.rate <= USUAL_RATE
        case Rearranged():
            return outputs[0].shape != given[0].shape
        case GlobalPooling():
            return any(extent != 1 for extent in layer.inner(given[0].shape))
        case Window() | WindowPooling():
            return slides(layer, layer.inner(given[0].shape))
        case _:
            return True


def leaves_nothing(layer: Layer, given: Tensors) -> bool:
    """Tell whether a layer has nothing to compare, to carry on, or to begin with."""
    halved = isinstance(layer, Bidirectional) and layer.merge_mode is None
    if halved or layer.keras_name == "RandomCrop":
        # One direction may stay unread; a random crop has other sizes outside of training.
        return True
    name, first = layer.keras_name, given[0] if given else None
    if first is not None and name in {*ALONG, "GroupNormalization"}:
        masked = name == "Softmax" and first.masked
        return masked or numbers_compared(layer, first.shape) == 1
    if first is not None and first.rank > ROWS_AND_STEPS and name in SEQUENTIAL | ATTENTIONS:
        return any(one.shape[1] == 1 for one in given)
    strong = any(strength >= STRONGEST for _, strength, _ in penalties(layer))
    return strong or flattening(layer) is not None or begins_at_zero(layer)


def function_named(layer: Layer) -> str | None:
    """Return the name of the function that a layer applies at its end."""
    return getattr(getattr(layer, "activation", None), "keras_name", None)


def grows(layer: Layer) -> bool:
    """Tell whether states grow from step to step in a recurrent layer, or in the one it wraps."""
    recurrent = layer.layer if isinstance(layer, Bidirectional) else layer
    return isinstance(recurrent, (LSTM, GRU)) and function_named(recurrent) in GROWING


def axes_of(layer: Softmax) -> tuple[int, ...]:
    """Return the axes whose values add up to one."""
    return (layer.axis,) if isinstance(layer.axis, int) else layer.axis


def slides(layer: Window | WindowPooling, inner: Shape) -> bool:
    """Tell whether windows hold several samples, leave none out, and are no longer than an axis."""
    sizes = layer.kernel_size if isinstance(layer, Window) else layer.pool_size
    steps = layer.strides or sizes
    pooled = isinstance(layer, WindowPooling) and max(sizes) == 1
    longer = any(size > (extent or size) for size, extent in zip(sizes, inner, strict=False))
    return not (pooled or longer) and all(
        step <= size for step, size in zip(steps, sizes, strict=True)
    )
