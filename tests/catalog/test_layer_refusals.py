"""What layers say when they refuse: code, field, values and hint; and how Keras is called."""

from typing import Any

import pytest
from pydantic import ValidationError

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.attention import Attention
from nnspec.catalog.layers.audio import MelSpectrogram, STFTSpectrogram
from nnspec.catalog.layers.cells import GRUCell, LSTMCell, StackedRNNCells
from nnspec.catalog.layers.colour import (
    AugMix,
    AutoContrast,
    RandAugment,
    RandomColorJitter,
    RandomGaussianBlur,
    RandomHue,
)
from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM1D
from nnspec.catalog.layers.core import Dense
from nnspec.catalog.layers.hashing import HashedCrossing, Hashing
from nnspec.catalog.layers.image import RandomCrop, Resizing
from nnspec.catalog.layers.lookup import IntegerLookup, StringLookup, TextVectorization
from nnspec.catalog.layers.merging import Add, Concatenate, Dot, Subtract
from nnspec.catalog.layers.multi_head import GroupQueryAttention, MultiHeadAttention
from nnspec.catalog.layers.preprocessing import (
    CategoryEncoding,
    Discretization,
    Normalization,
    Rescaling,
)
from nnspec.catalog.layers.recurrent import GRU, LSTM, RNN
from nnspec.catalog.layers.reshaping import (
    Cropping2D,
    Permute,
    Reshape,
    UpSampling2D,
    ZeroPadding2D,
)
from nnspec.catalog.layers.wrappers import (
    Bidirectional,
    Pipeline,
    SpectralNormalization,
    TimeDistributed,
)
from nnspec.shapes import Element, Shape, ShapeError, Tensor


def refusal(layer: Layer, *shapes: Shape, element: Element = "float") -> ShapeError:
    """Return why a layer refuses tensors of these shapes."""
    with pytest.raises(ShapeError) as caught:
        layer.infer_tensors(tuple(Tensor(shape, element) for shape in shapes))
    return caught.value


@pytest.mark.parametrize("layer", [Add(), Concatenate(), Dot(axes=1)])
def test_a_merge_of_one_tensor_is_refused_and_the_tensor_s_shape_named(layer: Layer) -> None:
    error = refusal(layer, (None, 5, 3))
    assert error.code == "G202"
    assert "2 inputs; got 1: (5, 3)" in error.message


def test_merges_give_the_kind_of_elements_that_keras_computes() -> None:
    whole = (Tensor((None, 4), "integer"), Tensor((None, 4), "boolean"))
    assert [one.element for one in Add().infer_tensors(whole)] == ["integer"]
    mixed = (*whole, Tensor((None, 4)))
    assert [one.element for one in Concatenate().infer_tensors(mixed)] == ["float"]
    texts = (Tensor((None, 4), "text"),) * 2
    assert [one.element for one in Concatenate().infer_tensors(texts)] == ["text"]
    with pytest.raises(ShapeError, match="cannot join text with numbers"):
        Concatenate().infer_tensors((*texts, *whole))


def test_subtract_takes_two_tensors_and_no_more() -> None:
    error = refusal(Subtract(), (None, 3), (None, 3), (None, 3))
    assert (error.code, "exactly 2" in error.message) == ("G202", True)


def test_shapes_that_cannot_be_added_are_all_named() -> None:
    error = refusal(Add(), (None, 4), (None, 5))
    assert error.code == "G302"
    assert error.message == "Add cannot merge (4,), (5,): axes of length 4 and 5 meet"


def test_a_length_that_is_known_in_two_of_three_inputs_must_agree() -> None:
    assert refusal(Add(), (None, None), (None, 4), (None, 3)).code == "G302"


@pytest.mark.parametrize("axis", [0, 2, -2])
def test_tensors_are_not_joined_along_the_batch_or_a_missing_axis(axis: int) -> None:
    error = refusal(Concatenate(axis=axis), (None, 4), (None, 4))
    assert (error.code, error.field) == ("G309", "axis")


def test_lengths_that_differ_beside_the_joined_axis_are_reported() -> None:
    error = refusal(Concatenate(axis=1), (None, 3, 4), (None, 2, 5))
    assert error.code == "G302"
    assert "along axis 2" in error.message


def test_unlike_lengths_summed_over_are_reported_at_axes() -> None:
    error = refusal(Dot(axes=(1, 2)), (None, 3, 4), (None, 3, 4))
    assert (error.code, error.field) == ("G302", "axes")
    assert "lengths 3 (axis 1) and 4 (axis 2)" in error.message


@pytest.mark.parametrize("layer", [Add(), Attention()])
def test_text_cannot_be_computed_with(layer: Layer) -> None:
    assert refusal(layer, (None, 2, 3), (None, 2, 3), element="text").code == "G307"


def test_a_target_shape_of_another_size_says_how_many_elements_come_in() -> None:
    error = refusal(Reshape(target_shape=(4, 5)), (None, 3, 7))
    assert (error.code, error.field) == ("G304", "target_shape")
    assert error.message == "target_shape (4, 5) holds 20 elements; 21 come in as (3, 7)"
    assert error.hint == "use lengths whose product is 21, or -1 for one of them"


def test_a_free_axis_that_does_not_come_out_whole_is_reported() -> None:
    assert "a multiple of 4" in refusal(Reshape(target_shape=(4, -1)), (None, 6)).message


def test_a_permutation_of_another_number_of_axes_is_reported_at_dims() -> None:
    error = refusal(Permute(dims=(2, 1)), (None, 3, 4, 5))
    assert (error.code, error.field) == ("G301", "dims")


def test_cropping_that_leaves_nothing_names_the_axis_and_what_could_be_cut() -> None:
    error = refusal(Cropping2D(cropping=((1, 1), (2, 3))), (None, 8, 5, 1))
    assert (error.code, error.field) == ("G303", "cropping")
    assert error.message == "cropping (2, 3) leaves nothing of 5 columns"
    assert error.hint == "cut at most 4 columns in all"


def test_smooth_enlarging_needs_the_lengths_and_repetition_does_not() -> None:
    smooth = UpSampling2D(interpolation="bilinear")
    assert refusal(smooth, (None, None, 4, 3)).field == "interpolation"
    (out,) = UpSampling2D().infer_tensors((Tensor((None, None, 4, 3)),))
    assert out.shape == (None, None, 8, 3)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (2, ((2, 2), (2, 2))),
        ([1, 2], ((1, 1), (2, 2))),
        ([[1, 2], 3], ((1, 2), (3, 3))),
    ],
)
def test_padding_is_written_as_a_number_one_per_axis_or_pairs(written: Any, meant: Any) -> None:
    assert ZeroPadding2D.model_validate({"padding": written}).padding == meant


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Reshape, {"target_shape": [-1, -1]}),
        (Reshape, {"target_shape": [0, 3]}),
        (Permute, {"dims": [1, 3]}),
        (ZeroPadding2D, {"padding": -1}),
        (ZeroPadding2D, {"padding": True}),
        (ZeroPadding2D, {"padding": [1, 2, 3]}),
        (
            Resizing,
            {"height": 2, "width": 2, "crop_to_aspect_ratio": True} | {"pad_to_aspect_ratio": True},
        ),
        (AutoContrast, {"value_range": [255, 0]}),
        (RandomGaussianBlur, {"kernel_size": 2}),
        (RandomColorJitter, {"hue_factor": 0.1, "data_format": "channels_first"}),
        (GroupQueryAttention, {"head_dim": 2, "num_query_heads": 3, "num_key_value_heads": 2}),
        (MultiHeadAttention, {"num_heads": 1, "key_dim": 1, "flash_attention": True}),
        (Discretization, {"bin_boundaries": [1.0, 0.0]}),
        (Discretization, {}),
        (CategoryEncoding, {}),
        (Normalization, {"mean": 1.0}),
        (Normalization, {"mean": [1.0, 2.0], "variance": [1.0]}),
        (Hashing, {"num_bins": 2, "dtype": "float32"}),
        (StringLookup, {}),
        (StringLookup, {"vocabulary": "/etc/passwd"}),
        (StringLookup, {"vocabulary": ["a", "a"]}),
        (StringLookup, {"vocabulary": ["a", "b"], "max_tokens": 2}),
        (StringLookup, {"vocabulary": ["a"], "output_mode": "tf_idf"}),
        (StringLookup, {"vocabulary": ["a"], "invert": True, "output_mode": "count"}),
        (IntegerLookup, {"vocabulary": [1], "salt": 3}),
        (TextVectorization, {"vocabulary": "words.txt"}),
        (TextVectorization, {"vocabulary": ["a"], "standardize": "os.system"}),
        (MelSpectrogram, {"fft_length": 16, "sequence_length": 32}),
        (STFTSpectrogram, {"frame_length": 16, "frame_step": 32}),
        (ConvLSTM1D, {"filters": 1, "kernel_size": 2, "strides": 2, "dilation_rate": 2}),
        (RNN, {"cell": []}),
        (RNN, {"cell": Dense(units=2)}),
        (LSTM, {"units": 2, "dropout": 1.5}),
        (CategoryEncoding, {"num_tokens": 3, "dtype": "float16"}),
        (MelSpectrogram, {"dtype": "float64"}),
        (RNN, {"cell": GRUCell(units=2, dropout=0.5), "dtype": "float64"}),
        (RNN, {"cell": [GRUCell(units=2), LSTMCell(units=2, dtype="float64")]}),
        (StackedRNNCells, {"cells": [GRUCell(units=2)], "dtype": "mixed_bfloat16"}),
    ],
)
def test_arguments_that_contradict_each_other_are_refused(
    kind: type[Layer], fields: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(fields)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (MelSpectrogram, {"dtype": "float64", "power_to_db": False}),
        (RNN, {"cell": GRUCell(units=2), "dtype": "float64"}),
        (RNN, {"cell": GRUCell(units=2, dropout=0.5, dtype="float64"), "dtype": "float64"}),
        (StackedRNNCells, {"cells": [GRUCell(units=2, dtype="float64")], "dtype": "float64"}),
    ],
)
def test_types_that_keras_computes_in_are_taken(kind: type[Layer], fields: dict[str, Any]) -> None:
    assert kind.model_validate(fields).dtype == "float64"


def test_attention_with_a_scale_takes_whole_numbers() -> None:
    numbers = (Tensor((None, 3, 4), "integer"),) * 2
    assert Attention(use_scale=True).infer_tensors(numbers)[0].shape == (None, 3, 4)


def test_a_stride_that_keras_counts_a_frame_too_many_for_is_refused() -> None:
    layer = MelSpectrogram(fft_length=16, sequence_stride=10)
    assert refusal(layer, (None, 19)).field == "sequence_stride"
    assert layer.infer_shape((None, 20)) == (None, 128, 3)


def test_a_cell_alone_is_refused_with_the_layer_to_put_it_in() -> None:
    error = refusal(LSTMCell(units=3), (None, 5, 3))
    assert (error.code, error.hint) == ("G310", "RNN: {cell: LSTMCell}")


@pytest.mark.parametrize(
    ("layer", "field"),
    [(LSTM(units=2, stateful=True), "stateful"), (LSTM(units=2, unroll=True), "unroll")],
)
def test_lengths_that_a_recurrent_layer_needs_are_reported_at_its_field(
    layer: Layer, field: str
) -> None:
    error = refusal(layer, (None, None, 3))
    assert (error.code, error.field) == ("G306", field)


def test_first_states_are_counted_and_measured() -> None:
    sequence = (None, 5, 3)
    assert refusal(LSTM(units=4), sequence, (None, 4)).code == "G202"
    error = refusal(LSTM(units=4), sequence, (None, 4), (None, 3))
    assert error.code == "G302"
    assert "state of shape (4,); got an initial state of shape (3,)" in error.message
    stacked = RNN(cell=(LSTMCell(units=4), GRUCell(units=2)))
    assert refusal(stacked, sequence, (None, 4)).code == "G202"


@pytest.mark.parametrize(
    ("layer", "field"),
    [
        (Bidirectional(layer=Dense(units=2)), "layer"),
        (Bidirectional(layer=LSTM(units=2, go_backwards=True)), "layer"),
        (Bidirectional(layer=LSTM(units=2), backward_layer=LSTM(units=2)), "backward_layer"),
        (
            Bidirectional(
                layer=LSTM(units=2),
                backward_layer=LSTM(units=2, go_backwards=True, return_sequences=True),
            ),
            "backward_layer",
        ),
        (TimeDistributed(layer=Add()), "layer"),
        (TimeDistributed(layer=LSTM(units=2, return_state=True)), "layer"),
        (TimeDistributed(layer=MultiHeadAttention(num_heads=1, key_dim=1)), "layer"),
        (SpectralNormalization(layer=LSTM(units=2)), "layer"),
        (Pipeline(layers=(Dense(units=2), Add())), "layers"),
    ],
)
def test_layers_that_cannot_be_wrapped_are_reported_at_their_field(
    layer: Layer, field: str
) -> None:
    error = refusal(layer, (None, 4, 5, 3) if isinstance(layer, TimeDistributed) else (None, 5, 3))
    assert (error.code, error.field) == ("G310", field)


def test_attention_axes_are_neither_batch_nor_features() -> None:
    layer = MultiHeadAttention(num_heads=1, key_dim=1, attention_axes=-1)
    assert refusal(layer, (None, 4, 5)).field == "attention_axes"


@pytest.mark.parametrize(
    ("layer", "shapes", "element", "code"),
    [
        (Attention(), [(None, 3, 4), (None, 5, 6)], "float", "G302"),
        (Attention(), [(2, 3, 4), (3, 3, 4)], "float", "G302"),
        (Attention(), [(None, 3, 4), (None, 3, 4)], "integer", "G307"),
        (Add(), [(None, 4), (None, 4)], "boolean", "G307"),
        (Add(), [(2, 4), (3, 4)], "float", "G302"),
        (Dot(axes=1, normalize=True), [(None, 4), (None, 4)], "integer", "G307"),
        (Hashing(num_bins=3, mask_value="a"), [(None, 4)], "integer", "G307"),
        (RandomHue(factor=0.1), [(None, 8, 8, 1)], "float", "G304"),
        (AugMix(), [(None, 8, 8, 2)], "float", "G304"),
        (RandAugment(), [(None, 8, 8, None)], "float", "G306"),
        (RandomCrop(height=2, width=2), [(None, None, 8, 3)], "float", "G306"),
        (Rescaling(scale=(1.0, 2.0)), [(None, 3)], "float", "G304"),
        (CategoryEncoding(num_tokens=3), [(None, 2, 3)], "integer", "G301"),
        (HashedCrossing(num_bins=3), [(None, 3), (None, 3)], "text", "G302"),
        (StringLookup(vocabulary=("a",)), [(None, 1)], "integer", "G307"),
        (TextVectorization(vocabulary=("a",)), [(None, 3)], "text", "G301"),
        (MelSpectrogram(), [(None, 1024)], "float", "G305"),
        (STFTSpectrogram(), [(None, 100, 1)], "float", "G305"),
        (ConvLSTM1D(filters=1, kernel_size=9), [(None, 5, 6, 2)], "float", "G305"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    layer: Layer, shapes: list[Shape], element: Element, code: str
) -> None:
    assert refusal(layer, *shapes, element=element).code == code


def test_layers_say_how_keras_is_called() -> None:
    assert Add().call_arguments(["a", "b"]) == ((["a", "b"],), {})
    assert Dense(units=1).call_arguments(["a"]) == (("a",), {})
    assert LSTM(units=1).call_arguments(["a"]) == (("a",), {})
    assert GRU(units=1).call_arguments(["a", "h"]) == (("a",), {"initial_state": ["h"]})
    heads = MultiHeadAttention(num_heads=1, key_dim=1, use_causal_mask=True)
    assert heads.call_arguments(["a"]) == (("a", "a"), {"use_causal_mask": True})
    assert Attention().call_arguments(["q", "v"]) == ((["q", "v"],), {})


def test_masks_go_where_keras_sends_them() -> None:
    masked = Tensor((None, 5, 3), masked=True)
    plain = Tensor((None, 5, 3))
    assert not LSTM(units=2).infer_tensors((masked,))[0].masked
    sequence = LSTM(units=2, return_sequences=True, return_state=True)
    assert [one.masked for one in sequence.infer_tensors((masked,))] == [True, False, False]
    assert [one.masked for one in Add().infer_tensors((masked, plain))] == [False]
    assert [one.masked for one in Concatenate().infer_tensors((masked, plain))] == [True]
    assert [one.masked for one in Dot(axes=2).infer_tensors((masked, masked))] == [False]
    heads = MultiHeadAttention(num_heads=1, key_dim=1)
    assert heads.infer_tensors((masked, plain))[0].masked
    assert not heads.infer_tensors((plain, masked))[0].masked
    assert not Permute(dims=(2, 1)).infer_tensors((masked,))[0].masked
