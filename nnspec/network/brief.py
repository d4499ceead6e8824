"""The model as a person would write it: defaults left out, a chain as a plain list."""

import struct
from collections.abc import Sequence

from pydantic.fields import FieldInfo

from nnspec.catalog.base import CatalogObject
from nnspec.document import Plain
from nnspec.network.fill import fill_inputs, fill_value, show_source
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested

USUAL = ("data_format", "channels_last")
"""What a layer does where nothing else is said, though the documents of Keras say it."""
DIGITS = 9
"""Digits that tell every number of 32 bits."""


def brief_model(network: Network, *, named: bool) -> Plain:
    """Return the layers without what follows by itself: a list, or layers and outputs.

    Args:
        network: every layer decided.
        named: whether every layer has its name, by which weights in a file are known.
    """
    nodes = [node for node in network.nodes if not node.node.implied]
    outputs: list[Plain] = [show_source(output.source) for output in network.graph.outputs]
    if is_chain(nodes) and outputs == [nodes[-1].name]:
        return [brief_entry(node, named=named) for node in nodes]
    layers: list[Plain] = []
    before: str | None = None
    for node in nodes:
        entry = brief_entry(node, named=True)
        assert isinstance(entry, dict)
        feeds = fill_inputs(node.node) if node.node.sources else None
        if feeds is not None and feeds != [before]:
            entry["inputs"] = feeds[0] if isinstance(feeds, list) and len(feeds) == 1 else feeds
        layers.append(entry)
        before = node.name
    if outputs == [nodes[-1].name]:
        return layers
    return {"layers": layers, "outputs": outputs}


def is_chain(nodes: Sequence[ResolvedNode]) -> bool:
    """Return whether each layer takes the one before it, and nothing else."""
    before: str | None = None
    for place, node in enumerate(nodes):
        feeds = [show_source(one) for one in node.node.sources]
        if node.node.shares or (place and feeds != [before]):
            return False
        before = node.name
    return bool(nodes)


def brief_entry(node: ResolvedNode, *, named: bool) -> Plain:
    """Return one layer, with its name if that is asked for."""
    within, _, local = node.name.rpartition(".")
    beside: dict[str, Plain] = {"name": local} if named else {}
    if within:
        beside["within"] = within
    if node.node.shares:
        return {"use": node.node.shares, **beside}
    layer = node.layer
    assert layer is not None, f"{node.name} was refused"
    if isinstance(layer, Nested):
        return {"Model": brief_nested(layer), **beside}
    written = brief_object(layer)
    if not beside:
        return written
    return {**(written if isinstance(written, dict) else {str(written): {}}), **beside}


def brief_nested(layer: Nested) -> dict[str, Plain]:
    """Return a model within a model: the names of its layers are those of its weights."""
    entering = [node.name for node in layer.network.inputs if node.node.implied]
    inputs: dict[str, Plain] = {"inputs": list[Plain](layer.names)} if entering else {}
    filled = brief_model(layer.network, named=True)
    body = filled if isinstance(filled, dict) else {"layers": filled}
    kept: dict[str, Plain] = {} if layer.trainable else {"trainable": False}
    return {**inputs, **body, **kept}


def brief_object(described: CatalogObject) -> Plain:
    """Return an object as its name, or its name with what differs from the defaults."""
    fields = sorted(type(described).model_fields.items(), key=lambda one: not one[1].is_required())
    said = {
        name: brief_value(getattr(described, name))
        for name, info in fields
        if not is_default(getattr(described, name), info)
        and (name, getattr(described, name)) != USUAL
    }
    if not said:
        return described.keras_name
    only = type(described).shorthand
    if only is not None and list(said) == [only] and not isinstance(said[only], dict):
        return {described.keras_name: said[only]}
    return {described.keras_name: said}


def is_default(value: object, info: FieldInfo) -> bool:
    """Return whether a setting is what it is where nothing is written."""
    if info.is_required():
        return False
    default = info.get_default(call_default_factory=True)
    return bool(value == default) and type(value) is type(default)


def brief_value(value: object) -> Plain:
    """Return a setting; objects without their defaults."""
    match value:
        case CatalogObject():
            return brief_object(value)
        case list() | tuple():
            return [brief_value(one) for one in value]
        case float():
            return rounded(value)
        case _:
            return fill_value(value)


def rounded(value: float) -> float:
    """Return a number that was kept in 32 bits as it was written before: 0.2, not 0.200000003."""
    try:
        if struct.unpack("f", struct.pack("f", value))[0] != value:
            return value
        shorter = (float(f"{value:.{digits}g}") for digits in range(1, DIGITS))
        return next(
            (one for one in shorter if struct.unpack("f", struct.pack("f", one))[0] == value), value
        )
    except (OverflowError, struct.error):
        return value
