"""What the tests of the checker begin with: the real program in a folder of its own."""

from pathlib import Path

import pytest

from nnspec.commands import main

Printed = tuple[int, str, str]


class Program:
    """Calls the program in this process, in a folder of its own."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.captured = captured

    def __call__(self, *arguments: str) -> Printed:
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        out, err = self.captured.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, out, err

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()


def enter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]
) -> Program:
    """Go to a folder, outside any workflow, and return the program there."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return Program(folder, captured)
