"""Every spec of tests/golden/bad is answered as the file beside it shows, exit code included.

`index.tsv` says of each spec what is wrong with it, the exit code, and words that must occur.
UPDATE_GOLDEN=1 rewrites the answers; read them before they are committed.
"""

import os
import shutil
from pathlib import Path

import pytest

from nnspec.commands import main

GOLDEN = Path(__file__).parents[1] / "golden" / "bad"
ROWS = [
    line.split("\t") for line in (GOLDEN / "index.tsv").read_text(encoding="utf-8").splitlines()
]
NAMES = [row[0] for row in ROWS]


def answer(name: str, folder: Path, captured: pytest.CaptureFixture[str]) -> str:
    """Give what the program prints about a spec, under a name that gives nothing away."""
    spec = folder / f"spec{Path(name).suffix}"
    shutil.copyfile(GOLDEN / name, spec)
    with pytest.raises(SystemExit) as stopped:
        main(["validate", spec.name])
    printed, errors = captured.readouterr()
    assert errors == ""
    return f"{printed.replace(str(folder), 'FOLDER')}exit {stopped.value.code}\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_spec_is_answered_as_the_golden_file_shows(
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


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_an_answer_holds_the_words_and_the_exit_code_that_are_due(row: list[str]) -> None:
    name, code, words, _ = row
    text = (GOLDEN / f"{name}.out").read_bytes().decode("utf-8").casefold()
    assert text.endswith(f"exit {code}\n")
    assert [word for word in words.split("|") if word.casefold() not in text] == []


def test_every_spec_has_its_row_and_its_answer() -> None:
    files = {path.name for path in GOLDEN.iterdir()} - {"index.tsv"}
    assert files == {*NAMES, *(f"{name}.out" for name in NAMES)}
