"""Strategies for layers of one input whose arguments must suit each other, or their input.

A layer that is not named here is drawn from the types of its fields alone.
"""

from typing import Any

from drawing import Case, Strategy, by_type, cases, drawn_shapes
from hypothesis import strategies as st

from nnspec.catalog import activations
from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import (
    activation,
    audio,
    colour,
    core,
    embedding,
    hashing,
    image,
    lookup,
    normalization,
    pooling,
    preprocessing,
    regularization,
    reshaping,
)
from nnspec.catalog.layers.einsum import EinsumDense, parse_equation
from nnspec.catalog.layers.window import Filtering, Window
from nnspec.catalog.types import Positive

LAST_AXES = st.sampled_from((-1, -1, (-1,), (-2, -1), (-1, -2), 1, 0))
CHANNEL_AXIS = st.sampled_from((-1, -1, -1, 1, -2, 4))
BATCH = st.sampled_from((None, None, 2))
ONCE = st.one_of(
    st.integers(-4, 4), st.lists(st.integers(-2, 4), min_size=1, unique=True).map(tuple)
)
LETTERS = st.lists(st.sampled_from(("a", "b", "c", "d", "e", "", "[UNK]")), min_size=1, max_size=5)
PLACES = st.lists(st.integers(-1, 9), min_size=1, max_size=4)
PAIR = st.integers(0, 3) | st.tuples(st.integers(0, 3), st.integers(0, 3))
SAMPLES = st.tuples(st.none(), st.sampled_from((None, 9, 20, 100, 400)))
SOUND = st.tuples(st.none(), st.sampled_from((None, 9, 60, 100)), st.sampled_from((None, 1, 2, 90)))
CODED = st.sampled_from(
    ((None,), (None, 1), (None, 3), (2, 4), (None, None), (None, 2, 3), (None, 3, 1), (2, 3, 4, 5))
)
TEXTS = st.sampled_from(((None,), (None, 1), (2,), (None, 3), (2, 1), (None, None), (None, 2, 2)))
PERMUTATIONS = st.sampled_from((1, 2, 2, 2, 3)).flatmap(
    lambda count: st.permutations(range(1, count + 1))
)
MOMENTS = st.sampled_from((None, 0.5, (0.5,), (0.5, 1.0, 2.0), ((0.5, 1.0, 2.0),) * 2))
FACTORS = st.sampled_from((0.5, (0.5,), (1.0, 2.0, 3.0)))
LENGTHS = st.lists(st.sampled_from((-1, 1, 2, 3, 4, 6)), min_size=0, max_size=4).map(tuple)


def margins(axes: int) -> Strategy:
    """Return padding or cropping as people write it: a number, one per axis, or pairs."""
    return st.integers(0, 3) | st.tuples(*[PAIR] * axes)


def vocabularies(words: Strategy) -> dict[str, Strategy]:
    """Return the fields of a lookup, weights as many as words every now and then."""
    return {
        "vocabulary": words.map(tuple),
        "idf_weights": st.one_of(st.none(), st.lists(st.just(0.5), max_size=4).map(tuple)),
        "max_tokens": st.sampled_from((None, 2, 4, 9)),
        "num_oov_indices": st.integers(0, 3),
        "encoding": st.just("utf-8"),
    }


FUNCTIONS = st.sampled_from(
    (
        activations.Linear(),
        activations.Relu(),
        activations.Softmax(),
        activations.LogSoftmax(),
        activations.Glu(),
        activations.SparsePlus(),
    )
)

NARROWED: dict[type[Layer], dict[str, Any]] = {
    activation.Activation: {"fields": {"activation": FUNCTIONS}},
    activation.PReLU: {"fields": {"shared_axes": st.sampled_from((None, 1, 2, (1, 2), (1, 4)))}},
    activation.Softmax: {"fields": {"axis": ONCE}},
    audio.MelSpectrogram: {
        "fields": {
            "fft_length": st.sampled_from((16, 32, 64)),
            "sequence_stride": st.sampled_from((4, 10)),
            "sequence_length": st.sampled_from((None, 8, 16, 64)),
            "min_freq": st.just(20.0),
            "max_freq": st.sampled_from((None, 200.0, 400.0)),
            "sampling_rate": st.just(1000),
        },
        "shapes": SAMPLES,
    },
    audio.STFTSpectrogram: {
        "fields": {
            "frame_length": st.sampled_from((2, 8, 16, 64)),
            "frame_step": st.sampled_from((None, 1, 4, 20)),
            "fft_length": st.sampled_from((None, 8, 64)),
        },
        "shapes": SOUND,
    },
    core.Dense: {"fields": {"activation": FUNCTIONS}},
    embedding.Embedding: {"fields": {"input_dim": by_type(Positive)}},
    embedding.ReversibleEmbedding: {"fields": {"input_dim": by_type(Positive)}},
    hashing.Hashing: {
        "fields": {"mask_value": st.sampled_from((None, "a", 0, 3))},
        "element": "text",
        "shapes": CODED,
    },
    lookup.StringLookup: {"fields": vocabularies(LETTERS), "element": "text", "shapes": CODED},
    lookup.IntegerLookup: {"fields": vocabularies(PLACES), "element": "integer", "shapes": CODED},
    lookup.TextVectorization: {"fields": vocabularies(LETTERS), "element": "text", "shapes": TEXTS},
    normalization.BatchNormalization: {"fields": {"axis": CHANNEL_AXIS}},
    normalization.GroupNormalization: {
        "fields": {"groups": st.sampled_from((-1, 1, 1, 2, 3)), "axis": CHANNEL_AXIS}
    },
    normalization.LayerNormalization: {"fields": {"axis": ONCE}},
    normalization.RMSNormalization: {"fields": {"axis": LAST_AXES}},
    normalization.UnitNormalization: {"fields": {"axis": ONCE}},
    preprocessing.Discretization: {
        "fields": {"bin_boundaries": st.sampled_from(((0.5,), (0.0, 1.0, 2.0)))},
    },
    preprocessing.CategoryEncoding: {"element": "integer", "shapes": CODED},
    preprocessing.Normalization: {
        "fields": {
            "mean": MOMENTS,
            "variance": MOMENTS,
            "axis": st.sampled_from((None, -1, 1, (1, 2), (-1, 1), 4, (2, -1))),
        },
        "shapes": drawn_shapes(preprocessing.Normalization, most=3),
    },
    preprocessing.Rescaling: {
        "fields": {"scale": FACTORS, "offset": FACTORS},
        "shapes": drawn_shapes(preprocessing.Rescaling, most=3),
    },
    reshaping.Reshape: {"fields": {"target_shape": LENGTHS}},
    reshaping.Permute: {
        "fields": {"dims": st.one_of(PERMUTATIONS, PERMUTATIONS, st.just([1, 3])).map(tuple)},
        "shapes": drawn_shapes(reshaping.Permute, ranks=(3, 3, 3, 4, 2, 1)),
    },
    reshaping.ZeroPadding1D: {"fields": {"padding": PAIR}},
    reshaping.ZeroPadding2D: {"fields": {"padding": margins(2)}},
    reshaping.ZeroPadding3D: {"fields": {"padding": margins(3)}},
    reshaping.Cropping1D: {"fields": {"cropping": PAIR}},
    reshaping.Cropping2D: {"fields": {"cropping": margins(2)}},
    reshaping.Cropping3D: {"fields": {"cropping": margins(3)}},
}


def narrowed(layer: type[Layer]) -> dict[str, Any]:
    """Return the strategies of a layer of one input that differ from those of its fields."""
    if issubclass(layer, Window):
        return windows(layer)
    if issubclass(layer, pooling.AdaptivePooling):
        known = st.sampled_from((2, 3, 5, 6, 8, 9))
        inner = st.tuples(BATCH, *[known] * (layer.dimensions + 1))
        fields = {"output_size": st.one_of(spread(layer, 2, 5), spread(layer, 1, 4))}
        return {"fields": fields, "shapes": st.one_of(inner, inner, drawn_shapes(layer))}
    if issubclass(layer, regularization.PatternedDrop):
        return {"fields": {"noise_shape": PATTERN}, "shapes": drawn_shapes(layer, most=4)}
    if layer in NARROWED or not issubclass(layer, image.Picture):
        return NARROWED.get(layer, {})
    return pictures(layer)


PATTERN = st.one_of(
    st.none(),
    st.integers(1, 4).flatmap(
        lambda count: st.tuples(
            st.sampled_from((None, 1)), *[st.sampled_from((None, None, 1, 1, 3))] * count
        )
    ),
)
"""Patterns of dropout, batch included."""


def windows(layer: type[Window]) -> dict[str, Any]:
    """Return the strategies of a layer whose windows slide over its input."""
    fields = {
        "kernel_size": spread(layer, 1, 4),
        "strides": spread(layer, 1, 3),
        "dilation_rate": st.one_of(st.just(1), spread(layer, 1, 3)),
    }
    if issubclass(layer, Filtering):
        fields |= {
            "filters": st.integers(1, 6),
            "groups": st.sampled_from((1, 1, 1, 2, 3)),
            "output_padding": st.one_of(st.none(), spread(layer, 0, 2)),
        }
    fields = {name: held for name, held in fields.items() if name in layer.model_fields}
    return {"fields": fields, "shapes": drawn_shapes(layer, most=12)}


def spread(layer: type[Any], low: int, high: int) -> Strategy:
    """Return one number, or one per inner axis."""
    number = st.integers(low, high)
    return st.one_of(number, st.tuples(*[number] * layer.dimensions))


def pictures(layer: type[Layer]) -> dict[str, Any]:
    """Return the strategies of a layer that takes images."""
    channels = st.sampled_from((3, 3, 3, 1, None, 2))
    side = st.one_of(st.integers(8, 12), st.integers(8, 12), st.none())
    last = st.tuples(st.sampled_from((None, 2)), side, side, channels)
    first = st.tuples(st.none(), channels, side, side)
    fields: dict[str, Any] = {"value_range": st.sampled_from(((0, 1), (0, 255), (-1.0, 1.0)))}
    if issubclass(layer, colour.Mixture):  # which of its layers Keras asks is drawn anew each time
        fields["data_format"] = st.sampled_from((None, "channels_last"))
        return {"fields": fields, "shapes": st.tuples(st.none(), side, side, st.just(3))}
    odd = drawn_shapes(layer)
    return {"fields": fields, "shapes": st.one_of(last, last, last, first, first, odd)}


# EinsumDense -----------------------------------------------------------------------------------

EQUATIONS = (
    "ab,bc->ac",
    "abc,cd->abd",
    "abc,cde->abde",
    "abcd,cde->abe",
    "abc,bd->adc",
    "...a,ab->...b",
    "...ab,bc->...ac",
    "ab...,bc->ac...",
    "ab,b->a",
    "ab,ab->ab",
    "ab,bc->cb",
    "abc,c->b",
    "ab,c->abc",
    "abc,abd->acd",
)
EINSUM_LENGTHS = st.one_of(st.integers(1, 3), st.integers(2, 3), st.none())


@st.composite
def products(draw: Any) -> Case:
    """Draw an EinsumDense and its input, mostly of as many axes as its equation says."""
    equation = draw(st.sampled_from(EQUATIONS))
    parsed = parse_equation(equation)
    assert parsed is not None
    further = draw(st.integers(0, 2)) if parsed.left or parsed.right else 0
    rank = len(parsed.taken) + further + draw(st.sampled_from((0, 0, 0, 0, 0, -1, 1)))
    count = len(parsed.given) - (0 if parsed.left and further else 1)
    count = max(count + draw(st.sampled_from((0, 0, 0, 0, 0, 1))), 0)
    bias = (None, None, *parsed.given, parsed.given[-2:], "z")
    fields = {
        "equation": st.just(equation),
        "output_shape": st.tuples(*[EINSUM_LENGTHS] * count),
        "bias_axes": st.sampled_from(bias),
    }
    shapes = st.tuples(st.none(), *[EINSUM_LENGTHS] * max(rank - 1, 0))
    made: Case = draw(cases(EinsumDense, fields=fields, shapes=shapes))
    return made
