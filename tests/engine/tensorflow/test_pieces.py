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


def assert_gathered(windows: WindowView, found: Pieces) -> None:
    tensors = found.tensors()
    for given, spec in zip(tensors, found.specs, strict=True):
        assert spec.is_compatible_with(given)
    order = np.random.default_rng(0).permutation(len(windows))
    rows = found.gather(tensors, tf.constant(order, tf.int32)).numpy()
    assert rows.dtype == windows.dtype
    np.testing.assert_array_equal(rows, windows[order])
