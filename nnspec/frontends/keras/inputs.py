"""Inputs of Keras' documents that hold whole numbers though they declare floats; floor 4.

`keras.Input((200,))` in front of an Embedding declares float32, and the Embedding turns what
comes into whole numbers. Here an Embedding takes nothing else, so such an input is declared as
what it is; the network computes the same.
"""

from dataclasses import replace

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.core import Input
from nnspec.spec.model import LayerUse


def with_whole_numbers(uses: list[LayerUse]) -> list[LayerUse]:
    """Return the layers, each float input that feeds only Embeddings declared as int32."""
    owners = {use.name: use.layer for use in uses}
    fed: dict[str, list[str]] = {}
    for use in uses:
        layer = owners.get(use.shares) if use.shares else use.layer
        kind = layer.keras_name if isinstance(layer, Layer) else ""
        for wire in use.wires:
            fed.setdefault(wire.source, []).append(kind)
    return [
        replace(use, layer=use.layer.model_copy(update={"dtype": "int32"}))
        if isinstance(use.layer, Input)
        and use.layer.element == "float"
        and set(fed.get(use.name, [])) == {"Embedding"}
        else use
        for use in uses
    ]
