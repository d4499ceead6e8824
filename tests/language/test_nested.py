"""Models within models: `- Model: {layers: [...]}`."""

from collections.abc import Callable

import pytest

from nnspec.network.fill import hash_model, render_spec
from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]

PAIR = """
nnspec: 1
variables: {width: 8}
model:
  layers:
    - Input: [12, 12, 1]
      name: left
    - Input: [12, 12, 1]
      name: right
    - Model:
        layers:
          - Conv: {filters: $width, kernel_size: 3}
          - GlobalAveragePooling
          - Dense: 5
            name: near
          - Dense: 3
            inputs: global_average_pooling
            name: far
        outputs: [near, far]
      name: encoder
      inputs: left
    - use: encoder
      name: again
      inputs: right
    - Concatenate:
      inputs: [encoder, again.1]
"""


def only(checked: Checked, code: str) -> str:
    assert [one.code for one in checked.diagnostics] == [code], checked.diagnostics
    return checked.diagnostics[0].message


def test_a_model_is_one_layer_with_the_weights_of_its_own_layers(read: Read) -> None:
    _, network = read(PAIR).accept()
    encoder, again = network.by_name["encoder"], network.by_name["again"]
    assert encoder.parameters == (9 * 8 + 8) + (8 * 5 + 5) + (8 * 3 + 3)
    assert [one.shape for one in encoder.outputs or ()] == [(None, 5), (None, 3)]
    assert again.parameters == 0
    assert [one.shape for one in network.by_name["concatenate"].outputs or ()] == [(None, 8)]


def test_the_filled_spec_of_a_model_within_is_a_fixed_point(read: Read) -> None:
    spec, network = read(PAIR).accept()
    text = render_spec(spec, network)
    again_spec, again = read(text).accept()
    assert render_spec(again_spec, again) == text
    assert hash_model(again) == hash_model(network)


def test_its_outputs_are_addressed_by_the_names_it_lists(read: Read) -> None:
    named = PAIR.replace("[encoder, again.1]", "[encoder.near, again.far]")
    assert hash_model(read(named).accept()[1]) == hash_model(read(PAIR).accept()[1])
    wrong = read(PAIR.replace("again.1", "again.fra"))
    assert "'again.fra'" in only(wrong, "G101")
    assert wrong.diagnostics[0].hint == "did you mean again.far?"


def test_a_list_alone_holds_the_layers(read: Read) -> None:
    short = read("nnspec: 1\nmodel:\n  - Input: [4]\n  - Model: [{Dense: 3}, ReLU]\n").accept()[1]
    assert short.by_name["model"].parameters == 15


def test_names_inside_are_the_models_own(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          - Input: [4]
          - Dense: 4
            name: same
          - Model:
              - Dense: 4
                name: same
          - Model:
              - Dense: 4
                name: same
        """
    _, network = read(text).accept()
    assert [node.name for node in network.nodes] == ["input", "same", "model", "model_1"]


def test_inputs_are_named_where_there_are_several(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          - Input: [4]
            name: one
          - Input: [6]
            name: two
          - Model:
              inputs: [left, right]
              layers:
                - Dense: 6
                  inputs: left
                - Add:
                  inputs: [dense, right]
            inputs: {right: two, left: one}
        """
    _, network = read(text).accept()
    assert [one.node for one in network.by_name["model"].node.sources] == ["one", "two"]


def test_input_layers_say_the_inputs_too(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          - Input: [4]
            name: one
          - Model:
              - Input: [4]
                name: entry
              - Dense: 2
        """
    _, network = read(text).accept()
    assert network.by_name["model"].parameters == 10


def test_a_model_within_may_hold_models_and_blocks(read: Read) -> None:
    text = """
        nnspec: 1
        blocks:
          step:
            parameters: [units]
            layers:
              - Dense: $units
              - Model: [{Dense: $units}, LayerNormalization]
        model:
          - Input: [4]
          - Model:
              - step: 3
              - step: 5
        """
    _, network = read(text).accept()
    assert network.by_name["model"].parameters == 15 + 12 + 6 + 20 + 30 + 10


def test_frozen_weights_are_counted_as_such(read: Read) -> None:
    text = (
        "nnspec: 1\nmodel:\n  - Input: [4]\n  - Model: {layers: [{Dense: 3}], trainable: false}\n"
    )
    _, network = read(text).accept()
    assert [weight.trainable for weight in network.by_name["model"].weights] == [False, False]


def test_a_mistake_inside_is_reported_at_its_own_line(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        model:
          - Input: [8, 8, 1]
          - Model:
              - Conv2D: {filters: 4, kernel_size: 9}
              - Flatten
        """
    )
    assert "kernel_size" in only(checked, "G305")
    span = checked.diagnostics[0].span
    assert span
    assert span.start.line == 6


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("3", "S103", "layers"),
        ("{layers: []}", "G106", "layers"),
        ("{layers: [{Dense: 2}], units: 3}", "S101", "units"),
        ("{layers: [{Dense: 2}], trainable: 1}", "S103", "trainable"),
        ("{layers: [{Dense: 2}], outputs: [gone]}", "G101", "gone"),
        ("{inputs: [left, right], layers: [{Dense: 2}]}", "G104", "right"),
        ("{layers: [{Dense: 2}, {Dense: 3}], outputs: [dense]}", "G104", "dense_1"),
        ("{layers: [{Densee: 2}]}", "S106", "Densee"),
    ],
)
def test_a_model_that_is_none_is_refused(read: Read, body: str, code: str, words: str) -> None:
    checked = read(f"nnspec: 1\nmodel:\n  - Input: [4]\n  - Model: {body}\n")
    found = [one for one in checked.diagnostics if one.code == code]
    assert found, checked.diagnostics
    assert words in found[0].message


@pytest.mark.parametrize(
    ("inputs", "code"), [("[one, one]", "G202"), ("{wrong: one}", "S101"), ("gone", "G101")]
)
def test_what_does_not_feed_a_model_is_refused(read: Read, inputs: str, code: str) -> None:
    checked = read(
        f"""
        nnspec: 1
        model:
          - Input: [4]
            name: one
          - Model: [{{Dense: 3}}]
            inputs: {inputs}
        """
    )
    assert code in {one.code for one in checked.diagnostics}


def test_a_model_applied_to_what_it_cannot_take_is_refused(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        model:
          layers:
            - Input: [4]
              name: one
            - Input: [4, 2]
              name: two
            - Model: [{Dense: 3}]
              name: inner
              inputs: one
            - use: inner
              inputs: two
              name: again
          outputs: [inner, again]
        """
    )
    assert "rank" in only(checked, "G301")


def test_the_shape_inside_follows_what_each_application_is_given(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          layers:
            - Input: [16, 16, 1]
              name: large
            - Input: [8, 8, 1]
              name: small
            - Model:
                - Input: [null, null, 1]
                - Conv2D: {filters: 2, kernel_size: 3}
              name: inner
              inputs: large
            - use: inner
              inputs: small
              name: again
          outputs: [inner, again]
        """
    _, network = read(text).accept()
    shapes = [network.by_name[name].outputs for name in ("inner", "again")]
    assert [one[0].shape for one in shapes if one] == [(None, 14, 14, 2), (None, 6, 6, 2)]
