"""Inputs whose width only the rows tell: nothing is refused that the data would make right."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

SPEC = """
    nnspec: 1
    data:
      source: sklearn:diabetes
      target: target
      columns: {COLUMNS}
    model:
      - Input: [WIDTH]
      - Dense: {units: 4, activation: relu}
      - Dense: 1
    training: {optimizer: Adam, loss: mse}
"""


@pytest.mark.parametrize("columns", ['"*": {numeric: {num_bins: 4}}', "sex: category"])
@pytest.mark.parametrize("width", ["40", ""])
def test_bins_and_categories_of_a_bundled_set_are_checked_once_the_data_is_opened(
    read: Callable[..., Checked], columns: str, width: str
) -> None:
    text = SPEC.replace("COLUMNS", columns).replace("WIDTH", width)
    text = text if width else text.replace("      - Input: []\n", "")
    assert [one.code for one in read(text).diagnostics if one.severity == "error"] == []


def test_a_width_that_the_spec_alone_tells_is_still_held_against_the_input(
    read: Callable[..., Checked],
) -> None:
    text = SPEC.replace("COLUMNS", "sex: {category: {num_bins: 3}}").replace("WIDTH", "10")
    assert [one.code for one in read(text).diagnostics] == ["G308"]
