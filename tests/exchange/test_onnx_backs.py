"""Answers that operators compute from what leaves a network are those of the SavedModel's back."""

from typing import Any, Literal

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from onnx import helper

from nnspec.build.back import Back
from nnspec.build.calibration import Calibration
from nnspec.data import TargetFit
from nnspec.exchange.write.onnx.back import Back as WrittenBack
from nnspec.exchange.write.onnx.graph import FLOAT, IR_VERSION, OPSET, Writer

pytestmark = pytest.mark.keras
QUANTILES = (0.1, 0.5, 0.8)
UNITS = {"numbers": 1, "quantiles": 3, "normal": 2}
RANDOM = np.random.default_rng(3)


def answers_of_operators(back: WrittenBack, units: Any) -> dict[str, Any]:
    """Return what the operators of a back, as a file of their own, answer to units."""
    writer = Writer(frozenset({"units"}))
    found = back.write(writer, "units", (None, units.shape[1]))
    graph = helper.make_graph(
        writer.nodes,
        "back",
        [helper.make_tensor_value_info("units", FLOAT, [None, units.shape[1]])],
        [helper.make_tensor_value_info(one.name, one.kind, None) for one in found.values()],
        writer.constants,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return dict(zip(found, session.run(None, {"units": units}), strict=True))


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("margin", [0.3, -0.1])
@pytest.mark.parametrize("kind", list(UNITS))
def test_numbers_and_the_ends_of_their_intervals_are_equal(
    kind: str, margin: float, precision: Literal["single", "double"]
) -> None:
    fit = TargetFit(
        need="regression",
        columns=("y",),
        shape=(1,),
        shift=(40.0,),
        scale=(0.3,),
        precision=precision,
        quantiles=QUANTILES if kind == "quantiles" else (),
        floor=0.01 if kind == "normal" else None,
    )
    calibration = Calibration(0.8, (margin,))
    units = RANDOM.normal(size=(50, UNITS[kind])).astype(np.float32)
    found = answers_of_operators(WrittenBack(fit, calibration=calibration), units)
    expected = Back(fit, calibration=calibration)(tf.constant(units))
    assert set(found) == set(expected)
    for key, one in expected.items():
        assert found[key].dtype == one.numpy().dtype
        # A deviation comes out of softplus, which both round in their own way.
        near = 1e-6 if kind == "normal" else 0.0
        assert found[key] == pytest.approx(one.numpy(), rel=near, abs=0.0)
