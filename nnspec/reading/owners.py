"""Where a setting belongs that none takes where it stands: a section, or other objects."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.registry import find
from nnspec.document import Mapping, Node, Scalar, Sequence
from nnspec.language.habits import KEY_WORDS, LAST_ADVICE
from nnspec.spec.section import Section

FAMILIES = ("layers", "callbacks", "optimizers", "schedules", "losses", "metrics")
SEED = "runtime"
"""Section of the seed, which layers and others have too."""
SHOWN = 3
"""Lines that a hint names, at most."""


def section_of(
    homes: dict[str, str], kind: type[BaseModel], name: str, guess: str | None
) -> str | None:
    """Return the section of a setting that an object or another section does not have.

    Args:
        homes: settings -> the section that has them.
        kind: what the setting was written in.
        name: of the setting.
        guess: what may be meant by it.
    """
    section = issubclass(kind, Section)
    home = homes.get(name) if section or guess is None else None
    if home and name not in KEY_WORDS and (home != SEED or section):
        return f"write it below {home}:"
    return LAST_ADVICE.get(name) if guess is None else None


def owners(root: Node | None, name: str) -> str | None:
    """Return where a setting may belong: objects that take it and do not say it; None for none.

    Args:
        root: of the document.
        name: of the setting.
    """
    lines: dict[str, list[int]] = {}
    for owner, line in takers(root, name):
        lines.setdefault(owner, []).append(line)
    if not lines:
        return None
    places = [
        f"{owner} (line {' or '.join(map(str, sorted(set(found))[:SHOWN]))})"
        for owner, found in list(lines.items())[:SHOWN]
    ]
    return f"write it among the arguments of {', or of '.join(places)}"


def takers(node: Node | None, name: str) -> Iterator[tuple[str, int]]:
    """Give name and line of the objects that take a setting and do not say it."""
    match node:
        case Sequence(items=items):
            for item in items:
                yield from takers(item, name)
        case Mapping(entries=entries):
            for entry in entries:
                if takes(entry.name, name) and not says(entry.value, name):
                    yield entry.name, entry.key.start.line
                yield from takers(entry.value, name)
        case Scalar() | None:
            pass


def takes(owner: str, name: str) -> bool:
    """Return whether an object of the catalogue takes a setting by name."""
    kinds: Iterator[Any] = (find(family, owner) for family in FAMILIES)
    return any(kind is not None and name in kind.model_fields for kind in kinds)


def says(value: Node, name: str) -> bool:
    """Return whether an object's arguments hold a setting, or are one value in place of it."""
    return not isinstance(value, Mapping) or value.get(name) is not None
