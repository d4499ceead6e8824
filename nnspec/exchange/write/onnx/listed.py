"""Layers that are not written to ONNX, each with the reason; the rest have a form."""

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.cells import Cell

HASHED = "it hashes texts by a function (FarmHash) that no operator of ONNX computes"
SOUND = "its frames and Fourier transforms have no form here yet"
SPREAD = "it spreads the brightness of each picture by operators of TensorFlow's own"
LISTED: dict[str, str] = {
    "AutoContrast": SPREAD,
    "ContrastLimitedAdaptiveHistogramEqualization": SPREAD,
    "Equalization": SPREAD,
    "HashedCrossing": HASHED,
    "Hashing": HASHED,
    "MelSpectrogram": SOUND,
    "STFTSpectrogram": SOUND,
    "TextVectorization": "no operator of ONNX replaces parts of texts, as its standardize does",
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
