"""Floor 8, what XLA cannot compile: the layers, by class and setting, as they were measured.

Source: every public layer of Keras 3.15.1 run under `jit_compile=True` with TensorFlow 2.21.
"""

from dataclasses import dataclass

import keras

from nnspec.build.keras_graph import inner_layers

UNCOMPILED_LAYERS = frozenset(
    {
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "RandomCrop",
        "RandomPerspective",
        "RandomRotation",
        "RandomShear",
        "RandomTranslation",
        "RandomZoom",
        "StringLookup",
        "TextVectorization",
    }
)
"""Layers that Keras runs outside XLA, with no more than a warning."""

RESIZING = {
    "Resizing": frozenset({"bicubic", "lanczos3", "lanczos5", "nearest"}),
    "UpSampling2D": frozenset({"bicubic", "lanczos3", "lanczos5"}),
}
"""Layer -> interpolations that XLA has no kernel for."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A layer that XLA cannot compile, and why."""

    layer: str
    reason: str


def xla_obstacles(model: keras.Model) -> tuple[Obstacle, ...]:
    """Return the layers, nested ones included, that keep XLA from compiling the network."""
    found = ((one, _reason(one)) for one in inner_layers(model))
    return tuple(
        Obstacle(layer.name, f'"{layer.name}" ({type(layer).__name__}) {reason}')
        for layer, reason in found
        if reason is not None
    )


def _reason(layer: keras.layers.Layer) -> str | None:
    kind = type(layer).__name__
    if kind in UNCOMPILED_LAYERS:
        return "looks up or warps in a way XLA has no operation for"
    interpolation = getattr(layer, "interpolation", None)
    if interpolation in RESIZING.get(kind, frozenset()):
        return f"resizes with interpolation {interpolation}, which XLA cannot compile"
    if kind == "Resizing" and getattr(layer, "antialias", False):
        return "resizes with antialias, which XLA cannot compile"
    if layer.compute_dtype == "string":
        return "computes on text, which XLA cannot compile"
    return None
