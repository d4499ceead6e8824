"""Colons that make a text unreadable: one missing, one too many, one without its space."""

import re
from collections.abc import Sequence

from nnspec.diagnostics import Diagnostic, Span
from nnspec.document.dashes import depth_of
from nnspec.document.tree import shorten

KEY = re.compile(r"(\s*(?:- )*)([^\s:#][^:#]*): +(\S.*)")
"""A line with a key and a value on it: indentation and dashes, key, value."""
CROWDED = re.compile(r"( *(?:- )*)([\w-]+):([^ ].*)")
"""A line whose colon no space follows, and that is no key therefore."""
ASSIGNED = re.compile(r"([\w-]+)(?:\s*[=;]\s*|\s+:\s*:\s*|::\s*)(\S[^#]*)")
"""A key with another sign than a colon behind it, or with two."""
UNSIGNED = re.compile(r"([A-Za-z_]\w*)\s+(\{.*\}\s*)")
"""A name with its arguments in braces, and no colon between."""
UNVALUED = re.compile(r"([\w-]+)\s*(?:[=;]|:\s*:)?\s*(?:#.*)?")
"""A key with another sign than a colon behind it, or with two, and no value on its line."""
SPACED = re.compile(r"([A-Za-z_]\w*)\s+([^\s=:;#][^#]*)")
"""A key and its value with nothing but a blank between."""
VALUED = re.compile(r"([A-Za-z_]\w*)\s+([-+.\d]\S*)")
"""A key and a number with nothing but a blank between."""
FUNCTION = re.compile(r"([A-Za-z_]\w*): +lambda\b[^:]*: *([\w.]+)")
"""A setting whose value is written as a function of Python."""
SETTINGS = re.compile(r"[^\s,:]+, *\w+: +[^,:]+(, *\w+: +[^,:]+)*")
"""A value, and settings behind commas."""
OBJECT = re.compile(r"[A-Za-z_]\w*: +\{.*\}")
"""A name with its arguments in braces."""
BARE = re.compile(r"( *(?:- )*)([^\s:#'\"\[{][^:#]*?)\s*(?:#.*)?")
"""A line without a colon."""


def stray_colon(lines: Sequence[str], where: Span) -> Diagnostic:
    """Return the finding for a colon that no key can stand before."""
    row = lines[where.start.line - 1]
    if coded := function(row, where):
        return coded
    if tight := crowded(row, where.start.line):
        return tight
    if signed := another_sign(row, where):
        return signed
    if twice := second_colon(row, where):
        return twice
    message = "a key cannot stand here: its line is indented deeper than the keys around it"
    hint = "align the key with the keys it belongs to"
    return unfinished(lines, where) or Diagnostic("Y101", message, where, hint)


def another_sign(row: str, where: Span) -> Diagnostic | None:
    """Return the finding for a key behind which another sign than one colon stands."""
    bare = row.lstrip(" -")
    match = UNVALUED.fullmatch(bare) or ASSIGNED.fullmatch(bare)
    if match and re.search(r":\s*:", row):
        hint = f"write one colon: {match[1]}:"
        return Diagnostic("Y101", "one colon is due behind this key", where, hint)
    if match := ASSIGNED.fullmatch(bare):
        hint = f"write {match[1]}: {shorten(match[2].strip())}"
        return Diagnostic("Y101", "one colon is due behind this key", where, hint)
    if match := UNSIGNED.fullmatch(bare):
        hint = f"put a colon behind {match[1]}: {match[1]}: {shorten(match[2].strip())}"
        return Diagnostic("Y101", "a colon is due between a name and its arguments", where, hint)
    return None


def second_colon(row: str, where: Span) -> Diagnostic | None:
    """Return the finding for a value on its key's line that holds a colon; None for others."""
    before = KEY.fullmatch(row)
    if before is None or len(before[1]) + len(before[2]) >= where.start.column - 1:
        return None
    message = "a second ': ' on one line: a value that contains ': ' must be quoted"
    hint = f'quote the value: {before[2]}: "{shorten(before[3])}"'
    value = before[3].rstrip()
    if value.endswith("}") and "{" not in value:
        hint = f"write a {{ behind {before[2]}:"
    if OBJECT.fullmatch(before[3]):
        whole = before[3].removesuffix("}") if before[3].endswith("}}") else before[3]
        hint = f"put it into braces: {before[2]}: {{{shorten(whole)}}}"
    if SETTINGS.fullmatch(before[3]):
        hint = f"put several settings into braces: {before[2]}: {{NAME: {shorten(before[3])}}}"
    return Diagnostic("Y101", message, where, hint)


def unfinished(lines: Sequence[str], where: Span) -> Diagnostic | None:
    """Return the finding for the line above, where that is what makes a key impossible."""
    number = where.start.line - 1
    while number and not lines[number - 1].split("#")[0].strip():
        number -= 1
    above = lines[number - 1] if number else ""
    if tight := crowded(above, number):
        return tight
    if bare := BARE.fullmatch(above):
        after = len(bare[1]) + 1
        deeper = len(bare[1]) < depth_of(lines[where.start.line - 1])
        below = ": what is below it is indented deeper" if deeper else ""
        message = f"a colon is due behind this key{below}"
        hint = f"write {shorten(bare[2])}:"
        if valued := VALUED.fullmatch(bare[2]) or ASSIGNED.fullmatch(bare[2]):
            hint = f"write {valued[1]}: {shorten(valued[2].strip())}"
        return Diagnostic("Y101", message, Span.at(number, after), hint)
    return None


def crowded(row: str, number: int) -> Diagnostic | None:
    """Return the finding for a line whose colon no space follows; None for others."""
    match = CROWDED.fullmatch(row)
    if match is None or match[3].startswith(":"):
        return None
    after, value = len(match[1]) + len(match[2]) + 2, match[3].strip()
    hint = f"write {match[2]}: {shorten(value)}"
    return Diagnostic("Y101", "a space is due behind the colon", Span.at(number, after), hint)


def function(row: str, where: Span) -> Diagnostic | None:
    """Return the finding for a function of Python where a name is due; None for others."""
    match = FUNCTION.search(row)
    if match is None:
        return None
    hint = f"write {match[1]}: {match[2]}"
    return Diagnostic("Y101", "a spec holds names, and no functions of Python", where, hint)


def with_colon(lines: Sequence[str], begin: Span) -> str:
    """Return the line of a key without its colon as it is to be written."""
    row = lines[begin.start.line - 1][begin.start.column - 1 :]
    if match := ASSIGNED.match(row):
        return f"write {shorten(match[1])}: {shorten(match[2].strip())}"
    if match := CROWDED.match(row):
        return f"write {shorten(match[2])}: {shorten(match[3].strip())}"
    if match := UNVALUED.fullmatch(row):
        return f"write {shorten(match[1])}:"
    if match := SPACED.match(row):
        return f"write {shorten(match[1])}: {shorten(match[2].strip())}"
    bare = BARE.fullmatch(row)
    return f"write {shorten(bare[2])}:" if bare else "write KEY:"
