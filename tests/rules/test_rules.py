"""Every rule on its examples: what it reports, where, and that its repair holds."""

import pytest
from augmentation_examples import AUGMENTATION_EXAMPLES, SILENT
from learning_examples import LEARNING
from map_examples import MAP_EXAMPLES
from practice_examples import PRACTICE_EXAMPLES, UNMOVED
from reconstruction_examples import RECONSTRUCTION_EXAMPLES
from rule_examples import DIABETES, DIGITS, Example, check_text, serious
from task_examples import SILENT_WITHOUT_FACTS, TASK_EXAMPLES
from training_examples import TRAINING_EXAMPLES, UNTRAINED
from trap_examples import TRAP_EXAMPLES

from nnspec.diagnostics import Diagnostic
from nnspec.diagnostics.codes import CODES
from nnspec.rules.rule import RULES

EXAMPLES = [
    *TASK_EXAMPLES,
    *TRAINING_EXAMPLES,
    *PRACTICE_EXAMPLES,
    *TRAP_EXAMPLES,
    *LEARNING,
    *MAP_EXAMPLES,
    *RECONSTRUCTION_EXAMPLES,
    *AUGMENTATION_EXAMPLES,
]


def named(example: Example) -> str:
    return f"{example.code}-{example.bad[:20]}"


def of_code(findings: tuple[Diagnostic, ...], code: str) -> list[Diagnostic]:
    return [one for one in findings if one.code == code]


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_a_rule_reports_what_it_is_for_at_the_line_that_must_change(example: Example) -> None:
    found = of_code(check_text(example.text(example.bad)), example.code)
    assert [one.span.start.line for one in found if one.span] == [example.line]


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_nothing_is_left_of_a_finding_once_it_is_repaired(example: Example) -> None:
    assert of_code(check_text(example.text(example.good)), example.code) == []


@pytest.mark.parametrize("function", ["softmax", "log_softmax"])
def test_one_unit_that_shares_alone_has_one_finding(function: str) -> None:
    """At an output and between layers it is told once, by the code of its place."""
    head = "- Dense: {units: 1, activation: @}"
    for model, code in ((head, "M103"), (f"{head}\n- Dense: 1", "P140")):
        example = Example(code, function, "linear", model)
        assert [one.code for one in check_text(example.text(function))] == [code]


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_a_repaired_spec_has_no_other_error(example: Example) -> None:
    findings = check_text(example.text(example.good))
    assert [one for one in serious(findings) if CODES[one[-5:-1]].severity == "error"] == []


@pytest.mark.parametrize("example", SILENT_WITHOUT_FACTS, ids=named)
def test_a_rule_is_silent_where_only_the_data_would_tell(example: Example) -> None:
    assert serious(check_text(example.text(example.bad))) == []


@pytest.mark.parametrize("example", SILENT, ids=named)
def test_an_augmentation_that_fits_is_let_be(example: Example) -> None:
    assert serious(check_text(example.text(example.bad))) == []


@pytest.mark.parametrize("model", UNMOVED)
def test_what_looks_like_a_mistake_and_is_meant_is_let_be(model: str) -> None:
    data = "" if "Input" in model else DIABETES
    example = Example("", "", "", model, data=data)
    assert serious(check_text(example.text(""))) == []


def test_what_is_centred_before_zeros_are_put_around_it_is_not_all_below_them() -> None:
    model = (
        "- Input: [6, 3]\n- Conv1D: {filters: 4, kernel_size: 3, activation: log_softmax}\n@"
        "- ZeroPadding1D\n- GlobalMaxPooling1D\n- Dense: 1"
    )
    example = Example("P141", "", "- BatchNormalization\n", model, "loss: mse", "")
    assert len(of_code(check_text(example.text(example.bad)), "P141")) == 1
    assert of_code(check_text(example.text(example.good)), "P141") == []


def test_a_training_of_frozen_layers_is_reported_at_the_model() -> None:
    (found,) = of_code(check_text(UNTRAINED.text("false")), "T113")
    assert found.span
    assert found.span.start.line == 3
    assert serious(check_text(UNTRAINED.text("true"))) == []


def test_every_code_of_a_rule_has_an_example_that_triggers_it() -> None:
    declared = {code for rule in RULES for code in rule.codes}
    assert declared - {one.code for one in (*EXAMPLES, UNTRAINED)} == set()


def test_a_rule_reports_no_code_that_it_does_not_declare() -> None:
    declared = {code for rule in RULES for code in rule.codes}
    reported = {
        one.code
        for example in EXAMPLES
        for one in check_text(example.text(example.bad))
        if one.code[0] in "MTP"
    }
    assert reported <= declared


def test_there_are_rules_enough() -> None:
    assert len({code for rule in RULES for code in rule.codes}) >= 60


@pytest.mark.parametrize("first", ["LSTM: 4", "Bidirectional: {layer: {LSTM: 4}}"])
def test_a_recurrent_layer_without_a_sequence_names_the_layer_that_must_return_one(
    first: str,
) -> None:
    model = f"- Input: [9, 2]\n- {first}\n- Dropout: 0.2\n- GRU: 4\n- Dense: 1"
    (found,) = of_code(check_text(Example("", "", "", model, data="").text("")), "G301")
    assert found.hint == "add return_sequences: true to LSTM in line 5"


def test_the_sigmoid_of_ten_classes_is_told_of_softmax_and_shown_its_loss() -> None:
    model = "- Flatten\n- Dense: {units: 10, activation: sigmoid}"
    example = Example("M101", "", "", model, "loss: categorical_crossentropy", DIGITS)
    (found,) = of_code(check_text(example.text("")), "M101")
    assert found.message == (
        "the loss CategoricalCrossentropy takes probabilities that sum to 1 over the classes "
        "(softmax); the last layer gives sigmoid over 10 units"
    )
    assert found.hint == (
        "write activation: softmax, or loss: binary_crossentropy where several labels hold at once"
    )
    assert [one.span.start.line for one in found.related] == [8]


def test_a_figure_that_is_not_computed_is_listed_with_those_that_are() -> None:
    example = next(one for one in TRAINING_EXAMPLES if one.bad == "val_acc")
    (found,) = of_code(check_text(example.text(example.bad)), "T101")
    assert found.message == (
        "EarlyStopping watches 'val_acc', which is not computed; "
        "computed: loss, accuracy, val_loss, val_accuracy"
    )
    assert found.hint == "did you mean val_accuracy?"


def test_two_schedules_are_both_shown_with_their_lines() -> None:
    example = next(one for one in TRAINING_EXAMPLES if one.code == "T103")
    (found,) = of_code(check_text(example.text(example.bad)), "T103")
    assert "(line 6 and line 10)" in found.message
    assert [one.span.start.line for one in found.related] == [6]


def test_a_finding_in_a_block_also_shows_where_the_block_is_used() -> None:
    text = """nnspec: 1
blocks:
  dense:
    layers:
      - Dense: {units: 4, activation: relu}
      - BatchNormalization
model:
  - Input: [4]
  - dense:
  - dense:
  - Dense: 1
"""
    (found,) = of_code(check_text(text), "P101")
    assert found.span
    assert found.span.start.line == 6
    assert [one.span.start.line for one in found.related] == [5, 9]
