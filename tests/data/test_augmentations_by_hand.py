"""What augmentations make of rows, held against numbers by hand."""

import numpy as np
import pytest

from nnspec.catalog.augmentations import CutMix, Oversampling, RandomFlip
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws
from nnspec.data.augment.mixing import cut_mix, mean_with
from nnspec.data.augment.pictures import flip
from nnspec.data.augment.reach import Reach
from nnspec.data.augment.sampling import classes_of, repeat_rows, wanted
from nnspec.data.augment.series import read_at, sliced_moments, warped_moments


def test_classes_of_rows_are_read_off_every_form_of_a_target() -> None:
    assert classes_of(np.array([0, 2, 1])).tolist() == [0, 2, 1]
    assert classes_of(np.array([[0.0], [1.0]])).tolist() == [0, 1]
    assert classes_of(np.array([[0, 1, 0], [1, 0, 0]])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(1.0, {0: 5, 1: 5, 3: 5}), (0.5, {0: 3, 1: 5, 3: 3}), (0.21, {0: 2, 1: 5, 3: 2})],
)
def test_rare_classes_are_brought_to_a_share_of_the_most_frequent(
    ratio: float, expected: dict[int, int]
) -> None:
    classes = np.array([1, 1, 0, 1, 3, 1, 1, 3])
    asked = Oversampling(ratio=ratio)
    assert wanted(asked, classes) == expected
    arrays = Arrays({"x": np.arange(8)}, {"y": classes})
    found = repeat_rows(asked, arrays, classes, Draws(0, 0, 0))
    assert found.inputs["x"][:8].tolist() == list(range(8))
    numbers, counts = np.unique(found.targets["y"], return_counts=True)
    assert dict(zip(numbers.tolist(), counts.tolist(), strict=True)) == expected
    assert (classes[found.inputs["x"]] == found.targets["y"]).all()
    # Every row of a class comes once more before one comes twice more.
    threes = [row for row in found.inputs["x"].tolist() if classes[row] == 3]
    assert abs(threes.count(4) - threes.count(7)) <= 1


def test_moments_of_a_stretch_and_of_changing_speed() -> None:
    found = sliced_moments(np.array([0.0, 0.25, 0.5]), 0.5, 5)
    assert found.tolist() == [
        [0, 0.5, 1, 1.5, 2],
        [1, 1.5, 2, 2.5, 3],
        [2, 2.5, 3, 3.5, 4],
    ]
    even = warped_moments(np.ones((1, 4)), 5)
    assert even[0] == pytest.approx([0, 1, 2, 3, 4])
    # Speeds between the knots at 0, 1/2 and 1, taken in the middle of each of four steps.
    speeds = np.array([1.0, 3.0, 1.0])
    each = np.interp([0.125, 0.375, 0.625, 0.875], [0, 0.5, 1], speeds)
    way = np.cumsum(each)
    found = warped_moments(speeds[None], 5)
    assert found[0] == pytest.approx([0, *(way / way[-1] * 4)])
    assert warped_moments(np.ones((2, 3)), 1).tolist() == [[0.0], [0.0]]
    assert sliced_moments(np.array([0.3]), 0.5, 1).tolist() == [[0.0]]


def test_series_are_read_between_their_steps_and_others_at_the_nearest() -> None:
    series = np.array([[[0.0, 7], [10, 8], [30, 9]], [[1, 1], [2, 2], [4, 3]]])
    moments = np.array([[0.0, 0.4, 2.0], [1.5, 1.6, 0.5]])
    numeric = read_at(series, moments, Reach((True, True), series=True))
    assert numeric[..., 0] == pytest.approx(np.array([[0, 4, 30], [3, 3.2, 1.5]]))
    assert numeric[..., 1] == pytest.approx(np.array([[7, 7.4, 9], [2.5, 2.6, 1.5]]))
    mixed = read_at(series, moments, Reach((True, False), series=True))
    assert mixed[..., 0] == pytest.approx(numeric[..., 0])
    assert mixed[..., 1].tolist() == [[7, 7, 9], [3, 3, 2]]
    none = read_at(series, moments, Reach((False, False), series=True))
    assert none[..., 0].tolist() == [[0, 0, 30], [4, 4, 2]]
    flat = read_at(series[..., 0], moments, Reach((True,), series=True))
    assert flat == pytest.approx(numeric[..., 0])
    one = read_at(series[:, :1], np.zeros((2, 1)), Reach((True, True), series=True))
    assert one == pytest.approx(series[:, :1])


def test_a_mean_weighs_each_row_by_its_own_share() -> None:
    mix = mean_with(np.array([1, 2, 0]), np.array([1.0, 0.25, 0.5]))
    assert mix(np.array([8.0, 4.0, 2.0])).tolist() == [8.0, 2.5, 5.0]
    whole = mix(np.array([[[8, 0]], [[4, 4]], [[2, 6]]]))
    assert whole.tolist() == [[[8.0, 0.0]], [[2.5, 5.5]], [[5.0, 3.0]]]


def test_a_rectangle_of_another_picture_has_the_target_s_share() -> None:
    rows, height, width = 400, 12, 20
    pictures = np.arange(rows, dtype=np.float32)[:, None, None, None] * np.ones(
        (1, height, width, 1), np.float32
    )
    targets = np.arange(rows, dtype=np.float32)[:, None]
    found = cut_mix(CutMix(factor=1.0), Arrays({"x": pictures}, {"y": targets}), Draws(3, 0, 0))
    own = (found.inputs["x"] == pictures).mean(axis=(1, 2, 3))
    for row in range(rows):
        values = np.unique(found.inputs["x"][row])
        assert len(values) <= 2
        inside = np.argwhere(found.inputs["x"][row, :, :, 0] != row)
        if not len(inside):
            continue
        partner = float(values[values != row][0])
        sides = inside.max(axis=0) - inside.min(axis=0) + 1
        assert sides.prod() == len(inside)
        mean = row * own[row] + partner * (1 - own[row])
        assert found.targets["y"][row, 0] == pytest.approx(mean, rel=1e-5, abs=1e-4)
    # The share kept is uniform for Beta(1, 1), but for what lies beyond the border.
    assert 0.5 < own.mean() < 0.8
    assert own.min() < 0.15
    assert own.max() == 1.0


@pytest.mark.parametrize(
    ("mode", "axes"),
    [("vertical", (1,)), ("horizontal", (2,)), ("horizontal_and_vertical", (1, 2))],
)
def test_pictures_and_targets_of_their_pixels_are_mirrored_together(
    mode: str, axes: tuple[int, ...]
) -> None:
    pictures = np.arange(60.0 * 6).reshape(60, 2, 3, 1)
    masks = np.arange(60 * 6).reshape(60, 2, 3)
    other = np.arange(60 * 6).reshape(60, 3, 2)
    labels = np.arange(60)
    arrays = Arrays({"x": pictures, "z": labels}, {"mask": masks, "other": other, "y": labels})
    reaches = {
        "x": Reach((True,), series=False, picture=True),
        "z": Reach((True,), series=False),
    }
    found = flip(RandomFlip(mode=mode), arrays, reaches, Draws(1, 0, 0))
    seen = set()
    for row in range(60):
        ways = {
            turned: np.flip(masks[row], tuple(axis - 1 for axis in turned))
            for turned in ((), *((axis,) for axis in axes), axes)
        }
        (way,) = (
            turned
            for turned, one in ways.items()
            if np.array_equal(one, found.targets["mask"][row])
        )
        assert np.array_equal(found.inputs["x"][row, ..., 0], ways[way])
        seen.add(way)
    assert len(seen) == 2 ** len(axes)
    assert np.array_equal(found.targets["other"], other)
    assert np.array_equal(found.targets["y"], labels)
    assert np.array_equal(pictures.ravel(), np.arange(360.0))
