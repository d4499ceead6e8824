"""The worst test rows of a run as pictures: which, in which order, and what is said of them."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnspec.data import Split
from nnspec.data.table import Column, Table
from nnspec.judge.answers import Answers
from nnspec.judge.heads import ClassPerPosition, Numbers, OneClass, SeveralLabels
from nnspec.pipeline.cases import cases_of, is_picture

pytestmark = pytest.mark.keras
ROWS = 30
NUMBERS = np.arange(ROWS) + 100
CLASSES = OneClass("y", ("y",), ("a", "b"))


@pytest.mark.parametrize(
    ("shape", "picture"),
    [
        ((8, 8), True),
        ((8, 8, 1), True),
        ((8, 8, 3), True),
        ((8, 8, 2), False),
        ((8, 8, 4), False),
        ((8,), False),
        ((8, 8, 1, 1), False),
        ((), False),
    ],
)
def test_a_picture_has_rows_columns_and_one_or_three_colours(
    shape: tuple[int, ...], *, picture: bool
) -> None:
    assert is_picture(shape) is picture


def split(**columns: Any) -> Split:
    table = {name: Column("image", one) for name, one in columns.items()}
    return Split(Table(table, ROWS), Table({}, ROWS), NUMBERS)


def pixels(picture: str) -> Any:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))))


def classified(wrong: set[int]) -> Answers:
    """Return answers that are sure of later rows: 0.5 of the first, 0.79 of the last."""
    target = np.array(["a", "b"] * (ROWS // 2))
    other = np.where(target == "a", "b", "a")
    is_wrong = np.isin(np.arange(ROWS), list(wrong))
    sure = 0.5 + np.arange(ROWS) / 100
    shares = np.stack([sure, 1 - sure], axis=1)
    return Answers(NUMBERS, np.where(is_wrong, other, target), target, shares)


def test_wrong_answers_that_are_surest_come_first_and_twelve_are_kept() -> None:
    images = np.arange(ROWS * 16, dtype=np.float32).reshape(ROWS, 4, 4)
    wrong = set(range(0, ROWS, 2))
    found = cases_of(CLASSES, classified(wrong), split(age=np.arange(ROWS), image=images))
    assert found is not None
    assert found.title == "Wrong answers that are surest, as they went in"
    assert [one.row for one in found.cases] == [100 + row for row in range(28, 4, -2)]
    assert found.cases[0].says == "a, answered b (78 %)"
    assert found.cases[11].says == "a, answered b (56 %)"
    low, high = images[6].min(), images[28].max()
    expected = np.round((images[28] - low) / (high - low) * 255)
    np.testing.assert_array_equal(pixels(found.cases[0].pictures[0]), expected)


def test_where_all_are_right_the_least_sure_come_first() -> None:
    images = np.zeros((ROWS, 4, 4, 3), np.uint8)
    found = cases_of(CLASSES, classified(set()), split(image=images))
    assert found is not None
    assert found.title == "Right answers that are least sure, as they went in"
    assert [one.row for one in found.cases] == list(range(100, 112))
    assert found.cases[0].says == "a, answered a (50 %)"
    alone = cases_of(CLASSES, classified({4}), split(image=images))
    assert alone is not None
    assert [one.row for one in alone.cases] == [104]


def test_without_pictures_or_targets_there_are_no_cases() -> None:
    answers = classified({4})
    assert cases_of(CLASSES, answers, split(age=np.arange(ROWS))) is None
    assert cases_of(CLASSES, answers, split(text=np.full((ROWS, 4, 4), "x"))) is None
    images = split(image=np.zeros((ROWS, 4, 4)))
    untold = Answers(NUMBERS, answers.prediction, None, answers.probabilities)
    assert cases_of(CLASSES, untold, images) is None
    assert cases_of(SeveralLabels("y", ("y",), (0, 1)), answers, images) is None


def test_masks_with_the_most_wrong_pixels_come_first_and_eight_are_kept() -> None:
    target = np.full((ROWS, 4, 5), "no", dtype="U3")
    given = target.copy()
    for row in range(ROWS):
        given[row].reshape(-1)[: row % 11] = "yes"
    head = ClassPerPosition("y", ("y",), ("no", "yes"), (4, 5))
    found = cases_of(head, Answers(NUMBERS, given, target), split())
    assert found is not None
    assert found.title == "Rows that went worst: expected to the left, answered to the right"
    assert [one.row for one in found.cases] == [110, 121, 109, 120, 108, 119, 107, 118]
    assert [one.says for one in found.cases[:3]] == [
        "50.0 % of the pixels wrong",
        "50.0 % of the pixels wrong",
        "45.0 % of the pixels wrong",
    ]
    left, right = map(pixels, found.cases[0].pictures)
    assert left.max() == 0
    assert (right.reshape(-1) == 255).tolist() == [True] * 10 + [False] * 10
    steps = ClassPerPosition("y", ("y",), ("no", "yes"), (20,))
    flat = Answers(NUMBERS, given.reshape(ROWS, 20), target.reshape(ROWS, 20))
    assert cases_of(steps, flat, split()) is None


def test_pictures_of_numbers_come_by_their_error_on_one_scale() -> None:
    target = np.zeros((ROWS, 4, 4))
    given = target + np.arange(ROWS)[:, None, None] / 10
    given[3] = np.nan
    head = Numbers("y", ("y",), shape=(4, 4))
    found = cases_of(head, Answers(NUMBERS, given, target), split())
    assert found is not None
    assert [one.row for one in found.cases] == list(range(129, 121, -1))
    assert [one.says for one in found.cases[:2]] == ["RMSE 2.9", "RMSE 2.8"]
    left, right = map(pixels, found.cases[1].pictures)
    assert (left.max(), right.min()) == (0, round(2.8 / 2.9 * 255))
    assert cases_of(Numbers("y", ("y",)), Answers(NUMBERS, given, target), split()) is None
    assert cases_of(head, Answers(NUMBERS, given), split()) is None
