"""`--fix` writes what has one right repair, keeps the rest, and has nothing to do twice."""

import json

import pytest
from checker_program import Program

from nnspec.pipeline.repair import show_changes

PLAIN = """\
nnspec: 1
model:
  - Input: [8]
  {layer}
  - Dense: 1
training:
  optimizer: {optimizer}
  loss: {loss}
  batch_size: {batch}
"""

REPAIRS = [
    # A name misspelt by one slip: layer, key, object, word.
    ({"layer": "- Desne: 4"}, "- Dense: 4"),
    ({"layer": "- dense: 4"}, "- Dense: 4"),
    ({"layer": '- "Dropuot": 0.2'}, '- "Dropout": 0.2'),
    ({"layer": "- Dense: {units: 4, use_bais: false}"}, "- Dense: {units: 4, use_bias: false}"),
    ({"layer": "- Dense: {units: 4, activation: rleu}"}, "- Dense: {units: 4, activation: relu}"),
    ({"layer": "- Dense: {units: 4, dtype: flaot32}"}, "- Dense: {units: 4, dtype: float32}"),
    ({"optimizer": "admaw"}, "optimizer: adamw"),
    ({"loss": "huberr"}, "loss: huber"),
    # Habits of other libraries.
    ({"layer": "- Linear: {out_features: 4}"}, "- Dense: {units: 4}"),
    ({"layer": "- Dropout: {p: 0.5}"}, "- Dropout: {rate: 0.5}"),
    ({"optimizer": "{Adam: {lr: 0.1}}"}, "optimizer: {Adam: {learning_rate: 0.1}}"),
    # Texts that are meant as something else.
    ({"layer": "- Dropout: 20%"}, "- Dropout: 0.2"),
    ({"layer": "- Dropout: '20 %'  # a share"}, "- Dropout: 0.2  # a share"),
    ({"layer": '- Dense: "4"  # few'}, "- Dense: 4  # few"),
    ({"batch": '"32"'}, "batch_size: 32"),
    ({"layer": "- Dense: {units: 4, use_bias: no}"}, "- Dense: {units: 4, use_bias: false}"),
    # A name among the arguments.
    ({"layer": "- Dense: {units: 4, name: a}  # b"}, "- Dense: {units: 4}\n    name: a  # b"),
    ({"layer": "- Dense: {name: a, units: 4}"}, "- Dense: {units: 4}\n    name: a"),
    (
        {"layer": "- Dense:\n      units: 4\n      name: a  # b"},
        "- Dense:\n      units: 4\n    name: a  # b",
    ),
    (
        {"layer": "- Dense:\n      name: a\n      units: 4  # b"},
        "- name: a\n    Dense:\n      units: 4  # b",
    ),
    # A key beside a layer.
    ({"layer": "- Dense: 4\n    nmae: a"}, "    name: a"),
    # What people must decide.
    ({"layer": "- Dense: 1_024"}, None),
    ({"layer": "- Dense: 4 %"}, None),
    ({"layer": "- Dropout: 0.2 %"}, None),
    ({"layer": "- Dense: {units: 4, kernel_size: 3}"}, None),
    ({"layer": "- Merge: {}"}, None),
    ({"loss": "msse"}, None),
    ({"layer": "- Conv9D: {filters: 4, kernel_size: 3}"}, None),
    ({"layer": "- Dense: {units: 4, unitz: 5}"}, None),
    ({"optimizer": "{Adam: {lr: 0.1, learning_rate: 0.2}}"}, None),
    ({"layer": "- {Dense: {units: 4, name: a}}"}, None),
    # Digits and signs are no slips of the hand.
    ({"layer": "- Softmax:1"}, None),
    ({"layer": "- LSTM:8"}, None),
    ({"layer": "- Dense: {units:4}"}, None),
    ({"layer": "- Conv3: 4"}, None),
    ({"layer": "- Dense: {units: 4, use-bias: false}"}, None),
]

HINTS = [
    ("- Dense: 24 px", "write the number alone: 24"),
    ("- Dense: twelve", "write it in digits: 12"),
    ("- Dense: 1.024", "write a whole number: 1"),
    ("- Dense: 1 024", "write it without separators: 1024"),
    ("- Dense: [7, 7]", "write the value alone: 7"),
    ("- Dense: -7", "write it without the minus: 7"),
    ("- Dropout: {rate: 0.3, seed: None}", "write null"),
    ("- Dense: {units = 4}", "write a colon: units: 4"),
    ("- Dense:\n      units:: 4", "write one colon: units:"),
    ("- LSTM = 8", "write LSTM: 8"),
    ("* Dense: 4", "write - Dense: 4"),
    (
        "- Dense {units: 4, activation: relu}",
        "put a colon behind Dense: Dense: {units: 4, activation: relu}",
    ),
    ("- Dense: 4\n    ReLU:", "put a dash before each layer: - ReLU"),
    ("- Dense: 4\n    nmae: a", "did you mean name?"),
    ("- Softmax:1", "put a space behind the colon: Softmax: 1"),
    ("- LSTM:8", "put a space behind the colon: LSTM: 8"),
    ("- Dense: {units:4}", "put a space behind the colon: units: 4"),
    ("- Dense:\n      units:4", "put a space behind the colon: units: 4"),
    ("- Dense: {units: 4, activation: elu:1}", "put a space behind the colon: elu: 1"),
]


def text(**parts: str) -> str:
    usual = {"layer": "- Dense: 4", "optimizer": "adam", "loss": "mse", "batch": "32"}
    return PLAIN.format(**(usual | parts))


def repaired(program: Program, spec: str, name: str = "spec.yaml") -> str:
    program.write(name, spec)
    program("validate", "--fix", name)
    once = program.read(name)
    assert program("validate", "--fix", name)[2] == "", "nothing is left to repair"
    assert program.read(name) == once
    return once


@pytest.mark.parametrize(("parts", "expected"), REPAIRS)
def test_a_repair_is_written_alone_and_leaves_a_spec_without_that_mistake(
    program: Program, parts: dict[str, str], expected: str | None
) -> None:
    spec = text(**parts)
    after = repaired(program, spec)
    if expected is None:
        assert after == spec
        return
    assert expected in after
    assert set(spec.splitlines()) - set(after.splitlines()) <= set(spec.splitlines()[3:])
    assert program("validate", "--ignore", "P", "spec.yaml")[0] == 0


@pytest.mark.parametrize(("layer", "hint"), HINTS)
def test_a_colon_without_its_space_is_told_so(program: Program, layer: str, hint: str) -> None:
    program.write("spec.yaml", text(layer=layer))
    assert f"= help: {hint}\n" in program("validate", "--ignore", "P", "spec.yaml")[1]


@pytest.mark.parametrize(
    "spec",
    [
        "  - Dense: 4\n    name: two2\n  - Dense: 4\n  - Add:\n    inputs: [two1, dense]\n",
        "  - Dense: {units: 4, activation: relu}\n    name: first\n  - use: frist\n",
        "  - Dense: 4\n    name: price\n  - Dense: 4\n    inputs: prize\n",
    ],
)
def test_names_that_the_writer_chose_are_never_edited(program: Program, spec: str) -> None:
    spec = f"nnspec: 1\nmodel:\n  - Input: [4]\n{spec}"
    assert repaired(program, spec) == spec
    assert "did you mean" in program("validate", "spec.yaml")[1]


def test_blocks_parameters_and_variables_are_never_edited(program: Program) -> None:
    spec = """\
nnspec: 1
variables: {width: 4}
blocks:
  stage: {parameters: [units], layers: [{Dense: {units: $units, activation: relu}}]}
model:
  - Input: [4]
  - Dense: {units: $wdith, activation: relu}
  - satge: {units: 4}
  - stage: {unitz: 4}
"""
    assert repaired(program, spec) == spec


def test_a_size_written_as_a_product_becomes_a_list(program: Program) -> None:
    spec = "nnspec: 1\nmodel:\n  - Input: 28x28\n  - Flatten\n  - Dense: 1\n"
    assert repaired(program, spec) == spec.replace("28x28", "[28, 28]")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "a.yaml",
            "# c\nname: a\nmodel: [Dense: 1]\n",
            "# c\nnnspec: 1\nname: a\nmodel: [Dense: 1]\n",
        ),
        ("a.yaml", "{model: [Dense: 1]}\n", '{"nnspec": 1, model: [Dense: 1]}\n'),
        ("a.json", '{"model": [{"Dense": 1}]}', '{"nnspec": 1, "model": [{"Dense": 1}]}'),
    ],
)
def test_a_missing_version_is_put_first(
    program: Program, name: str, before: str, after: str
) -> None:
    assert repaired(program, before, name) == after


def test_json_keeps_its_quotation_marks(program: Program) -> None:
    spec = '{"nnspec": 1, "model": [{"Input": [8]}, {"Desne": "4"}]}'
    assert repaired(program, spec, "a.json") == (
        '{"nnspec": 1, "model": [{"Input": [8]}, {"Dense": 4}]}'
    )


def test_what_a_repair_brings_to_light_is_repaired_too(program: Program) -> None:
    spec = text(layer="- Desne: {unitz: '4', activation: Relu}")
    assert "- Dense: {units: 4, activation: relu}" in repaired(program, spec)


def test_line_ends_and_byte_order_mark_are_kept(program: Program) -> None:
    spec = "\ufeff" + text(loss="huberr").replace("\n", "\r\n")
    assert repaired(program, spec) == spec.replace("huberr", "huber")


@pytest.mark.parametrize("spec", [text(), "nnspec: 1\nmodel:\n\t- Dense: 1\n", ""])
def test_a_file_without_a_repair_is_not_touched(program: Program, spec: str) -> None:
    path = program.write("spec.yaml", spec)
    path.chmod(0o444)
    stamp = path.stat().st_mtime_ns
    program("validate", "--fix", "spec.yaml")
    assert (program.read("spec.yaml"), path.stat().st_mtime_ns) == (spec, stamp)


def test_a_value_that_a_variable_brings_in_is_repaired_where_it_is_defined(
    program: Program,
) -> None:
    spec = "nnspec: 1\nvariables: {kind: rleu}\nmodel:\n  - Input: [8]\n"
    spec += "  - Dense: {units: 4, activation: $kind}\n"
    assert repaired(program, spec) == spec.replace("rleu", "relu")


def test_a_value_that_is_right_elsewhere_is_let_be(program: Program) -> None:
    spec = "nnspec: 1\nvariables: {kind: relu6}\nmodel:\n  - Input: [8]\n"
    spec += "  - Dense: {units: 4, activation: $kind}\n  - Dense: {units: 4, dtype: $kind}\n"
    assert repaired(program, spec) == spec


def test_what_a_comment_or_an_option_hides_is_let_be(program: Program) -> None:
    spec = text(loss="huberr # nnspec: ignore[S106]")
    assert repaired(program, spec) == spec
    program.write("spec.yaml", text(loss="huberr"))
    program("validate", "--fix", "--ignore", "S106", "spec.yaml")
    assert program.read("spec.yaml") == text(loss="huberr")


def test_a_difference_is_shown_and_nothing_written(program: Program) -> None:
    spec = text(loss="huberr")
    program.write("spec.yaml", spec)
    code, out, _ = program("validate", "--diff", "spec.yaml")
    assert code == 1
    assert "-  loss: huberr\n+  loss: huber\n" in out
    assert program.read("spec.yaml") == spec
    program.write("spec.yaml", text())
    assert program("validate", "--diff", "spec.yaml") == (0, "", "")


def test_standard_input_cannot_be_written_to(program: Program) -> None:
    code, _, err = program("validate", "--fix", "-")
    assert code == 2
    assert "not standard input" in err


@pytest.mark.parametrize(("written", "columns"), [("huberr", (9, 15)), ('"huberr"', (10, 16))])
def test_the_json_report_carries_the_edits_without_the_quotation_marks(
    program: Program, written: str, columns: tuple[int, int]
) -> None:
    program.write("spec.yaml", text(loss=written))
    arguments = ("--ignore", "P", "--format", "json", "spec.yaml")
    (finding,) = json.loads(program("validate", *arguments)[1])["diagnostics"]
    span = {"line": 8, "column": columns[0], "end_line": 8, "end_column": columns[1]}
    assert finding["fix"] == [{"span": span, "text": "huber"}]


def test_changes_are_lines_of_their_own_where_a_file_ends_without_one() -> None:
    shown = show_changes("a: 1\nb: 2", "a: 1\nb: 3", "s.yaml")
    assert shown.splitlines()[-3:] == [" a: 1", "-b: 2", "+b: 3"]
    assert shown.endswith("\n")
    assert "\n\n" not in shown
