"""Filled settings of two specs, compared by path; objects by name, then by argument."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nnspec.document import Plain

ABSENT: Final = "<absent>"
"""Stands for what one side does not have; no setting has this value."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that differs.

    Attributes:
        path: keys and places from the section down, dots between them.
        before: its value; ABSENT where it was not there.
        after: its value; ABSENT where it is there no more.
    """

    path: str
    before: Plain
    after: Plain


def compare(before: Plain, after: Plain, path: str = "") -> Iterator[Change]:
    """Give every setting that differs, in the order of the reference."""
    if before == after and type(before) is type(after):
        return
    match before, after:
        case dict(), dict() if is_object(before) and is_object(after) and [*before] != [*after]:
            yield Change(path, before, after)
        case dict(), dict():
            for key in [*before, *(key for key in after if key not in before)]:
                inner = f"{path}.{key}" if path else key
                yield from compare(before.get(key, ABSENT), after.get(key, ABSENT), inner)
        case list(), list() if are_objects([*before, *after]):
            yield from compare_objects(before, after, path)
        case _:
            if before != after or isinstance(before, bool) != isinstance(after, bool):
                yield Change(path, before, after)


def compare_objects(before: Sequence[Plain], after: Sequence[Plain], path: str) -> Iterator[Change]:
    """Give what differs between two lists of objects: the n-th of a class with the n-th."""
    first, second = numbered(before), numbered(after)
    for key in [*first, *(key for key in second if key not in first)]:
        one, other = first.get(key, ABSENT), second.get(key, ABSENT)
        if ABSENT in (one, other):
            yield Change(path, one, other)
        elif one != other:
            yield from compare(arguments_of(one), arguments_of(other), f"{path}.{key}")
    if [*first] != [*second] and {*first} == {*second}:
        yield Change(path, list[Plain](first), list[Plain](second))


def numbered(objects: Sequence[Plain]) -> dict[str, Plain]:
    """Return objects by name, a number behind each further one of a class."""
    found: dict[str, Plain] = {}
    for one in objects:
        name = name_of(one)
        count = sum(key.partition(" ")[0] == name for key in found)
        found[f"{name} {count + 1}" if count else name] = one
    return found


def is_object(value: Plain) -> bool:
    """Tell whether a value is an object with arguments: its name, and they under it."""
    return (
        isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), dict)
    )


def are_objects(values: Sequence[Plain]) -> bool:
    """Tell whether values are objects: names, and at least one of them with arguments."""
    named = all(isinstance(one, str) or is_object(one) for one in values)
    return named and any(map(is_object, values))


def name_of(value: Plain) -> str:
    """Return the name of an object."""
    return next(iter(value)) if isinstance(value, dict) else str(value)


def arguments_of(value: Plain) -> dict[str, Plain]:
    """Return the arguments of an object."""
    inner = next(iter(value.values())) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}
