"""Masks that Keras drops at an operation, and that would travel on through its layer here; floor 4.

A layer passes on the mask of what it takes; an operation of Keras does not. Where such a mask
would reach a layer that computes with masks, the network would be another.
"""

from collections.abc import Iterable, Iterator

from nnspec.catalog.layer import Layer
from nnspec.spec.model import LayerUse, SubModel

TAKERS = frozenset(
    {
        "LSTM",
        "GRU",
        "SimpleRNN",
        "RNN",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
        "Bidirectional",
        "GlobalAveragePooling1D",
        "Attention",
        "AdditiveAttention",
        "MultiHeadAttention",
        "GroupQueryAttention",
        "BatchNormalization",
        "Softmax",
    }
)
"""Layers whose results depend on a mask.

Source: Keras 3.15, keras/src/layers: those whose `call` takes a mask.
"""

Passed = frozenset[str]
"""The operations that a mask has passed by."""


def lost_masks(uses: Iterable[LayerUse], operations: set[str]) -> Iterator[tuple[str, str]]:
    """Give operations that a mask passes by on its way to a layer that takes it, and that layer.

    Args:
        uses: all layers, what feeds a layer before it.
        operations: names of layers that stand for operations.
    """
    known: dict[str, LayerUse] = {}
    masks: dict[str, Passed] = {}
    for use in uses:
        known[use.name] = use
        layer = known[use.shares].layer if use.shares in known else use.layer
        passed = [masks[wire.source] for wire in use.wires if wire.source in masks]
        own = frozenset({use.name} & operations)
        through = own.union(*passed)
        if passed and through and takes_mask(layer):
            yield min(through), use.name
        if makes_mask(layer):
            masks[use.name] = frozenset()
        elif passed and passes_mask(layer):
            masks[use.name] = through


def takes_mask(layer: object) -> bool:
    """Return whether what a layer computes depends on a mask."""
    inner = getattr(layer, "layer", None) if is_timed(layer) else layer
    return isinstance(inner, Layer) and inner.keras_name in TAKERS


def is_timed(layer: object) -> bool:
    """Return whether a layer applies another one to each step."""
    return isinstance(layer, Layer) and layer.keras_name == "TimeDistributed"


def makes_mask(layer: object) -> bool:
    """Return whether a layer, or one of a model within, makes a mask."""
    if isinstance(layer, SubModel):
        return any(makes_mask(use.layer) for use in layer.section.layers)
    if not isinstance(layer, Layer):
        return False
    return layer.keras_name == "Masking" or getattr(layer, "mask_zero", False) is True


def passes_mask(layer: object) -> bool:
    """Return whether a layer gives the mask of what it takes to what follows."""
    if not isinstance(layer, Layer) or getattr(layer, "return_sequences", True) is False:
        return False
    return layer.passes_mask
