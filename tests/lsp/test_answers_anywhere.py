"""Completion, hover and definition answer at every place of a text, finished or not."""

import random
from pathlib import Path

import pytest

from nnspec.lsp.completion import propose
from nnspec.lsp.definition import find_definition
from nnspec.lsp.hover import hover_text

ROOT = Path(__file__).parents[2]
SPECS = [ROOT / "specs" / f"{name}.yaml" for name in ("digits", "auto_mpg")]
SPECS.append(ROOT / "specs" / "architectures" / "unet.yaml")
PIECES = ["  ", "\n", "- ", "{", "}", "[", "]", ", ", ": ", '"', "'", "#", "\t", "😀"]


def mutated(text: str, draw: random.Random) -> str:
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(text) + 1)
        text = text[:place] + draw.choice(PIECES) + text[place + draw.randint(0, 4) :]
    return text


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_no_place_of_a_broken_text_is_too_much(path: Path) -> None:
    draw = random.Random(0)  # noqa: S311 - no secret: the same texts every time
    answered = 0
    for _ in range(60):
        lines = mutated(path.read_text(encoding="utf-8"), draw).split("\n")
        for _ in range(10):
            row = draw.randrange(len(lines))
            column = draw.randint(0, len(lines[row]))
            answered += bool(propose(lines, row, column)) + bool(hover_text(lines, row, column))
            target = find_definition(lines, row, column)
            assert target is None or target[1] < target[2]
    assert answered > 100
