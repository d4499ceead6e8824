"""Open lengths are refused only where no length of the data brings them together."""

from pathlib import Path

import pytest

from nnspec.pipeline.check import check

SPEC = """nnspec: 1
model:
  - Input: [null, 3]
    name: a
  - {change}
    name: changed
  - Input: [10, 3]
    name: b
  - {merge}
    inputs: [{one}, {other}]
  - GlobalMaxPooling1D
  - Dense: 1
"""


def codes(folder: Path, **given: str) -> list[str]:
    file = folder / "spec.yaml"
    file.write_text(SPEC.format(**given), encoding="utf-8")
    return [one.code for one in check(file).diagnostics if one.severity == "error"]


@pytest.mark.parametrize("merge", ["Add: {}", "Concatenate: 2", "Concatenate: 1"])
def test_an_open_length_beside_a_known_one_is_fine(merge: str, tmp_path: Path) -> None:
    change = "MaxPooling1D: 1"
    assert codes(tmp_path, change=change, merge=merge, one="changed", other="b") == []


@pytest.mark.parametrize("merge", ["Add: {}", "Concatenate: 2"])
def test_two_open_lengths_that_differ_are_refused(merge: str, tmp_path: Path) -> None:
    change = "MaxPooling1D: 2"
    assert "G322" in codes(tmp_path, change=change, merge=merge, one="changed", other="a")
