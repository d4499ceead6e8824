"""YAML events to a document tree: every node placed, every bound checked as events arrive.

libyaml's parser gives the events; composing them here (and not with PyYAML's loader) keeps
positions, refuses duplicate keys and tags, and stops hostile input before it is built.
"""

import re
from collections.abc import Iterator
from typing import NoReturn, Protocol

import yaml

from nnspec.diagnostics import Diagnostic, Refused, Related, Span
from nnspec.diagnostics.position import Position
from nnspec.document import limits
from nnspec.document.scalars import resolve_scalar
from nnspec.document.tree import Entry, Mapping, Node, Scalar, Sequence, kind_of, shorten

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What acts on a terminal or turns the direction of the text, and is not seen in an editor."""
BALANCED = "the parser closes what it opens, and gives a node where one is due"
Valued = yaml.ScalarEvent | yaml.CollectionStartEvent
"""Events with which a node begins that is no alias."""

HARMLESS = ("tag:yaml.org,2002:python/tuple", "tag:yaml.org,2002:python/unicode")
"""Tags that say no more than the value does."""


def compose(text: str, twice: list[Diagnostic]) -> Node | None:
    """Return the tree of a YAML text, None if it holds no document.

    Args:
        text: the text.
        twice: takes the findings about keys that are given twice.

    Raises:
        Refused: with one finding, at the first place that cannot be read.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Composer(yaml.parse(text, Loader=loader), twice).compose()


class Mark(Protocol):
    """A place in the text, counted from 0: the class is the parser's, libyaml's or PyYAML's."""

    line: int
    column: int


class Composer:
    """Builds the tree from the event stream; one instance per document."""

    def __init__(self, events: Iterator[yaml.Event], twice: list[Diagnostic]) -> None:
        self.events = events
        self.twice = twice
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open: set[str] = set()
        self.nodes = 0
        self.aliases = 0
        self.aliased = 0

    def compose(self) -> Node | None:
        """Return the tree of the only document."""
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    refuse("Y106", "a second document begins here; one file holds one spec", event)
                root = self.node(next(self.events), 0)
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        """Return the node that begins with this event."""
        self.count(event, depth)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            return self.value(event, depth)
        raise AssertionError(BALANCED)

    def value(self, event: Valued, depth: int) -> Node:
        """Return the node that begins with this event, and hold it where it has an anchor."""
        self.check_tag(event)
        before = self.nodes
        if event.anchor:
            self.open.add(event.anchor)
        node = self.collection(event, depth)
        if event.anchor:
            self.open.discard(event.anchor)
            self.anchors[event.anchor] = (node, self.nodes - before + 1)
        return node

    def collection(self, event: Valued, depth: int) -> Node:
        """Return the scalar, list or mapping that begins with this event."""
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        return self.mapping(event, depth)

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        """Return one value, resolved by YAML 1.2's rules unless quoted."""
        text: str = event.value
        if len(text) > limits.VALUE_CHARACTERS:
            refuse(
                "L103",
                f"the value is {len(text):,} characters long, "
                f"longer than {limits.VALUE_CHARACTERS:,}",
                event,
            )
        if match := CONTROL.search(text):
            refuse("Y108", f"the value holds the control character U+{ord(match[0]):04X}", event)
        quoted = not event.implicit[0]
        if not quoted and len(text) > limits.NUMBER_DIGITS and text[:1].isdigit():
            refuse("L105", f"a number of {len(text):,} digits is larger than any setting", event)
        value = text if quoted else resolve_scalar(text)
        return Scalar(value, span(event), quoted, empty=not quoted and text == "")

    def sequence(self, event: yaml.CollectionStartEvent, depth: int) -> Sequence:
        """Return a list."""
        items: list[Node] = []
        for inner in self.events:
            if isinstance(inner, yaml.SequenceEndEvent):
                return Sequence(tuple(items), Span(start(event), end(inner, items)))
            items.append(self.node(inner, depth + 1))
        raise AssertionError(BALANCED)

    def mapping(self, event: yaml.CollectionStartEvent, depth: int) -> Mapping:
        """Return a mapping; of a key that occurs twice the first is kept, and both are named."""
        entries: dict[str, Entry] = {}
        for inner in self.events:
            if isinstance(inner, yaml.MappingEndEvent):
                values = [entry.value for entry in entries.values()]
                return Mapping(tuple(entries.values()), Span(start(event), end(inner, values)))
            key = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            torn = bool(event.flow_style) and isinstance(value, Scalar) and value.empty
            name = key_text(key, torn=torn)
            if name in entries:
                self.twice.append(given_twice(name, entries[name].key, key.span))
            else:
                entries[name] = Entry(name, key.span, value)
        raise AssertionError(BALANCED)

    def alias(self, event: yaml.AliasEvent) -> Node:
        """Return the node an alias stands for; what aliases add up to is bounded."""
        if event.anchor in self.open:
            refuse("Y111", f"*{event.anchor} stands within the value it repeats", event)
        if event.anchor not in self.anchors:
            hint = f'as a text, it is quoted: "*{event.anchor}"'
            refuse("Y110", f"nothing before is marked &{event.anchor}", event, hint)
        node, size = self.anchors[event.anchor]
        self.aliases += 1
        self.aliased += size
        self.nodes += size
        if self.aliases > limits.ALIASES or self.aliased > limits.ALIASED_NODES:
            refuse(
                "L104",
                f"aliases repeat {self.aliased:,} values by here; "
                f"at most {limits.ALIASED_NODES:,} in {limits.ALIASES:,} aliases",
                event,
            )
        return node

    def count(self, event: yaml.Event, depth: int) -> None:
        """Refuse what is nested too deeply or holds too many values."""
        self.nodes += 1
        if depth > limits.DEPTH:
            refuse("L102", f"nesting deeper than {limits.DEPTH} levels", event)
        if self.nodes > limits.NODES:
            refuse("L108", f"more than {limits.NODES:,} values, of layers and all else", event)

    def check_tag(self, event: Valued) -> None:
        """Refuse every tag: a spec is plain data.

        Two that PyYAML writes by itself build nothing: lists and texts of Python are lists and
        texts, and Keras 1 and 2 wrote their models so.
        """
        if event.tag is not None and event.tag not in HARMLESS:
            shown = shorten(event.tag.replace("tag:yaml.org,2002:", "!!"))
            message = f"the tag {shown} is refused: tags make readers build objects"
            own = not shown.startswith("!!")
            refuse("X101", message, event, f'as a text, it is quoted: "{shown}"' if own else None)


def key_text(key: Node, *, torn: bool) -> str:
    """Return a key's name, or refuse a key that is no text.

    Args:
        key: the key.
        torn: whether it stands alone between the commas of a mapping in braces.
    """
    if isinstance(key, Scalar):
        if key.value == "<<" and not key.quoted:
            message = "the merge key << is no part of YAML 1.2"
            hint = "write the values out, or use variables: or blocks:"
            raise Refused([Diagnostic("Y112", message, key.span, hint=hint)])
        if isinstance(key.value, str):
            return key.value
        written = "null" if key.value is None else str(key.value).lower()
        message = f"the key {written} is not text"
        hint = "the comma before it ends a value" if torn else f'quote it: "{written}":'
        raise Refused([Diagnostic("Y109", message, key.span, hint)])
    message = f"a key must be text; found {kind_of(key)}"
    raise Refused([Diagnostic("Y109", message, key.span, 'quote a name with brackets: "[a]":')])


def refuse(code: str, message: str, event: yaml.Event, hint: str | None = None) -> NoReturn:
    """Stop with a finding at an event."""
    raise Refused([Diagnostic(code, message, span(event), hint)])


def given_twice(name: str, first: Span, second: Span) -> Diagnostic:
    """Return the finding about a key that was given before."""
    lines = f"line {first.start.line} and line {second.start.line}"
    message = f"{shorten(name)} is given twice ({lines})"
    return Diagnostic("Y103", message, second, related=(Related("first given here", first),))


def start(event: yaml.Event) -> Position:
    """Return where an event begins, counted from 1."""
    return place(event.start_mark)


def span(event: yaml.Event) -> Span:
    """Return the stretch of text an event covers."""
    return Span(start(event), place(event.end_mark))


def place(mark: Mark | None) -> Position:
    """Return a mark of the parser, which gives every event two; counted from 1."""
    if mark is None:
        raise AssertionError("parsed events have marks")
    return Position(mark.line + 1, mark.column + 1)


def end(event: yaml.Event, inner: list[Node]) -> Position:
    """Return where a collection ends.

    A block collection's end event stands at the start of whatever follows it, often lines
    below; its last value ends where a reader would say.
    """
    first, last = start(event), place(event.end_mark)
    return inner[-1].span.end if first == last and inner else last
