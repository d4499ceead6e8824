import pytest
from practice_examples import PRACTICE_EXAMPLES, UNMOVED
from rule_examples import DIABETES, Example, check_text, serious
from task_examples import SILENT_WITHOUT_FACTS, TASK_EXAMPLES
from training_examples import TRAINING_EXAMPLES, UNTRAINED

from nnspec.diagnostics import Diagnostic
from nnspec.diagnostics.codes import CODES
from nnspec.rules.rule import RULES

EXAMPLES = [*TASK_EXAMPLES, *TRAINING_EXAMPLES, *PRACTICE_EXAMPLES]


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


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_a_repaired_spec_has_no_other_error(example: Example) -> None:
    findings = check_text(example.text(example.good))
    assert [one for one in serious(findings) if CODES[one[-5:-1]].severity == "error"] == []


@pytest.mark.parametrize("example", SILENT_WITHOUT_FACTS, ids=named)
def test_a_rule_is_silent_where_only_the_data_would_tell(example: Example) -> None:
    assert serious(check_text(example.text(example.bad))) == []


@pytest.mark.parametrize("model", UNMOVED)
def test_what_looks_like_a_mistake_and_is_meant_is_let_be(model: str) -> None:
    data = "" if "Input" in model else DIABETES
    example = Example("", "", "", model, data=data)
    assert serious(check_text(example.text(""))) == []


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
