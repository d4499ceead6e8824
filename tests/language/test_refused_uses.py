"""What is wrong within a block is told, whatever refuses the uses of the block."""

from collections.abc import Callable

import pytest

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]

BLOCKS = """nnspec: 1
blocks:
  tail: {parameters: [share], layers: [{Dropout: $share}, {Dense: {units: 2, bais: true}}]}
  head:
    parameters: [width]
    layers:
      - Dense: {units: $width, activation: rleu}
      - tail: {share: 0.1}
model:
  - Input: [4]
  - %s
  - Dense: 1
"""
INSIDE = ["3: S101", "7: S106"]


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("head: {width: 8}", []),
        ("head: {length: 8}", ["11: S101"]),
        ("head", ["11: S102"]),
        ("{head: {width: 8}, repeat: 900000}", ["11: S104"]),
        ("{head: {}, each: {width: []}}", ["11: S107"]),
        ("{head: {width: 8}, inputs: [input, input]}", ["11: G202"]),
        ("Dropout: 0.1", ["4: S113"]),
    ],
)
def test_mistakes_within_a_block_are_found_once_whether_its_use_is_read_or_not(
    read: Read, use: str, said: list[str]
) -> None:
    errors = [one for one in read(BLOCKS % use).diagnostics if one.severity == "error"]
    found = [f"{one.span.start.line}: {one.code}" for one in errors if one.span]
    assert sorted(found) == sorted([*INSIDE, *said])
