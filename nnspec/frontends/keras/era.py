"""Which Keras wrote a model document: those before Keras 3 are told by their form; floor 4."""

from collections.abc import Iterator

from nnspec.diagnostics import Span
from nnspec.document import Mapping, Node, Sequence
from nnspec.frontends.keras.tree import text_of

OLDER = "Keras 3 writes each call as {args, kwargs}, those before it as a list of tensors"
ANEW = "if Keras 3 loads it, write its to_json() anew; if not, write its layers below model:"

FORMER = ("tf_keras", "tensorflow", "keras.src.engine", "keras.engine")
"""What the modules of models began with before Keras 3."""


def is_older(document: Mapping) -> bool:
    """Return whether a document is of Keras 1 or 2, or of tf.keras."""
    return next(signs(document), None) is not None


def signs(document: Mapping) -> Iterator[tuple[str, Span]]:
    """Give what only Keras 1 and 2 write, each with its place."""
    version, config = document.get("keras_version"), document.get("config")
    written = text_of(document, "keras_version") or "3"
    if version is not None and written.partition(".")[0] in ("0", "1", "2"):
        yield f"keras_version {written}", version.span
    if isinstance(config, Sequence):
        yield "the config of a model is a list", config.span
    module = document.get("module")
    if module is not None and (text_of(document, "module") or "").startswith(FORMER):
        yield "a module of tf.keras", module.span
    layers = config.get("layers") if isinstance(config, Mapping) else None
    for layer in layers.items if isinstance(layers, Sequence) else ():
        if isinstance(layer, Mapping):
            yield from signs_of_layer(layer)


def signs_of_layer(layer: Mapping) -> Iterator[tuple[str, Span]]:
    """Give what only Keras 1 and 2 write in a layer."""
    calls, config = layer.get("inbound_nodes"), layer.get("config")
    first: Node | None = calls.items[0] if isinstance(calls, Sequence) and calls.items else None
    if isinstance(first, Sequence):
        yield "a call is a list", first.span
    if isinstance(config, Sequence):
        yield "the config of a model is a list", config.span
    shape = config.entry("batch_input_shape") if isinstance(config, Mapping) else None
    if shape is not None:
        yield "a layer holds its batch_input_shape", shape.key
