"""What the writer may have meant: nearest names, and the words of other libraries."""

from collections.abc import Iterable
from difflib import get_close_matches

KEY_HABITS = {
    "lr": "learning_rate",
    "nb_filter": "filters",
    "nb_epoch": "epochs",
    "border_mode": "padding",
    "subsample": "strides",
    "stride": "strides",
    "out_channels": "filters",
    "out_features": "units",
    "output_dim": "units",
    "num_units": "units",
    "hidden_size": "units",
    "p": "rate",
    "dropout": "rate",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "W_constraint": "kernel_constraint",
    "b_regularizer": "bias_regularizer",
    "kernel": "kernel_size",
    "dilation": "dilation_rate",
    "betas": "beta_1",
    "alpha": "negative_slope",
}
"""Arguments as Keras 1 and 2, PyTorch and others call them."""

LAYER_HABITS = {
    "Linear": "Dense",
    "FullyConnected": "Dense",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose",
    "ConvTranspose2d": "Conv2DTranspose",
    "BatchNorm1d": "BatchNormalization",
    "BatchNorm2d": "BatchNormalization",
    "MaxPool1d": "MaxPooling1D",
    "MaxPool2d": "MaxPooling2D",
    "AvgPool2d": "AveragePooling2D",
    "AdaptiveAvgPool2d": "GlobalAveragePooling2D",
    "Upsample": "UpSampling2D",
    "LayerNorm": "LayerNormalization",
    "GroupNorm": "GroupNormalization",
    "Concat": "Concatenate",
    "Merge": "Concatenate",
    "Model": "blocks",
}
"""Layers as Keras 1 and 2, PyTorch and others call them."""


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like a name, capitals aside; None if none is close."""
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.casefold(), candidate)
    close = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def suggest(name: str, candidates: Iterable[str], habits: dict[str, str] | None = None) -> str:
    """Return a hint: what was meant, or the list where it is short, or nothing."""
    known = list(candidates)
    meant = (habits or {}).get(name)
    if meant not in known:
        meant = nearest(name, known)
    if meant:
        return f"did you mean {meant}?"
    return f"known here: {', '.join(sorted(known))}" if 0 < len(known) <= 20 else ""  # noqa: PLR2004 - what fits into three lines
