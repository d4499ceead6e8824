"""What the writer may have meant: nearest names, and the words of other libraries."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from heapq import nsmallest

from nnspec.catalog.registry import names
from nnspec.diagnostics import Advice, Replacement
from nnspec.language.habits import LAYER_WORDS, LOOSE_HABITS

SHORT_NAME = 4
"""Letters up to which two slips make another name."""

PAIRS = 60_000
"""Pairs of letters that are compared for a hint: names of hostile specs are many and long."""
LISTED = 20
"""Names that a hint lists, at most: what fits into three lines."""
LONGEST = 100
"""A name of more characters was not mistyped."""


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like a name, capitals aside; None if none is close."""
    return None if len(name) > LONGEST else nearest_of(name, tuple(candidates))


@lru_cache(maxsize=256)
def nearest_of(name: str, candidates: tuple[str, ...]) -> str | None:
    """Return the nearest candidate; a block used a thousand times asks for the same name."""
    known = nsmallest(considered(name), candidates, key=lambda one: abs(len(one) - len(name)))
    folded: dict[str, list[str]] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), []).append(candidate)
    close = get_close_matches(name.casefold(), list(folded), n=5, cutoff=0.6)
    if not close:
        return None
    best = min(close, key=lambda one: edits(name.casefold(), one))
    return min(folded[best], key=lambda one: edits(name, one))


def considered(name: str) -> int:
    """Return how many candidates are compared with a name, letter by letter."""
    return PAIRS // max(len(name), 20) ** 2


@lru_cache(maxsize=4096)  # a name misspelt in a block is looked up in each of its uses
def edits(one: str, other: str) -> int:
    """Return how many letters must be changed, added, dropped or swapped with their neighbour.

    Source: optimal string alignment, the restricted Damerau-Levenshtein distance.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        above, row = row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]


def meant(
    name: str, candidates: Iterable[str], habits: Mapping[str, str] | None = None
) -> str | None:
    """Return the candidate that was meant, None if there is none to guess."""
    known = list(candidates)
    words = (habits or {}).get(name, "").split()
    return next((word for word in words if word in known), None) or nearest(name, known)


def is_certain(name: str, guess: str, candidates: Iterable[str], habits: Mapping[str, str]) -> bool:
    """Return whether a guess is a repair that needs nobody's eyes: a habit, or a slip.

    The only candidate within two letters, one for a short name; or the same but for capitals.
    Digits and signs are no slips: `Conv2` and `Conv3`, `lstm:8` and `lstm` are two things.
    """
    if guess in habits.get(name, "").split():
        return name not in LOOSE_HABITS
    if signs(name) != signs(guess):
        return False
    if name.casefold() == guess.casefold():
        return sum(one.casefold() == name.casefold() for one in candidates) == 1
    distance = edits(name, guess)
    if distance > (1 if len(name) <= SHORT_NAME else 2):
        return False
    near = [one for one in candidates if abs(len(one) - len(name)) <= distance]
    return len(near) <= considered(name) and sum(edits(name, one) <= distance for one in near) == 1


def signs(name: str) -> list[str]:
    """Return what a name holds besides letters, in order."""
    return [sign for sign in name if not sign.isalpha()]


def as_another(name: str) -> str | None:
    """Return how something is written that is no layer: in training, or as one."""
    if name in names("augmentations"):
        return f"write it below training: augmentation: [{name}]"
    return as_activation(name)


def as_activation(name: str) -> str | None:
    """Return how an activation is written as a layer, where no layer is called like it."""
    bare = name.rpartition(".")[2]
    folded = bare.replace("_", "").casefold()
    if bare in LAYER_WORDS or any(one.casefold() == folded for one in names("layers")):
        return None
    same = (one for one in names("activations") if one.replace("_", "") == folded)
    found = next(same, None)
    return f"write Activation: {found}" if found else None


def same_or_habit(name: str, known: Iterable[str], habits: Mapping[str, str]) -> set[str]:
    """Return the candidates that a name is, capitals aside, or that it stands for elsewhere."""
    return {one for one in known if one.casefold() == name.casefold()} | {
        *habits.get(name, "").split()
    }


def suggest(name: str, candidates: Iterable[str], habits: Mapping[str, str] | None = None) -> str:
    """Return a hint: what was meant, or the list where it is short, or nothing."""
    known = list(candidates)
    if spaced := with_space(name, known):
        return spaced
    dotted = any("." in one for one in known)
    bare = name if dotted else name.rpartition(".")[2] or name
    guess = meant(bare, known, habits)
    if bare != name and guess not in same_or_habit(bare, known, habits or {}):
        guess = None
    if guess:
        hint = f"did you mean {guess}?"
        if not is_certain(bare, guess, known, habits or {}):
            return hint
        return Advice(hint, Replacement(name, guess, keeps_quotes=True))
    return f"known here: {', '.join(sorted(known))}" if 0 < len(known) <= LISTED else ""


def suggest_given(name: str, candidates: Iterable[str]) -> str | None:
    """Return a hint among names that the writer chose: for people, since each may be meant."""
    return str(suggest(name, candidates)) or None


def with_space(name: str, known: Iterable[str]) -> str | None:
    """Return the hint for a colon without its space, where a known name stands before it."""
    sign = next((one for one in ":=" if one in name), "")
    before, _, after = name.partition(sign) if sign else (name, "", "")
    if before.strip() not in known or not sign:
        return None
    if not after.strip():
        return f"write one colon: {before.strip()}:"
    if sign == ":" and after.startswith(":"):
        return f"write one colon: {before.strip()}: {after.strip(': ')}"
    if sign == ":" and after.lstrip().startswith(("{", "[")):
        return f"put a space behind the colon of {before.strip()}"
    if sign == "=":
        return f"write a colon: {before.strip()}: {after.strip()}"
    return f"put a space behind the colon: {before.strip()}: {after.strip()}"
