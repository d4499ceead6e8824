"""Columns that no network can give back are told all at once, with what can be done about them."""

import pytest
from checker_program import Program

SPEC = """\
nnspec: 1
data:
  source: table.csv
{data}
model: [{{Dense: 4}}, {{Dense: {units}}}]
training: {{optimizer: adam, loss: mse}}
"""
BINNED = "{numeric: {num_bins: 4, encoding: index, clip: [0, 1]}}"
TOLD = [
    (
        "  columns: {Tag: date, k: category}\n  exclude: txt",
        ["leave it out: exclude: [txt, Tag]"],
        "  columns: {Tag: date, k: category}\n  exclude: [txt, Tag]",
    ),
    (
        f"  features: [Tag, a.b, c]\n  columns: {{Tag: date, a.b: {BINNED}}}",
        ["leave Tag out of features", "remove clip, num_bins and encoding"],
        "  features: [a.b, c]\n  columns: {Tag: date}",
    ),
    (
        "  inputs: {one: [a.b, txt, Tag]}\n  columns: {Tag: date, txt: text}",
        ["leave txt and Tag out of inputs", "leave txt and Tag out of inputs"],
        "  inputs: {one: [a.b]}\n  columns: {Tag: date, txt: text}",
    ),
    (
        "  features: [k, c]\n  columns: {k: {category: {unknown: own, indicator: true}}}",
        ["remove unknown and indicator"],
        "  features: [k, c]\n  columns: {k: category}",
    ),
    (
        "  features: [a.b]\n  columns: {a.b: {numeric: {scaling: quantile, clip: [0, 1]}}}",
        ["remove clip, and write scaling: standardize"],
        "  features: [a.b]\n  columns: {a.b: {numeric: {scaling: standardize}}}",
    ),
    (
        "  features: [k]\n  columns: {k: {category: {num_bins: 3, salt: 2}}}",
        ["remove num_bins and salt"],
        "  features: [k]\n  columns: {k: category}",
    ),
]
BY_DATA = [
    (
        "  features: [a.b, k, c]\n  scaling: log\n  columns: {k: {category: {rare: 4}}}",
        ["write scaling: standardize"] * 2 + ["remove rare"],
    ),
]


@pytest.fixture
def program(program: Program) -> Program:
    rows = (
        f"{row % 7 / 7:.3f},2020-01-{1 + row % 28:02},{row % 5 / 5},"
        f"{'xyz'[row % 3] if row else 'r'},words and {row}\n"
        for row in range(60)
    )
    program.write("table.csv", "a.b,Tag,c,k,txt\n" + "".join(rows))
    return program


def advice(program: Program, data: str, *options: str, units: int = 3) -> list[str]:
    program.write("spec.yaml", SPEC.format(data=data, units=units))
    told = program("validate", "--ignore", "P,D", *options, "spec.yaml")[1]
    return [one.split("\n\n")[0].strip() for one in told.split("  = help: ")[1:]]


@pytest.mark.parametrize("options", [(), ("--data",)])
@pytest.mark.parametrize(("wrong", "hints", "right"), TOLD)
def test_a_column_that_cannot_be_given_back_is_told_by_the_spec_alone(
    program: Program, wrong: str, hints: list[str], right: str, options: tuple[str, ...]
) -> None:
    assert advice(program, wrong, *options) == hints
    program.write("spec.yaml", SPEC.format(data=right, units=3))
    assert "[S115]" not in program("validate", "--data", "spec.yaml")[1]


@pytest.mark.parametrize(("wrong", "hints"), BY_DATA)
def test_what_only_the_rows_show_is_told_at_once(
    program: Program, wrong: str, hints: list[str]
) -> None:
    assert advice(program, wrong) == []
    assert advice(program, wrong, "--data") == hints


def test_a_date_beside_a_target_is_read(program: Program) -> None:
    assert advice(program, "  target: c\n  features: [Tag]\n  columns: {Tag: date}", units=1) == []
