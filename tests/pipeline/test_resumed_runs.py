"""A run that was killed goes on, and ends with the bits of the one that was not."""

from pathlib import Path

import pytest
from resumed import cut, differing
from resumed_kinds import KINDS, write_kind

import nnspec
from nnspec.engine import Capture
from nnspec.pipeline.run import Place, run
from nnspec.run.folder import RunFolder
from nnspec.run.keeper import last_state
from nnspec.run.safe_points import SafePoints

pytestmark = pytest.mark.keras

PLAIN = {"early stopping and plateau"}


@pytest.mark.parametrize(
    "kind",
    [pytest.param(one, marks=[] if one in PLAIN else [pytest.mark.slow]) for one in KINDS],
)
def test_a_killed_run_goes_on_to_the_bits_of_the_whole_one(tmp_path: Path, kind: str) -> None:
    whole, copies = cut(write_kind(tmp_path, kind), (2, 6))
    for copy in copies:
        assert nnspec.resume(copy).folder == copy
        assert differing(whole, copy) == []


@pytest.mark.parametrize(
    "rest", [3, pytest.param(1, marks=pytest.mark.slow), pytest.param(4, marks=pytest.mark.slow)]
)
def test_a_stop_keeps_the_state_of_its_moment_and_leads_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: int
) -> None:
    spec = write_kind(tmp_path, "dropout")
    whole, _ = cut(spec, ())
    counted = iter(range(1, 100))

    def stop(self: SafePoints, capture: Capture, *, last: bool) -> None:
        del self, capture, last
        if next(counted) == rest:
            raise KeyboardInterrupt

    whole_rest = SafePoints.on_rest
    monkeypatch.setattr(SafePoints, "on_rest", stop)
    with pytest.raises(KeyboardInterrupt) as stopped:
        run(spec, place=Place(tmp_path / "runs", "stopped"))
    monkeypatch.setattr(SafePoints, "on_rest", whole_rest)
    folder = tmp_path / "runs" / "stopped"
    assert stopped.value.__notes__ == [f"nnspec train --resume {folder} goes on with it"]
    assert last_state(RunFolder.open(folder))[0] is not None
    nnspec.resume(folder)
    assert differing(whole, folder) == []
