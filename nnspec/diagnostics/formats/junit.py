"""Findings for test reports: a suite per file, a failed case per error.

A file without errors is one case that passed. Warnings and notes fail nothing, here as in the exit
code: they stand in the output of the suite.

Source: the JUnit format as Jenkins' xUnit plugin and GitLab read it (junit-10.xsd).
"""

import re
from collections.abc import Sequence

from nnspec.diagnostics.codes import CODES, Severity
from nnspec.diagnostics.diagnostic import Diagnostic
from nnspec.diagnostics.excerpt import visible
from nnspec.diagnostics.formats.text import format_text
from nnspec.diagnostics.sources import Sources

NO_XML = re.compile(r"[\ufffe\uffff]")
"""Characters that `visible` lets through and XML cannot hold."""


def format_junit(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return the findings as one JUnit document, without a trailing newline."""
    files = dict.fromkeys([*sources.texts, *(one.file or "" for one in diagnostics)])
    suites = [
        suite(file, [one for one in diagnostics if (one.file or "") == file], sources)
        for file in files
    ]
    failing = [one for one in diagnostics if one.severity is Severity.ERROR]
    cases = sum(inner.count("<testcase ") for inner in suites)
    head = f'<testsuites name="nnspec" tests="{cases}" failures="{len(failing)}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def suite(file: str, diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """Return the suite of one file."""
    failing = [one for one in diagnostics if one.severity is Severity.ERROR]
    others = [one for one in diagnostics if one.severity is not Severity.ERROR]
    cases = [case(one, sources) for one in failing] or [passed(file)]
    head = (
        f"  <testsuite name={attribute(file)} "
        f'tests="{len(cases)}" failures="{len(failing)}" errors="0" skipped="0">'
    )
    output = [f"    <system-out>{content(format_text(others, sources))}</system-out>"]
    return "\n".join([head, *cases, *(output if others else []), "  </testsuite>"])


def passed(file: str) -> str:
    """Return the case of a file in which nothing fails."""
    return f"    <testcase classname={attribute(file)} name={attribute('validate')}/>"


def case(diagnostic: Diagnostic, sources: Sources) -> str:
    """Return the failed case of one finding; its text is the finding as people are shown it."""
    span = diagnostic.span
    place = f":{span.start.line}:{span.start.column}" if span and span.start.line else ""
    name = f"{diagnostic.code} {CODES[diagnostic.code].title}{place}"
    text = content(format_text([diagnostic], sources))
    kind = diagnostic.severity.value
    return (
        f"    <testcase classname={attribute(diagnostic.file or '')} name={attribute(name)}>\n"
        f"      <failure type={attribute(kind)} message={attribute(diagnostic.message)}>"
        f"{text}</failure>\n"
        "    </testcase>"
    )


def attribute(text: str) -> str:
    """Return a text as an attribute's value, quotation marks included."""
    return '"' + escape(visible(text)).replace('"', "&quot;") + '"'


def content(text: str) -> str:
    """Return a text of several lines as an element's content."""
    return escape("\n".join(visible(line) for line in text.split("\n")))


def escape(text: str) -> str:
    """Return a text in which nothing is markup, and nothing that XML cannot hold."""
    plain = NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
