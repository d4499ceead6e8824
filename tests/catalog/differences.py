"""Where we refuse on purpose what Keras builds and computes: each with its reason.

The comparison with Keras looks here for what would be a disagreement otherwise;
docs/conformance.md shows the list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from drawing import Case

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import (
    activation,
    attention,
    augmentation,
    colour,
    core,
    embedding,
    hashing,
    image,
    lookup,
    merging,
    multi_head,
    normalization,
    preprocessing,
    regularization,
)


def always(case: Case) -> bool:
    """Return that every configuration is meant."""
    del case
    return True


@dataclass(frozen=True)
class Difference:
    """A kind of configuration that we refuse and Keras does not.

    Attributes:
        layers: bases of the layers that it is about.
        codes: codes of our refusals; "" for one of the fields alone.
        what: what is refused.
        reason: why, and what Keras does instead, with the place in its source.
        applies: whether a configuration is of this kind.
    """

    layers: tuple[type[Layer], ...]
    codes: tuple[str, ...]
    what: str
    reason: str
    applies: Callable[[Case], bool] = always


def fed(*kinds: str) -> Callable[[Case], bool]:
    """Return whether elements of one of these kinds come in."""
    return lambda case: any(tensor.element in kinds for tensor in case.inputs)


def of_rank(rank: int) -> Callable[[Case], bool]:
    """Return whether the first tensor is of a rank, batch included."""
    return lambda case: case.inputs[0].rank == rank


def along_the_batch(*fields: str) -> Callable[[Case], bool]:
    """Return whether one of these fields names the first axis of a tensor."""

    def applies(case: Case) -> bool:
        first = {0, *(-tensor.rank for tensor in case.inputs)}
        layer = case.layer.model_construct(**case.fields)
        values = [getattr(layer, name, None) for name in fields]
        named = [axis for one in values for axis in (one if isinstance(one, tuple) else (one,))]
        return any(axis in first for axis in named if axis is not None)

    return applies


def axes(case: Case) -> list[int]:
    """Return what the field axis names of the first tensor, counted from 0."""
    axis, rank = case.fields.get("axis", -1), case.inputs[0].rank
    named = axis if isinstance(axis, tuple) else (axis,)
    return [one % rank for one in named if -rank <= one < rank]


def hashes_apart(case: Case) -> bool:
    """Return whether fractions or flags come in, or another kind than that of mask_value."""
    mask = case.fields.get("mask_value")
    wanted = {str: "text", int: "integer"}.get(type(mask))
    return fed("float", "boolean")(case) or wanted not in (None, case.inputs[0].element)


def behind_another(case: Case) -> bool:
    """Return whether an embedding or a lookup stands behind another layer of a pipeline."""
    held = case.fields.get("layers", ())
    return any(isinstance(one, (embedding.Lookup, lookup.IntegerLookup)) for one in held[1:])


def unbent(case: Case) -> bool:
    """Return whether an elastic transform has nothing to bend with."""
    ranges = (case.fields.get(name, 1.0) for name in ("factor", "scale"))
    return any((max(one) if isinstance(one, tuple) else one) == 0 for one in ranges)


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        (merging.Merge,),
        ("G202",),
        "a merge of one tensor",
        "Keras hands it on as it came (base_merge.py, call); in a spec an input was forgotten.",
        lambda case: len(case.inputs) == 1,
    ),
    Difference(
        (merging.Concatenate, merging.Dot),
        ("G309",),
        "a merge along the batch axis",
        "Keras joins or sums over the rows of a batch (concatenate.py, dot.py), so that a row's "
        "prediction depends on the rows beside it.",
        along_the_batch("axis", "axes"),
    ),
    Difference(
        (merging.Merge,),
        ("G307",),
        "sums and other merges of texts",
        "TensorFlow happens to join texts where numbers are added; no other merge takes them.",
        fed("text"),
    ),
    Difference(
        (activation.Activation, activation.ActivationLayer),
        ("G307",),
        "activations of whole numbers, flags and texts",
        "Some functions compute them and most fail, and which do follows from the kernel that "
        "TensorFlow has; linear hands anything on.",
        fed("integer", "boolean", "text"),
    ),
    Difference(
        (regularization.Random, regularization.ActivityRegularization),
        ("G307",),
        "dropout, noise and penalties on anything but numbers they can work on",
        "At a rate of 0 Keras hands anything on (dropout.py, call); at another one it fails, or "
        "returns flags of drawn numbers.",
        fed("integer", "boolean", "text"),
    ),
    Difference(
        (regularization.PatternedDrop,),
        ("G304",),
        "a pattern of dropout that does not fit its input",
        "Keras cuts a pattern of another rank off, or broadcasts it (dropout.py, "
        "_get_concrete_noise_shape), and at a rate of 0 looks at none.",
        lambda case: case.fields.get("noise_shape") is not None,
    ),
    Difference(
        (embedding.Lookup, lookup.IntegerLookup),
        ("G307",),
        "embeddings and lookups of fractions and flags",
        "Keras cuts fractions off (embedding.py, call; index_lookup.py, call), so that scaled "
        "numbers pass for tokens.",
        lambda case: fed("float", "boolean")(case) or behind_another(case),
    ),
    Difference(
        (hashing.Hashed,),
        ("G307",),
        "hashes of fractions and flags, and a mask_value of another kind than the input",
        "TensorFlow prints numbers first (hashing.py, call): the bin follows from the digits "
        "shown. With one bin Keras compares nothing with mask_value.",
        hashes_apart,
    ),
    Difference(
        (Layer,),
        ("G301",),
        "an orthogonal penalty of a single row or column",
        "Keras divides by the number of pairs, which is 0 (regularizers.py, "
        "OrthogonalRegularizer): the loss is not a number.",
        lambda case: "OrthogonalRegularizer(" in repr(case.fields),
    ),
    Difference(
        (preprocessing.Normalization,),
        ("G309",),
        "an axis named twice",
        "Keras wants a mean per pair of indices along it (normalization.py, build), which fits "
        "a length of one alone.",
        lambda case: len(set(axes(case))) < len(axes(case)),
    ),
    Difference(
        (normalization.RMSNormalization,),
        ("G309",),
        "a mean square along an axis of length one",
        "Keras broadcasts the scale of any axis over the last (rms_normalization.py, call), which "
        "only a length of one allows: each element is divided by itself.",
        lambda case: all(case.inputs[0].shape[axis] == 1 for axis in axes(case)),
    ),
    Difference(
        (core.Masking,),
        ("G301",),
        "a mask over rows",
        "Of (batch,) Keras masks rows, which no layer behind it knows.",
        of_rank(1),
    ),
    Difference(
        (multi_head.MultiHeadAttention,),
        ("G309",),
        "attention over features or the batch",
        "Keras builds its equation from any axes (multi_head_attention.py, "
        "_build_attention_equation): over the batch, rows see each other.",
        lambda case: case.fields.get("attention_axes") is not None,
    ),
    Difference(
        (core.Masking, normalization.RMSNormalization),
        ("G307",),
        "masks of flags, and mean squares of whole numbers",
        "Keras returns whole numbers: flags are no longer flags, and means are rounded.",
        fed("integer", "boolean"),
    ),
    Difference(
        (image.Picture,),
        ("G301", "G304", "G306"),
        "one image without a batch",
        "Keras takes a tensor of three axes for a single image (base_image_preprocessing_layer.py);"
        " in a network the first axis is the batch, and the channels were forgotten.",
        of_rank(3),
    ),
    Difference(
        (preprocessing.CategoryEncoding, preprocessing.Discretization, hashing.Hashing),
        ("G301",),
        "one code of a whole batch",
        "Keras takes (batch,) for the numbers of one row (category_encoding.py, call) and returns "
        "a single code for all rows.",
        of_rank(1),
    ),
    Difference(
        (attention.Attending,),
        ("G301",),
        "attention between the rows of a batch",
        "Of (batch, features) Keras takes the batch for the positions, so that a row's prediction "
        "depends on the rows beside it.",
        of_rank(2),
    ),
    Difference(
        (augmentation.RandomElasticTransform,),
        ("G306",),
        "a bend of images of unknown size, where no image is bent",
        "At a factor or scale of 0 Keras does not look at the size (random_elastic_transform.py).",
        unbent,
    ),
    Difference(
        (augmentation.RandomElasticTransform,),
        ("",),
        "a bend in float16, where no image is bent",
        "At a factor or scale of 0 Keras computes nothing; any other bend fails in float16.",
        lambda case: unbent(case) and case.fields.get("dtype") in ("float16", "mixed_float16"),
    ),
    Difference(
        (colour.RandomColorJitter,),
        ("",),
        "changes of saturation and hue with data_format: channels_first",
        "Keras takes the last axis for the colours all the same (random_color_jitter.py).",
        lambda case: case.fields.get("data_format") == "channels_first",
    ),
    Difference(
        (colour.Mixture,),
        ("G304", "G306"),
        "mixtures of augmentations on other than 1 or 3 channels",
        "Which layers are asked is drawn anew for each batch (rand_augment.py, aug_mix.py): those "
        "that work on colours fail, when they are drawn.",
    ),
)


def kinds(case: Case) -> Iterator[type[Layer]]:
    """Yield the class of a layer, and of those that it is around."""
    yield case.layer
    for value in case.fields.values():
        for held in value if isinstance(value, tuple) else (value,):
            if isinstance(held, Layer):
                yield type(held)


def difference(case: Case, code: str) -> Difference | None:
    """Return why we refuse a configuration that Keras computes, None if that is a mistake."""
    return next(
        (
            one
            for one in DIFFERENCES
            if code in one.codes
            and one.applies(case)
            and any(issubclass(kind, one.layers) for kind in kinds(case))
        ),
        None,
    )
