"""Findings are written as the golden files of tests/golden/diagnostics show."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from nnspec.diagnostics import Diagnostic, Position, Related, Span
from nnspec.diagnostics.render import Format, render, wants_color
from nnspec.diagnostics.sources import Sources

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics"
CASES = sorted(GOLDEN.glob("*.yaml"))


def read_span(numbers: list[int]) -> Span:
    return Span(Position(*numbers[:2]), Position(*numbers[2:]))


def read_finding(given: dict[str, Any]) -> Diagnostic:
    related = (Related(one["message"], read_span(one["span"])) for one in given.get("related", []))
    return Diagnostic(
        given["code"],
        given["message"],
        read_span(given["span"]) if "span" in given else None,
        given.get("hint"),
        tuple(related),
        file=given.get("file"),
    )


def read_case(path: Path) -> tuple[list[Diagnostic], Sources]:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    sources = Sources(case["specs"], tuple(case.get("overrides", ())))
    return [read_finding(one) for one in case["findings"]], sources


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_findings_are_written_as_the_golden_file_shows(path: Path, form: Format) -> None:
    golden = path.with_suffix(f".{form}")
    written = render(*read_case(path), form) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_colours_change_nothing_but_colours(path: Path) -> None:
    diagnostics, sources = read_case(path)
    colored = render(diagnostics, sources, color=True)
    for shade in ("0", "1", "31", "33", "34", "36"):
        colored = colored.replace(f"\x1b[{shade}m", "")
    assert colored == render(diagnostics, sources)


def test_no_character_of_a_spec_reaches_the_terminal_as_a_command() -> None:
    written = render(*read_case(GOLDEN / "hostile.yaml"))
    assert "\x1b" not in written
    assert "\u202e" not in written


def test_the_json_format_names_its_version() -> None:
    report = json.loads(render(*read_case(GOLDEN / "severities.yaml"), Format.JSON))
    assert report["version"] == 1
    assert report["files"] == ["one.yaml", "two.yaml", "absent.yaml"]
    assert [one["override"] for one in report["diagnostics"]] == [None, 2, None, None]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_whose_user_did_not_refuse_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color(Terminal())
    assert not wants_color(io.StringIO())
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert wants_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Terminal())
    assert not wants_color(io.StringIO())
