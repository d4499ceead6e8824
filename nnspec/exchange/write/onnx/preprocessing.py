"""Layers that prepare numbers and categories within the network, as operators."""

from collections.abc import Sequence

import numpy as np

from nnspec.catalog.layers import preprocessing as layers
from nnspec.catalog.layers.lookup import IndexLookup, IntegerLookup, Vocabulary
from nnspec.exchange.write.onnx.forms import KINDS, Call, Names, as_kind, writes
from nnspec.exchange.write.onnx.graph import FLOAT, INT32, INT64, ML, Array, Unwritable, Writer
from nnspec.exchange.write.onnx.normalization import along, counted

EPSILON = 1e-7
"""Smallest deviation that Keras divides by."""


@writes(layers.Rescaling)
def write_rescaling(layer: layers.Rescaling, call: Call) -> Names:
    """Write a product and a sum."""
    writer = call.writer
    value = writer.op("Mul", call.floats[0], writer.floats(layer.scale))
    return (writer.op("Add", value, writer.floats(layer.offset)),)


@writes(layers.Normalization)
def write_normalization(layer: layers.Normalization, call: Call) -> Names:
    """Write the mean taken off and the deviation divided by, or the reverse.

    Source: Keras 3.15, keras/src/layers/preprocessing/normalization.py, call.
    """
    writer = call.writer
    axes = counted(layer.kept_axes, call.rank)
    lengths = layer.kept(call.shape)
    if layer.mean is None:
        mean, variance = call.weights.own[:2]
    else:
        mean, variance = np.asarray(layer.mean), np.asarray(layer.variance)
    mean, variance = (np.broadcast_to(one, lengths) for one in (mean, variance))
    mean = along(mean, axes, call.shape)
    deviation = np.maximum(np.sqrt(along(variance, axes, call.shape)), EPSILON)
    middle, width = writer.floats(mean), writer.floats(deviation)
    if layer.invert:
        return (writer.op("Add", middle, writer.op("Mul", call.floats[0], width)),)
    return (writer.op("Div", writer.op("Sub", call.floats[0], middle), width),)


@writes(layers.Discretization)
def write_discretization(layer: layers.Discretization, call: Call) -> Names:
    """Write how many boundaries a number has reached."""
    writer = call.writer
    edges = writer.floats(layer.bin_boundaries)
    reached = writer.op("GreaterOrEqual", writer.expand_dims(call.floats[0], -1), edges)
    places = writer.reduce("Sum", writer.cast(reached, INT32), (-1,))
    found = encoded(call, places, layer.output_mode, len(layer.bin_boundaries) + 1)
    return (found,)


@writes(layers.CategoryEncoding)
def write_encoding(layer: layers.CategoryEncoding, call: Call) -> Names:
    """Write codes of whole numbers."""
    places = call.writer.cast(call.values[0], INT32)
    return (encoded(call, places, layer.output_mode, layer.num_tokens),)


def encoded(call: Call, places: str, mode: str, depth: int) -> str:
    """Return numbers as they are, or as codes of zeros, ones or counts.

    Source: Keras 3.15, keras/src/utils/numerical_utils.py, encode_categorical_inputs.
    """
    writer, element = call.writer, call.outputs[0].element
    if mode == "int":
        return as_kind(writer, places, "integer", element)
    if mode == "one_hot":
        if call.rank > 1 and call.shape[-1] == 1:
            places = writer.squeeze(places, -1)
        return writer.cast(one_hot(writer, places, depth), KINDS[element])
    ones = one_hot(writer, places, depth)
    axis = 1 if call.rank > 1 else 0
    found = writer.reduce("Max" if mode == "multi_hot" else "Sum", ones, (axis,))
    return writer.cast(found, KINDS[element])


def one_hot(writer: Writer, places: str, depth: int) -> str:
    """Return whole numbers as codes of floats; what is no place of theirs has no 1."""
    numbers = writer.constant(np.arange(depth), np.int32)
    return writer.cast(writer.op("Equal", writer.expand_dims(places, -1), numbers), FLOAT)


@writes(IndexLookup)
def write_index(layer: IndexLookup, call: Call) -> Names:
    """Write places in a vocabulary, or categories by their places.

    Source: Keras 3.15, keras/src/layers/preprocessing/index_lookup.py, _lookup_dense.
    """
    if layer.invert:
        return (_inverted(layer, call),)
    writer = call.writer
    value = _keys(layer, call)
    first = len(layer.special)
    masked = layer.masking is not None and layer.output_mode == "int"
    if layer.num_oov_indices > 1 and not _by_remainder(layer):
        raise Unwritable(
            "it spreads unknown categories by a hash that ONNX does not have",
            "use num_oov_indices: 1",
        )
    if layer.num_oov_indices == 0:
        raise Unwritable(
            "it refuses unknown categories, and a graph refuses nothing", "use num_oov_indices: 1"
        )
    unknown = int(masked)
    keys: list[str | int] = list(layer.tokens)
    numbers = [first + place for place in range(len(keys))]
    if layer.masking is not None and masked:
        keys.append(layer.masking)
        numbers.append(0)
    found = labelled(writer, value, keys, numbers, -1)
    other = writer.constant(unknown, np.int64)
    if layer.num_oov_indices > 1:
        share = writer.op("Mod", value, writer.constant(layer.num_oov_indices, np.int64))
        other = writer.op("Add", share, writer.constant(unknown, np.int64))
    missing = writer.op("Less", found, writer.constant(0, np.int64))
    places = writer.cast(writer.op("Where", missing, other, found), INT32)
    mode = layer.output_mode
    if layer.masking is not None and not masked:
        raise Unwritable("it drops its mask_token from codes", "leave mask_token out")
    if mode != "tf_idf":
        return (encoded(call, places, mode, layer.depth),)
    return (_weighted(layer, call, places),)


def _weighted(layer: IndexLookup, call: Call, places: str) -> str:
    """Return counts times inverse document frequencies."""
    counts = encoded(call, places, "count", layer.depth)
    return call.writer.op("Mul", counts, call.writer.floats(weights_of(layer)))


def weights_of(layer: Vocabulary) -> Array:
    """Return the inverse document frequency of each place of a code.

    Source: Keras 3.15, keras/src/layers/preprocessing/index_lookup.py, set_vocabulary: unknown
    categories weigh as much as the mean of the others.
    """
    given = np.asarray(layer.idf_weights, np.float32)
    own = given[len(given) - len(layer.tokens) :]
    special = np.full(len(layer.special), own.mean() if len(given) == len(own) else given[0])
    weights = np.zeros(layer.depth, np.float32)
    weights[: layer.size] = np.concatenate([special, own])
    return weights


def _by_remainder(layer: IndexLookup) -> bool:
    return isinstance(layer, IntegerLookup) and layer.oov_method == "floormod"


def _keys(layer: IndexLookup, call: Call) -> str:
    """Return what is looked up: texts, or whole numbers of 64 bits."""
    if layer.key_element == "integer":
        return call.writer.cast(call.values[0], INT64)
    return call.values[0]


def labelled(
    writer: Writer, value: str, keys: Sequence[str | int], numbers: Sequence[int], other: int
) -> str:
    """Return the number of each key, of 64 bits; `other` for what is none of them."""
    texts = isinstance(keys[0], str)
    return writer.op(
        "LabelEncoder",
        value,
        domain=ML,
        values_int64s=list(numbers),
        default_int64=other,
        **{"keys_strings" if texts else "keys_int64s": list(keys)},
    )


def _inverted(layer: IndexLookup, call: Call) -> str:
    """Return the category at each place; what is none gives the unknown one."""
    writer, value = call.writer, call.writer.cast(call.values[0], INT64)
    names = [layer.unknown if one is None else one for one in (*layer.special, *layer.tokens)]
    texts = layer.key_element == "text"
    found = writer.op(
        "LabelEncoder",
        value,
        domain=ML,
        keys_int64s=list(range(len(names))),
        **{"values_strings" if texts else "values_int64s": names},
        **{"default_string" if texts else "default_int64": layer.unknown},
    )
    return found if texts else writer.cast(found, INT32)
