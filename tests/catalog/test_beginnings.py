"""Initializers, regularizers and constraints that do not suit a layer's weights, at their field."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]
HEAD = "nnspec: 1\nmodel:\n  - Input: [5, 4]\n"


@pytest.mark.parametrize(
    ("layer", "field", "problem"),
    [
        ("Dense: {units: 3, bias_initializer: orthogonal}", "orthogonal", "two axes or more"),
        ("Conv1D: {filters: 3, kernel_size: 2, kernel_initializer: identity}", "identity", "two"),
        ("Dense: {units: 3, kernel_initializer: stft}", "stft", "(samples, 1, frequencies)"),
        ("Dense: {units: 3, bias_constraint: {MaxNorm: {axis: 1}}}", "{MaxNorm", "along axis 1"),
        (
            "LSTM: {units: 3, kernel_initializer: {HeNormal: {input_axes: [0], output_axes: [2]}}}",
            "{HeNormal",
            "counts connections along axis 2",
        ),
        (
            "Dense: {units: 3, bias_regularizer: OrthogonalRegularizer}",
            "OrthogonalRegularizer",
            "two axes; bias of Dense has shape [3]",
        ),
        (
            "TimeDistributed: {layer: {Dense: {units: 3, bias_initializer: identity}}}",
            "TimeDistributed",
            "two axes; bias of Dense",
        ),
        ("GRU: {units: 3, dtype: bfloat16}", "GRU", "cannot be drawn in bfloat16"),
    ],
)
def test_what_a_weight_does_not_fit_is_reported_where_it_is_written(
    read: Read, layer: str, field: str, problem: str
) -> None:
    checked = read(f"{HEAD}  - {layer}\n  - ReLU\n  - Flatten\n  - Dense: 1\n")
    (found,) = checked.diagnostics
    assert found.code == "G301"
    assert problem in found.message
    assert found.span is not None
    start = found.span.start
    assert checked.document.text.splitlines()[start.line - 1][start.column - 1 :].startswith(field)


def test_what_suits_every_weight_is_taken(read: Read) -> None:
    layer = (
        "Dense: {units: 4, kernel_initializer: identity, kernel_constraint: {MaxNorm: {axis: 1}}}"
    )
    assert read(f"{HEAD}  - {layer}\n  - ReLU\n").diagnostics == ()
