"""What a broken training is run again from is taken anew as its steps take time, and seldom."""

import numpy as np
import pytest

from nnspec.engine.replay import SECONDS, Held
from nnspec.engine.snapshot import Snapshot

pytestmark = pytest.mark.keras


def test_a_snapshot_is_taken_at_first_and_then_once_in_so_much_time_of_steps() -> None:
    taken: list[int] = []

    def capture() -> Snapshot:
        taken.append(len(taken))
        return Snapshot(len(taken), 0, {"weights/0": np.ones(2, np.float32)})

    held = Held()
    for spent in (0.0, SECONDS / 2, SECONDS * 0.99, SECONDS * 1.5, SECONDS * 2, SECONDS * 2.6):
        held.update(capture, spent)
    assert len(taken) == 3, "at 0, 1.5 and 2.6"
    assert held.snapshot is not None
    assert held.snapshot.epoch == 3


def test_a_snapshot_with_a_number_that_is_none_leaves_the_one_before() -> None:
    held = Held()
    for epoch, value in ((1, 1.0), (2, np.nan)):
        broken = Snapshot(epoch, 0, {"weights/0": np.array([value], np.float32)})
        held.update(lambda one=broken: one, 10.0 * epoch)  # type: ignore[misc]
    assert held.snapshot is not None
    assert held.snapshot.epoch == 1
