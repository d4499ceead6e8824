"""JSON text to a document tree, by JSON's own grammar and with the same bounds as YAML.

YAML readers take most JSON, but not its surrogate pairs, and they let a trailing comma pass.
"""

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # untyped
from typing import NoReturn

from nnspec.diagnostics import Diagnostic, Refused, Span
from nnspec.diagnostics.position import Position
from nnspec.document import limits
from nnspec.document.compose import CONTROL, given_twice
from nnspec.document.tree import Entry, Mapping, Node, Scalar, Sequence

SPACE = re.compile(r"[ \t\n\r]*")
HIDDEN = re.compile(rf"{CONTROL.pattern}|[\ud800-\udfff]")
"""What escapes may bring in that the text itself may not hold; half of a pair is no character."""
BACKSLASH = r"a backslash is written \\"
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORDS = {"true": True, "false": False, "null": None}
QUOTES = "text stands in double quotes"
MEANT = {
    "True": "did you mean true?",
    "False": "did you mean false?",
    "None": "did you mean null?",
    "NaN": "a number is due",
    "Infinity": "a finite number is due",
    "-Infinity": "a finite number is due",
}
NAMED = {"','": "a second comma", "'.'": "'.': a number begins with a digit"}
WORD = re.compile(r"[A-Za-z_$][A-Za-z_$0-9]*|-Infinity")


def compose_json(text: str, twice: list[Diagnostic]) -> Node | None:
    """Return the tree of a JSON text, None if it is blank.

    Args:
        text: the text.
        twice: takes the findings about keys that are given twice.

    Raises:
        Refused: with one finding, at the first place that cannot be read.
    """
    reader = JsonReader(text, twice)
    if reader.skip(0) == len(text):
        return None
    node, end = reader.value(reader.skip(0), 0)
    if (rest := reader.skip(end)) < len(text):
        reader.refuse_comment(rest)
        reader.refuse("Y101", "text follows the end of the JSON document; one file holds one", rest)
    return node


class JsonReader:
    """Reads values from offsets in a text; each method returns the node and the offset behind."""

    def __init__(self, text: str, twice: list[Diagnostic]) -> None:
        self.text = text
        self.twice = twice
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.line = 0
        self.nodes = 0

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """Return the value that begins at an offset."""
        self.nodes += 1
        if depth > limits.DEPTH:
            self.refuse("L102", f"nesting deeper than {limits.DEPTH} levels", at)
        if self.nodes > limits.NODES:
            self.refuse("L108", f"more than {limits.NODES:,} values", at)
        match self.text[at : at + 1]:
            case "{":
                return self.mapping(at, depth)
            case "[":
                return self.sequence(at, depth)
            case '"':
                text, end = self.string(at)
                return Scalar(text, self.span(at, end), quoted=True), end
        return self.number(at) if NUMBER.match(self.text, at) else self.word(at)

    def mapping(self, at: int, depth: int) -> tuple[Mapping, int]:
        """Return an object; of a key that occurs twice the first is kept, and both are named."""
        entries: dict[str, Entry] = {}
        here = self.skip(at + 1)
        while self.text[here : here + 1] != "}":
            here = self.comma(at, here, "}", first=not entries)
            self.refuse_comment(here)
            if self.text[here : here + 1] != '"':
                self.refuse("Y101", "a key in double quotes is due here", here)
            name, end = self.string(here)
            key = self.span(here, end)
            here = self.skip(end)
            if self.text[here : here + 1] != ":":
                self.refuse("Y101", f"a colon is due after the key {name!r}", here)
            value, end = self.value(self.skip(here + 1), depth + 1)
            if name in entries:
                self.twice.append(given_twice(name, entries[name].key, key))
            else:
                entries[name] = Entry(name, key, value)
            here = self.skip(end)
        return Mapping(tuple(entries.values()), self.span(at, here + 1)), here + 1

    def sequence(self, at: int, depth: int) -> tuple[Sequence, int]:
        """Return an array."""
        items: list[Node] = []
        here = self.skip(at + 1)
        while self.text[here : here + 1] != "]":
            here = self.comma(at, here, "]", first=not items)
            item, end = self.value(here, depth + 1)
            items.append(item)
            here = self.skip(end)
        return Sequence(tuple(items), self.span(at, here + 1)), here + 1

    def comma(self, opened: int, at: int, closing: str, *, first: bool) -> int:
        """Return where the next member begins; all but the first stand behind a comma."""
        if at >= len(self.text):
            message = f"{self.text[opened]} is never closed: the text ends where {closing} is due"
            self.refuse("Y101", message, opened)
        self.refuse_comment(at)
        if first:
            return at
        if self.text[at] != ",":
            self.refuse("Y101", f"a comma or {closing} is due here", at)
        here = self.skip(at + 1)
        if self.text[here : here + 1] == closing:
            self.refuse("Y101", f"trailing comma before {closing}; JSON does not allow it", at)
        return here

    def string(self, at: int) -> tuple[str, int]:
        """Return a text in double quotes."""
        try:
            text, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            self.refuse_string(error, at)
        if match := HIDDEN.search(text):
            what = "lone surrogate" if "\ud800" <= match[0] <= "\udfff" else "control character"
            self.refuse("Y108", f"the value holds the {what} U+{ord(match[0]):04X}", at)
        if len(text) > limits.VALUE_CHARACTERS:
            length = f"{len(text):,} characters long, longer than {limits.VALUE_CHARACTERS:,}"
            self.refuse("L103", f"the value is {length}", at)
        return text, end

    def refuse_string(self, error: JSONDecodeError, at: int) -> NoReturn:
        """Stop at a text that is not closed, or at the character in it that cannot stand there."""
        found = self.text[error.pos : error.pos + 1]
        if "escape" in error.msg:
            self.refuse("Y101", f"no escape of JSON begins like this; {BACKSLASH}", error.pos)
        if "control" in error.msg and found != "\n":
            escape = {"\t": r"\t", "\r": r"\r"}.get(found, f"\\u{ord(found):04x}")
            message = f"the character U+{ord(found):04X} cannot stand within a text of JSON"
            self.refuse("Y101", f"{message}; write {escape}", error.pos)
        self.refuse("Y101", "the quote that begins here is not closed on its line", at)

    def refuse_comment(self, at: int) -> None:
        """Refuse a comment: JSON has none."""
        if self.text[at : at + 1] == "#" or self.text[at : at + 2] in {"//", "/*"}:
            message = "JSON has no comments; remove it, or write the spec as YAML"
            self.refuse("Y101", message, at)

    def number(self, at: int) -> tuple[Scalar, int]:
        """Return a number: whole unless it has a fraction or an exponent."""
        match = NUMBER.match(self.text, at)
        assert match
        text, end = match[0], match.end()
        if text in {"0", "-0"} and self.text[end : end + 1].isdigit():
            self.refuse("Y101", "a number of JSON cannot begin with 0", at)
        if self.text[end : end + 1].isalnum() or self.text[end : end + 1] in {".", "_"}:
            message = "a number of JSON is written in decimal digits, as 16, 0.5 or 1e-3"
            self.refuse("Y101", message, at)
        if len(text) > limits.NUMBER_DIGITS:
            self.refuse("L105", f"a number of {len(text):,} digits is larger than any setting", at)
        value = float(text) if match[1] or match[2] else int(text)
        return Scalar(value, self.span(at, end)), end

    def word(self, at: int) -> tuple[Scalar, int]:
        """Return true, false or null."""
        match = WORD.match(self.text, at)
        self.refuse_comment(at)
        if not match:
            found = repr(self.text[at]) if at < len(self.text) else "the end of the text"
            self.refuse("Y101", f"a value is due here; found {NAMED.get(found, found)}", at)
        if at == 0:
            message = "JSON begins with {; a spec in YAML has a name that ends in .yaml"
            self.refuse("Y101", message, at)
        if match[0] not in WORDS:
            self.refuse("Y101", f"{match[0]!r} is no JSON value; {MEANT.get(match[0], QUOTES)}", at)
        return Scalar(WORDS[match[0]], self.span(at, match.end())), match.end()

    def skip(self, at: int) -> int:
        """Return the offset behind white space."""
        match = SPACE.match(self.text, at)
        return match.end() if match else at

    def position(self, at: int) -> Position:
        """Return line and column of an offset; offsets mostly come in order."""
        while self.line and self.starts[self.line] > at:
            self.line -= 1
        while self.line + 1 < len(self.starts) and self.starts[self.line + 1] <= at:
            self.line += 1
        return Position(self.line + 1, at - self.starts[self.line] + 1)

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets."""
        return Span(self.position(start), self.position(end))

    def refuse(self, code: str, message: str, at: int) -> NoReturn:
        """Stop with a finding at an offset."""
        raise Refused([Diagnostic(code, message, self.span(at, at + 1))])
