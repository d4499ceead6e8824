"""The summary says what every layer gives and weighs, in the columns there are."""

import pytest

from nnspec.diagnostics import Findings
from nnspec.document import parse_document
from nnspec.frontends.nnspec_1.document import validate_document
from nnspec.network.graph import connect
from nnspec.network.resolve import resolve
from nnspec.network.summary import Summary, show_summary, summarize
from nnspec.shapes import Tensor

FORKED = """\
nnspec: 1
model:
  layers:
    - Input: [16, 16, 3]
      name: image
    - Conv2D: {filters: 8, kernel_size: 3, padding: same}
      name: encoder_of_the_left_and_of_the_right_hand_side
    - BatchNormalization:
        trainable: false
    - use: encoder_of_the_left_and_of_the_right_hand_side
      name: again
      inputs: image
    - Concatenate:
      inputs: [batch_normalization, again]
    - GlobalAveragePooling2D
    - Dense: 2
      name: left
    - Dense: 3
      name: right
      inputs: global_average_pooling2d
  outputs: [left, right]
"""
OPEN = """\
nnspec: 1
model:
  - Dense: 4
  - Dense: 1
"""


def summary_of(text: str, **inputs: Tensor | None) -> Summary:
    validated = validate_document(parse_document(text))
    findings = Findings()
    assert validated.spec is not None
    network = resolve(connect(validated.spec.model, inputs, findings), inputs, findings)
    assert [*validated.findings.errors, *findings.errors] == []
    return summarize(network)


def test_a_repeated_application_weighs_nothing_and_names_whose_weights_it_has() -> None:
    rows = {row.name: row for row in summary_of(FORKED).rows}
    first = "encoder_of_the_left_and_of_the_right_hand_side"
    assert (rows["again"].shares, rows["again"].parameters) == (first, 0)
    assert rows["again"].sources == ("image",)
    assert rows[first].parameters == 3 * 3 * 3 * 8 + 8


def test_a_layer_that_is_not_trained_counts_as_such() -> None:
    summary = summary_of(FORKED)
    convolution, dense = 3 * 3 * 3 * 8 + 8, (16 + 1) * 2 + (16 + 1) * 3
    assert (summary.trainable, summary.frozen) == (convolution + dense, 4 * 8)
    assert summary.outputs == ("left", "right")


def test_activations_are_what_leaves_all_layers_for_one_row() -> None:
    image, map8 = 16 * 16 * 3, 16 * 16 * 8
    assert summary_of(FORKED).activations == image + 3 * map8 + 2 * map8 + 16 + 2 + 3


def test_figures_that_only_the_data_tells_are_said_to_be_unknown() -> None:
    summary = summary_of(OPEN, input=None)
    assert (summary.trainable, summary.frozen, summary.activations) == (None, None, None)
    assert "unknown until the data is read" in show_summary(summary)


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_fits_into_the_width_and_loses_no_letter(width: int) -> None:
    summary = summary_of(FORKED)
    shown = show_summary(summary, width)
    assert max(map(len, shown.splitlines())) <= width
    assert "again" in shown
    assert "weights of" in shown


def test_a_name_is_broken_between_its_words() -> None:
    shown = show_summary(summary_of(FORKED))
    assert "encoder_of_the_" in shown
    assert "GlobalAverage " in shown
