"""Errors of values and shapes say what to write, and what they say can be followed."""

import pytest
from checker_program import Program

SPEC = """\
nnspec: 1
data: {{source: table.csv, {data}}}
model: {model}
training: {{optimizer: adam, loss: {loss}}}
"""
USUAL = {
    "data": "target: c, features: [a, b]",
    "model": "[{Dense: 4}, {Dense: 1}]",
    "loss": "mse",
}
BINARY = {"model": "[{Dense: {units: 1, activation: sigmoid}}]", "loss": "binary_crossentropy"}
OF_NUMBERS = "target: c, features: [a, b], columns: {a: {numeric: "
WINDOWED = "features: [a, b], window: {length: 6, time: c}"
REMEDIES = [
    (
        {"data": "features: [a, b, k]", "model": "[{Dense: 2}]"},
        "write units: 5",
        {"model": "[{Dense: 5}]"},
    ),
    (
        {"data": WINDOWED, "model": "[Flatten, {Dense: 3}, ReLU]"},
        "add behind it: Dense: 12, Reshape: [6, 2]",
        {"model": "[Flatten, {Dense: 3}, ReLU, {Dense: 12}, {Reshape: [6, 2]}]"},
    ),
    (
        {"data": "features: [a, b]", "model": "[{Reshape: [2, 1]}]"},
        "add behind it: Flatten, Dense: 2",
        {"model": "[{Reshape: [2, 1]}, Flatten, {Dense: 2}]"},
    ),
    (
        {"data": WINDOWED, "model": "[{Dense: 3}, ReLU]"},
        "add Dense: 2 behind it",
        {"model": "[{Dense: 3}, ReLU, {Dense: 2}]"},
    ),
    (
        {"loss": "{Pinball: [0, 0.5]}", "model": "[{Dense: 2}]"},
        "write a number between 0 and 1, such as 0.05",
        {"loss": "{Pinball: [0.05, 0.5]}"},
    ),
    (
        {"loss": "{Pinball: [0.5, 1]}", "model": "[{Dense: 2}]"},
        "write a number between 0 and 1, such as 0.95",
        {"loss": "{Pinball: [0.5, 0.95]}"},
    ),
    (
        {**BINARY, "data": "target: two, features: [a], positive: 9"},
        "write 0 or 1",
        {"data": "target: two, features: [a], positive: 0"},
    ),
    (
        {**BINARY, "data": "target: k, features: [a], positive: 9, negative: rest"},
        "write one of them: positive: z",
        {"data": "target: k, features: [a], positive: z, negative: rest"},
    ),
    (
        {"data": OF_NUMBERS + "{bin_boundaries: [0.5, 0.25]}}}"},
        "write bin_boundaries: [0.25, 0.5]",
        {"data": OF_NUMBERS + "{bin_boundaries: [0.25, 0.5]}}}"},
    ),
    (
        {"data": OF_NUMBERS + "{bin_boundaries: [0.5], encoding: piecewise_linear}}}"},
        "add a boundary, or remove encoding: one boundary parts numbers into two bins",
        {"data": OF_NUMBERS + "{bin_boundaries: [0.5]}}}"},
    ),
    (
        {
            "data": OF_NUMBERS
            + "{num_bins: 2, encoding: piecewise_linear, scaling: quantile}}, k: category}"
        },
        "write scaling: standardize",
        {
            "data": OF_NUMBERS
            + "{num_bins: 2, encoding: piecewise_linear, scaling: standardize}}, k: category}"
        },
    ),
]


@pytest.fixture
def program(program: Program) -> Program:
    rows = (
        f"{row % 7 / 7:.3f},{row * 37 % 60 / 60:.3f},{row * 11 % 60},{'xyz'[row % 3]},{row % 2}\n"
        for row in range(60)
    )
    program.write("table.csv", "a,b,c,k,two\n" + "".join(rows))
    return program


@pytest.mark.parametrize(("wrong", "hint", "right"), REMEDIES)
def test_a_remedy_is_told_and_is_one(
    program: Program, wrong: dict[str, str], hint: str, right: dict[str, str]
) -> None:
    command = ("validate", "--data", "--ignore", "P,D", "spec.yaml")
    program.write("spec.yaml", SPEC.format(**USUAL | wrong))
    code, told, _ = program(*command)
    assert code == 1
    assert f"= help: {hint}" in " ".join(told.split())
    program.write("spec.yaml", SPEC.format(**USUAL | wrong | right))
    assert program(*command)[0] == 0, program(*command)[1]


RULE = """\
nnspec: 1
data: {{source: table.csv, features: [a, b]}}
model: [{{KohonenMap: [4, 4]}}]
training: {{rule: {{kohonen: {radii}}}}}
"""


def test_a_radius_that_grows_is_to_be_exchanged(program: Program) -> None:
    program.write("spec.yaml", RULE.format(radii="{initial_radius: 0.2, end_radius: 2}"))
    told = program("validate", "spec.yaml")[1]
    assert "= help: exchange them: initial_radius: 2, end_radius: 0.2" in told
    program.write("spec.yaml", RULE.format(radii="{initial_radius: 2, end_radius: 0.2}"))
    assert "[S115]" not in program("validate", "spec.yaml")[1]


@pytest.mark.parametrize(
    ("said", "hint"),
    [("maybe", "write trainable: false to leave its weights"), ('"no"', "write false")],
)
def test_what_trainable_takes_beside_a_part_of_a_run_is_told(
    program: Program, said: str, hint: str
) -> None:
    part = f"use: {{run: runs/x, layer: code, trainable: {said}}}"
    program.write("spec.yaml", f"nnspec: 1\nmodel: [{{Input: [4]}}, {{{part}}}, {{Dense: 1}}]\n")
    assert f"= help: {hint}" in " ".join(program("validate", "spec.yaml")[1].split())
