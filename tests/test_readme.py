"""What the README shows is what the program does."""

import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    from nnspec.pipeline.run import RunResult

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
YAML = [text for language, text in BLOCKS if language == "yaml"]
OUTPUT = [text for language, text in BLOCKS if language == "text"]
NUMBER = re.compile(r"-?\d+\.\d+")


def test_the_spec_shown_is_the_shipped_one() -> None:
    assert YAML[0] == (ROOT / "specs" / "diabetes.yaml").read_text()


def test_the_mistakes_are_reported_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nnspec.commands import main  # noqa: PLC0415 - the other tests need no program

    (tmp_path / "house.yaml").write_text(YAML[1])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["validate", "--format", "text", "house.yaml"])
    shown = capsys.readouterr()
    assert stopped.value.code == 1
    assert (shown.out + shown.err).strip() == OUTPUT[1].strip()


@pytest.mark.keras
@pytest.mark.slow
def test_the_report_shown_is_the_one_that_training_ends_with(
    trained: "Callable[[str], RunResult]",
) -> None:
    from nnspec.report.terminal import show_report  # noqa: PLC0415 - imports Keras

    written = StringIO()
    show_report(trained("diabetes").report, Console(file=written, width=80))
    fresh, shown = written.getvalue(), OUTPUT[0]
    assert layout(fresh) == layout(shown)
    # Another processor rounds otherwise, and the training carries that on.
    found = [float(one) for one in NUMBER.findall(fresh)]
    assert found == pytest.approx([float(one) for one in NUMBER.findall(shown)], rel=0.1, abs=0.06)


def layout(text: str) -> list[str]:
    """Return the words of each line that has any."""
    words = (re.sub(r"[-─\d.\s]+", " ", line).strip() for line in text.splitlines())
    return [line for line in words if line]
