"""The modules of all families: whoever imports this knows the form of every layer."""

from nnspec.exchange.write.onnx import (
    activations,
    attention,
    convolution,
    core,
    image,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    reshaping,
    sound,
    vectorization,
    wrappers,
)

__all__ = [
    "activations",
    "attention",
    "convolution",
    "core",
    "image",
    "merging",
    "normalization",
    "pooling",
    "preprocessing",
    "recurrent",
    "reshaping",
    "sound",
    "vectorization",
    "wrappers",
]
