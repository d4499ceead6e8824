"""Every bad table is answered as the file of its name shows: one finding, and what to write.

UPDATE_GOLDEN=1 rewrites the answers; read them before they are committed.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bad_tables import CASES

GOLDEN = Path(__file__).parents[1] / "golden" / "tables"
FINDING = re.compile(r"\[[A-Z]\d{3}\]$", re.MULTILINE)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_table_is_answered_by_one_finding(
    name: str, tmp_path: Path, answer: Callable[..., str], as_shown: Callable[[Path, str], None]
) -> None:
    CASES[name]().write(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    written = answer("--data", "spec.yaml")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    as_shown(GOLDEN / f"{name}.out", written)
    assert len(FINDING.findall(written)) == (not CASES[name]().fine)


def test_every_table_has_its_answer() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)
    assert len(CASES) >= 60
