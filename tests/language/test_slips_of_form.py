"""A dash, colon or bracket amiss, a word of Python, a key elsewhere: told where it stands."""

from collections.abc import Callable

import pytest

from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]


def told(text: str) -> tuple[str, int, int, str]:
    """Return code, line and column of the one finding about a text that is unreadable; its hint."""
    with pytest.raises(Refused) as caught:
        parse_document(text, "spec.yaml")
    (finding,) = caught.value.diagnostics
    assert finding.span
    return finding.code, finding.span.start.line, finding.span.start.column, str(finding.hint)


def model(*lines: str) -> str:
    return "\n".join(["nnspec: 1", "model:", "  - Input: [4]", *lines, ""])


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        (model("  -Dense: 3"), 4, 3, "write - Dense: 3"),
        (
            "nnspec: 1\nmodel:\n  layers:\n    - Input: [4]\n    - Dense: 3\n  - Dense: 1\n",
            *(6, 3, "indent it by 4 blanks, like the entry above"),
        ),
        (model("  - Dense: 3", "  -Flatten"), 5, 3, "write - Flatten"),
        (model("  - - Dense: 3", "    name: a"), 4, 5, "remove the dash here"),
        (model("  - Dense: 3", "- training:", "  loss: mse"), 5, 1, "remove the dash here"),
        (model("   - Dense: 3", "  - Dense: 1"), 4, 4, "indent the entries of a list alike"),
        (model(" - Dense: 3"), 4, 2, "indent it by 2 blanks, like the entry above"),
        (
            "nnspec: 1\nmodel:\n    - Input: [4]\n  - Dense: 3\n  - Dense: 1\n",
            *(3, 5, "indent it by 2 blanks, like the entries below"),
        ),
        (
            "nnspec: 1\nmodel:\n - Input: [4]\n- Dense: 1\n",
            *(4, 1, "indent it by 1 blank, like the entry above"),
        ),
        (
            "nnspec: 1\ntraining:\n  - optimizer: adam\n  loss: mse\n",
            *(3, 3, "remove the dash here"),
        ),
        (
            "nnspec: 1\ntraining:\n  optimizer: adam\n  - loss: mse\n",
            *(4, 3, "remove the dash"),
        ),
    ],
)
def test_a_dash_amiss_is_told_where_it_stands(text: str, line: int, column: int, hint: str) -> None:
    assert told(text) == ("Y101", line, column, hint)


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        (model("  - Dense 3", "    name: a"), 4, "write Dense: 3"),
        (model("  - Dense", "    units: 3"), 4, "write Dense:"),
        (model("  - Dense:3", "    name: a"), 4, "write Dense: 3"),
        ("nnspec: 1\nmodel =\n  - Input: [4]\n", 2, "write model:"),
        ("nnspec: 1\ntraining:\n  epochs = 3\n  loss: mse\n", 3, "write epochs: 3"),
        (model("  - Dense: {units: 3; activation: relu}"), 4, "write a comma for the ;"),
        (model("  - Dense: {units = {a: 3}}"), 4, "write units: {a: 3}"),
        (
            model("  - TimeDistributed: Dense: {units: 3}"),
            *(4, "put it into braces: TimeDistributed: {Dense: {units: 3}}"),
        ),
        (
            model("  - TimeDistributed: Dense: {units: 3}}"),
            *(4, "put it into braces: TimeDistributed: {Dense: {units: 3}}"),
        ),
        (model("  - Reshape: [4}"), 4, "write ] for }, or { for ["),
        (model("  - Dense: units: 3}"), 4, "write a { behind Dense:"),
        (model("  - Dense: units: 3"), 4, "quote the value"),
        (model("  - Dense: {units: 3, activation: lambda x: relu}"), 4, "write activation: relu"),
        (model("  - Activation: lambda x: tanh"), 4, "write Activation: tanh"),
    ],
)
def test_a_colon_bracket_or_function_amiss_is_told_with_what_to_write(
    text: str, line: int, hint: str
) -> None:
    found = told(text)
    assert found[:2] == ("Y101", line)
    assert found[3].startswith(hint)


BLOCK = """
nnspec: 1
blocks:
  unit:
    %s
    layers:
      - Dense: $width
model:
  - Input: [4]
  - unit: {width: 3}
"""


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        (model("  - {Dense(4, activation='relu')}"), "S109", 4, "write Dense: {units: 4, "),
        (model("  - Dense:{units: 3}"), "S106", 4, "put a space behind the colon of Dense"),
        (model("  - Dense:: 3"), "S106", 4, "write one colon: Dense:"),
        (model("  - Dense: 0.5"), "S103", 4, "write a whole number: 1"),
        (model("  - {Dense: 3, name: }"), "S103", 4, "write a name, or remove it"),
        (model("  - {Dense: 3, inputs: 7}"), "S103", 4, "write the name of a layer"),
        (model("  - Dense: 0"), "S104", 4, "such as 64"),
        (
            "name: 1\nnnspec: my-run\nmodel: [Input: [4], Dense: 1]\n",
            *("S103", 1, "exchange the keys"),
        ),
        (
            "nnspec: 1\ndata: {source: [sklearn:iris, a.csv, sklearn:wine]}\nmodel: [Dense: 1]\n",
            *("S115", 2, "None"),
        ),
        (BLOCK % "params: [width]", "S101", 5, "did you mean parameters?"),
        (BLOCK % "parameters: [width, rate:0.1]", "S109", 5, "write rate: 0.1"),
        (
            model(
                "  - {LSTM: {units: 3}, inputs: input}", "  - Dense: {units: 1, stateful: true}"
            ).replace("[4]", "[4, 2]"),
            *("S101", 5, "write it among the arguments of LSTM (line 4)"),
        ),
        (
            model(
                "  - {Dense: 3, name: a}",
                "  - {Dense: 3, name: a, inputs: b}",
                "  - {Dense: 1, inputs: b}",
            ),
            *("S103", 5, "exchange the keys: inputs: a"),
        ),
        (
            model(
                "  - {Dense: 3, name: a}",
                "  - {Dense: 3, name: b, inputs: input}",
                "  - Add: {inputs: [a, b]}",
            ),
            *("S101", 6, "write inputs: below the key Add"),
        ),
        (
            model("  - {Dense: 4, name: a}", "  - {Dense: 4, name: b, inputs: input}")
            .replace("\n  ", "\n    ")
            .replace("model:", "model:\n  layers:")
            + "  outputs: [a]\n",
            *("G104", 6, "feed it to a layer, or list it in outputs: [a, b]"),
        ),
        (
            model("  - Reshape: {target_shape: [24,000]}"),
            *("S104", 4, "a comma ends a value; write 24000"),
        ),
    ],
)
def test_what_is_meant_elsewhere_is_one_finding_there(
    read: Read, text: str, code: str, line: int, hint: str
) -> None:
    errors = [one for one in read(text).diagnostics if one.severity == "error"]
    assert [(one.code, one.span.start.line if one.span else 0) for one in errors] == [(code, line)]
    assert str(errors[0].hint).startswith(hint)


def test_a_merge_within_a_block_is_completed_by_the_names_of_its_place(read: Read) -> None:
    text = """
        nnspec: 1
        blocks:
          pair:
            layers:
              - {Dense: {units: 4, activation: relu}, name: left}
              - {Dense: 4, name: right, inputs: input}
              - Add:
                inputs: [right]
        model:
          - Input: [4]
          - pair
          - Dense: 1
        """
    errors = [one for one in read(text).diagnostics if one.severity == "error"]
    assert [(one.code, one.hint) for one in errors] == [("G202", "inputs: [right, left]")]


def test_a_version_under_another_key_is_the_spec_s(read: Read) -> None:
    errors = read("version: 1\nmodel: [Input: [4], Dense: 1]\n").diagnostics
    assert [(one.code, one.hint) for one in errors] == [("S101", "did you mean nnspec?")]
