"""Chains, names, inputs, repetitions, shared layers, blocks and variables."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]


def sources(checked: Checked) -> dict[str, list[str]]:
    assert not checked.refused, checked.diagnostics
    assert checked.network
    return {n.name: [s.node for s in n.node.sources] for n in checked.network.nodes}


def codes(checked: Checked) -> list[str]:
    return [one.code for one in checked.diagnostics]


def test_each_layer_takes_the_one_before(read: Read) -> None:
    checked = read("nnspec: 1\nmodel: [Input: [4], Dense: 3, Dense: 2]")
    assert sources(checked) == {"input": [], "dense": ["input"], "dense_1": ["dense"]}


def test_names_are_counted_as_keras_counts_them(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel: [Input: [4, 4, 1], Conv2D: [2, 1], Flatten, Dense: 2, Dense: 1]"
    )
    assert "S109" in codes(checked)
    checked = read(
        "nnspec: 1\n"
        "model: [Input: [4, 4, 1], Conv2D: {filters: 2, kernel_size: 1}, Flatten, Dense: 2]"
    )
    assert list(sources(checked)) == ["input", "conv2d", "flatten", "dense"]


def test_inputs_may_name_a_later_layer(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        model:
          layers:
            - Input: [4]
            - Dense: 2
              name: first
              inputs: second
            - Dense: 3
              name: second
              inputs: input
          outputs: [first]
        """
    )
    assert sources(checked)["first"] == ["second"]


def test_a_cycle_is_printed_once_and_in_order(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        model:
          - Input: [4]
          - Dense: 2
            name: a
            inputs: b
          - Dense: 2
            name: b
            inputs: a
        """
    )
    cycles = [one.message for one in checked.diagnostics if one.code == "G201"]
    assert cycles == ["these layers form a cycle: a -> b -> a (lines 5, 8)"]


def test_a_layer_that_feeds_nothing_is_reported(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: 2\n    name: lost\n"
        "  - Dense: 1\n    inputs: input\n"
    )
    assert codes(checked) == ["G104"]
    assert "lost" in checked.diagnostics[0].message


def test_a_merge_of_one_tensor_says_how_many_it_needs(read: Read) -> None:
    checked = read("nnspec: 1\nmodel: [Input: [4], Add]")
    assert "at least 2" in checked.diagnostics[0].message


def test_a_layer_of_one_input_refuses_three(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [4]\n    name: a\n  - Dense: 2\n    inputs: [a, a, a]\n"
    )
    assert "takes 1 input; got 3" in checked.diagnostics[0].message


def test_repeat_makes_layers_in_a_row_with_weights_of_their_own(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: 4\n    name: hidden\n    repeat: 3\n"
        "  - Dense: 1\n    inputs: hidden\n"
    )
    assert sources(checked) == {
        "input": [],
        "hidden_1": ["input"],
        "hidden_2": ["hidden_1"],
        "hidden_3": ["hidden_2"],
        "dense": ["hidden_3"],
    }


def test_each_gives_one_argument_per_repetition(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: {}\n    each: {units: [8, 6, 4]}\n"
    )
    assert checked.network
    assert [n.outputs[0].shape for n in checked.network.nodes if n.outputs][1:] == [
        (None, 8),
        (None, 6),
        (None, 4),
    ]


def test_lists_of_each_must_be_of_one_length(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: {}\n"
        "    each: {units: [8, 6], use_bias: [true]}\n"
    )
    assert codes(checked) == ["S107"]


def test_use_applies_a_layer_again_without_new_weights(read: Read) -> None:
    checked = read(
        """
        nnspec: 1
        model:
          - Input: [4]
            name: left
          - Input: [4]
            name: right
          - Dense: 3
            name: encoder
            inputs: left
          - use: encoder
            name: again
            inputs: right
          - Concatenate:
            inputs: [encoder, again]
        """
    )
    assert not checked.refused, checked.diagnostics
    assert checked.network
    assert checked.network.by_name["again"].weights == ()
    assert checked.network.by_name["again"].node.shares == "encoder"


BLOCK = """
nnspec: 1
variables: {width: 6}
blocks:
  residual:
    parameters: [units, rate: 0.1]
    layers:
      - Dense: {units: $units, activation: relu}
        name: inner
      - Dropout: $rate
      - Dense: {units: $units}
      - Add:
        inputs: [dense, input]
model:
  - Input: [6]
  - residual: {units: $width}
    name: stage
    repeat: 2
  - Dense: 1
"""


def test_a_block_is_used_like_a_layer(read: Read) -> None:
    found = sources(read(BLOCK))
    assert found["stage_1.add"] == ["stage_1.dense", "input"]
    assert found["stage_2.inner"] == ["stage_1.add"]
    assert found["dense"] == ["stage_2.add"]


def test_a_mistake_in_a_block_shows_the_line_of_its_use_too(read: Read) -> None:
    checked = read(BLOCK.replace("- Dropout: $rate", "- Dropout: $rate\n      - Dropout: 1.5"))
    assert codes(checked) == ["S104"]
    assert checked.diagnostics[0].related[0].span.start.line == 17


def test_a_parameter_that_nothing_in_its_block_uses_is_refused(read: Read) -> None:
    checked = read(BLOCK.replace("- Dropout: $rate", "- Dropout: 0.1"))
    assert codes(checked) == ["S112"]
    assert "the parameter 'rate' is not used" in checked.diagnostics[0].message


def test_a_block_whose_definition_is_refused_is_not_refused_where_it_is_used(read: Read) -> None:
    assert codes(read(BLOCK.replace("    layers:", "    layer:"))) == ["S101"]


def test_a_misspelt_use_of_a_block_does_not_leave_it_unused(read: Read) -> None:
    assert codes(read(BLOCK.replace("- residual:", "- Residual:"))) == ["S106"]


def test_outputs_of_a_block_that_are_not_in_it_are_refused_there(read: Read) -> None:
    checked = read(BLOCK.replace("    layers:", "    outputs: [inned]\n    layers:"))
    assert codes(checked) == ["G101"]
    assert checked.diagnostics[0].hint == "did you mean inner?"


def test_use_of_a_block_shares_all_its_layers(read: Read) -> None:
    checked = read(
        BLOCK.replace("    repeat: 2\n", "  - use: stage\n    name: again\n    inputs: stage\n")
    )
    found = sources(checked)
    assert found["again.add"] == ["again.dense", "stage.add"]
    assert checked.network
    assert checked.network.by_name["again.inner"].node.shares == "stage.inner"


def test_a_block_of_several_outputs_hands_all_of_them_to_the_next_repetition(read: Read) -> None:
    checked = read("""\
nnspec: 1
blocks:
  swap:
    inputs: [left, right]
    outputs: [upper, lower]
    layers:
      - Dense: 3
        name: upper
        inputs: right
      - Dense: 2
        name: lower
        inputs: left
model:
  - Input: [2]
    name: first
  - Input: [3]
    name: second
  - swap:
    repeat: 3
    name: stack
    inputs: [first, second]
  - Concatenate:
    inputs: [stack.lower, stack.upper]
""")
    found = sources(checked)
    assert found["stack_1.upper"] == ["second"]
    assert found["stack_2.upper"] == ["stack_1.lower"]
    assert found["stack_3.lower"] == ["stack_2.upper"]
    assert found["concatenate"] == ["stack_3.lower", "stack_3.upper"]
    assert not checked.refused


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (("units: $width}", "unit: $width}"), "S101", "no parameter 'unit'"),
        (("residual: {units: $width}", "residual: {}"), "S102", "needs units"),
        (("$rate", "$rat"), "S111", "'rat'"),
        (("{width: 6}", "{width: 6, other: 1}"), "S112", "'other' is not used"),
        (("- Add:", "- residual: {units: 4}\n      - Add:"), "G203", "residual -> residual"),
        (("[units, rate: 0.1]", "[units, rate: 0.1, width]"), "S110", "the name of a variable"),
    ],
)
def test_misuse_of_blocks_and_variables_is_refused(
    read: Read, change: tuple[str, str], code: str, words: str
) -> None:
    checked = read(BLOCK.replace(*change))
    assert any(one.code == code and words in one.message for one in checked.diagnostics), (
        checked.diagnostics
    )


def test_an_unused_block_is_refused(read: Read) -> None:
    checked = read("nnspec: 1\nblocks: {spare: [Flatten]}\nmodel: [Input: [4], Dense: 1]")
    assert codes(checked) == ["S113"]


def test_two_dollars_are_one(read: Read) -> None:
    checked = read("nnspec: 1\ndata: {source: $$x.csv, target: y}\nmodel: [Dense: 1]")
    assert checked.spec
    assert checked.spec.data
    assert checked.spec.data.source == "$x.csv"


@pytest.mark.parametrize(
    ("shape", "became"), [("[8, 2]", "Conv1D"), ("[8, 8, 2]", "Conv2D"), ("[8, 8, 8, 2]", "Conv3D")]
)
def test_short_names_follow_the_rank(read: Read, shape: str, became: str) -> None:
    checked = read(f"nnspec: 1\nmodel: [Input: {shape}, Conv: {{filters: 2, kernel_size: 3}}]")
    assert checked.network
    layer = checked.network.by_name["conv"].layer
    assert layer
    assert layer.keras_name == became


def test_consequences_of_a_shape_error_are_not_reported(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel: [Input: [4, 4, 1], Conv2D: {filters: 2, kernel_size: 9},"
        " MaxPooling2D: 9, Flatten, Dense: 1]"
    )
    assert len(checked.diagnostics) == 1


def test_shapes_that_do_not_broadcast_are_named_with_their_layers(read: Read) -> None:
    checked = read(
        "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: 3\n    name: a\n  - Dense: 5\n    name: b\n"
        "    inputs: input\n  - Add:\n    inputs: [a, b]\n"
    )
    (found,) = checked.diagnostics
    assert found.code == "G302"
    assert 'fed by "a" of shape (3,), "b" of shape (5,)' in found.message
    assert found.span
    assert found.span.start.line == 10


def test_a_model_without_a_known_input_says_what_to_add(read: Read) -> None:
    checked = read("nnspec: 1\nmodel: [Dense: 1]")
    assert codes(checked) == ["G105"]
    assert "Input" in str(checked.diagnostics[0].hint)


def test_absurd_sizes_are_refused_with_the_arithmetic(read: Read) -> None:
    checked = read("nnspec: 1\nmodel: [Input: [10000, 10000, 3], Flatten, Dense: 4096]")
    (found,) = checked.diagnostics
    assert found.code == "L107"
    assert "300000000 x 4096 = 1,228,800,000,000 parameters" in found.message
