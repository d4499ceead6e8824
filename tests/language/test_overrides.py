"""`--set`: what the command line says goes before the file."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]
SPEC = """
nnspec: 1
data: {source: "sklearn:diabetes", target: target}
model:
  - Dense: {units: 64, activation: relu}
  - Dropout
  - Dense: 1
training:
  optimizer: adam
  loss: mse
"""


def test_a_value_is_replaced(read: Read) -> None:
    checked = read(
        SPEC.replace("  - Dropout\n", ""), "training.epochs=50", "model.0.Dense.units=32"
    )
    assert not checked.refused, checked.diagnostics
    assert checked.spec
    assert checked.spec.training
    assert checked.spec.training.epochs == 50
    assert checked.network
    assert checked.network.nodes[1].outputs
    assert checked.network.nodes[1].outputs[0].shape == (None, 32)


def test_a_section_that_is_absent_is_added(read: Read) -> None:
    checked = read(SPEC, "model.1.Dropout.rate=0.3", "runtime.seed=7")
    assert not checked.refused, checked.diagnostics
    assert checked.spec
    assert checked.spec.runtime.seed == 7


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("training.epocs=3", "S101"),
        ("training.epochs=many", "S103"),
        ("model.9.Dense.units=3", "S116"),
        ("training", "S116"),
        ("name.first=x", "S116"),
    ],
)
def test_an_override_that_fits_nothing_is_refused(read: Read, override: str, code: str) -> None:
    text = SPEC.replace("  - Dropout\n", "") + "name: plain\n"
    checked = read(text, override)
    assert [one.code for one in checked.diagnostics] == [code], checked.diagnostics
    assert checked.diagnostics[0].span
    assert checked.diagnostics[0].span.start.line == 0
