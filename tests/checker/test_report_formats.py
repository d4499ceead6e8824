"""SARIF and JUnit reports keep the structure that the services which read them expect."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from checker_program import Program, enter

from nnspec.diagnostics import Diagnostic, Span
from nnspec.diagnostics.render import Format, render
from nnspec.diagnostics.sources import Sources

SCHEMA = Path(__file__).parent / "sarif_subset.schema.json"
FINE = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: 1\n"
BROKEN = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Desne: 4\n  - Dense: {units: 1, lr: é}\n"
DOUBTFUL = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: 4\n  - Dense: 1\n"

ELEMENTS = {
    "testsuites": ({"testsuite"}, {"name", "tests", "failures", "errors"}),
    "testsuite": (
        {"testcase", "system-out"},
        {"name", "tests", "failures", "errors", "skipped"},
    ),
    "testcase": ({"failure"}, {"classname", "name"}),
    "failure": (set(), {"type", "message"}),
    "system-out": (set(), set()),
}
"""Element -> what it may hold, and the attributes it must have, as in junit-10.xsd."""


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Program:
    return enter(tmp_path, monkeypatch, capsys)


@pytest.fixture
def written(program: Program) -> Program:
    program.write("fine one.yaml", FINE)
    program.write("broken.yaml", BROKEN)
    program.write("doubtful.yaml", DOUBTFUL)
    return program


def check_sarif(text: str) -> dict[str, Any]:
    log = json.loads(text)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(log)
    (run,) = log["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return dict(run)


def check_junit(text: str) -> ET.Element:
    root = ET.fromstring(text)  # noqa: S314 - the program's own output
    assert root.tag == "testsuites"
    for element in root.iter():
        held, attributes = ELEMENTS[element.tag]
        assert {child.tag for child in element} <= held
        assert set(element.attrib) == attributes
    for suite in (root, *root.findall("testsuite")):
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
    return root


def test_a_sarif_log_of_several_files_keeps_the_standard(written: Program) -> None:
    code, out, _ = written("validate", "--format", "sarif", "*.yaml")
    run = check_sarif(out)
    assert code == 1
    uris = [one["location"]["uri"] for one in run["artifacts"]]
    assert uris == ["broken.yaml", "doubtful.yaml", "fine%20one.yaml"]
    assert {one["level"] for one in run["results"]} == {"error", "warning"}


def test_a_sarif_result_carries_the_edit_that_repairs_it(written: Program) -> None:
    run = check_sarif(written("validate", "--format", "sarif", "broken.yaml")[1])
    (misspelt,) = (one for one in run["results"] if one["ruleId"] == "S106")
    (change,) = misspelt["fixes"][0]["artifactChanges"]
    region = {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 10}
    assert misspelt["locations"][0]["physicalLocation"]["region"] == region
    assert change["replacements"] == [
        {"deletedRegion": region, "insertedContent": {"text": "Dense"}}
    ]


def test_a_fine_spec_is_a_sarif_log_without_results(written: Program) -> None:
    code, out, _ = written("validate", "--format", "sarif", "fine one.yaml")
    assert (code, check_sarif(out)["results"]) == (0, [])


def test_an_override_has_no_region_and_is_named_in_the_message(written: Program) -> None:
    arguments = ("fine one.yaml", "--set", "runtime.sede=3")
    (result,) = check_sarif(written("validate", "--format", "sarif", *arguments)[1])["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "--set argument 1: runtime.sede=3" in result["message"]["text"]


def test_a_junit_report_has_a_suite_per_file_and_a_failure_per_finding(written: Program) -> None:
    code, out, _ = written("validate", "--format", "junit", "*.yaml")
    root = check_junit(out)
    assert code == 1
    failures = {suite.attrib["name"]: suite.attrib["failures"] for suite in root}
    assert failures == {"broken.yaml": "2", "doubtful.yaml": "1", "fine one.yaml": "0"}
    first = root.find("testsuite/testcase/failure")
    assert first is not None
    assert first.attrib == {"type": "error", "message": "'Desne' is no layer and no block"}
    assert "4 |   - Desne: 4" in (first.text or "")


def test_a_note_fails_no_junit_case() -> None:
    notes = [Diagnostic("P108", "a note", Span.at(1, 1), file="a.yaml")]
    root = check_junit(render(notes, Sources({"a.yaml": "x: 1"}), Format.JUNIT))
    assert root.attrib["failures"] == "0"
    assert "a note" in (root.findtext("testsuite/system-out") or "")


def test_no_character_breaks_a_report_for_programs() -> None:
    message = "\x00\x1b]0;x\x07 <b> & \"'\ufffe\ud800 ]]>"
    findings = [Diagnostic("S101", message, Span.at(1, 1), "<hint>", file='a "b"\n<c>.yaml')]
    sources = Sources({'a "b"\n<c>.yaml': "x: 1 # \ufffe"})
    check_sarif(render(findings, sources, Format.SARIF))
    check_junit(render(findings, sources, Format.JUNIT))
