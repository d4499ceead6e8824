"""Numbers as people write them, and tables that are none of ours: what is told about a file."""

from pathlib import Path

import pytest

from nnspec.pipeline.check import check
from nnspec.pipeline.opened import check_opened

SPEC = """\
nnspec: 1
data: {source: table.csv, target: y}
model:
  - Dense: 1
training: {optimizer: Adam, loss: mse}
"""


def told(folder: Path, rows: list[str]) -> list[tuple[str, str]]:
    (folder / "table.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "net.yaml").write_text(SPEC, encoding="utf-8")
    found = check_opened(check(folder / "net.yaml"))
    return [(one.code, str(one.hint)) for one in found if one.severity == "error"]


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ('"1,{:03d}"', "without thousands separators: 1000"),
        ("£{}.20", "the number alone: 0.20"),
        ("{} €", "the number alone: 0"),
    ],
)
def test_numbers_as_people_write_them_are_no_categories(
    tmp_path: Path, cell: str, hint: str
) -> None:
    ((code, told_hint),) = told(tmp_path, ["a,y", *(f"{cell.format(n)},{n}" for n in range(40))])
    assert code == "D106"
    assert hint in told_hint


def test_a_word_for_nothing_may_count_as_missing(tmp_path: Path) -> None:
    rows = [f"{n if n % 25 else '(none)'},{n}" for n in range(1, 60)]
    ((code, hint),) = told(tmp_path, ["a,y", *rows])
    assert code == "D106"
    assert 'null_values: ["(none)"]' in hint


@pytest.mark.parametrize("cell", ["A{}", "2024-01-{:02d}", "1,2,{}", "{}-5"])
def test_other_texts_with_digits_stay_categories(tmp_path: Path, cell: str) -> None:
    rows = [f'"{cell.format(n % 4 + 10)}",{n}' for n in range(60)]
    assert "D106" not in dict(told(tmp_path, ["a,y", *rows]))


def test_a_first_line_of_numbers_is_no_header(tmp_path: Path) -> None:
    found = told(tmp_path, ["7.25,0.5,y", *(f"{n}.5,0.25,{n}" for n in range(40))])
    assert found[0][0] == "D113"
    assert "names above it, 3" in found[0][1]


def test_ordered_numbers_may_be_the_names_of_columns(tmp_path: Path) -> None:
    assert told(tmp_path, ["400.5,401.0,401.5,y", *(f"{n},1.5,{n},{n}" for n in range(40))]) == []


def test_blanks_may_separate_columns_as_many_in_each_row(tmp_path: Path) -> None:
    assert told(tmp_path, ["a  b   y", *(f"{n}  {n * n}   {n}" for n in range(40))]) == []
