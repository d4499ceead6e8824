"""Settings that stand in another's place: two exchanged, one under a wrong key, one elsewhere.

Each is one mistake. What it makes of the places around it (a value of a wrong kind here, a missing
setting there) is told with it, at one place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from pydantic import BaseModel, ValidationError

from nnspec.catalog.registry import find
from nnspec.diagnostics import Diagnostic, Findings, Related, Span
from nnspec.document import Entry, Mapping, Node, Scalar, plain, shorten

HOME = "write it below "
"""How hints begin that say to which section a setting belongs."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A setting that an object needs and does not have.

    Attributes:
        name: of the setting.
        owner: of the object.
        finding: that says so.
    """

    name: str
    owner: str
    finding: Diagnostic


def accepts(kind: type[BaseModel], name: str, value: object) -> bool:
    """Return whether a class takes a value, as it was read, for one of its fields."""
    try:
        kind.model_validate({name: value})
    except ValidationError as error:
        return all(one["loc"][:1] != (name,) for one in error.errors(include_url=False))
    return True


def pairs(entries: Sequence[Entry], refused: set[str]) -> Iterator[tuple[Entry, Entry]]:
    """Give each two entries whose values were refused, in the order of the text."""
    yield from combinations([one for one in entries if one.name in refused], 2)


def exchanged(one: Entry, other: Entry) -> Diagnostic:
    """Return the finding for two settings each of which holds what the other takes."""
    message = f"{one.name} and {other.name} hold each other's values"
    hint = f"exchange the keys: {other.name}: {written(one.value)}"
    also = (Related(f"and {one.name}: {written(other.value)}", other.key),)
    return Diagnostic("S103", message, one.key, hint, also)


def written(node: Node) -> str:
    """Return a value as a hint shows it."""
    match node:
        case Scalar(value=str(text)):
            return shorten(text, 24)
        case Scalar():
            value = plain(node)
            return str(value).lower() if isinstance(value, bool) else str(value)
        case Mapping():
            return "{...}"
    return "[...]"


def within(span: Span | None, node: Span) -> bool:
    """Return whether a place lies in another."""
    return span is not None and node.start <= span.start and span.end <= node.end


def drop_within(findings: Findings, before: int, places: Iterable[Span]) -> None:
    """Take back the findings, from a number on, that lie in one of some places."""
    spans = tuple(places)
    kept = [
        one
        for one in findings.diagnostics[before:]
        if not any(within(one.span, span) for span in spans)
    ]
    findings.take_back(before, kept)


def without_strays(
    node: Node, family: str, homes: dict[str, str]
) -> tuple[Node, dict[str, Diagnostic]]:
    """Return the one object of a mapping without the keys beside it, and findings about these.

    Args:
        node: what stands where an object is due.
        family: of the object.
        homes: settings -> the section that has them.
    """
    if not isinstance(node, Mapping) or len(node) == 1 or node.get("class_name"):
        return node, {}
    heads = [entry for entry in node if find(family, entry.name)]
    if len(heads) != 1:
        return node, {}
    (head,) = heads
    strays = [entry for entry in node if entry is not head]
    found = {entry.name: beside(entry, head, family, homes) for entry in strays}
    return replace(node, entries=(head,)), found


def beside(entry: Entry, head: Entry, family: str, homes: dict[str, str]) -> Diagnostic:
    """Return the finding for a key that stands beside an object, where nothing stands."""
    message = f"{shorten(entry.name)!r} stands beside {head.name}, not below it"
    kind, home = find(family, head.name), homes.get(entry.name)
    hint = f"{HOME}{home}:" if home else "remove it"
    if kind is not None and entry.name in kind.model_fields:
        hint = f"write it among the arguments: {head.name}: {{{entry.name}: ...}}"
    return Diagnostic("S109", message, entry.key, hint)


def drop_about(findings: Findings, before: int, code: str, place: Span) -> None:
    """Take back the findings of a code, from a number on, at one place."""
    found = findings.diagnostics[before:]
    findings.take_back(before, [one for one in found if (one.code, one.span) != (code, place)])


def join_tuples(arguments: Mapping) -> Mapping:
    """Return arguments in which what Python writes as a tuple is one text again.

    In braces a comma ends a value: `pool: (2, 2)` is the text `(2`, and a key `2)` without one.
    """
    entries: list[Entry] = []
    for entry in arguments:
        last = entries[-1] if entries else None
        empty = isinstance(entry.value, Scalar) and entry.value.empty
        if last is not None and empty and is_open(last.value):
            assert isinstance(last.value, Scalar)
            text = f"{last.value.value}, {entry.name}"
            span = Span(last.value.span.start, entry.key.end)
            entries[-1] = replace(last, value=replace(last.value, value=text, span=span))
        else:
            entries.append(entry)
    return replace(arguments, entries=tuple(entries))


def is_open(node: Node) -> bool:
    """Return whether a value is a text with a parenthesis that is not closed."""
    text = node.value if isinstance(node, Scalar) and not node.quoted else None
    return isinstance(text, str) and text.startswith("(") and ")" not in text


def join_moved(
    found: Iterable[Diagnostic], missing: Iterable[Missing], strays: dict[str, Diagnostic]
) -> list[Diagnostic]:
    """Return findings, those about a setting that is missing here and stray there as one.

    Args:
        found: all findings.
        missing: settings that objects lack.
        strays: findings about settings that an object does not have, by the setting's name.
    """
    findings = list(found)
    for one in missing:
        stray = strays.get(one.name)
        lack = next((other for other in findings if same(other, one.finding)), None)
        here = next((other for other in findings if stray and same(other, stray)), None)
        if lack is None or here is None:
            continue
        findings.remove(lack)
        known = here.hint is not None and here.hint.startswith(HOME)
        hint = here.hint if known else f"move it to {one.owner}, which lacks it"
        also = (Related(f"{one.owner} needs {one.name}", lack.span),) if lack.span else ()
        findings[findings.index(here)] = replace(here, hint=hint, related=(*here.related, *also))
    return findings


def same(one: Diagnostic, other: Diagnostic) -> bool:
    """Return whether two findings are one, whatever was added to it."""
    return (one.code, one.message, one.span) == (other.code, other.message, other.span)
