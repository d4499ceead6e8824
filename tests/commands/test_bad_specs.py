"""Every spec of tests/golden/bad is answered as the file beside it shows, exit code included.

`index.tsv` says of each spec what is wrong with it, the exit code, and words that must occur.
UPDATE_GOLDEN=1 rewrites the answers; read them before they are committed.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "bad"
ROWS = [
    line.split("\t") for line in (GOLDEN / "index.tsv").read_text(encoding="utf-8").splitlines()
]
NAMES = [row[0] for row in ROWS]


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_spec_is_answered_as_the_golden_file_shows(
    name: str, tmp_path: Path, answer: Callable[..., str], as_shown: Callable[[Path, str], None]
) -> None:
    spec = tmp_path / f"spec{Path(name).suffix}"  # a name that gives nothing away
    shutil.copyfile(GOLDEN / name, spec)
    as_shown(GOLDEN / f"{name}.out", answer(spec.name))


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_an_answer_holds_the_words_and_the_exit_code_that_are_due(row: list[str]) -> None:
    name, code, words, _ = row
    text = (GOLDEN / f"{name}.out").read_bytes().decode("utf-8").casefold()
    assert text.endswith(f"exit {code}\n")
    assert [word for word in words.split("|") if word.casefold() not in text] == []


def test_every_spec_has_its_row_and_its_answer() -> None:
    files = {path.name for path in GOLDEN.iterdir()} - {"index.tsv"}
    assert files == {*NAMES, *(f"{name}.out" for name in NAMES)}
