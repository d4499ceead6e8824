"""TextVectorization as operators."""

from nnspec.catalog.layers.lookup import TextVectorization
from nnspec.exchange.write.onnx import words
from nnspec.exchange.write.onnx.forms import KINDS, Call, Names, writes
from nnspec.exchange.write.onnx.graph import Unwritable
from nnspec.exchange.write.onnx.preprocessing import weights_of
from nnspec.exchange.write.onnx.texts import flat

SPACES = tuple("\t\n\v\f\r ")
"""Blanks that Keras parts words at: those of ASCII."""


@writes(TextVectorization)
def write_vectorization(layer: TextVectorization, call: Call) -> Names:
    """Write texts parted and looked up, as numbers in their order or as codes.

    Source: Keras 3.15, keras/src/layers/preprocessing/text_vectorization.py, call.
    """
    if layer.split is None:
        raise Unwritable("it takes whole texts for tokens", "use StringLookup in its place")
    if layer.output_mode == "one_hot":
        raise Unwritable("it gives a code of each token", "use output_mode: int and an Embedding")
    if layer.encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        raise Unwritable(f"its texts are in {layer.encoding}", "ONNX holds texts in utf-8")
    writer, standardize = call.writer, layer.standardize or ""
    given = layer.ngrams if layer.ngrams is not None else 1
    parting = words.Parting(
        tuple(map(str, layer.tokens)),
        "lower" in standardize,
        "strip" in standardize,
        layer.split == "character",
        tuple(range(1, given + 1)) if isinstance(given, int) else tuple(given),
        SPACES,
        ascii_only=True,
    )
    places = words.places_of(writer, parting, flat(writer, call.values[0]))
    kind = KINDS[call.outputs[0].element]
    if layer.output_mode == "int":
        numbers = words.numbered(writer, places, layer.output_sequence_length)
        return (writer.cast(numbers, kind),)
    codes = words.counted(writer, places, layer.size, often=layer.output_mode != "multi_hot")
    if layer.depth > layer.size:
        more = writer.ints(0, 0, 0, layer.depth - layer.size)
        codes = writer.op("Pad", codes, more)
    if layer.output_mode == "tf_idf":
        codes = writer.op("Mul", codes, writer.floats(weights_of(layer)))
    return (writer.cast(codes, kind),)
