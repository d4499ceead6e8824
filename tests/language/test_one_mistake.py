"""A name, a setting or a section in the wrong place is one finding, and says what is meant."""

from collections.abc import Callable

import pytest
from three_heads import HEADS, TRAINED

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]


def errors(checked: Checked) -> list[tuple[str, int]]:
    found = (one for one in checked.diagnostics if one.severity == "error")
    return [(one.code, one.span.start.line if one.span else 0) for one in found]


def first_hint(checked: Checked) -> str | None:
    return next(one.hint for one in checked.diagnostics if one.severity == "error")


NAMED = """
nnspec: 1
model:
  - Input: [6]
    name: entry
  - Dense: {units: 5, activation: relu}
    name: %s
  - Dense: {units: 4, activation: relu}
    inputs: entry
    name: right
  - Concatenate:
    inputs: [%s, right]
  - Add:
    inputs: [%s, left]
  - Dense: 1
"""


def test_a_name_that_nothing_has_is_told_once_however_often_it_is_read(read: Read) -> None:
    checked = read(NAMED % ("leef", "left", "left"))
    assert errors(checked) == [("G101", 12)]
    assert first_hint(checked) == "did you mean leef?"
    assert [one.span.start.line for one in checked.diagnostics[0].related] == [14, 14, 7]


def test_a_layer_that_nothing_reads_may_be_what_a_name_is_about(read: Read) -> None:
    text = (NAMED % ("leef", "left", "left")).replace("    name: leef\n", "")
    checked = read(text)
    assert errors(checked) == [("G101", 11)]
    assert first_hint(checked) == "write name: left beside dense, which nothing reads"


def test_a_merge_of_one_names_what_nothing_reads(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          - Input: [6]
            name: entry
          - Dense: {units: 5, activation: relu}
            name: left
          - Dense: {units: 5, activation: relu}
            inputs: entry
          - Average:
            inputs: left
          - Dense: 1
        """
    checked = read(text)
    assert errors(checked) == [("G202", 11)]
    assert first_hint(checked) == "inputs: [left, dense]"


def test_names_of_inputs_that_the_data_does_not_name_are_one_mistake(read: Read) -> None:
    text = """
        nnspec: 1
        data: {source: t.csv, target: y}
        model:
          - Dense: {units: 5, activation: relu}
            inputs: weather
            name: left
          - Dense: {units: 5, activation: relu}
            inputs: traffic
          - Concatenate:
            inputs: [left, dense]
          - Dense: 1
        """
    checked = read(text)
    assert errors(checked) == [("G101", 6)]
    assert first_hint(checked) == (
        "name them in the data: inputs: {weather: [COLUMN, ...], traffic: [COLUMN, ...]}"
    )


def test_a_name_that_was_refused_is_missed_nowhere(read: Read) -> None:
    for name in ("[left]", "{}", "left()", "3"):
        checked = read(NAMED % (name, "left", "left"))
        assert [line for _, line in errors(checked)] == [7]


def test_what_is_no_name_among_inputs_is_still_one_of_them(read: Read) -> None:
    text = (NAMED % ("left", "left", "left")).replace("[left, right]", "[3.5, right]")
    assert errors(read(text)) == [("S103", 12)]


@pytest.mark.parametrize("key", ["outptus", "outputz"])
def test_misspelt_outputs_of_a_model_are_its_outputs(read: Read, key: str) -> None:
    data = "data: {source: t.csv, features: [x], target: {height: h, sort: s, weight: w}}"
    text = f"nnspec: 1\n{data}\nmodel:\n{HEADS}  {key}: [height, sort, weight]\n{TRAINED}"
    assert errors(read(text)) == [("S101", 15)]


def test_an_output_of_another_name_makes_no_setting_wrong(read: Read) -> None:
    data = "data: {source: t.csv, features: [x], target: {height: h, sort: s, weight: w}}"
    heads = HEADS.replace("name: sort", "name: kind")
    text = f"nnspec: 1\n{data}\nmodel:\n{heads}  outputs: [height, sort, weight]\n{TRAINED}"
    assert errors(read(text)) == [("G101", 15)]


TABLE = """
nnspec: 1
%s: {source: "sklearn:wine", target: target}
%s:
  - Dense: {units: $wide, activation: relu}
  - rest: 3
%s: {optimizer: adam, loss: sparse_categorical_crossentropy}
%s: {wide: 8}
%s:
  rest: {parameters: [n], layers: [{Dense: {units: $n, activation: softmax}}]}
"""
SECTIONS = ["data", "model", "training", "variables", "blocks"]


@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("name", ["filters", "zzz", "lr"])
def test_a_section_of_any_name_is_known_by_what_it_holds(read: Read, index: int, name: str) -> None:
    called = [*SECTIONS[:index], name, *SECTIONS[index + 1 :]]
    checked = read(TABLE % tuple(called))
    assert [code for code, _ in errors(checked)] == ["S101"]
    assert first_hint(checked) == f"did you mean {SECTIONS[index]}?"


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 2), (1, 3)])
def test_two_sections_that_are_exchanged_are_one_mistake(read: Read, one: int, other: int) -> None:
    called = list(SECTIONS)
    called[one], called[other] = called[other], called[one]
    checked = read(TABLE % tuple(called))
    assert [code for code, _ in errors(checked)] == ["S103"]
    assert str(first_hint(checked)).startswith("exchange the keys ")


@pytest.mark.parametrize(
    ("wrong", "line", "hint"),
    [
        ("  - Dense: {units: relu, activation: 4}\n", 4, "exchange the keys: activation: relu"),
        (
            "  - Dropout: {seed: 0.5, rate: 7}\n  - Dense: 4\n",
            4,
            "exchange the keys: rate: 0.5",
        ),
        ("  - Dense: {neurones: 4, activation: relu}\n", 4, "did you mean units?"),
        (
            "  - LSTM: {units: 4, batch_size: 8}\n",
            4,
            "write it below training:",
        ),
    ],
)
def test_settings_in_the_place_of_others_are_one_mistake(
    read: Read, wrong: str, line: int, hint: str
) -> None:
    checked = read(f"nnspec: 1\nmodel:\n  - Input: [5, 3]\n{wrong}  - Dense: 1\n")
    assert [one for _, one in errors(checked)] == [line]
    assert first_hint(checked) == hint


def test_a_setting_that_stands_elsewhere_is_missing_nowhere(read: Read) -> None:
    text = """
        nnspec: 1
        data: {source: "sklearn:wine", target: target, loss: sparse_categorical_crossentropy}
        model:
          - Dense: {units: 3, activation: softmax}
        training: {optimizer: adam}
        """
    checked = read(text)
    assert errors(checked) == [("S101", 3)]
    assert first_hint(checked) == "write it below training:"
    assert [one.span.start.line for one in checked.diagnostics[0].related] == [6]


def test_a_variable_whose_only_use_was_refused_is_not_unused(read: Read) -> None:
    text = """
        nnspec: 1
        variables: {share: 0.2}
        model:
          - Input: [4]
          - Dropout: tf.$share
          - Dense: 1
        """
    assert errors(read(text)) == [("S103", 6)]


def test_a_variable_written_with_another_sign_is_defined(read: Read) -> None:
    text = """
        nnspec: 1
        variables: {share = 0.2, wide: 3}
        model:
          - Input: [4]
          - Dropout: $share
          - Dense: $wide
        """
    checked = read(text)
    assert errors(checked) == [("S108", 3)]
    assert first_hint(checked) == "write share: 0.2"


def test_what_belongs_beside_a_layer_is_one_mistake_among_its_arguments(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          layers:
            - Input: {shape: [4], name: entry}
            - Dense: {units: 5, activation: relu, name: left, inputs: entry}
            - Dense: {units: 5, activation: relu, repeat: 2}
            - Dense: 1
        """
    checked = read(text)
    assert errors(checked) == [("S101", 5), ("S101", 6), ("S101", 6), ("S101", 7)]
    assert first_hint(checked) == "write name: below the key Input, at the same indentation"
    assert all("not among its arguments" in one.message for one in checked.diagnostics[:4])
