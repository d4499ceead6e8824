"""Where a setting belongs that none takes where it stands: a section, or other objects."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.registry import find
from nnspec.document import Mapping, Node, Scalar, Sequence
from nnspec.language.habits import KEY_WORDS, LAST_ADVICE
from nnspec.spec.section import Section

FAMILIES = ("layers", "callbacks", "optimizers", "rules", "schedules", "losses", "metrics")
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


@dataclass(slots=True)
class Owners:
    """Objects of a document, by the settings that they take and do not say.

    Attributes:
        root: of the document.
        found: setting -> owner -> lines; None before the first question.
    """

    root: Node | None = None
    found: dict[str, dict[str, set[int]]] | None = None

    def hint(self, name: str) -> str | None:
        """Return where a setting of this name may belong; None for nowhere."""
        if self.found is None:
            self.found = defaultdict(lambda: defaultdict(set))
            for setting, owner, line in takers(self.root):
                self.found[setting][owner].add(line)
        if name not in self.found:
            return None
        places = [
            f"{owner} (line {' or '.join(map(str, sorted(lines)[:SHOWN]))})"
            for owner, lines in list(self.found[name].items())[:SHOWN]
        ]
        return f"write it among the arguments of {', or of '.join(places)}"


def takers(node: Node | None) -> Iterator[tuple[str, str, int]]:
    """Give the settings that objects below a node take and do not say: setting, owner, line."""
    match node:
        case Sequence(items=items):
            for item in items:
                yield from takers(item)
        case Mapping(entries=entries):
            for entry in entries:
                if isinstance(entry.value, Mapping):
                    said = {one.name for one in entry.value.entries}
                    line = entry.key.start.line
                    yield from ((one, entry.name, line) for one in settings(entry.name) - said)
                yield from takers(entry.value)
        case Scalar() | None:
            pass


def settings(owner: str) -> set[str]:
    """Return the settings of the catalogue's objects of one name."""
    kinds: Iterator[Any] = (find(family, owner) for family in FAMILIES)
    return {name for kind in kinds if kind is not None for name in kind.model_fields}
