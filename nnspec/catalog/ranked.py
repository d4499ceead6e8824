"""Short names that become a layer once the rank of its input is known."""

from collections.abc import Mapping

RANKED: Mapping[str, Mapping[int, str]] = {
    "Conv": {3: "Conv1D", 4: "Conv2D", 5: "Conv3D"},
    "ConvTranspose": {3: "Conv1DTranspose", 4: "Conv2DTranspose", 5: "Conv3DTranspose"},
    "MaxPooling": {3: "MaxPooling1D", 4: "MaxPooling2D", 5: "MaxPooling3D"},
    "AveragePooling": {3: "AveragePooling1D", 4: "AveragePooling2D", 5: "AveragePooling3D"},
    "GlobalMaxPooling": {3: "GlobalMaxPooling1D", 4: "GlobalMaxPooling2D", 5: "GlobalMaxPooling3D"},
    "GlobalAveragePooling": {
        3: "GlobalAveragePooling1D",
        4: "GlobalAveragePooling2D",
        5: "GlobalAveragePooling3D",
    },
    "UpSampling": {3: "UpSampling1D", 4: "UpSampling2D", 5: "UpSampling3D"},
    "SpatialDropout": {3: "SpatialDropout1D", 4: "SpatialDropout2D", 5: "SpatialDropout3D"},
}
"""Short name -> rank of the input (batch included) -> layer."""

SHORT: Mapping[str, str] = {"BatchNorm": "BatchNormalization", "Resize": "Resizing"}
"""Short names that stand for one layer at every rank."""
