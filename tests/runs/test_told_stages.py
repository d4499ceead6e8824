"""What `train` says before there are epochs: a live line on a terminal, plain lines in a pipe."""

import io
from pathlib import Path

import pytest

from nnspec.commands.stages import Stages


class Terminal(io.StringIO):
    """A terminal's standard error."""

    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_a_line_for_each_stage(capsys: pytest.CaptureFixture[str]) -> None:
    stages = Stages()
    for one in ("checking a.yaml", "checking a.yaml", "compiling", ""):
        stages.say(one)
    assert capsys.readouterr() == ("", "checking a.yaml\ncompiling\n")


def test_a_terminal_gets_one_line_that_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    stages = Stages()
    stages.say("compiling")
    stages.say("")
    assert "\n" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[K")


def test_a_training_is_announced_before_its_options_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text("nnspec: 1\n")
    for arguments in (["validate", str(spec)], ["train", str(spec), "--quiet"], ["train", "none"]):
        Stages().announce(arguments)
    assert capsys.readouterr().err == ""
    Stages().announce(["train", "--runs", "elsewhere", str(spec)])
    assert capsys.readouterr().err == f"checking {spec}\n"


def test_a_name_that_would_act_on_the_terminal_is_escaped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Stages().say("checking \x1b[2J.yaml")
    assert "\x1b" not in capsys.readouterr().err
