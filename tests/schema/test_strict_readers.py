"""The schema in strict readers: one type at a time, and no required key without its schema."""

from collections.abc import Iterator
from typing import Any

import pytest

from nnspec.schema import generate_schema

PARTS = ("if", "then", "else", "not", "items", "additionalProperties", "propertyNames")


@pytest.fixture(scope="module")
def parts() -> list[dict[str, Any]]:
    return list(schemas(generate_schema()))


def schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """Give a schema and all within it, values that are no schemas left out."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key, value in schema.items():
        if key in PARTS:
            yield from schemas(value)
        elif key in {"properties", "$defs"}:
            yield from (part for one in value.values() for part in schemas(one))
        elif key in {"anyOf", "oneOf", "allOf", "prefixItems"}:
            yield from (part for one in value for part in schemas(one))


def test_no_schema_says_two_types_but_for_null(parts: list[dict[str, Any]]) -> None:
    unions = [one["type"] for one in parts if isinstance(one.get("type"), list)]
    assert [one for one in unions if len(one) > 2 or "null" not in one] == []


def test_no_enumeration_is_empty(parts: list[dict[str, Any]]) -> None:
    assert all(one["enum"] for one in parts if "enum" in one)


def test_what_is_required_is_declared(parts: list[dict[str, Any]]) -> None:
    for one in parts:
        assert set(one.get("required", ())) <= set(one.get("properties", ())), one


def test_a_reference_stands_alone_or_with_words_about_it(parts: list[dict[str, Any]]) -> None:
    words = {"$ref", "description", "default", "examples"}
    assert all(set(one) <= words for one in parts if "$ref" in one)
