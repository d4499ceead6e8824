"""While a text is read no circles are looked for among objects; afterwards it is as it was."""

import gc
import json
from collections.abc import Iterator

import pytest

from nnspec.diagnostics import Refused
from nnspec.document import parse_document

MANY = {"nnspec": 1, "values": [{"a": [1, 2]} for _ in range(3_000)]}
TEXTS = {"spec.json": json.dumps(MANY), "spec.yaml": json.dumps(MANY, indent=1)}


@pytest.fixture
def searched() -> Iterator[list[int]]:
    """Note each search for circles."""
    found: list[int] = []

    def note(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            found.append(1)

    gc.collect()
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


@pytest.mark.parametrize("file", TEXTS)
def test_a_large_text_is_read_without_a_search(file: str, searched: list[int]) -> None:
    before = len(searched)
    parse_document(TEXTS[file], file)
    assert len(searched) - before <= 4  # one may begin before, and one behind
    assert gc.isenabled()


def test_a_text_that_is_refused_leaves_it_as_it_was() -> None:
    with pytest.raises(Refused):
        parse_document('{"a": ', "spec.json")
    assert gc.isenabled()


def test_who_has_turned_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        parse_document("nnspec: 1\n", "spec.yaml")
        assert not gc.isenabled()
    finally:
        gc.enable()
