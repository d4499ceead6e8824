"""The ways to write an object, and the values in it."""

from collections.abc import Callable

import pytest

from nnspec.network.fill import render_spec
from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]
HEAD = "nnspec: 1\nmodel:\n  - Input: [8]\n"


def only(checked: Checked, code: str) -> str:
    assert [one.code for one in checked.diagnostics] == [code], checked.diagnostics
    return checked.diagnostics[0].message


@pytest.mark.parametrize(
    "written",
    [
        "Dense: 4",
        "Dense: {units: 4}",
        "Dense:\n      units: 4",
        "{class_name: Dense, config: {units: 4, name: dense}}",
        "{class_name: Dense, module: keras.layers, config: {units: 4}, registered_name: null}",
    ],
)
def test_an_object_means_the_same_however_it_is_written(read: Read, written: str) -> None:
    spec, network = read(f"{HEAD}  - {written}\n").accept()
    short_spec, short = read(f"{HEAD}  - Dense: 4\n").accept()
    assert render_spec(spec, network) == render_spec(short_spec, short)


def test_a_name_alone_takes_every_default(read: Read) -> None:
    checked = read(f"{HEAD}  - BatchNormalization\n  - Dense: 1\n")
    assert checked.network
    assert [node.name for node in checked.network.nodes] == [
        "input",
        "batch_normalization",
        "dense",
    ]


def test_nested_objects_are_read_like_outer_ones(read: Read) -> None:
    arguments = "{units: 4, kernel_regularizer: {L2: 1e-3}, kernel_initializer: he_normal}"
    checked = read(f"{HEAD}  - Dense: {arguments}\n")
    assert not checked.diagnostics
    assert checked.network
    layer = checked.network.by_name["dense"].layer
    assert "l2=0.001" in repr(layer)
    assert "HeNormal" in repr(layer)


def test_names_are_not_case_folded(read: Read) -> None:
    checked = read(f"{HEAD}  - dense: 4\n")
    assert "'dense' is no layer" in only(checked, "S106")
    assert checked.diagnostics[0].hint == "did you mean Dense?"


def test_a_name_among_the_arguments_is_refused_with_the_remedy(read: Read) -> None:
    checked = read(f"{HEAD}  - Dense: {{units: 4, name: hidden}}\n")
    assert "stands beside Dense" in only(checked, "S101")


@pytest.mark.parametrize(
    ("argument", "code", "words"),
    [
        ("-3", "S104", "units must be a positive whole number; got -3"),
        ("2.5", "S103", "units must be a positive whole number; got 2.5"),
        ("true", "S103", "units must be a positive whole number; got true"),
        ("'64'", "S103", "got the text '64'"),
        ("[4]", "S103", "got a list"),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_is_due(
    read: Read, argument: str, code: str, words: str
) -> None:
    assert words in only(read(f"{HEAD}  - Dense: {argument}\n"), code)


def test_a_share_in_percent_gets_the_number_to_write(read: Read) -> None:
    checked = read(f"{HEAD}  - Dropout: '50%'\n  - Dense: 1\n")
    assert checked.diagnostics[0].hint == "write the share as a number: 0.5"


def test_an_allowed_word_that_is_misspelt_is_suggested(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [8, 8, 1]\n"
        "  - Conv2D: {filters: 4, kernel_size: 3, padding: smae}\n"
    )
    assert "'smae'" in only(checked, "S105")
    assert checked.diagnostics[0].hint == "did you mean same?"


def test_the_position_is_that_of_the_value(read: Read) -> None:
    checked = read(f"{HEAD}  - Dense: {{units: 4, activation: rleu}}\n")
    span = checked.diagnostics[0].span
    assert span
    assert (span.start.line, span.start.column) == (4, 35)


def test_every_unrelated_mistake_is_reported_at_once(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        trainning: {optimizer: Adam, loss: mse}
        model:
          - Input: [8]
          - Dense: -1
          - Densee: 4
          - Dense: {units: 4, actvation: relu}
            name: left
          - Dense: 5
            name: right
            inputs: left
          - Add:
            inputs: [left, right]
        """
    )
    assert [(one.code, one.span and one.span.start.line) for one in checked.diagnostics] == [
        ("S101", 3),
        ("S104", 6),
        ("S106", 7),
        ("S101", 8),
    ]


@pytest.mark.parametrize("scalar", ["no", "on", "1:30", "2026-11-23", "1_000", "0b1"])
def test_words_that_older_yaml_turned_into_values_stay_text(read: Read, scalar: str) -> None:
    checked = read(f"{HEAD}  - Dense: {scalar}\n")
    assert f"got the text '{scalar}'" in only(checked, "S103")


def test_an_exponent_without_a_point_is_a_number(read: Read) -> None:
    checked = read(f"{HEAD}  - Dense: {{units: 4, kernel_regularizer: {{L2: 1e-3}}}}\n")
    assert not checked.diagnostics


def test_json_is_read_by_the_same_rules(read: Read) -> None:
    text = '{"nnspec": 1, "model": [{"Input": [8]}, {"Dense": {"units": 4}}, "Softmax"]}'
    checked = read(text, file="spec.json")
    assert not checked.diagnostics
    assert checked.network


def test_an_argument_behind_nothing_is_refused(read: Read) -> None:
    assert "activation has nothing behind it" in only(
        read(f"{HEAD}  - Dense:\n      units: 4\n      activation:\n"), "S108"
    )


def test_code_in_a_spec_is_refused(read: Read) -> None:
    checked = read(f"{HEAD}  - Lambda: {{function: 'lambda x: x'}}\n")
    assert checked.diagnostics[0].code == "X102"


@pytest.mark.parametrize(
    ("entry", "remedy"),
    [
        ("Bidirectional: {LSTM: 4}", "write layer: {LSTM: ...}"),
        ("Activation: {softmax: {axis: -1}}", "write activation: {softmax: ...}"),
        ("Dense: {units: 4, L2: 0.01}", "write kernel_regularizer: {L2: ...}"),
    ],
)
def test_an_object_among_the_arguments_is_told_its_argument(
    read: Read, entry: str, remedy: str
) -> None:
    checked = read(f"nnspec: 1\nmodel:\n  - Input: [5, 3]\n  - {entry}\n")
    only(checked, "S101")
    assert remedy in str(checked.diagnostics[0].hint)


KERAS_DENSE = """
    module: keras.layers
    class_name: Dense
    config:
      name: hidden
      units: 4
      dtype: {module: keras, class_name: DTypePolicy, config: {name: mixed_bfloat16}}
      quantization_config: null
    registered_name: null
    build_config: {input_shape: [null, 8]}
"""


def test_a_layer_is_taken_as_keras_writes_it(read: Read) -> None:
    first = "{class_name: InputLayer, config: {batch_shape: [null, 8], dtype: float32}}"
    _, network = read(f"nnspec: 1\nmodel:\n  - {first}\n  -{KERAS_DENSE[4:]}").accept()
    layer = network.by_name["hidden"].layer
    assert layer is not None
    assert layer.dtype == "mixed_bfloat16"
    assert [one.shape for one in network.by_name["hidden"].outputs or ()] == [(None, 4)]


def test_wiring_stands_beside_a_layer_in_keras_form_too(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          - Input: [8]
            name: given
          - class_name: Dense
            config: {units: 8, activation: relu}
            repeat: 2
            name: twice
          - class_name: Add
            inputs: [given, twice]
        """
    _, network = read(text).accept()
    assert [node.name for node in network.nodes] == ["given", "twice_1", "twice_2", "add"]


@pytest.mark.parametrize(
    ("beside", "code", "words"),
    [
        ("confg: {}", "S101", "no key 'confg'"),
        ("inbound_nodes: []", "S101", "no key 'inbound_nodes'"),
        ("name: other", "S115", "is called other and, in its config, hidden"),
        ("use: other", "G107", "cannot stand beside a class_name"),
    ],
)
def test_what_keras_does_not_write_beside_a_config_is_refused(
    read: Read, beside: str, code: str, words: str
) -> None:
    assert words in only(read(f"{HEAD}  -{KERAS_DENSE[4:]}    {beside}\n"), code)


@pytest.mark.parametrize(
    ("section", "column"),
    [
        ("data: {source: d.csv, columns: {'': category}}", 33),
        ("data: {source: d.csv, inputs: {'': [x]}}", 32),
        ("data: {source: d.csv, scaling: {x: none, '': none}}", 42),
        ("training: {loss: mse, optimizer: sgd, class_weight: {'': 2}}", 54),
    ],
)
def test_an_empty_key_is_told_at_its_place(read: Read, section: str, column: int) -> None:
    (found,) = read(f"nnspec: 1\n{section}\nmodel: [Input: 3, Dense: 1]\n").diagnostics[:1]
    assert found.code == "S104"
    assert "is empty; expected a name" in found.message
    assert found.span is not None
    assert (found.span.start.line, found.span.start.column) == (2, column)
