"""Everything that reads a spec, asked about a drawn one."""

from functools import cache
from pathlib import Path
from typing import Any

import keras
from answers import unwarned
from jsonschema import Draft202012Validator

from nnspec.build.model import build_model
from nnspec.document import parse_document, plain
from nnspec.network.fill import hash_model, render_spec
from nnspec.pipeline.check import Checked, check_document
from nnspec.schema import generate_schema


@cache
def validator() -> Any:
    """Return the foreign validator of the language's schema."""
    return Draft202012Validator(generate_schema())


def read(text: str) -> Checked:
    """Return what the checker finds in a spec's text."""
    return check_document(parse_document(text, "spec.yaml"), folder=Path())


def is_taken_by_schema(text: str) -> bool:
    """Tell whether the foreign validator takes a spec's text."""
    return bool(validator().is_valid(plain(parse_document(text).root)))


def check_valid(text: str) -> None:
    """Fail unless every reader takes a valid spec, and Keras builds what was predicted."""
    checked = read(text)
    assert checked.diagnostics == (), f"findings: {checked.diagnostics}\n{text}"
    spec, resolved = checked.accept()
    filled = render_spec(spec, resolved)
    again = read(filled).accept()
    assert render_spec(*again) == filled, f"no fixed point\n{text}"
    assert hash_model(again[1]) == hash_model(resolved), f"another graph\n{text}"
    assert is_taken_by_schema(text), f"the schema refuses it\n{text}"
    assert is_taken_by_schema(filled), f"the schema refuses it filled\n{filled}"
    compare(resolved, text)


@unwarned
def compare(resolved: Any, text: str) -> None:
    """Hold the shapes and weights of every layer against those of the built model."""
    keras.backend.clear_session()
    model = build_model(resolved, name="drawn", seed=1)
    for node in resolved.nodes:
        layer = model.get_layer(node.name)
        made = keras.tree.flatten(layer.output)
        said = [one.shape for one in node.outputs]
        assert [tuple(one.shape) for one in made] == said, (node.name, made, said, text)
        assert layer.count_params() == node.parameters, (node.name, layer.count_params(), text)


def check_wrong_form(text: str) -> None:
    """Fail unless we refuse a spec of a wrong form, and the foreign validator too."""
    assert read(text).refused, f"we take it\n{text}"
    assert not is_taken_by_schema(text), f"the schema takes it\n{text}"


def check_wrong_shape(text: str) -> None:
    """Fail unless a spec of the right form is refused for how its tensors fit."""
    assert is_taken_by_schema(text), f"the schema refuses it\n{text}"
    codes = {one.code for one in read(text).diagnostics if one.severity == "error"}
    assert codes, f"we take it\n{text}"
    assert all(code.startswith("G") for code in codes), f"refused as {codes}\n{text}"
