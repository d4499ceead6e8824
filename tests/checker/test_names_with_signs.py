"""A column whose name holds signs of YAML is told to be quoted, and the advice can be followed."""

import pytest
from checker_program import Program

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
    ("exclude: [Anteil [%], b]", "Anteil [%]"),
    ("exclude: [b, [%] Anteil]", "[%] Anteil"),
    ("exclude: [Rate [*], b]", "Rate [*]"),
    ("exclude: [Rate [-], b]", "Rate [-]"),
    ("columns: {Anteil [%]: numeric}", "Anteil [%]"),
    ("split: {by: Zeit [s], method: time}", "Zeit [s]"),
    ("split: {method: time, by: {s} Zeit}", "{s} Zeit"),
    ("exclude: [a, Anteil #1, b]", "Anteil #1"),
    ("columns: {Anteil #1: numeric}", "Anteil #1"),
    ("columns: {Größe: m²: numeric}", "Größe: m²"),
    ("exclude: [b, - a]", "- a"),
]


@pytest.mark.parametrize(("line", "name"), NAMES)
def test_a_name_with_signs_is_to_be_quoted_and_is_right_then(
    program: Program, line: str, name: str
) -> None:
    wrong = SPEC.format(line=line)
    program.write("spec.yaml", wrong)
    code, told, _ = program("validate", "spec.yaml")
    advice = told.split("  = help: ")[1].split("\n\n")[0]
    assert code == 1
    assert " ".join(advice.split()).endswith(f': "{name}"')
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
        ("split: {group: [a] method: auto}", "put a comma before method"),
        ('features: ["a, b" [m], b]', "quote the value as a whole"),
        ("features: [a], b]", "remove the ] before it, or quote the name"),
        ("features: [a], b", "put all into the brackets"),
        ("columns: {a: numeric: {scaling: minmax}}", "put it into braces: a: {numeric: ...}"),
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
