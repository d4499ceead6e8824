"""The JSON Schema takes what the program takes, and refuses what is wrong in form."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nnspec import schema
from nnspec.catalog.registry import load_all
from nnspec.document import parse_document, plain
from nnspec.frontends.nnspec_1.document import validate_document

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schema" / "nnspec.schema.json"
CASES = Path(__file__).parents[1] / "golden" / "schema"
LARGEST = 600_000
"""Bytes: an editor still reads it at once; what grows beyond is a docstring too many."""


@cache
def generate_schema() -> dict[str, Any]:
    return schema.generate_schema()


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(generate_schema())


def is_taken_by_schema(text: str) -> bool:
    return bool(validator().is_valid(plain(parse_document(text).root)))


def is_taken_by_program(text: str) -> bool:
    return not validate_document(parse_document(text)).findings.errors


def cases(name: str) -> list[str]:
    text = (CASES / name).read_text(encoding="utf-8")
    return [case.strip() + "\n" for case in text.split("\n---\n")]


def test_the_written_schema_is_the_generated_one() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == generate_schema(), "make generate"


def test_the_schema_is_one_by_its_own_draft_and_of_bearable_size() -> None:
    Draft202012Validator.check_schema(generate_schema())
    assert SCHEMA.stat().st_size < LARGEST


def test_every_reference_leads_somewhere() -> None:
    for pointer in set(references(generate_schema())):
        place: Any = generate_schema()
        for key in pointer.removeprefix("#/").split("/"):
            place = place[key]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def fields_of(name: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of a definition's settings, shared ones looked up, words beside kept."""
    definitions = generate_schema()["$defs"]
    own = definitions[name]
    own = definitions[own["$ref"].removeprefix("#/$defs/")] if "$ref" in own else own
    found: dict[str, dict[str, Any]] = own["properties"]
    for key, field in found.items():
        pointer = field.get("$ref", "").removeprefix("#/$defs/")
        if pointer.startswith("_"):
            field = definitions[pointer]  # noqa: PLW2901 - one may refer to the other
            pointer = field.get("$ref", "").removeprefix("#/$defs/")
        if pointer == f"{name}.argument":
            words = {word: text for word, text in field.items() if word != "$ref"}
            field = {**words, **definitions[pointer]}  # noqa: PLW2901 - as above
        found = {**found, key: field}
    return {key: dict(field) for key, field in found.items()}


def test_every_class_and_each_of_its_fields_is_described() -> None:
    definitions = generate_schema()["$defs"]
    for family, kinds in load_all().items():
        for kind in kinds.values():
            name = f"{family}.{kind.keras_name}"
            written = [definitions.get(f"{name}.{form}") for form in ("value", "part")]
            assert all(one["description"] for one in written if one), kind
            fields = fields_of(name)
            assert set(fields) == set(kind.model_fields)
            bare = [name for name, field in fields.items() if "description" not in field]
            assert bare == [], kind


def test_every_default_written_out_is_taken() -> None:
    definitions = generate_schema()["$defs"]
    for family, kinds in load_all().items():
        for kind in kinds.values():
            fields = fields_of(f"{family}.{kind.keras_name}")
            written = {
                name: field["default"] for name, field in fields.items() if "default" in field
            }
            part = {"$ref": f"#/$defs/{family}.{kind.keras_name}", "$defs": definitions}
            wrong = [error.message for error in Draft202012Validator(part).iter_errors(written)]
            assert wrong == [], kind


def test_every_example_is_taken() -> None:
    definitions = generate_schema()["$defs"]
    for name, definition in definitions.items():
        part = {"$ref": f"#/$defs/{name}", "$defs": definitions}
        for example in definition.get("examples", []):
            assert Draft202012Validator(part).is_valid(example), (name, example)


def test_every_setting_has_an_example_that_is_taken() -> None:
    definitions = generate_schema()["$defs"]
    for family, kinds in load_all().items():
        for kind in kinds.values():
            place = f"{family}.{kind.keras_name}"
            for name, field in fields_of(place).items():
                part = {**field, "$defs": definitions}
                assert is_shown(field), (kind, name)
                for example in field.get("examples", []):
                    assert Draft202012Validator(part).is_valid(example), (kind, name, example)


def test_a_short_name_takes_one_value_only_where_its_layers_do() -> None:
    model = "nnspec: 1\nmodel: [Input: [8, 8, 3], "
    assert is_taken_by_schema(f"{model}MaxPooling: 2]\n")
    assert not is_taken_by_schema(f"{model}GlobalAveragePooling: 2]\n")


def is_shown(field: dict[str, Any]) -> bool:
    """Return whether a setting has an example, or refers to a definition that has some."""
    alternatives = [field, *field.get("anyOf", [])]
    return "examples" in field or any(
        one.get("$ref", "#/$defs/variable") != "#/$defs/variable" for one in alternatives
    )


@pytest.mark.parametrize("text", cases("taken.yaml"))
def test_what_the_program_takes_the_schema_takes(text: str) -> None:
    assert is_taken_by_program(text), validate_document(parse_document(text)).findings.errors
    assert is_taken_by_schema(text)


@pytest.mark.parametrize("text", cases("refused.yaml"))
def test_what_is_wrong_in_form_both_refuse(text: str) -> None:
    assert not is_taken_by_program(text)
    assert not is_taken_by_schema(text)


def test_a_foreign_validator_takes_every_shipped_spec() -> None:
    specs = sorted((ROOT / "specs").rglob("*.yaml"))
    program = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [program, "--schemafile", str(SCHEMA), *map(str, specs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
