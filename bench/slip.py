"""A spec with one mistake, and what the makers of mistakes ask of a fine one."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

from originals import Original, Place

from nnspec.document import Scalar


@dataclass(frozen=True, slots=True)
class Slip:
    """A spec with one mistake.

    Attributes:
        kind: what was done.
        original: the spec before.
        text: the spec after.
        lines: numbers of lines at which the mistake may be told, in the text after.
        place: what was changed, in the spec before; None where it was a line.
    """

    kind: str
    original: Original
    text: str
    lines: frozenset[int]
    place: Place | None = None


Draw = random.Random
Maker = Callable[[Draw, Original], Slip | None]


def typed_wrong(draw: Draw, word: str) -> str | None:
    """Return a word with one slip of the fingers; None where it is too short for one."""
    letters = [index for index, one in enumerate(word) if one.isalpha()]
    if len(letters) < 3:  # noqa: PLR2004 - shorter ones have too many neighbours
        return None
    at = draw.choice(letters)
    way = draw.randrange(5)
    if way == 0 and at + 1 < len(word):
        made = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif way == 1:
        made = word[:at] + word[at + 1 :]
    elif way == 2:  # noqa: PLR2004 - a number of a way
        made = word[:at] + word[at] + word[at:]
    elif way == 3:  # noqa: PLR2004 - as above
        made = word[:at] + draw.choice(string.ascii_lowercase) + word[at + 1 :]
    else:
        made = word[:at] + word[at].swapcase() + word[at + 1 :]
    return made if made != word else None


def line_of(place: Place) -> int:
    """Return the line on which a place begins."""
    return place.key.key.start.line if place.key else place.value.span.start.line


def heads_of(place: Place) -> frozenset[int]:
    """Return the lines at which an object tells what it lacks."""
    first = {place.head.start.line} if place.head else {1, 2, 3}
    return frozenset({*first, place.parent.span.start.line})


def scalars(original: Original, *kinds: type) -> list[Place]:
    """Return places of values of some types."""
    return [
        one
        for one in original.places
        if isinstance(one.value, Scalar) and type(one.value.value) in kinds
    ]


def keyed(original: Original) -> list[Place]:
    """Return places of keys of the language."""
    return [one for one in original.places if one.key and not one.own and len(one.path) > 0]
