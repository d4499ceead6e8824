"""A team's JSON Schema over the filled spec, its violations at the spec's lines."""

import json

import pytest
from checker_program import Program

SPEC = """\
nnspec: 1
data: {source: table.csv, target: y}
model:
  - Dense: {units: 64, activation: relu}
  - Dense: 1
    name: head
training:
  optimizer: {Adam: {learning_rate: 0.01}}
  loss: mse
  epochs: 500
"""


def violations(program: Program, schema: object) -> tuple[int, list[tuple[int, int, str]]]:
    program.write("spec.yaml", SPEC)
    program.write("policy.json", json.dumps(schema))
    arguments = ("--format", "json", "--ignore", "P", "spec.yaml", "--policy", "policy.json")
    code, out, err = program("validate", *arguments)
    assert err == ""
    found = json.loads(out)["diagnostics"]
    assert {one["code"] for one in found} <= {"C101"}
    return code, [(one["span"]["line"], one["span"]["column"], one["message"]) for one in found]


def inside(path: str, rule: object) -> object:
    schema = rule
    for step in reversed(path.split(".")):
        schema = {"items": schema} if step == "*" else {"properties": {step: schema}}
    return schema


@pytest.mark.parametrize(
    ("path", "rule", "place", "said"),
    [
        ("training.epochs", {"maximum": 200}, (10, 11), "must be at most 200; got 500"),
        ("training.epochs", {"minimum": 501}, (10, 11), "must be at least 501; got 500"),
        ("training.batch_size", {"enum": [64, 128]}, (7, 1), "must be one of [64, 128]; got 32"),
        ("runtime.seed", {"const": 7}, (1, 1), "must be 7; got 0"),
        ("training", {"required": ["gates"]}, (7, 1), "training needs 'gates'"),
        (
            "training.optimizer.Adam.learning_rate",
            {"exclusiveMaximum": 0.01},
            (8, 37),
            "training.optimizer.Adam.learning_rate is against the rule",
        ),
        ("training.optimizer.Adam.beta_1", {"const": 0.5}, (8, 14), "must be 0.5; got 0.9"),
        ("model.layers.*.Dense.units", {"maximum": 32}, (4, 20), "model.layers.0.Dense.units"),
        ("model.layers.*.Dense.use_bias", {"const": False}, (4, 5), "must be false; got true"),
        ("model.layers.*.name", {"not": {"const": "head"}}, (6, 11), "model.layers.1.name"),
    ],
)
def test_a_violation_is_shown_where_it_is_written_or_at_the_nearest_value_around(
    program: Program, path: str, rule: object, place: tuple[int, int], said: str
) -> None:
    code, found = violations(program, inside(path, rule))
    assert code == 1
    assert found[0][:2] == place
    assert said in found[0][2]


def test_a_spec_that_keeps_the_policy_is_fine(program: Program) -> None:
    assert violations(program, inside("training.epochs", {"maximum": 500})) == (0, [])


def test_the_policy_may_say_why(program: Program) -> None:
    program.write("spec.yaml", SPEC)
    rule = {"maximum": 9, "description": "long trainings go to the cluster"}
    program.write("policy.json", json.dumps(inside("training.epochs", rule)))
    out = program("validate", "spec.yaml", "--policy", "policy.json")[1]
    assert "= help: policy: long trainings go to the cluster" in out


def test_a_part_of_the_policy_may_be_referred_to(program: Program) -> None:
    schema = {
        "$defs": {"short": {"maximum": 9}},
        "properties": {"training": {"properties": {"epochs": {"$ref": "#/$defs/short"}}}},
    }
    assert violations(program, schema)[1] == [
        (10, 11, "training.epochs must be at most 9; got 500")
    ]


DOUBLING = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$ref": "#/$defs/0",
    "$defs": {
        **{str(level): {"anyOf": [{"$ref": f"#/$defs/{level + 1}"}] * 2} for level in range(30)},
        "30": False,
    },
}
"""Two alternatives, which are two alternatives each, and so on."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"type": "objekt"}', "is no JSON Schema"),
        ('{"$ref": "https://example.org/a.json"}', "nothing else is opened"),
        ('{"$ref": "file:///etc/passwd"}', "nothing else is opened"),
        ('{"$ref": "#/nowhere"}', "which is not in it"),
        ("3", "is no JSON Schema"),
        ('{"$schema": {}}', "is no JSON Schema"),
        ('{"$ref": "#"}', "refers to itself without an end"),
        (json.dumps(DOUBLING), "takes more than 50,000 steps"),
        ('{"properties": {"nnspec": {"multipleOf": NaN}}}', "cannot be applied"),
        ('{"properties": {"data": {"properties": {"source": {"pattern": "("}}}}}', "is not a"),
    ],
)
def test_a_policy_that_cannot_be_applied_is_wrong_usage(
    program: Program, text: str, said: str
) -> None:
    program.write("spec.yaml", SPEC)
    program.write("policy.json", text)
    code, _, err = program("validate", "spec.yaml", "--policy", "policy.json")
    assert code == 2
    assert said in " ".join(err.split())


def test_an_absent_policy_is_wrong_usage(program: Program) -> None:
    program.write("spec.yaml", SPEC)
    code, _, err = program("validate", "spec.yaml", "--policy", "absent.json")
    assert code == 2
    assert "cannot read absent.json" in err
