"""Where masks end behind layers of several inputs, or around others, as in Keras."""

from typing import Any

import pytest
from answers import Outcome, ours, theirs
from drawing import Case

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers import cells, core, merging, recurrent, reshaping
from nnspec.catalog.layers.attention import Attention
from nnspec.catalog.layers.multi_head import MultiHeadAttention
from nnspec.catalog.layers.preprocessing import Discretization, Normalization, Rescaling
from nnspec.catalog.layers.wrappers import (
    Bidirectional,
    Pipeline,
    SpectralNormalization,
    TimeDistributed,
)
from nnspec.shapes import Tensor

pytestmark = pytest.mark.keras

SERIES_SHAPE = (None, 4, 6)
MASKED: tuple[tuple[type[Layer], dict[str, Any]], ...] = (
    (reshaping.Reshape, {"target_shape": (24,)}),
    (reshaping.Flatten, {}),
    (reshaping.UpSampling1D, {}),
    (reshaping.ZeroPadding1D, {}),
    (Rescaling, {"scale": 2.0}),
    (Normalization, {"mean": 0.0, "variance": 1.0}),
    (Discretization, {"bin_boundaries": (0.0,)}),
    (recurrent.LSTM, {"units": 3}),
    (recurrent.LSTM, {"units": 3, "return_state": True}),
    (recurrent.GRU, {"units": 3, "return_sequences": True, "return_state": True}),
    (recurrent.RNN, {"cell": cells.LSTMCell(units=2), "return_sequences": True}),
    (Bidirectional, {"layer": recurrent.LSTM(units=3)}),
    (
        Bidirectional,
        {
            "layer": recurrent.LSTM(units=3, return_sequences=True, return_state=True),
            "merge_mode": None,
        },
    ),
    (TimeDistributed, {"layer": core.Dense(units=3)}),
    (SpectralNormalization, {"layer": core.Dense(units=3)}),
    (Pipeline, {"layers": (core.Dense(units=3),)}),
    (merging.Add, {}),
    (merging.Concatenate, {}),
    (merging.Dot, {"axes": 2}),
    (Attention, {}),
    (MultiHeadAttention, {"num_heads": 2, "key_dim": 2}),
)


@pytest.mark.parametrize(
    ("layer", "fields"), MASKED, ids=lambda one: getattr(one, "keras_name", "")
)
def test_masks_end_where_they_end_in_keras(layer: type[Layer], fields: dict[str, Any]) -> None:
    count = max(layer.variadic, 1)
    case = Case(layer, fields, (Tensor(SERIES_SHAPE, masked=True),) * count)
    said, asked = ours(case), theirs(case)
    assert isinstance(said, Outcome)
    assert isinstance(asked, Outcome)
    assert said.masked == asked.masked
