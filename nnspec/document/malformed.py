"""What libyaml could not read, in words that name the usual cause and its place."""

import re
from collections.abc import Sequence
from itertools import accumulate

import yaml

from nnspec.diagnostics import Diagnostic, Related, Span
from nnspec.document.brackets import find_unclosed
from nnspec.document.colons import FUNCTION, crowded, stray_colon, with_colon
from nnspec.document.dashes import TIGHT, stray_dash, untied
from nnspec.document.limits import DEPTH
from nnspec.document.quoting import quote_whole, quoted, text_at, torn_name
from nnspec.document.tree import shorten

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
CONFLICT = re.compile(r"(<{7}|>{7})( |$)")
"""What git leaves where two versions of a file disagree."""
FENCE = "```"
PAIR = re.compile(r"(?<=[\[{,])\s*([^\s,:{}\[\]\"'][^,:{}\[\]\"']*): +(\S+)\s*$")
"""A key and one word, at the end of what is read."""
CLOSE = "close it on the same line"


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
    if "nesting depth" in problem:
        return too_deep(row, line)
    return (
        foreign(lines, row, where)
        or open_bracket(error, lines, line)
        or unescaped(problem, row, where)
        or ("mapping values" in problem and stray_colon(lines, where))
        or structural(error, lines, where)
        or Diagnostic("Y101", not_readable(error), where)
    )


def too_deep(row: str, line: int) -> Diagnostic:
    """Return the finding for nesting that the parser gave up at, where it is one too deep."""
    steps = ((one in "[{") - (one in "]}") for one in row)
    columns = (at for at, depth in enumerate(accumulate(steps), start=1) if depth > DEPTH)
    where = Span.at(line, next(columns, 1))
    return Diagnostic("L102", f"nesting deeper than {DEPTH} levels", where)


def not_readable(error: yaml.MarkedYAMLError) -> str:
    """Return the parser's own words."""
    context = f" {error.context}" if error.context else ""
    return f"not readable as YAML: {error.problem}{context}"


def foreign(lines: Sequence[str], row: str, where: Span) -> Diagnostic | None:
    """Return the finding for lines that other programs put into a text."""
    for number, one in enumerate(lines, start=1):
        if CONFLICT.match(one):
            message = "a conflict of two versions is not merged: git marked it here"
            hint = "keep one of the versions, and remove the marks"
            return Diagnostic("Y101", message, Span.at(number, 1), hint)
    if row.startswith(FENCE):
        return Diagnostic("Y101", f"{FENCE} is Markdown, not YAML", where, "remove the line")
    if row.startswith("%"):
        message = f"{shorten(row.split(maxsplit=1)[0])} is no directive of this version of YAML"
        hint = 'remove the line; as a value, it is quoted: "%..."'
        return Diagnostic("Y101", message, where, hint)
    return None


def open_bracket(error: yaml.MarkedYAMLError, lines: Sequence[str], line: int) -> Diagnostic | None:
    """Return the finding for brackets that are still open where the text goes on without them."""
    told = f"{error.context} {error.problem}"
    if not any(word in told for word in ("flow", "node content", "block end", "mapping values")):
        return None
    found = find_unclosed(lines, line)
    if found is None:
        return None
    bracket, comment = found
    where = Span.at(bracket.line, bracket.column)
    message = f"the {bracket.noun} that begins here is never closed"
    hint = f"close it with {bracket.closing}"
    if comment is not None:
        hint = f"# begins a comment, the {bracket.closing} in it is not read; quote a text with #"
        row = lines[bracket.line - 1]
        if row[comment - 1 : comment] == "#":
            hint += f": {torn_name(row, comment) or quoted(text_at(row, comment))}"
    return Diagnostic("Y101", message, where, hint)


def unescaped(problem: str, row: str, where: Span) -> Diagnostic | None:
    """Return the finding for a character that cannot stand where it does."""
    found = row[where.start.column - 1 : where.start.column]
    if found == "\t" or "\t" in row[: len(row) - len(row.lstrip())]:
        return Diagnostic("Y102", "YAML forbids tabs for indentation", where, "use spaces")
    if found in {"%", "@", "`"} or (found in {"|", ">"} and "cannot start any token" in problem):
        return reserved(row, where)
    if "alphabetic or numeric" in problem:
        if row.lstrip().startswith("* "):
            message = "the entry of a list begins with a dash"
            return Diagnostic("Y101", message, where, f"write - {shorten(row.lstrip()[2:], 200)}")
        sign = row[where.start.column - 2 : where.start.column - 1]
        message = f"a value cannot begin with {sign}, which marks an anchor or an alias"
        before = Span.at(where.start.line, where.start.column - 1)
        torn = torn_name(row, before.start.column)
        hint = f"quote the name: {torn}" if torn else f'quote the value: "{sign}..."'
        return Diagnostic("Y101", message, before, hint)
    if "escape" in problem or "hexdecimal" in problem:
        hint = r"write \\ for a backslash, or put the text into single quotes"
        return Diagnostic("Y101", "no escape of YAML begins like this", where, hint)
    return None


def reserved(row: str, where: Span) -> Diagnostic:
    """Return the finding for a value that begins with a reserved character."""
    begin = where.start.column - 1
    inside = "[" in row[:begin] or "{" in row[:begin]
    written = re.split(r"[,}\]]" if inside else r"\s#", row[begin:])[0].strip()
    message = f"a value cannot begin with {row[begin]}"
    torn = torn_name(row, where.start.column)
    hint = f"quote the name: {torn}" if torn else f'quote the value: "{shorten(written)}"'
    return Diagnostic("Y101", message, where, hint)


def structural(error: yaml.MarkedYAMLError, lines: Sequence[str], where: Span) -> Diagnostic | None:
    """Return the finding for what is not closed, not aligned or not finished."""
    problem, context = error.problem or "", error.context or ""
    mark = error.context_mark
    begin = Span.at(mark.line + 1, mark.column + 1) if mark else where
    if "quoted scalar" in context and "unexpected end" in problem:
        hint = close_quote(lines, begin)
        return Diagnostic("Y101", "the quote that begins here is never closed", begin, hint)
    if "node content" in problem:
        return no_value(lines[where.start.line - 1], where)
    if "flow" in context:
        return unclosed(lines, context, begin, where)
    if "expected ':'" in problem:
        if tight := TIGHT.fullmatch(lines[begin.start.line - 1]):
            return untied(tight, begin.start.line)
        message = "a colon is due behind this key, on its line"
        return Diagnostic("Y101", message, begin, with_colon(lines, begin))
    if "document start" in problem:
        message = "a second document begins here, behind the end of the first; one file holds one"
        return Diagnostic("Y106", message, where)
    dashed = stray_dash(problem, lines, begin, where)
    return dashed or misplaced(problem, lines[where.start.line - 1 :][:1], begin, where)


def misplaced(problem: str, row: Sequence[str], begin: Span, where: Span) -> Diagnostic | None:
    """Return the finding for a line that stands at no level of the lines above."""
    before = "".join(row)[: where.start.column - 1]
    found = "".join(row)[where.start.column - 1 :]
    if before.rstrip().endswith(("]", "}")) and found[:1] not in {"", "]", "}"}:
        hint = quote_whole("".join(row), where.start.column, listed=True)
        if found[:1] == "," and found.rstrip().endswith(("]", "}")):
            hint = f"remove the {before.rstrip()[-1]} before it, or quote the name that holds it"
        elif found[:1] == ",":
            hint = "put all into the brackets"
        return Diagnostic("Y101", "text follows a bracket that is closed", where, hint)
    if "sequence entries" in problem:
        hint = "begin the list on the next line, or put it into brackets"
        return Diagnostic("Y101", "a list cannot begin on the line of its key", where, hint)
    if "'-' indicator" in problem:
        message = "'- ' is due here: the lines above at this indentation are entries of a list"
        hint = "begin the entry with '- ', or indent it like the key it belongs to"
        return Diagnostic("Y101", message, where, hint)
    if "expected key" not in problem:
        return None
    if before.rstrip().endswith(("'", '"')):
        hint = "quote the value as a whole; within single quotes, '' is a quote"
        return Diagnostic("Y101", "text follows a quote that is closed", where, hint)
    if found[:1] in {"]", "}"} and (tight := crowded("".join(row), where.start.line)):
        return tight
    if found[:1] in {"]", "}"}:
        message = f"nothing is open that {found[0]} could close"
        return Diagnostic("Y101", message, where, f"remove {found[0]}")
    message = "a key is due here: the line is indented like no key above, or has no colon"
    related = (Related("they begin here", begin),)
    return Diagnostic("Y101", message, where, "align it with the keys it belongs to", related)


def no_value(row: str, where: Span) -> Diagnostic:
    """Return the finding for a sign that stands where a value is due."""
    if row[where.start.column - 1 :][:1] == "-":
        written = quoted(text_at(row, where.start.column))
        torn = torn_name(row, where.start.column)
        hint = f"quote the name: {torn}" if torn else f"remove the dash, or quote it: {written}"
        return Diagnostic("Y101", "an entry within brackets has no dash", where, hint)
    advice = told_by(row.replace(" ", ""))
    return Diagnostic("Y101", "a value is due here, before the comma", where, advice)


def told_by(row: str) -> str | None:
    """Return the advice about signs that a line holds twice in a row; blanks are taken away."""
    if ",," in row:
        return "remove one comma"
    return "write one colon" if "::" in row else None


def close_quote(lines: Sequence[str], begin: Span) -> str:
    """Return where a quote is to be closed, and by which sign if another stands there."""
    row = lines[begin.start.line - 1].rstrip()
    sign, last = row[begin.start.column - 1], row.rstrip(",}] ")[-1]
    return f"{CLOSE}, with {sign}" if last in {"'", '"'} and last != sign else CLOSE


def unclosed(lines: Sequence[str], context: str, begin: Span, where: Span) -> Diagnostic:
    """Return the finding for brackets or braces that are not closed."""
    noun, closing = ("list", "]") if "sequence" in context else ("mapping", "}")
    whole, column = lines[where.start.line - 1], where.start.column
    row, found = whole[: column - 1], whole[column - 1 : column]
    if "${" in row:
        hint = "a variable is written $name, without braces"
    elif found in {"{", "["} and (signed := re.search(r"([\w-]+)\s*[;=]\s*$", row)):
        hint = f"write {signed[1]}: {shorten(closed(whole[column - 1 :]))}"
    elif quoting := quote_whole(whole, column, listed=closing == "]"):
        hint = quoting
    elif found in {"{", "["} and (braced := re.search(r"([\w-]+)\s+$", row)):
        hint = f"put a colon behind {braced[1]}"
    elif found in {"]", "}"} and found != closing:
        opening = {"]": "[", "}": "{"}
        hint = f"write {closing} for {found}, or {opening[found]} for {opening[closing]}"
    elif re.search(r";\s*[\w-]+\s*$", row):
        hint = "write a comma for the ;"
    elif match := FUNCTION.search(whole):
        hint = f"write {match[1]}: {match[2]}"
    elif found == ":" and (pair := PAIR.search(row)):
        hint = (
            f"put it into braces: {pair[1]}: {{{pair[2]}: ...}}; in a name, a colon is quoted: "
            f'"{pair[1]}: {pair[2]}"'
        )
    elif word := re.search(r"[^\s,{\[]\s+([\w-]+)\s*$", row):
        hint = f"put a comma before {word[1]}"
    else:
        hint = f"close it with {closing}"
    place = f"{begin.start.line}:{begin.start.column}"
    message = f"a comma or {closing} is due before this: the {noun} that begins at {place} is open"
    related = (Related("it begins here", begin),)
    return Diagnostic("Y101", message, where, hint, related)


def closed(text: str) -> str:
    """Return a text up to the bracket that closes its first one; the whole where none does."""
    depth = 0
    for index, mark in enumerate(text, start=1):
        depth += (mark in "[{") - (mark in "]}")
        if depth == 0:
            return text[:index]
    return text
