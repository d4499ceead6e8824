"""A setting of a section put into a spec's text; comments and everything else stay as they are."""

import json

from nnspec.diagnostics import Position
from nnspec.diagnostics.fixes import line_starts, offset
from nnspec.document import Document, Entry, Mapping, parse_document


def put_settings(document: Document, section: str, settings: dict[str, str]) -> str:
    """Return the text of a document with settings of one section put in.

    Args:
        document: a spec as written, in YAML or JSON.
        section: the section's key.
        settings: plain words by their keys.
    """
    text = document.text
    for key, value in settings.items():
        document = parse_document(text, document.file)
        text = _Text(document).put(section, key, value)
    return text


class _Text:
    """A document's text, and where its parts stand in it."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.root = document.root
        self._starts = line_starts(document.text)

    def put(self, section: str, key: str, value: str) -> str:
        """Return the text with one setting."""
        entry = self.root.entry(section)
        if entry is None:
            return self._with_section(section, key, value)
        if not isinstance(entry.value, Mapping):
            colon = self.text.index(":", self._at(entry.key.end)) + 1
            return self._insert(colon, f" {{{key}: {value}}}")
        known = entry.value.entry(key)
        if known is not None:
            return self._replaced(known, value)
        if not len(entry.value):
            start, end = self._at(entry.value.span.start), self._at(entry.value.span.end)
            words = self._words(self.root, key, value)
            return f"{self.text[:start]}{{{words}}}{self.text[end:]}"
        return self._with_entry(entry.value, key, value)

    def _with_section(self, section: str, key: str, value: str) -> str:
        """Return the text with a section that it did not have, behind all others."""
        if not self._flows(self.root):
            return f"{self.text.rstrip()}\n{section}: {{{key}: {value}}}\n"
        inner = f"{json.dumps(section)}: {{{json.dumps(key)}: {json.dumps(value)}}}"
        return self._insert(self._at(self.root.entries[-1].value.span.end), f", {inner}")

    def _with_entry(self, mapping: Mapping, key: str, value: str) -> str:
        """Return the text with a key that its mapping did not have, behind all others."""
        last = self._at(mapping.entries[-1].value.span.end)
        if self._flows(mapping):
            return self._insert(last, f", {self._words(mapping, key, value)}")
        end = self.text.find("\n", last)
        end = len(self.text) if end < 0 else end
        indent = " " * (mapping.entries[0].key.start.column - 1)
        return self._insert(end, f"\n{indent}{key}: {value}")

    def _replaced(self, entry: Entry, value: str) -> str:
        """Return the text with another value; quotation marks stay."""
        start, end = self._at(entry.value.span.start), self._at(entry.value.span.end)
        mark = self.text[start] if self.text[start] in "'\"" else ""
        return f"{self.text[:start]}{mark}{value}{mark}{self.text[end:]}"

    def _words(self, mapping: Mapping, key: str, value: str) -> str:
        """Return key and value, quoted as a mapping quotes its keys."""
        quoted = len(mapping) and self.text[self._at(mapping.entries[0].key.start)] == '"'
        return f"{json.dumps(key)}: {json.dumps(value)}" if quoted else f"{key}: {value}"

    def _flows(self, mapping: Mapping) -> bool:
        """Return whether a mapping stands in braces."""
        return self.text[self._at(mapping.span.start)] == "{"

    def _insert(self, at: int, words: str) -> str:
        return self.text[:at] + words + self.text[at:]

    def _at(self, position: Position) -> int:
        found = offset(position, self.text, self._starts)
        assert found is not None, "positions are those of this text"
        return found
