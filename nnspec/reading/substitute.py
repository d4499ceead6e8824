"""`$name` to its value: whole values only, no expressions, places kept."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nnspec.diagnostics import Diagnostic, Findings, Related, Span
from nnspec.document import Entry, Node, Scalar, Sequence, shorten
from nnspec.document import Mapping as MappingNode
from nnspec.language.near_names import nearest, suggest_given

ABOUT_VALUES = frozenset({"L105", "S103", "S104", "S105", "S106", "S107"})
"""Codes of findings that say what is wrong with a value."""
SHOWN = 3
"""Uses that are shown beside a definition."""
OPERATOR = re.compile(r"[+* ]|[-/]\d")
WORD = re.compile(r"\w+")
NAME = re.compile(r"[A-Za-z_]\w{0,63}")


@dataclass(slots=True)
class Substitution:
    """Replaces variables and block parameters; remembers which were used, and where.

    Attributes:
        values: by name; a value stands where it was defined.
        used: names that were used.
        outer: what holds around a block; its names are not those that the block defines.
        own: names that are defined here.
        places: where each value was put in -> where it is defined.
    """

    values: Mapping[str, Node]
    used: set[str] = field(default_factory=set)
    outer: "Substitution | None" = None
    own: frozenset[str] = frozenset()
    places: dict[Span, Span] = field(default_factory=dict)

    def apply(self, node: Node, findings: Findings) -> Node:
        """Return a node with every `$name` replaced and every `$$` undone."""
        match node:
            case Scalar(value=str(text)) if text.startswith("$"):
                return self.replace(node, text, findings)
            case Scalar():
                return node
            case Sequence(items=items):
                return replace(node, items=tuple(self.apply(one, findings) for one in items))
            case MappingNode(entries=entries):
                return replace(node, entries=tuple(self.entry(one, findings) for one in entries))

    def entry(self, entry: Entry, findings: Findings) -> Entry:
        """Return a key with its value replaced; keys themselves are never substituted."""
        return replace(entry, value=self.apply(entry.value, findings))

    def replace(self, node: Scalar, text: str, findings: Findings) -> Node:
        """Return the value of one `$name`, at the place where it is used."""
        if text.startswith("$$"):
            return replace(node, value=text[1:])
        name = text[1:]
        if name not in self.values:
            self.refuse(name, node, findings)
            return replace(node, refused=True)
        self.used.add(name)
        definer = self.definer(name)
        definer.places[node.span] = self.values[name].span
        return replace(self.values[name], span=node.span)

    def definer(self, name: str) -> "Substitution":
        """Return the substitution that a name comes from."""
        if self.outer is None or name in self.own:
            return self
        return self.outer.definer(name)

    def refuse(self, name: str, node: Scalar, findings: Findings) -> None:
        """Record a name that nothing defines; the one that was meant counts as used."""
        dollar = f"a text with a dollar is written $${shorten(name)}"
        hint = (
            f"define it, variables: {{{name}: VALUE}}; {dollar}" if NAME.fullmatch(name) else dollar
        )
        if name.startswith("{"):
            hint = "neither environment nor templates are read; write $$ for a dollar"
        elif OPERATOR.search(name):
            hint = "a spec holds no expressions: write the value itself"
            self.used |= set(WORD.findall(name))
        elif guess := nearest(name, self.values):
            self.used.add(guess)
            hint = suggest_given(name, self.values)
        message = f"no variable or parameter {shorten(name)!r} is defined"
        findings.add("S111", message, node.span, hint=hint)

    def inner(self, values: Mapping[str, Node]) -> "Substitution":
        """Return the substitution inside a block: its parameters, and the variables around it."""
        inside = {**self.values, **values}
        return Substitution(inside, self.used, self, frozenset(values))

    def at_definitions(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return findings, those about a value that is wrong wherever it is used at its definition.

        The uses are shown beside it. A value that is right elsewhere is reported where it is not.
        """
        findings = list(found)
        wrong = {one.span for one in findings if one.code in ABOUT_VALUES}
        uses: dict[Span, list[Span]] = {}
        for use, definition in self.places.items():
            uses.setdefault(definition, []).append(use)
        everywhere = {one for one, several in uses.items() if wrong.issuperset(several)}
        moved: list[Diagnostic] = []
        told: set[Span] = set()
        for one in findings:
            home = self.places.get(one.span) if one.span else None
            if home not in everywhere or home is None or one.code not in ABOUT_VALUES:
                moved.append(one)
            elif home not in told:
                told.add(home)
                also = tuple(Related("used here", use) for use in uses[home][:SHOWN])
                moved.append(replace(one, span=home, related=(*also, *one.related)))
        return moved


def names_used(nodes: Iterable[Node]) -> set[str]:
    """Return every name that stands behind a dollar in these nodes."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case Scalar(value=str(text)) if text.startswith("$") and not text.startswith("$$"):
                found.add(text[1:])
            case Sequence(items=items):
                found |= names_used(items)
            case MappingNode(entries=entries):
                found |= names_used(entry.value for entry in entries)
            case _:
                pass
    return found
