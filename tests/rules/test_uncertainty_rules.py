"""Intervals, temperatures and losses of distributions where they have no meaning are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.network.fill import render_spec
from nnspec.pipeline.check import Checked, check_document
from nnspec.pipeline.opened import check_opened, open_spec

Read = Callable[..., Checked]

SPEC = """
nnspec: 1
data: {{source: {source}, target: {target}, split: {{validation: {share}}}}}
model: [Dense: {{units: {units}, activation: {activation}}}]
training: {{optimizer: adam, loss: {loss}, metrics: {metrics}}}
evaluation: {{interval: {interval}, calibration: {calibration}}}
"""
RIGHT = {
    "source": "t.csv",
    "target": "y",
    "share": "0.2",
    "units": "1",
    "activation": "linear",
    "loss": "mse",
    "metrics": "[rmse]",
    "interval": "0.9",
    "calibration": "null",
}
QUANTILES = "{Pinball: [0.05, 0.5, 0.95]}"
BINARY = {"loss": "bce", "activation": "sigmoid", "metrics": "[]"}


@pytest.mark.parametrize(
    ("changed", "code", "shown", "said"),
    [
        (BINARY, "S115", "0.9", "`interval` is that of a predicted number"),
        ({"share": "0"}, "S115", "0.9", "`interval` is fitted on the validation rows"),
        ({"source": "'sklearn:linnerud'", "target": "Pulse", "interval": "0.95"}, "D113", "0.95",
         "4 validation rows cannot tell an interval that holds 95 % of new rows; expected 19"),
        ({"calibration": "temperature", "interval": "null"}, "S115", "temperature",
         "`calibration` is that of probabilities of classes"),
        ({**BINARY, "calibration": "temperature", "interval": "null", "share": "0"}, "S115",
         "temperature", "`calibration` is fitted on the validation rows"),
        ({"interval": "1"}, "S104", "1", "below 1"),
        ({"interval": "0"}, "S104", "0", "greater than 0"),
        ({"calibration": "platt"}, "S105", "platt", "temperature"),
        ({"loss": "{Pinball: [0.5, 0.05, 0.95]}", "units": "3"}, "S104", "[0.5",
         "0.05 follows 0.5"),
        ({"loss": "{Pinball: [0.5, 0.5]}", "units": "2"}, "S104", "[0.5", "0.5 follows 0.5"),
        ({"loss": "{Pinball: [0.5, 95]}", "units": "2"}, "S104", "95", "below 1"),
        ({"loss": QUANTILES}, "M105", "1",
         "gives 1 unit; the target has 1 column, y, and Pinball takes 3 units for each number"),
        ({"loss": QUANTILES, "units": "3", "target": "[y, z]"}, "M105", "3", "takes 3 units"),
        ({"loss": "gaussian_nll"}, "M105", "1", "Likelihood takes 2 units for each number"),
        ({"loss": QUANTILES, "units": "3", "metrics": "[accuracy]"}, "M104", "accuracy",
         "measures classes"),
        ({"loss": QUANTILES, "units": "3", "metrics": "[CosineSimilarity]"}, "M104", "Cosine",
         "compares the units of a row; Pinball has 3 for each number"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_at_its_place_once(
    read: Read, changed: dict[str, str], code: str, shown: str, said: str
) -> None:
    text = SPEC.format(**{**RIGHT, **changed})
    errors = [one for one in read(text).diagnostics if one.severity == "error"]
    (found,) = errors
    assert found.code == code
    assert said in found.message
    assert found.hint or code[:2] == "S1"
    assert found.span
    line = text.splitlines()[found.span.start.line - 1]
    assert line[found.span.start.column - 1 :].startswith(shown)


@pytest.mark.parametrize(
    "changed",
    [
        {"loss": QUANTILES, "units": "6", "target": "[y, z]"},
        {"loss": "{gaussian_nll: 0.01}", "units": "2"},
        {**BINARY, "interval": "null", "calibration": "temperature"},
    ],
)
def test_what_has_a_meaning_stands_in_the_filled_spec_which_is_one_itself(
    read: Read, changed: dict[str, str]
) -> None:
    checked = read(SPEC.format(**{**RIGHT, **changed}))
    assert [one.code for one in checked.diagnostics if one.code != "T108"] == []
    spec, network = checked.accept()
    filled = render_spec(spec, network)
    again, same = check_document(parse_document(filled, "filled.yaml"), folder=spec.folder).accept()
    assert again.evaluation == spec.evaluation
    assert render_spec(again, same) == filled


@pytest.mark.parametrize("figure", ["coverage_90", "width_90", "pinball"])
def test_figures_of_intervals_may_be_gated_and_bounds_out_of_reach_are_told(
    read: Read, figure: str
) -> None:
    text = SPEC.format(**{**RIGHT, "loss": QUANTILES, "units": "3"})
    gated = text.replace("evaluation: {", f"evaluation: {{gates: {{{figure}: {{max: 0.9}}}}, ")
    assert not [one for one in read(gated).diagnostics if one.code == "T109"]
    never = gated.replace("max: 0.9", "max: -1.0")
    assert [one.code for one in read(never).diagnostics if one.code == "T109"] == ["T109"]


def test_too_few_validation_rows_are_told_once_the_data_is_open(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{one},{one * 2}\n" for one in range(40)))
    text = SPEC.format(**{**RIGHT, "interval": "0.95"})
    (tmp_path / "s.yaml").write_text(text)
    checked = check_document(parse_document(text, "s.yaml"), folder=tmp_path)
    (found,) = [one for one in check_opened(checked) if one.severity == "error"]
    assert found.code == "D113"
    assert "8 validation rows" in found.message
    assert found.span
    assert found.span.start.line == 6
    with pytest.raises(Refused, match="D113"):
        open_spec(tmp_path / "s.yaml")
