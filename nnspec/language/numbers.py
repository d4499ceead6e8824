"""Texts that stand where a number is due: what was meant, as YAML writes it; floor 3."""

import re

from nnspec.diagnostics import Advice, Replacement
from nnspec.document import shorten
from nnspec.document.limits import NUMBER_DIGITS
from nnspec.document.scalars import resolve_scalar

EXPRESSION = re.compile(r"[0-9)] *(\*\*|[-+*/^]) *[0-9(]")
"""Arithmetic between numbers, which other programs would compute."""
GROUPED = re.compile(r"[1-9]\d{0,2}(?P<sign>[ ,.'_\u2019\u00a0\u202f])\d{3}(?:(?P=sign)\d{3})*")
"""A whole number in groups of three digits."""
SEPARATED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<sign>[ ,.'\u2019\u00a0\u202f])\d{3}(?:(?P=sign)\d{3})*)"
    r"(?!(?P=sign))[.,](?P<part>\d+)"
)
"""A number in groups of three digits, with a part behind another sign."""
ALONE = re.compile(r"[-+]?(?:\d+\.?\d*|(?<![A-Za-z])\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
DIGITS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
WORDS = {word: number for number, word in enumerate(DIGITS)}
LONGEST = 40
"""A text of more characters is no number with something beside it."""


def remedy_number(text: str, wanted: str) -> str | None:
    """Return what to write instead of a text where a number is due.

    Args:
        text: what was found, blanks around it taken away.
        wanted: what the setting takes, in words.
    """
    bare = text.removeprefix("(").removesuffix(")")
    if bare != text and is_number(bare):
        return f"write it without parentheses: {shorten(bare)}"
    if is_number(text):
        return Advice(f"write it without quotes: {shorten(text)}", Replacement(text, text))
    if is_number(bare := text.replace("_", "")):
        return f"write it as a number: {shorten(bare)}"
    return in_other_signs(text, wanted) or computed(text) or in_words(text, wanted)


def in_other_signs(text: str, wanted: str) -> str | None:
    """Return how YAML writes a number with separators, or with a comma for its point."""
    if match := SEPARATED.fullmatch(text):
        whole = re.sub(r"\D", "", match["whole"])
        return f"write it without separators: {whole}.{match['part']}"
    if GROUPED.fullmatch(text) and ("whole number" in wanted or not is_number(point(text))):
        return f"write it without separators: {re.sub(r'[^0-9]', '', text)}"
    if is_number(point(text)):
        return f"write a decimal point: {shorten(point(text))}"
    return None


def point(text: str) -> str:
    """Return a text with points for its commas."""
    return text.replace(",", ".")


def computed(text: str) -> str | None:
    """Return the value of a quotient, or the advice to compute."""
    over, under = (as_number(one.strip()) for one in text.partition("/")[::2])
    if over is not None and under:
        return f"a spec holds no expressions: write {over / under:g}"
    if EXPRESSION.search(text):
        return "a spec holds no expressions: write the number itself"
    return None


def in_words(text: str, wanted: str) -> str | None:
    """Return the number that a text spells out, or that stands in it beside a unit."""
    if text.lower() in WORDS and "whole number" in wanted:
        return f"write it in digits: {WORDS[text.lower()]}"
    numbers = ALONE.findall(text) if len(text) <= LONGEST else []
    if len(numbers) == 1 and not text.startswith("$"):
        return f"write the number alone: {numbers[0].removeprefix('+')}"
    return None


def is_number(text: str) -> bool:
    """Return whether a text reads as a number, by YAML's rules."""
    return as_number(text) is not None


def as_number(text: str) -> float | None:
    """Return the number that a text reads as, by YAML's rules: 0o17 is 15."""
    value = resolve_scalar(text) if 0 < len(text) <= NUMBER_DIGITS else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
