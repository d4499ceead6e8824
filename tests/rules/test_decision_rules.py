"""A positive class and a threshold where no head has one are refused at their place."""

from collections.abc import Callable

import pytest

from nnspec.document import parse_document
from nnspec.network.fill import render_spec
from nnspec.pipeline.check import Checked, check_document

Read = Callable[..., Checked]

SPEC = """
nnspec: 1
data: {{source: t.csv, target: {target}, positive: {positive}, split: {{validation: {share}}}}}
model:
  layers:
    - Dense: {{units: 1, activation: sigmoid}}
      name: a
    - Dense: {{units: {units}, activation: {activation}}}
      name: b
      inputs: a
  outputs: [a, b]
training: {{optimizer: adam, loss: {{a: {first}, b: {second}}}}}
evaluation: {{threshold: {threshold}}}
"""
BINARY, CLASSES = "binary_crossentropy", "sparse_categorical_crossentropy"
RIGHT = {
    "target": "{a: x, b: y}",
    "positive": "{a: yes}",
    "share": "0.2",
    "units": "3",
    "activation": "softmax",
    "first": BINARY,
    "second": CLASSES,
    "threshold": "youden",
}


def codes(checked: Checked) -> list[str]:
    return [one.code for one in checked.diagnostics if one.code[0] != "T"]


@pytest.mark.parametrize(
    ("changed", "code", "shown", "said"),
    [
        ({"positive": "{b: yes}"}, "S115", "yes", 'the output "b" is trained by Sparse'),
        ({"positive": "{c: yes}"}, "S106", "yes", "trained are a, b"),
        ({"positive": "yes", "second": BINARY, "units": "1", "activation": "sigmoid"}, "S115",
         "yes", "2 outputs are binary"),
        ({"share": "0"}, "S115", "youden", "chosen on the validation rows"),
        ({"threshold": "{recall: 0.5, precision: 0.5}"}, "S115", "{recall", "one of both"),
        ({"threshold": "{}"}, "S115", "{}", "one of both"),
        ({"threshold": "f2"}, "S103", "f2", "f1, youden, {recall: SHARE}"),
        ({"threshold": "{recall: 1.5}"}, "S104", "1.5", "below 1"),
    ],
)  # fmt: skip
def test_what_no_head_has_is_refused_at_its_place(
    read: Read, changed: dict[str, str], code: str, shown: str, said: str
) -> None:
    text = SPEC.format(**{**RIGHT, **changed})
    found = next(one for one in read(text).diagnostics if one.code == code)
    assert said in found.message
    assert found.span
    line = text.splitlines()[found.span.start.line - 1]
    assert line[found.span.start.column - 1 :].startswith(shown)


def test_a_loss_of_numbers_has_neither(read: Read) -> None:
    text = SPEC.format(**{**RIGHT, "first": "mse", "positive": "yes"})
    told = [one.message for one in read(text).diagnostics if one.code == "S115"]
    assert [one.partition(";")[0] for one in told] == [
        "`positive` is the second class of a binary head",
        "`threshold` is that of a binary head",
    ]


@pytest.mark.parametrize("threshold", ["0.3", "f1", "{precision: 0.9}"])
def test_both_stand_in_the_filled_spec_which_is_one_itself(read: Read, threshold: str) -> None:
    checked = read(SPEC.format(**{**RIGHT, "threshold": threshold}))
    assert codes(checked) == []
    spec, network = checked.accept()
    filled = render_spec(spec, network)
    again, same = check_document(parse_document(filled, "filled.yaml"), folder=spec.folder).accept()
    assert again.evaluation.threshold == spec.evaluation.threshold
    assert render_spec(again, same) == filled


def test_figures_of_a_class_that_is_looked_for_may_be_gated(read: Read) -> None:
    gated = "youden, gates: {recall: {min: 0.5}}"
    assert codes(read(SPEC.format(**{**RIGHT, "threshold": gated}))) == []
