"""The two states of a training: the later one is gone on from, the other one is written next."""

from pathlib import Path

import numpy as np
import pytest

from nnspec.engine.snapshot import Snapshot
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.keeper import last_state
from nnspec.run.layout import STATES
from nnspec.run.manifest import Manifest, SpecOrigin
from nnspec.run.state_file import encode_snapshot

pytestmark = pytest.mark.keras


def state(epoch: int, step: int) -> bytes:
    return encode_snapshot(Snapshot(epoch, step, {"weights/0": np.ones(3, np.float32)}))


@pytest.mark.parametrize(("later", "other"), [(0, 1), (1, 0)])
def test_a_training_goes_on_from_the_later_state_and_leaves_it_until_the_next_is_written(
    tmp_path: Path, later: int, other: int
) -> None:
    manifest = Manifest("demo", SpecOrigin("spec.yaml", str(tmp_path), "0" * 64), 0, "now")
    with RunFolder.create(Claim.named(tmp_path, "demo"), manifest) as folder:
        folder.write(STATES[other], state(2, 7))
        folder.write(STATES[later], state(3, 1))
        found, slot, damaged = last_state(folder)
        assert (found and found.place, slot, damaged) == ((3, 1), other, [])
        path = folder.path / STATES[later]
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
        found, slot, damaged = last_state(folder)
        assert (found and found.place, slot, len(damaged)) == ((2, 7), later, 1)
