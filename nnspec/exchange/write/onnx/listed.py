"""Layers that are not written to ONNX, each with the reason; the rest have a form."""

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.cells import Cell

HASHED = "it hashes texts by a function (FarmHash) that no operator of ONNX computes"
TILES = "it spreads the brightness of each picture tile by tile, which has no form here yet"
ROUNDED = "Keras rounds its filters of pitches to single precision: answers would be 1.5e-5 apart"
LISTED: dict[str, str] = {
    "ContrastLimitedAdaptiveHistogramEqualization": TILES,
    "Equalization": "Keras puts it into no model: what leaves it is taken for what enters",
    "HashedCrossing": HASHED,
    "Hashing": HASHED,
    "MelSpectrogram": ROUNDED,
}
"""Layer -> why it is not written."""
WHOLE = "its layers are those of Keras' own program, which the run does not describe"
UNKNOWN = "it comes from a plugin, which has given it no form in ONNX"


def reason_for(kind: type[Layer]) -> str:
    """Return why a class of layers has no form."""
    if issubclass(kind, Application):
        return WHOLE
    if issubclass(kind, Cell):
        return "it is written with the RNN around it"
    return LISTED.get(kind.keras_name, UNKNOWN)
