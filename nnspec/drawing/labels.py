"""What is written about a layer in a diagram: its class and the few settings that tell it."""

from collections.abc import Iterator, Mapping

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.layer import Layer
from nnspec.document import Plain
from nnspec.drawing.diagram import TIMES
from nnspec.network.fill import fill_arguments, fill_value
from nnspec.network.network import ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.spec.model import RankDependent

PLAIN = (
    *("units", "filters", "kernel_size", "pool_size", "size", "cropping", "rate", "stddev"),
    *("target_shape", "dims", "n", "output_dim", "equation"),
    *("map_size", "clusters", "activation", "padding", "interpolation"),
)
"""Settings whose value tells what it is."""
NAMED = (
    "num_heads",
    "key_dim",
    "head_dim",
    "strides",
    "dilation_rate",
    "groups",
    "depth_multiplier",
    "input_dim",
    "axis",
    "axes",
)
"""Settings whose value stands behind their name, where it is not the default."""
WORDS = ("return_sequences", "return_state", "go_backwards", "stateful", "causal")
"""Settings that are written as a word where they are true."""
LONGEST = 40
FAMILIES: Mapping[str, str] = {
    "core": "dense",
    "einsum": "dense",
    "embedding": "dense",
    "convolution": "convolution",
    "convolution_transpose": "convolution",
    "depthwise": "convolution",
    "convolutional_recurrent": "recurrent",
    "recurrent": "recurrent",
    "cells": "recurrent",
    "attention": "attention",
    "multi_head": "attention",
    "merging": "merge",
    "competitive": "dense",
    "application": "model",
    "applications": "model",
}
"""Module of the catalogue -> kind of box; everything else computes with few weights or none."""


def title_of(node: ResolvedNode) -> str:
    """Return a layer's class; of a wrapper with the class of the layer in it."""
    layer = node.layer
    if node.node.implied:
        return "Input"
    if layer is None:
        written = node.node.layer
        return written.short if isinstance(written, RankDependent) else "?"
    if isinstance(layer, Nested):
        return "Model"
    inner = getattr(layer, "layer", None)
    return f"{layer.keras_name} {inner.keras_name}" if inner is not None else layer.keras_name


def detail_of(node: ResolvedNode) -> str:
    """Return the settings that tell a layer from others of its class, commas between them."""
    layer = node.layer
    if layer is None or isinstance(layer, Nested) or layer.required == 0:
        return ""
    inner = getattr(layer, "layer", None)
    told = ", ".join(settings_of(inner if isinstance(inner, Layer) else layer))
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def settings_of(layer: Layer) -> Iterator[str]:
    """Give the settings of a layer that are not default, in a fixed order."""
    filled = fill_arguments(layer)
    changed = {key: value for key, value in filled.items() if value != default_of(layer, key)}
    for key in PLAIN:
        if changed.get(key) is not None and not (key == "padding" and changed[key] == "same"):
            yield short(changed[key])
    for key in NAMED:
        if changed.get(key) is not None:
            yield f"{key.removesuffix('_rate')} {short(changed[key])}"
    yield from (key for key in WORDS if changed.get(key) is True)


def default_of(layer: CatalogObject, key: str) -> Plain:
    """Return what a setting is where nothing is written; a marker of its own if it must be."""
    info = type(layer).model_fields[key]
    if info.is_required():
        return "<required>"
    return fill_value(info.get_default(call_default_factory=True))


def short(value: Plain) -> str:
    """Return a value in few signs: lists as extents, equal ones once for windows."""
    match value:
        case [list(first), *others] if all(one == first for one in others):
            return short(first if len({*map(short, first)}) > 1 else first[:1])
        case list():
            return TIMES.join(map(short, value))
        case dict():
            return next(iter(value), "")
        case None:
            return "?"
        case _:
            return str(value)


def kind_of(node: ResolvedNode) -> str:
    """Return what kind of box a layer is drawn as."""
    layer = node.layer
    if node.node.implied or (layer is not None and layer.required == 0):
        return "input"
    if isinstance(layer, Nested):
        return "model"
    inner = getattr(layer, "layer", None)
    counted = inner if isinstance(inner, Layer) else layer
    return FAMILIES.get(type(counted).__module__.rpartition(".")[2], "plain")
