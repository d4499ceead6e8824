"""Every bad table is answered as the file of its name shows: one finding, and what to write.

UPDATE_GOLDEN=1 rewrites the answers; read them before they are committed.
"""

import os
import re
from pathlib import Path

import pytest
from bad_tables import CASES

from nnspec.commands import main

GOLDEN = Path(__file__).parents[1] / "golden" / "tables"
FINDING = re.compile(r"\[[A-Z]\d{3}\]$", re.MULTILINE)


def answer(name: str, folder: Path, captured: pytest.CaptureFixture[str]) -> str:
    """Give what the program prints about a table."""
    CASES[name]().write(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(SystemExit) as stopped:
        main(["validate", "--data", "spec.yaml"])
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    printed, errors = captured.readouterr()
    assert errors == ""
    return f"{printed.replace(str(folder), 'FOLDER')}exit {stopped.value.code}\n"


@pytest.mark.parametrize("name", CASES)
def test_a_bad_table_is_answered_by_one_finding(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    written = answer(name, tmp_path.resolve(), capsys)
    golden = GOLDEN / f"{name}.out"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(written, encoding="utf-8", newline="")
    assert written == golden.read_bytes().decode("utf-8")
    assert len(FINDING.findall(written)) == (not CASES[name]().fine)


def test_every_table_has_its_answer() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)
    assert len(CASES) >= 60
