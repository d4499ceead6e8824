"""A column whose name holds signs of YAML is told to be quoted, and the advice can be followed."""

from pathlib import Path

import pytest
from checker_program import Program, enter

SPEC = """\
nnspec: 1
data:
  source: table.csv
  {line}
model: [{{Dense: 1}}]
training: {{optimizer: Adam, loss: mse}}
"""
NAMES = [
    ("features: [Umsatz [€], Feiertag?]", "Umsatz [€]"),
    ("features: [a, Umsatz netto {Mio. €} alt]", "Umsatz netto {Mio. €} alt"),
    ("features: [[m²] Größe, b]", "[m²] Größe"),
    ("exclude: [a [1], b, c]", "a [1]"),
    ("columns: {Größe [m²]: {numeric: {missing: median}}, b: category}", "Größe [m²]"),
    ("columns: {b: category, Temp[°C]: numeric}", "Temp[°C]"),
    ("features:\n    - {kg} Gewicht\n    - b", "{kg} Gewicht"),
    ("features:\n    - b\n    - [m/s] v  # wind", "[m/s] v"),
    ("target: [y]x", "[y]x"),
    ("features: [|x|, b]", "|x|"),
    ("features: [>x, b]", ">x"),
    ("features: [*x, b]", "*x"),
    ("features: [!x, b]", "!x"),
]


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Program:
    return enter(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(("line", "name"), NAMES)
def test_a_name_with_signs_is_to_be_quoted_and_is_right_then(
    program: Program, line: str, name: str
) -> None:
    wrong = SPEC.format(line=line)
    program.write("spec.yaml", wrong)
    code, told, _ = program("validate", "spec.yaml")
    (help_line,) = (one for one in told.splitlines() if one.startswith("  = help: "))
    assert code == 1
    assert help_line.endswith(f': "{name}"')
    program.write("spec.yaml", wrong.replace(name, f'"{name}"', 1))
    assert program("validate", "--ignore", "P", "spec.yaml")[0] == 0


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ('features: ["x" (alt), b]', "quote the value as a whole"),
        ("columns: {'v' [m/s]: numeric}", "quote the value as a whole"),
        ("columns: {b {numeric: {missing: median}}}", "put a colon behind b"),
        ("columns: {b [numeric, category]}", "put a colon behind b"),
        ("columns: {b {}}", "put a colon behind b"),
    ],
)
def test_brackets_that_are_no_part_of_a_name_keep_their_advice(
    program: Program, line: str, advice: str
) -> None:
    program.write("spec.yaml", SPEC.format(line=line))
    assert f"= help: {advice}" in program("validate", "spec.yaml")[1]


def test_a_key_in_brackets_is_to_be_quoted(program: Program) -> None:
    program.write("spec.yaml", SPEC.format(line="columns:\n    [Größe]: numeric"))
    assert '= help: quote a name with brackets: "[a]":' in program("validate", "spec.yaml")[1]
