"""What libyaml could not read, in words that name the usual cause and its place."""

import re

import yaml

from nnspec.diagnostics import Diagnostic, Related, Span
from nnspec.document.tree import shorten

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
KEY = re.compile(r"(\s*(?:- )*)([^\s:#][^:#]*): +(\S.*)")
"""A line with a key and a value on it: indentation and dashes, key, value."""


def explain(text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    """Return the finding for an error of the parser.

    Args:
        text: the whole text.
        error: with the place where it was noticed and, mostly, where its context begins.
    """
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = LINE_BREAK.split(text)
    row = lines[line - 1] if line <= len(lines) else ""
    where, problem = Span.at(line, column), error.problem or ""
    if row[column - 1 : column] == "\t" or "\t" in row[: len(row) - len(row.lstrip())]:
        return Diagnostic("Y102", "YAML forbids tabs for indentation", where, "use spaces")
    if row[column - 1 : column] in {"%", "@", "`"}:
        return reserved(row, where)
    if "mapping values" in problem:
        return second_colon(row, where)
    return structural(error, where) or Diagnostic("Y101", not_readable(error), where)


def not_readable(error: yaml.MarkedYAMLError) -> str:
    """Return the parser's own words."""
    context = f" {error.context}" if error.context else ""
    return f"not readable as YAML: {error.problem}{context}"


def reserved(row: str, where: Span) -> Diagnostic:
    """Return the finding for a value that begins with a reserved character."""
    begin = where.start.column - 1
    inside = "[" in row[:begin] or "{" in row[:begin]
    written = re.split(r"[,}\]]" if inside else r"\s#", row[begin:])[0].strip()
    message = f"a value cannot begin with {row[begin]}"
    return Diagnostic("Y101", message, where, f'quote the value: "{shorten(written)}"')


def second_colon(row: str, where: Span) -> Diagnostic:
    """Return the finding for a colon that no key can stand before."""
    before = KEY.fullmatch(row)
    if before and len(before[1]) + len(before[2]) < where.start.column - 1:
        message = "a second ': ' on one line: a value that contains ': ' must be quoted"
        hint = f'quote the value: {before[2]}: "{shorten(before[3])}"'
        return Diagnostic("Y101", message, where, hint)
    message = "a key cannot stand here: its line is indented deeper than the keys around it"
    return Diagnostic("Y101", message, where, "align the key with the keys it belongs to")


def structural(error: yaml.MarkedYAMLError, where: Span) -> Diagnostic | None:
    """Return the finding for what is not closed, not aligned or not finished."""
    problem, context = error.problem or "", error.context or ""
    mark = error.context_mark
    begin = Span.at(mark.line + 1, mark.column + 1) if mark else where
    if "quoted scalar" in context and "unexpected end" in problem:
        return Diagnostic("Y101", "the quote that begins here is never closed", begin, CLOSE)
    if "escape" in problem:
        hint = r"write \\ for a backslash, or put the text into single quotes"
        return Diagnostic("Y101", "no escape of YAML begins with this", where, hint)
    if "flow" in context:
        return unclosed(context, begin, where)
    if "expected ':'" in problem:
        return Diagnostic(
            "Y101", "a colon is due behind this key, on its line", begin, "write KEY:"
        )
    if "'-' indicator" in problem:
        message = "'- ' is due here: the lines above at this indentation are entries of a list"
        hint = "begin the entry with '- ', or indent it like the key it belongs to"
        return Diagnostic("Y101", message, where, hint)
    if "expected key" in problem:
        message = "a key is due here: the line is indented like no key above, or has no colon"
        hint = "align it with the keys it belongs to"
        return Diagnostic("Y101", message, where, hint, (Related("they begin here", begin),))
    return None


CLOSE = "close it on the same line"


def unclosed(context: str, begin: Span, where: Span) -> Diagnostic:
    """Return the finding for brackets or braces that are not closed."""
    noun, closing = ("list", "]") if "sequence" in context else ("mapping", "}")
    place = f"{begin.start.line}:{begin.start.column}"
    message = f"a comma or {closing} is due before this: the {noun} that begins at {place} is open"
    related = (Related("it begins here", begin),)
    return Diagnostic("Y101", message, where, f"close it with {closing}", related)
