"""Specs that nothing is wrong with raise no error and no warning."""

from pathlib import Path

import pytest
from rule_examples import check_text, serious
from sane_specs import SANE, sane_text

from nnspec.pipeline.check import check

SHIPPED = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


@pytest.mark.parametrize("name", SANE)
def test_a_sane_spec_raises_no_error_and_no_warning(name: str) -> None:
    assert serious(check_text(sane_text(name))) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_raises_no_error_and_no_warning(path: Path) -> None:
    assert serious(check(path).diagnostics) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_can_be_tried_for_one_epoch_without_a_warning(path: Path) -> None:
    found = check(path, overrides=["training.epochs=1"]).diagnostics
    assert serious(found) == []
