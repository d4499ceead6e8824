"""Specs of tutorials (Keras' code examples, scikit-learn's) in YAML; nothing is found in them."""

from pathlib import Path

import pytest
from rule_examples import check_text

TEXTS = (Path(__file__).parent / "tutorials.yaml").read_text(encoding="utf-8").split("---\n")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.partition("\n")[0][2:])
def test_nothing_is_found_in_the_spec_of_a_tutorial(text: str) -> None:
    assert [(one.code, one.message) for one in check_text(text)] == []
