"""Layers of one input that carry nothing else: shapes, weights and refusals equal Keras' own.

NARROWED holds the layers whose arguments must suit each other, or the input, to be worth drawing.
"""

from typing import Any

import pytest
from drawing import Case, cases, compare, drawn_shapes, sampled
from hypothesis import given
from hypothesis import strategies as st

from nnspec.catalog.base import REGISTERED
from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import (
    audio,
    augmentation,
    colour,
    hashing,
    image,
    lookup,
    preprocessing,
    reshaping,
)

pytestmark = pytest.mark.keras

FAMILIES = (audio, augmentation, colour, hashing, image, lookup, preprocessing, reshaping)
APART = {hashing.HashedCrossing: "takes two inputs; see test_layers_b_several"}

LETTERS = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=5).map(tuple)
PLACES = st.lists(st.integers(0, 9), min_size=1, max_size=4).map(tuple)
PAIR = st.integers(0, 3) | st.tuples(st.integers(0, 3), st.integers(0, 3))
SAMPLES = st.tuples(st.none(), st.sampled_from((None, 9, 20, 100, 400)))
SOUND = st.tuples(st.none(), st.sampled_from((None, 9, 60, 100)), st.sampled_from((None, 1, 2, 90)))
CODED = st.sampled_from(((None, 1), (None, 3), (2, 4), (None, None), (None, 2, 3), (None, 3, 1)))
"""Shapes of categories; of other ones Keras says by chance what it gives."""
TEXTS = st.sampled_from(((None,), (None, 1), (2,), (None, 3)))
PERMUTATIONS = st.integers(1, 4).flatmap(lambda count: st.permutations(range(1, count + 1)))
MOMENTS = st.sampled_from((None, 0.5, (0.5,), (0.5, 1.0, 2.0), ((0.5, 1.0, 2.0),) * 2))
FACTORS = st.sampled_from((0.5, (0.5,), (1.0, 2.0, 3.0)))
LENGTHS = st.lists(st.sampled_from((-1, 1, 2, 3, 4, 6)), min_size=0, max_size=4).map(tuple)


def margins(axes: int) -> st.SearchStrategy[Any]:
    """Return padding or cropping as people write it: a number, one per axis, or pairs."""
    return st.integers(0, 3) | st.tuples(*[PAIR] * axes)


def vocabularies(words: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Return the fields of a lookup, weights as many as words every now and then."""
    return {
        "vocabulary": words,
        "idf_weights": st.one_of(st.none(), st.lists(st.just(0.5), max_size=4).map(tuple)),
        "max_tokens": st.sampled_from((None, 2, 4, 9)),
        "salt": st.none(),
        "encoding": st.just("utf-8"),
    }


NARROWED: dict[type[Layer], dict[str, Any]] = {
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
    hashing.Hashing: {
        "fields": {"mask_value": st.sampled_from((None, "a"))},
        "element": "text",
        "shapes": CODED,
    },
    lookup.StringLookup: {"fields": vocabularies(LETTERS), "element": "text", "shapes": CODED},
    lookup.IntegerLookup: {"fields": vocabularies(PLACES), "element": "integer", "shapes": CODED},
    lookup.TextVectorization: {"fields": vocabularies(LETTERS), "element": "text", "shapes": TEXTS},
    preprocessing.Discretization: {
        "fields": {"bin_boundaries": st.sampled_from(((0.5,), (0.0, 1.0, 2.0)))},
        "shapes": drawn_shapes(preprocessing.Discretization, ranks=(2, 3)),
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
    reshaping.Permute: {"fields": {"dims": st.one_of(PERMUTATIONS, st.just([1, 3])).map(tuple)}},
    reshaping.ZeroPadding1D: {"fields": {"padding": PAIR}},
    reshaping.ZeroPadding2D: {"fields": {"padding": margins(2)}},
    reshaping.ZeroPadding3D: {"fields": {"padding": margins(3)}},
    reshaping.Cropping1D: {"fields": {"cropping": PAIR}},
    reshaping.Cropping2D: {"fields": {"cropping": margins(2)}},
    reshaping.Cropping3D: {"fields": {"cropping": margins(3)}},
}


def narrowed(layer: type[Layer]) -> dict[str, Any]:
    """Return the strategies of a layer that differ from those of its fields."""
    if layer in NARROWED or not issubclass(layer, image.Picture):
        return NARROWED.get(layer, {})
    channels = st.sampled_from((3, 3, 3, 1, None, 2))
    side = st.one_of(st.integers(8, 12), st.integers(8, 12), st.none())
    last = st.tuples(st.sampled_from((None, 2)), side, side, channels)
    first = st.tuples(st.none(), channels, side, side)
    fields: dict[str, Any] = {"value_range": st.sampled_from(((0, 1), (0, 255), (-1.0, 1.0)))}
    if layer is colour.RandomColorJitter or issubclass(layer, colour.Mixture):
        fields["data_format"] = st.sampled_from((None, "channels_last"))
    if issubclass(layer, colour.Mixture):  # which of its layers Keras asks is drawn anew each time
        return {"fields": fields, "shapes": st.tuples(st.none(), side, side, st.just(3))}
    return {"fields": fields, "shapes": st.one_of(last, last, first)}


def layers() -> list[type[Layer]]:
    """Return the layers of the families, in order of their names."""
    modules = {family.__name__ for family in FAMILIES}
    found = {one for one in REGISTERED["layers"].values() if one.__module__ in modules}
    return sorted(
        (one for one in found if issubclass(one, Layer) and one not in APART),
        key=lambda one: one.keras_name,
    )


@pytest.mark.parametrize("layer", layers(), ids=lambda layer: layer.keras_name)
def test_shapes_weights_and_refusals_of_lone_layers_are_those_of_keras(layer: type[Layer]) -> None:
    @sampled
    @given(cases(layer, **narrowed(layer)))
    def hold(case: Case) -> None:
        compare(case)

    hold()
