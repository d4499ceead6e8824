"""The JSON Schema and models within models, models in files, documents of Keras."""

from typing import Any

import jsonschema
import pytest

from nnspec.schema import generate_schema


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(generate_schema())


FUNCTIONAL = {"module": "keras", "class_name": "Functional", "config": {"layers": []}}


@pytest.mark.parametrize(
    "model",
    [
        {"file": "model.json"},
        FUNCTIONAL,
        {**FUNCTIONAL, "compile_config": {}, "build_config": {}, "registered_name": "Functional"},
        [{"Input": [4]}, {"Model": [{"Dense": 3}], "name": "inner"}],
        [{"Model": {"layers": [{"Dense": 3}], "inputs": ["a"], "trainable": False}}],
        [{"Model": {"layers": [{"Model": ["Flatten"]}], "outputs": "flatten"}, "repeat": 2}],
        [{"Model": {"file": "inner.json", "trainable": "$frozen"}}],
        [FUNCTIONAL, {"use": "net"}],
    ],
)
def test_what_the_program_reads_is_admitted(validator: Any, model: Any) -> None:
    assert validator.is_valid({"nnspec": 1, "model": model})
    assert validator.is_valid({"nnspec": 1, "model": model, "blocks": {"b": ["Flatten"]}})


@pytest.mark.parametrize(
    "model",
    [
        {"file": 3},
        {"file": "model.json", "layers": []},
        {"class_name": "Subclassed", "config": {}},
        [{"Model": 3}],
        [{"Model": {"units": 3}}],
        [{"Model": {"layers": [{"Densee": 3}]}}],
        [{"Model": {"layers": ["Flatten"], "file": "inner.json"}}],
        [{"Model": {"layers": ["Flatten"], "trainable": 1}}],
        [{"Model": []}],
    ],
)
def test_what_the_program_refuses_in_form_is_not(validator: Any, model: Any) -> None:
    assert not validator.is_valid({"nnspec": 1, "model": model})
