"""The examples of the page of data are whole specs: checked with their tables, and trained."""

import re
from pathlib import Path

import pytest

from nnspec.commands import main
from nnspec.reference.data_page import FOLDER, Example, data_examples
from nnspec.reference.pages import reference_pages

EXAMPLES = data_examples()


def named(example: Example) -> str:
    return example.spec.stem


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_of_the_page_is_fine_with_its_table(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["validate", "--data", str(example.spec)])
    printed = "".join(capsys.readouterr())
    assert ended.value.code == 0
    assert not re.search(r"(error|warning)s? \(line", printed)
    assert "fine" in printed or "note" in printed


def test_the_page_shows_the_data_of_every_example_and_no_other() -> None:
    page = reference_pages()["data.md"]
    shown = re.findall(r"```yaml\n(data:.*?)```", page, re.DOTALL)
    assert shown == [f"{example.data}\n" for example in EXAMPLES]
    assert re.findall(r"^### (.*)$", page.partition("## The keys")[0], re.MULTILINE) == [
        one.title for one in EXAMPLES
    ]


def test_every_table_beside_the_examples_is_read_by_one() -> None:
    texts = "".join(example.data for example in EXAMPLES)
    tables = {path.name for path in FOLDER.iterdir() if path.suffix != ".yaml"}
    named_in = {one for one in tables if one in texts}
    assert {one for one in tables - named_in if not one.startswith("homes-")} == set()


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_of_the_page_trains(example: Example, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", str(example.spec), "--runs", str(tmp_path), "--name", "run"])
    assert ended.value.code == 0
    assert (tmp_path / "run" / "report.json").is_file()
