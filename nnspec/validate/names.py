"""What the writer may have meant: nearest names, and the words of other libraries."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from heapq import nsmallest

from nnspec.diagnostics import Advice, Replacement

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


SECTION_HABITS = {
    "architecture": "model",
    "compile": "training",
    "config": "runtime",
    "dataset": "data",
    "fit": "training",
    "layers": "model",
    "network": "model",
    "train": "training",
    "vars": "variables",
}
"""Sections as Keras' methods and other programs call them."""

INPUT_ADVICE = "write a layer before it: - Input: [...]; with data: it follows from there"
ADVICE = {
    "input_shape": INPUT_ADVICE,
    "batch_input_shape": INPUT_ADVICE,
    "in_features": "remove it: the size of the input follows from the layer before",
    "in_channels": "remove it: the size of the input follows from the layer before",
    "inplace": "remove it",
}
"""What to do about arguments that have no counterpart."""

LOOSE_HABITS = {"alpha", "betas", "init", "kernel", "AdaptiveAvgPool2d", "Merge", "Model"}
"""Habits whose values mean something else, or may: a hint for people, no repair."""
SHORT_NAME = 4
"""Letters up to which two slips make another name."""

CONSIDERED = 300
"""Candidates that are looked at closely, at most: names of hostile specs are many and long."""
LISTED = 20
"""Names that a hint lists, at most: what fits into three lines."""
LONGEST = 100
"""A name of more characters was not mistyped."""


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like a name, capitals aside; None if none is close."""
    return None if len(name) > LONGEST else nearest_of(name, tuple(candidates))


@lru_cache(maxsize=256)
def nearest_of(name: str, candidates: tuple[str, ...]) -> str | None:
    """Return the nearest candidate; a block used a thousand times asks for the same name."""
    known = nsmallest(CONSIDERED, candidates, key=lambda one: abs(len(one) - len(name)))
    folded: dict[str, list[str]] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), []).append(candidate)
    close = get_close_matches(name.casefold(), list(folded), n=5, cutoff=0.6)
    if not close:
        return None
    best = min(close, key=lambda one: edits(name.casefold(), one))
    return min(folded[best], key=lambda one: edits(name, one))


def edits(one: str, other: str) -> int:
    """Return how many letters must be changed, added, dropped or swapped with their neighbour.

    Source: optimal string alignment, the restricted Damerau-Levenshtein distance.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        above, row = row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]


def meant(name: str, candidates: Iterable[str], habits: dict[str, str] | None = None) -> str | None:
    """Return the candidate that was meant, None if there is none to guess."""
    known = list(candidates)
    habit = (habits or {}).get(name)
    return habit if habit in known else nearest(name, known)


def is_certain(name: str, guess: str, candidates: Iterable[str], habits: Mapping[str, str]) -> bool:
    """Return whether a guess is a repair that needs nobody's eyes: a habit, or a slip.

    The only candidate within two letters, one for a short name; or the same but for capitals.
    """
    if habits.get(name) == guess:
        return name not in LOOSE_HABITS
    if name.casefold() == guess.casefold():
        return sum(one.casefold() == name.casefold() for one in candidates) == 1
    distance = edits(name, guess)
    if distance > (1 if len(name) <= SHORT_NAME else 2):
        return False
    near = [one for one in candidates if abs(len(one) - len(name)) <= distance]
    return len(near) <= CONSIDERED and sum(edits(name, one) <= distance for one in near) == 1


def suggest(name: str, candidates: Iterable[str], habits: dict[str, str] | None = None) -> str:
    """Return a hint: what was meant, or the list where it is short, or nothing."""
    known = list(candidates)
    if guess := meant(name, known, habits):
        hint = f"did you mean {guess}?"
        if not is_certain(name, guess, known, habits or {}):
            return hint
        return Advice(hint, Replacement(name, guess, keeps_quotes=True))
    return f"known here: {', '.join(sorted(known))}" if 0 < len(known) <= LISTED else ""
