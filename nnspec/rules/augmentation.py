"""Floor 5: what enlarges the sample, against losses, heads and weights of rows."""

from collections.abc import Iterator

from nnspec.catalog.augmentations import (
    Augmentation,
    CutMix,
    GaussianNoise,
    MixUp,
    Oversampling,
    TimeWarping,
    WindowSlicing,
)
from nnspec.catalog.columns import Vector
from nnspec.catalog.losses import Loss
from nnspec.diagnostics import Diagnostic, Path
from nnspec.network.reached import acts_on_nothing, reads_steps
from nnspec.rules.case import Case
from nnspec.rules.head import Head
from nnspec.rules.outputs import several_classes
from nnspec.rules.rule import rule
from nnspec.spec.builtin import bundled_set
from nnspec.spec.pieces import is_text

PLACE: Path = ("training", "augmentation")
SHARES = {
    "SparseCategoricalCrossentropy": "categorical_crossentropy",
    "crossentropy": "categorical_crossentropy",
    "CategoricalHinge": "categorical_crossentropy",
    "Hinge": "binary_crossentropy",
    "SquaredHinge": "binary_crossentropy",
}
"""Losses that take no shares of classes -> the one to write."""
ROWS_AND_UNITS = 2
PICTURES = 4
"""Axes of a batch of pictures."""
PADDING = (GaussianNoise, MixUp, TimeWarping, WindowSlicing)
"""What makes other numbers of zeros."""


def asked(case: Case) -> Iterator[tuple[Augmentation, Path]]:
    """Give each augmentation with its place, none within a model."""
    training = case.training
    if training is not None and not case.within:
        for number, one in enumerate(training.augmentation):
            yield one, (*PLACE, number)


@rule("T161")
def check_counted_twice(case: Case) -> Iterator[Diagnostic]:
    """Find rare classes that are repeated and weighed."""
    for one, path in asked(case):
        if isinstance(one, Oversampling) and case.training and case.training.class_weight:
            message = "Oversampling repeats rare classes, and class_weight lets them count more"
            also = case.also("the weights are here", "training", "class_weight")
            hint = "remove one of the two"
            yield Diagnostic("T161", message, case.place(*path), hint, also)


@rule("T160")
def check_repeated(case: Case) -> Iterator[Diagnostic]:
    """Find repetition of classes where there are none, or where it comes too late."""
    for number, (one, path) in enumerate(asked(case)):
        if not isinstance(one, Oversampling):
            continue
        hint = "remove it"
        message = unclassed(case)
        if number and not message:
            message = "Oversampling counts rows as the data has them, so it comes first"
            hint = "write it as the first augmentation"
        elif not message and case.training and not case.training.shuffle:
            message = "Oversampling puts repeated rows at the end; shuffle: false leaves them there"
            hint = "remove shuffle: false"
        if message:
            yield Diagnostic("T160", message, case.place(*path), hint)


def unclassed(case: Case) -> str | None:
    """Return in words why rows have no one class, None where they have one or nobody knows."""
    if len(case.trained) > 1:
        return "Oversampling repeats rows by their one class; several outputs are trained"
    for head in case.trained:
        if head.loss and case.task(head) in {"regression", "reconstruction", "none"}:
            return f"Oversampling repeats rows of rare classes; {head.loss.keras_name} has none"
        if several := several_classes(case, head):
            return f"Oversampling repeats rows by their one class; {several}"
    return None


@rule("T160")
def check_acting(case: Case) -> Iterator[Diagnostic]:
    """Find what acts on series or pictures, where the spec alone says that rows are plain."""
    if not reads_plain_rows(case):
        return
    series = any(reads_steps(case.network, one.name) for one in case.network.inputs)
    for one, path in asked(case):
        if found := acts_on_nothing(one, series=series, picture=False):
            yield Diagnostic("T160", found[0], case.place(*path), found[1])


def reads_plain_rows(case: Case) -> bool:
    """Return whether a network is known to read rows of a table, and no arrays."""
    data, inputs = case.spec.data, case.network.inputs
    if data is None or data.window is not None:
        return False
    if any(isinstance(kind, Vector) for kind in data.columns.values()):
        return False
    known = bundled_set(data)
    plain = is_text(data) if known is None else not known.shapes
    ranks = [node.outputs[0].rank if node.outputs else None for node in inputs]
    return plain and bool(ranks) and all(rank == ROWS_AND_UNITS for rank in ranks)


@rule("T160")
def check_mixed(case: Case) -> Iterator[Diagnostic]:
    """Find rows that are mixed, where their targets, weights or inputs cannot be."""
    for one, path in asked(case):
        found = unmixed(case, one) if one.mixes else None
        if found is not None:
            message, hint = found
            yield Diagnostic("T160", f"{one.keras_name} {message}", case.place(*path), hint)


def unmixed(case: Case, one: Augmentation) -> tuple[str, str] | None:
    """Return why rows cannot be mixed, and what to write; None where they can."""
    for head in case.trained:
        if head.loss is not None and (loss := other_loss(head.loss, head)):
            message = f"gives rows shares of classes, which {head.loss.keras_name} does not take"
            return message, f"write loss: {loss}"
    data, training = case.spec.data, case.training
    weight = "class_weight" if training and training.class_weight else None
    weight = "sample_weight" if data and data.sample_weight else weight
    if weight:
        return f"mixes rows of different weights; {weight} gives them", f"remove {weight}"
    tensors = [node.outputs[0] for node in case.network.inputs if node.outputs]
    if any(tensor.element == "integer" for tensor in tensors):
        return "takes means of numbers; an input holds whole numbers of words or classes", (
            "remove it, or write encoding: one_hot"
        )
    pictures = len(case.network.inputs) == 1 and all(one.rank == PICTURES for one in tensors)
    if isinstance(one, CutMix) and not pictures:
        return "cuts pictures, (rows, columns, channels), out of one input", "write MixUp"
    return None


def other_loss(loss: Loss, head: Head) -> str | None:
    """Return the loss to write where one takes no shares of classes, None where it does."""
    if loss.keras_name == "crossentropy" and head.units == 1:
        return None
    if loss.keras_name in SHARES:
        return SHARES[loss.keras_name]
    return "one that takes shares of classes" if loss.targets in {"indices", "signed"} else None


@rule("T160")
def check_moved(case: Case) -> Iterator[Diagnostic]:
    """Find rows that are changed while their target stays what it was."""
    for one, path in asked(case):
        for head in case.trained:
            message = untrue(case, one, head)
            if message:
                hint = "use GaussianNoise, which leaves the target true"
                message = f"{one.keras_name} {message}"
                yield Diagnostic("T160", message, case.place(*path), hint)
                break


def untrue(case: Case, one: Augmentation, head: Head) -> str | None:
    """Return in words why a target is no longer true, None where it is."""
    task, data = case.task(head), case.spec.data
    if task == "reconstruction" and (one.of_series or one.moves):
        return "changes what the network reads, and not what it is to give back"
    if task == "regression" and one.of_series and data is not None and data.window is not None:
        return "changes a window, and not the numbers that come after it"
    if one.moves and head.tensor is not None and head.tensor.rank > ROWS_AND_UNITS:
        return f'moves steps or pixels, and not the target "{head.name}" that each of them has'
    return None


@rule("T160")
def check_padding(case: Case) -> Iterator[Diagnostic]:
    """Find padding that Masking would no longer know."""
    masking = next(case.layers("Masking"), None)
    for one, path in asked(case):
        if masking is not None and isinstance(one, PADDING):
            message = (
                f"{one.keras_name} changes the zeros of padded steps, and Masking "
                f'("{masking.name}") then takes them for steps'
            )
            hint = "put a GaussianNoise layer behind Masking"
            yield Diagnostic("T160", message, case.place(*path), hint)
