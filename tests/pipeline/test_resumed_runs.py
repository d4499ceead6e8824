"""A run that was killed goes on, and ends with the bits of the one that was not."""

from pathlib import Path

import pytest
from resumed import cut, differing
from resumed_kinds import KINDS, write_kind

import nnspec

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
