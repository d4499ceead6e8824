"""Windows gathered on the device are those that an array of them holds, wherever they begin."""

import numpy as np
import pytest
import tensorflow as tf

from nnspec.data.window_view import Cut, WindowView
from nnspec.engine.tensorflow import pieces
from nnspec.engine.tensorflow.pieces import Pieces

pytestmark = pytest.mark.keras
STEPS = 61


@pytest.mark.parametrize("xla", [True, False])
@pytest.mark.parametrize("cell", [(), (1,), (3,), (2, 2), (30,)])
@pytest.mark.parametrize("length", [1, 6, 7, 24])
def test_windows_are_gathered_from_every_step(
    length: int, cell: tuple[int, ...], *, xla: bool
) -> None:
    series = np.arange(STEPS * int(np.prod(cell)), dtype=np.float32).reshape(STEPS, *cell)
    windows = WindowView(series, Cut(np.arange(STEPS - length + 1), np.arange(length)))
    assert_gathered(windows, Pieces.of(windows, xla=xla))


@pytest.mark.parametrize("xla", [True, False])
def test_windows_with_holes_and_whole_numbers_are_gathered(*, xla: bool) -> None:
    series = np.arange(STEPS, dtype=np.int32)
    windows = WindowView(series, Cut(np.arange(STEPS - 9), np.array([0, 2, 9])))
    assert_gathered(windows, Pieces.of(windows, xla=xla))


def test_a_long_series_lies_on_the_device_once(monkeypatch: pytest.MonkeyPatch) -> None:
    series = np.zeros(STEPS, np.float32)
    windows = WindowView(series, Cut(np.arange(STEPS - 19), np.arange(20)))
    for most, steps in ((1 << 20, 20), (4 * STEPS * 7, 5), (4 * STEPS, 1), (1, 1)):
        monkeypatch.setattr(pieces, "MOST_BYTES", most)
        found = Pieces.of(windows, xla=False)
        assert found.steps == steps
        assert found.tensors()[0].shape[1] == steps


@pytest.mark.parametrize(
    ("length", "cell", "steps"),
    [(20, (), 20), (21, (), 7), (23, (), 1), (24, (), 12), (20, (2,), 10), (11, (2,), 1)],
)
def test_a_piece_is_of_twenty_numbers_at_most_and_fills_a_window_evenly(
    length: int, cell: tuple[int, ...], steps: int
) -> None:
    series = np.zeros((STEPS, *cell), np.float32)
    windows = WindowView(series, Cut(np.arange(3), np.arange(length)))
    assert Pieces.of(windows, xla=False).steps == steps
    assert Pieces.of(windows, xla=True).steps == 0
    assert Pieces.of(windows, xla=True).specs[0].shape.as_list() == [None]
    spread = WindowView(series, Cut(np.arange(3), np.arange(length) * 2))
    assert Pieces.of(spread, xla=False).steps == 1, "steps that do not follow one another"


def over(numbers: int) -> WindowView:
    """Return windows of 20 steps over a series that takes no memory."""
    series = np.broadcast_to(np.float32(0), (numbers,))
    return WindowView(series, Cut(np.arange(3), np.arange(20)))


def test_all_copies_of_a_series_take_64_mebibytes_at_most() -> None:
    assert Pieces.of(over((16 << 20) // 4), xla=False).steps == 4
    assert Pieces.of(over((16 << 20) // 4 + 1), xla=False).steps == 2, "3 do not divide 20"


def test_places_need_long_numbers_from_half_of_what_short_ones_hold() -> None:
    for numbers, dtype in ((2**30 - 2, tf.int32), (2**30 - 1, tf.int64), (2**33, tf.int64)):
        assert Pieces(over(numbers), 0).specs[1].dtype == dtype


def assert_gathered(windows: WindowView, found: Pieces) -> None:
    tensors = found.tensors()
    for given, spec in zip(tensors, found.specs, strict=True):
        assert spec.is_compatible_with(given)
    order = np.random.default_rng(0).permutation(len(windows))
    rows = found.gather(tensors, tf.constant(order, tf.int32)).numpy()
    assert rows.dtype == windows.dtype
    np.testing.assert_array_equal(rows, windows[order])
