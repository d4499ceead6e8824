"""Input against Keras, what EinsumDense refuses, and what core layers count as operations."""

from typing import Any

import keras
import pytest
from pydantic import ValidationError

from nnspec.catalog import activations, constraints
from nnspec.catalog.layers.core import Dense, Identity, Input, Masking
from nnspec.catalog.layers.einsum import EinsumDense
from nnspec.catalog.layers.embedding import Embedding
from nnspec.shapes import ShapeError, Tensor, Weight

pytestmark = pytest.mark.keras


def test_an_input_with_more_axes_than_the_equation_has_letters_is_refused() -> None:
    layer = EinsumDense(equation="ab,bc->ac", output_shape=4)
    with pytest.raises(ShapeError, match="takes an input of rank 2") as found:
        layer.infer_tensors((Tensor((None, 1, 3)),))
    assert (found.value.code, found.value.field) == ("G301", "equation")


@pytest.mark.parametrize(
    "equation", ["ab,bc", "ab,bc->...ac", "...ab...,bc->...ac...", "a...,ab->b...", "aab,bc->ac"]
)
def test_an_equation_of_another_form_is_refused(equation: str) -> None:
    with pytest.raises(ValidationError, match="is not of the form"):
        EinsumDense(equation=equation, output_shape=3)


@pytest.mark.parametrize(
    ("equation", "problem"),
    [
        ("ab,bc->acd", "gives axis d, which neither input nor kernel has"),
        ("ab,bcd->ac", "leaves the length of the kernel's axis d open"),
    ],
)
def test_letters_that_do_not_fit_together_are_named(equation: str, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        EinsumDense(equation=equation, output_shape=3)


def test_a_bias_along_an_unknown_axis_is_reported_at_bias_axes() -> None:
    layer = EinsumDense(equation="ab,bc->ac", output_shape=4, bias_axes="a")
    with pytest.raises(ShapeError, match="axis a of equation ab,bc->ac for its bias") as found:
        layer.infer_tensors((Tensor((None, 3)),))
    assert (found.value.code, found.value.field) == ("G306", "bias_axes")


def test_an_output_axis_of_another_length_is_reported_at_output_shape() -> None:
    layer = EinsumDense(equation="abc,cd->abd", output_shape=(7, 4))
    with pytest.raises(
        ShapeError, match="gives axis b the length 7; in the input it is 5"
    ) as found:
        layer.infer_tensors((Tensor((None, 5, 3)),))
    assert (found.value.code, found.value.field) == ("G304", "output_shape")
    assert found.value.hint == "write 5 there"


@pytest.mark.parametrize(
    ("dtype", "element"),
    [
        (None, "float"),
        ("float16", "float"),
        ("int32", "integer"),
        ("uint8", "integer"),
        ("bool", "boolean"),
        ("string", "text"),
    ],
)
def test_an_input_gives_its_shape_and_the_kind_of_its_dtype(dtype: Any, element: str) -> None:
    layer = Input(shape=(None, 3), batch_size=2, dtype=dtype)
    made = keras.Input(**layer.arguments())
    (out,) = layer.infer_tensors(())
    assert out.shape == tuple(made.shape) == (2, None, 3)
    assert made.dtype == (dtype or "float32")
    assert out.element == element
    assert layer.infer_operations(()) == 0


def test_an_input_of_one_number_per_row_has_the_batch_axis_only() -> None:
    (out,) = Input(shape=()).infer_tensors(())
    assert out.shape == tuple(keras.Input(shape=()).shape) == (None,)


@pytest.mark.parametrize("shape", [(0,), (-1, 3), (True,), (2.5,), 8])
def test_an_input_axis_that_is_no_length_is_refused(shape: Any) -> None:
    with pytest.raises(ValidationError):
        Input(shape=shape)


def test_a_dense_counts_a_product_and_a_sum_per_weight_then_bias_and_activation() -> None:
    entering = (Tensor((None, 10, 4)),)
    assert Dense(units=3, use_bias=False).infer_operations(entering) == 2 * 10 * 4 * 3
    whole = Dense(units=3, activation=activations.Relu())
    assert whole.infer_operations(entering) == 2 * 10 * 4 * 3 + 2 * 30
    assert whole.infer_operations((Tensor((None, None, 4)),)) is None


def test_an_einsum_counts_as_the_dense_that_it_equals() -> None:
    entering = (Tensor((None, 10, 4)),)
    dense = Dense(units=3)
    einsum = EinsumDense(equation="abc,cd->abd", output_shape=(None, 3), bias_axes="d")
    unnamed = EinsumDense(equation="...c,cd->...d", output_shape=3, bias_axes="d")
    assert einsum.infer_operations(entering) is None
    assert unnamed.infer_operations(entering) == dense.infer_operations(entering)


def test_a_low_rank_addition_freezes_the_kernel() -> None:
    weights = Dense(units=3, lora_rank=2).infer_weights((Tensor((None, 5)),))
    assert weights == (
        Weight("kernel", (5, 3), trainable=False),
        Weight("bias", (3,)),
        Weight("lora_kernel_a", (5, 2)),
        Weight("lora_kernel_b", (2, 3)),
    )


def test_a_low_rank_addition_to_a_constrained_weight_is_refused_as_in_keras() -> None:
    bound = constraints.NonNeg()
    with pytest.raises(ValidationError, match="lora_rank 2 cannot be combined"):
        Dense(units=3, lora_rank=2, kernel_constraint=bound)
    with pytest.raises(ValidationError, match="lora_rank 2 cannot be combined"):
        Embedding(input_dim=3, output_dim=2, lora_rank=2, embeddings_constraint=bound)
    with pytest.raises(ValueError, match="incompatible with kernel constraints"):
        keras.layers.Dense(3, lora_rank=2, kernel_constraint="non_neg").build((None, 4))


def test_an_activation_that_changes_the_shape_is_reported_at_activation() -> None:
    with pytest.raises(ShapeError, match=r"glu turns \(4,\) into \(2,\)") as found:
        Dense(units=4, activation=activations.Glu()).infer_tensors((Tensor((None, 5)),))
    assert found.value.field == "activation"


def test_text_and_fractions_do_not_enter_an_embedding() -> None:
    layer = Embedding(input_dim=5, output_dim=2)
    for tensor in (Tensor((None, 3)), Tensor((None, 3), "text")):
        with pytest.raises(ShapeError, match="takes whole numbers") as found:
            layer.infer_tensors((tensor,))
        assert found.value.code == "G307"
        assert "int32" in str(found.value.hint)


def test_an_unknown_number_of_features_is_refused_by_a_dense() -> None:
    with pytest.raises(ShapeError, match="Dense needs the length of axis 2") as found:
        Dense(units=3).infer_tensors((Tensor((None, 5, None)),))
    assert found.value.code == "G306"


def test_layers_that_compute_nothing_count_nothing() -> None:
    assert Identity().infer_operations((Tensor((None, 3)),)) == 0
    assert Masking().infer_operations((Tensor((None, 4, 3)),)) == 12
