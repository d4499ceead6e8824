"""Findings for people: header, excerpt with caret, related places, help.

specs/digits.yaml:14:18: pool_size (4, 4) does not fit the 3 rows of "conv2" [G305]
   |
14 |       pool_size: [4, 4]
   |                  ^~~~~~
   = help: use at most (3, 3), or padding: same
"""

from collections.abc import Iterator, Sequence
from textwrap import TextWrapper

from nnspec.diagnostics.codes import Severity
from nnspec.diagnostics.diagnostic import Diagnostic, Related
from nnspec.diagnostics.excerpt import cells, excerpt, lay_out, visible
from nnspec.diagnostics.position import Span
from nnspec.diagnostics.sources import Sources

WIDTH = 80
"""Terminal cells that an excerpt and its notes may take."""

RED, YELLOW, CYAN, BLUE, BOLD = "31", "33", "36", "34", "1"
COLORS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.NOTE: CYAN}


def format_text(diagnostics: Sequence[Diagnostic], sources: Sources, *, color: bool = False) -> str:
    """Return the findings as text, a blank line between them, without a trailing newline."""
    return "\n\n".join("\n".join(Writer(one, sources, color=color)) for one in diagnostics)


class Writer:
    """Writes one finding, line by line."""

    def __init__(self, diagnostic: Diagnostic, sources: Sources, *, color: bool) -> None:
        self.diagnostic = diagnostic
        self.sources = sources
        self.color = color
        places = [diagnostic.span, *(one.span for one in diagnostic.related)]
        numbers = [len(str(span.start.line)) for span in places if span]
        self.margin = max(numbers, default=1)

    def __iter__(self) -> Iterator[str]:
        """Give header, excerpt, related places and help."""
        yield self.header()
        yield from self.excerpt()
        for one in self.diagnostic.related:
            yield from self.related(one)
        if self.diagnostic.hint:
            yield from self.note("help", self.diagnostic.hint)

    def header(self) -> str:
        """Return place, severity unless it is an error, message and code on one line."""
        place = location(self.diagnostic.file, self.diagnostic.span)
        severity = self.diagnostic.severity
        shade = COLORS[severity]
        kind = "" if severity is Severity.ERROR else self.paint(f"{severity}: ", shade)
        code = self.paint(f"[{self.diagnostic.code}]", shade)
        start = self.paint(f"{place}: ", BOLD) if place else ""
        return f"{start}{kind}{visible(self.diagnostic.message)} {code}"

    def excerpt(self) -> Iterator[str]:
        """Give the line of the spec with its underline, or the argument of --set."""
        span = self.diagnostic.span
        if span is None:
            return
        if span.start.line == 0:
            if argument := self.sources.override(span.start.column):
                yield from self.note("note", f"--set {argument}")
            return
        line = self.sources.line(self.diagnostic.file, span.start.line)
        if line is None:
            return
        same = span.end.line == span.start.line
        end = span.end.column if same else len(line.rstrip()) + 1
        cut = excerpt(line, span.start.column, end, WIDTH - self.margin - 3)
        yield self.gutter("")
        yield f"{self.gutter(span.start.line)} {cut.line}"
        shade = COLORS[self.diagnostic.severity]
        space = cut.underline[: -len(cut.underline.lstrip())]
        yield f"{self.gutter('')} {space}{self.paint(cut.underline.lstrip(), shade)}"

    def related(self, related: Related) -> Iterator[str]:
        """Give a second place, with its line where that is short enough to be whole."""
        file = related.span.file or self.diagnostic.file
        place = location(file, related.span)
        yield from self.note("note", f"{place}: {related.message}" if place else related.message)
        number = related.span.start.line
        line = self.sources.line(file, number)
        room = WIDTH - self.margin - 3
        if line is not None and len(line) <= 2 * room and cells(lay_out(line)) <= room:
            whole = excerpt(line, 1, 1, WIDTH)
            yield f"{self.gutter(number)} {whole.line}"

    def note(self, title: str, text: str) -> Iterator[str]:
        """Give `= title: text`, folded to the width."""
        lead = " " * (self.margin + 1) + "= "
        hang = " " * (len(lead) + len(title) + 2)
        folder = TextWrapper(
            WIDTH, replace_whitespace=False, break_long_words=False, break_on_hyphens=False
        )
        folder.initial_indent = folder.subsequent_indent = hang
        lines = [line for row in text.splitlines() for line in folder.wrap(visible(row))]
        for number, line in enumerate(lines):
            shown = line.removeprefix(hang)
            yield hang + shown if number else f"{lead}{self.paint(f'{title}:', CYAN)} {shown}"

    def gutter(self, number: int | str) -> str:
        """Return the margin of an excerpt's line."""
        return self.paint(f"{number:>{self.margin}} |", BLUE)

    def paint(self, text: str, shade: str) -> str:
        """Return the text in a colour, plain where there are none."""
        return f"\x1b[{shade}m{text}\x1b[0m" if self.color and text else text


def location(file: str | None, span: Span | None) -> str:
    """Return `file:line:column` as far as it is known; line 0 is the command line."""
    name = visible(file or "")
    if span is None:
        return name
    if span.start.line == 0:
        return f"{name}, --set argument {span.start.column}".removeprefix(", ")
    return f"{name or '<spec>'}:{span.start.line}:{span.start.column}"
