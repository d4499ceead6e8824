"""How often a text is repaired, which edits hold alone, and what a file's bytes are kept as."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.diagnostics import Diagnostic
from nnspec.diagnostics.advice import Advice, Replacement
from nnspec.diagnostics.position import Span
from nnspec.document import Document
from nnspec.pipeline.repair import Content, Repair, improve, read_repairable, repair, show_changes


def finding(line: int, found: str, text: str, message: str = "x") -> Diagnostic:
    """Return a finding at a line's fourth character that says what to write there."""
    hint = Advice("so", Replacement(found, text))
    return Diagnostic("S106", message, Span.at(line, 4, len(found)), hint)


def counting(last: int) -> Callable[[Document], tuple[Diagnostic, ...]]:
    """Return a check that finds each number too small but the last one."""

    def check(document: Document) -> tuple[Diagnostic, ...]:
        number = int(document.text.removeprefix("n: "))
        found = finding(1, str(number), str(number + 1), f"{number} is too small")
        return (found,) if number < last else ()

    return check


@pytest.mark.parametrize(("last", "reached"), [(0, 0), (1, 1), (9, 9), (10, 10), (30, 10)])
def test_what_a_repair_brings_to_light_is_repaired_ten_times(last: int, reached: int) -> None:
    found = repair("n: 0\n", "f.yaml", counting(last))
    assert found.text == f"n: {reached}\n"
    assert [one.message for one in found.repaired] == [f"{n} is too small" for n in range(reached)]


def test_of_edits_that_do_not_hold_together_the_first_twenty_are_tried_alone() -> None:
    text = "".join("a: x\n" for _ in range(25))
    findings = [finding(line, "x", "y", f"x in line {line}") for line in range(1, 26)]

    def check(tried: str) -> tuple[Diagnostic, ...]:
        lines = tried.splitlines()
        left = [one for one, line in zip(findings, lines, strict=True) if line == "a: x"]
        # Line 3 does not hold at all, and 25 together are too many.
        bad = [findings[2]] if lines[2] == "a: y" else []
        many = findings[:1] if lines.count("a: y") == 25 else []
        return (*left, *bad, *many)

    tried: list[str] = []

    def counted(one: str) -> tuple[Diagnostic, ...]:
        tried.append(one)
        return check(one)

    found = improve(text, findings, counted)
    changed = [place for place, line in enumerate(found.text.splitlines(), 1) if line == "a: y"]
    assert changed == [1, 2, *range(4, 21)]
    assert len(found.repaired) == 19
    assert len(tried) == 1 + 20 + 1


def test_an_edit_that_makes_a_text_unreadable_is_taken_back() -> None:
    findings = [finding(1, "x", "y")]

    def check(tried: str) -> tuple[Diagnostic, ...]:
        return (Diagnostic("Y101", "unreadable"),) if "y" in tried else (findings[0],)

    assert improve("a: x\n", findings, check) == Repair("a: x\n")
    assert improve("a: x\n", findings, lambda _: ()).text == "a: y\n"


def test_a_finding_that_comes_twice_is_answered_once_by_each_edit() -> None:
    twice = [finding(1, "x", "y"), finding(2, "x", "y")]

    def check(tried: str) -> tuple[Diagnostic, ...]:
        lines = tried.splitlines()
        return tuple(one for one, line in zip(twice, lines, strict=True) if line.endswith("x"))

    assert improve("a: x\nb: x\n", twice, check).text == "a: y\nb: y\n"
    assert improve("a: x\nb: x\n", twice[:1], check).text == "a: x\nb: x\n"


@pytest.mark.parametrize(
    ("content", "marked", "wide"),
    [
        (b"nnspec: 1\nname: a\n", False, False),
        (b"\xef\xbb\xbfnnspec: 1\n", True, False),
        (b"nnspec: 1\r\nname: a\r\n", False, True),
        (b"\xef\xbb\xbfnnspec: 1\r\n", True, True),
        (b"nnspec: 1\r\nname: a\n", False, False),
        (b"nnspec: 1", False, False),
    ],
)
def test_a_files_mark_and_ends_of_lines_are_put_back(
    tmp_path: Path, content: bytes, *, marked: bool, wide: bool
) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(content)
    found = read_repairable(path)
    assert found is not None
    assert (found.marked, found.wide_ends) == (marked, wide)
    if content != b"nnspec: 1\r\nname: a\n":
        assert found.encode(found.text) == content
    assert Content("x", wide_ends=True).encode("a\nb") == b"a\r\nb"


def test_what_is_no_text_is_not_repaired(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    assert read_repairable(tmp_path / "s.yaml") is None
    assert read_repairable(tmp_path / "absent.yaml") is None


def test_changes_are_shown_line_by_line_also_without_an_end() -> None:
    assert show_changes("a\nb", "a\nc", "f") == "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert show_changes("a\n", "a\n", "f") == ""
    assert show_changes("", "a\n", "f").endswith("+a\n")
