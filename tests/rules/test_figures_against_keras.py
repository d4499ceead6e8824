"""The figures that a callback may watch, against those that Keras logs."""

from pathlib import Path

import keras
import numpy as np
import pytest
from rule_examples import TWO_OUTPUTS, Example

from nnspec.build.model import build_model
from nnspec.build.training import compile_training
from nnspec.document import parse_document
from nnspec.pipeline.check import check_document
from nnspec.rules.case import Case
from nnspec.rules.figures import computed, shown

pytestmark = pytest.mark.keras

ROWS = 8
ALONE = Example(
    "",
    "",
    "",
    "- Input: [3]\n- Dense: {units: 1, activation: sigmoid}",
    "loss: bce\nmetrics: [acc, AUC, Precision, BinaryIoU, mse, {BinaryAccuracy: {name: right}}]",
    "",
)
SEVERAL = Example(
    "",
    "",
    "",
    TWO_OUTPUTS.replace("  layers:\n", "  layers:\n  - Input: [3]\n"),
    "loss: {price: mse, kind: bce}\nmetrics: {price: [rmse, mae], kind: [accuracy, AUC]}",
    "",
)


def trained_figures(case: Case) -> set[str]:
    """Return what Keras logs for one epoch over random rows."""
    assert case.training
    keras.backend.clear_session()
    core = build_model(case.network, name="oracle", seed=0)
    compile_training(core, case.network, case.training, steps_per_epoch=1)
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(ROWS, 3)).astype("float32")
    drawn = (generator.integers(0, 2, size=(ROWS, 1)) for _ in case.outputs)
    targets = [target.astype("float32") for target in drawn]
    history = core.fit(inputs, targets if len(targets) > 1 else targets[0], verbose=0)
    return set(history.history)


@pytest.mark.parametrize("example", [ALONE, SEVERAL], ids=["one output", "two outputs"])
def test_the_figures_are_those_that_keras_logs(example: Example) -> None:
    document = parse_document(example.text(""), "spec.yaml")
    spec, network = check_document(document, folder=Path()).accept()
    case = Case(spec, network)
    assert trained_figures(case) == set(shown(case, validation=False))
    assert set(shown(case, validation=False)) <= set(computed(case))
