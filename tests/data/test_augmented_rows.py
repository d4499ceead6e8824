"""Training rows as each epoch has them: what is changed, by how much, and what is left alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from nnspec.catalog.augmentations import (
    Augmentation,
    CutMix,
    GaussianNoise,
    MixUp,
    Oversampling,
    RandomFlip,
    Scaling,
    TimeWarping,
    WindowSlicing,
)
from nnspec.data import Arrays, Dataset
from nnspec.data.augment.draws import Draws
from nnspec.data.augment.epochs import AugmentedRows
from nnspec.data.augment.reach import Reach, reach_of
from nnspec.data.augment.sampling import classes_of
from nnspec.engine.order import epoch_order

Load = Callable[..., Dataset]
ALL, NONE = Reach((True,), series=True), Reach((False,), series=True)


def made(asked: Augmentation, arrays: Arrays, reach: Reach = ALL, **more: Any) -> Arrays:
    """Return the rows of one epoch under one augmentation."""
    settings = {"classed": None, "seed": 3, **more}
    epoch = settings.pop("epoch", 0)
    return AugmentedRows(arrays, (asked,), {"x": reach}, **settings).of_epoch(epoch)


def rows(values: Any, target: Any = None) -> Arrays:
    x = np.asarray(values, np.float32)
    return Arrays({"x": x}, {"y": np.zeros((len(x), 1), np.float32) if target is None else target})


def test_a_stream_of_random_numbers_outlives_versions_of_numpy() -> None:
    draws = Draws(7, 2, 0)
    assert draws.uniform(2).tolist() == [0.7897547052103111, 0.6815876317843423]
    assert draws.order(5).tolist() == [4, 1, 0, 2, 3]


def test_seed_epoch_and_place_each_give_numbers_of_their_own() -> None:
    streams = [
        Draws(*one).order(99).tolist() for one in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
    ]
    streams.append(epoch_order(99, seed=0, epoch=0).tolist())
    assert len({tuple(one) for one in streams}) == 5


def test_drawn_numbers_have_the_distributions_that_they_are_named_after() -> None:
    draws = Draws(0, 0, 0)
    assert stats.kstest(draws.normal(4000), "norm").pvalue > 0.01
    assert stats.kstest(draws.beta(np.full(4000, 0.3)), "beta", (0.3, 0.3)).pvalue > 0.01


def test_noise_is_on_numbers_alone_and_of_the_deviation_that_is_asked_for(load: Load) -> None:
    table = "a,b,c,y\n" + "".join(f"{k % 7},{'uvw'[k % 3]},{k % 2 == 0},{k}\n" for k in range(60))
    fitted = load(table, columns={"a": {"numeric": {"indicator": True, "missing": "mean"}}}).fitted
    reach = reach_of(fitted, fitted.inputs["input"], stepwise=False)
    before = np.zeros((5000, len(reach.numeric)), np.float32)
    after = made(GaussianNoise(stddev=0.2), rows(before), reach).inputs["x"]
    assert reach.numeric == (True, False, False, False, False, False)
    assert (before == 0).all()
    assert after.std(axis=0) == pytest.approx([0.2, 0, 0, 0, 0, 0], abs=0.01)
    assert after.dtype == np.float32


def test_every_epoch_draws_anew_and_an_epoch_always_alike() -> None:
    first, again, second = (
        made(GaussianNoise(stddev=1), rows(np.zeros((4, 3))), epoch=one).inputs["x"]
        for one in (0, 0, 1)
    )
    assert (first == again).all()
    assert (first != second).all()


def test_a_factor_is_that_of_a_whole_column_of_a_series() -> None:
    series = rows(np.random.default_rng(0).normal(size=(500, 9, 2)))
    reach = Reach((True, False), series=True)
    after = made(Scaling(stddev=0.1), series, reach).inputs["x"]
    quotient = np.divide(after, series.inputs["x"])
    assert quotient.std(axis=1) == pytest.approx(np.zeros((500, 2)), abs=1e-6)
    assert quotient[:, 0].std(axis=0) == pytest.approx([0.1, 0], abs=0.01)


def test_a_slice_of_a_line_is_a_line_of_less_slope() -> None:
    line = rows(np.tile(np.arange(11), (200, 1)))
    sliced = made(WindowSlicing(share=0.5), line).inputs["x"]
    assert np.diff(sliced) == pytest.approx(np.full((200, 10), 0.5), abs=1e-5)
    assert 0 <= sliced[:, 0].min() < 0.2
    assert 4.8 < sliced[:, 0].max() <= 5


def test_warped_time_goes_on_and_keeps_both_ends() -> None:
    line = rows(np.tile(np.arange(30.0)[:, None], (200, 1, 1)))
    warped = made(TimeWarping(stddev=0.4, knots=3), line).inputs["x"][..., 0]
    steps = np.diff(warped)
    assert warped[:, [0, -1]] == pytest.approx(np.tile([0, 29], (200, 1)), abs=1e-4)
    assert steps.min() > 0
    assert steps.std() > 0.2


@pytest.mark.parametrize("asked", [WindowSlicing(), TimeWarping()])
def test_a_step_of_a_category_is_never_between_two(asked: Augmentation) -> None:
    steps = np.eye(3, dtype=np.float32)[np.arange(40) // 5 % 3][None].repeat(50, axis=0)
    moved = made(asked, rows(steps), Reach((False,) * 3, series=True)).inputs["x"]
    assert set(np.unique(moved)) == {0, 1}
    assert (moved.sum(axis=-1) == 1).all()
    assert (moved != steps).any()


def test_inputs_of_a_row_run_alike() -> None:
    line = np.tile(np.arange(20.0, dtype=np.float32), (5, 1))
    both = Arrays({"x": line, "z": line * 2})
    warped = AugmentedRows(both, (TimeWarping(),), {"x": ALL, "z": ALL}, None, 0).of_epoch(1)
    assert warped.inputs["z"] == pytest.approx(warped.inputs["x"] * 2, rel=1e-5)


def test_rows_and_targets_are_mixed_by_the_same_share() -> None:
    classes = np.arange(300) % 3
    one_hot = np.eye(3, dtype=np.float32)[classes]
    mixed = made(MixUp(alpha=0.4), rows(one_hot * 10, one_hot))
    assert mixed.inputs["x"] == pytest.approx(mixed.targets["y"] * 10, rel=1e-5)
    assert mixed.targets["y"].sum(axis=1) == pytest.approx(np.ones(300), rel=1e-6)
    own = mixed.targets["y"][np.arange(300), classes]
    assert own.mean() == pytest.approx(0.5 + 0.5 / 3, abs=0.06), "a third meets its own class"
    assert np.abs(np.subtract(own, 0.5)).min() < 0.3, "some are mixed in earnest"


def test_a_rectangle_of_another_picture_counts_by_its_area() -> None:
    names = np.arange(200, dtype=np.float32)
    pictures = np.tile(names[:, None, None, None], (1, 8, 6, 1))
    target = np.stack([names, np.ones(200, np.float32)], axis=1)
    cut = made(CutMix(factor=1.0), rows(pictures, target))
    found = cut.inputs["x"]
    assert max(len(np.unique(one)) for one in found) == 2, "of one other picture"
    assert found.mean(axis=(1, 2, 3)) == pytest.approx(cut.targets["y"][:, 0], rel=1e-4)
    inside = (found != pictures)[..., 0]
    boxes = inside.any(axis=2).sum(axis=1) * inside.any(axis=1).sum(axis=1)
    assert boxes.tolist() == inside.sum(axis=(1, 2)).tolist(), "rectangles"
    assert 0.1 < inside.mean() < 0.6


@pytest.mark.parametrize("mode", ["horizontal", "vertical", "horizontal_and_vertical"])
def test_a_mirrored_picture_takes_its_mask_along(mode: str) -> None:
    random = np.random.default_rng(0)
    pictures = random.normal(size=(64, 4, 6, 1)).astype(np.float32)
    mask = np.greater(pictures[..., 0], 0).astype(np.int32)
    given = Arrays({"x": pictures}, {"y": mask, "z": mask[:, :3]})
    reach = Reach((True,), series=False, picture=True)
    asked = AugmentedRows(given, (RandomFlip(mode=mode),), {"x": reach}, None, 0)
    turned = asked.of_epoch(0)
    assert (turned.targets["y"] == np.greater(turned.inputs["x"][..., 0], 0)).all()
    assert (turned.targets["z"] == given.targets["z"]).all(), "of no picture's size"
    ways = {"": pictures, "h": pictures[:, :, ::-1], "v": pictures[:, ::-1]}
    ways["hv"] = pictures[:, ::-1, ::-1]
    found = {
        name: (turned.inputs["x"] == one).all(axis=(1, 2, 3)).sum() for name, one in ways.items()
    }
    expected = {"horizontal": {"", "h"}, "vertical": {"", "v"}}.get(mode, set(ways))
    assert {name for name, count in found.items() if count} == expected
    assert min(count for count in found.values() if count) > 64 / len(expected) / 3


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, [60, 60, 60]), (0.4, [60, 30, 24])])
@pytest.mark.parametrize("written", ["numbers", "one_hot"])
def test_rows_of_rare_classes_come_again(ratio: float, expected: list[int], written: str) -> None:
    classes = np.repeat([0, 1, 2], [60, 30, 7])
    target = np.eye(3)[classes] if written == "one_hot" else classes[:, None].astype(np.float32)
    given = Arrays({"x": np.arange(97.0)}, {"y": target})
    asked = AugmentedRows(given, (Oversampling(ratio=ratio),), {}, "y", 0)
    epoch = asked.of_epoch(1)
    assert np.bincount(classes_of(epoch.targets["y"])).tolist() == expected
    assert asked.rows == epoch.rows == sum(expected)
    times = np.bincount(epoch.inputs["x"].astype(int), minlength=97)
    assert times.min() == 1
    for number in range(3):
        own = times[classes == number]
        assert own.max() - own.min() <= 1
    others = asked.of_epoch(2).inputs["x"]
    assert sorted(others) != sorted(epoch.inputs["x"]), "chance decides who comes once more"


def test_a_report_says_what_was_done_and_to_how_many_rows() -> None:
    given = Arrays({"x": np.zeros((4, 1))}, {"y": np.array([0, 0, 0, 1])})
    asked = (Oversampling(), GaussianNoise(stddev=0.5))
    lines = AugmentedRows(given, asked, {"x": NONE}, "y", 0).lines()
    assert lines == (
        "training rows: Oversampling (ratio 1), drawn anew in every epoch: 6 rows of 4",
        "training rows: GaussianNoise (stddev 0.5), drawn anew in every epoch; not on x",
    )
