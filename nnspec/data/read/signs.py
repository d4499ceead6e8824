"""How numbers are written in a text table: the sign before fractions, and between thousands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl


def _line(form: str) -> re.Pattern[str]:
    """Return the expression that finds a line of one form, blanks around it."""
    return re.compile(rf"^[^\S\n]*{form}[^\S\n]*$", re.MULTILINE)


POINTED = _line(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?")
COMMA = _line(r"[-+]?\d+,(?:\d{1,2}|\d{4,})(?:[eE][-+]?\d+)?")
"""A number with a decimal comma that can be nothing else: no group of three digits follows it."""
GROUPS = {
    sign: _line(rf"[-+]?\d{{1,3}}(?:{re.escape(sign)}\d{{3}}){{2,}}")
    for sign in (",", ".", "'", " ")
}
"""Whole numbers with two groups of thousands, whose sign can be nothing else."""
MIXED = {
    (".", ","): _line(r"[-+]?\d{1,3}(?:,\d{3})+\.\d+"),
    (",", "."): _line(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+"),
    (",", " "): _line(r"[-+]?\d{1,3}(?: \d{3})+,\d+"),
    (".", "'"): _line(r"[-+]?\d{1,3}(?:'\d{3})+\.\d+"),
}
"""Decimal sign and thousands sign -> numbers with both."""
DIGIT = re.compile(r"\d")
FOREIGN = re.compile(r"[^0-9.,'+\-eE \n]")
"""A sign that stands in no number."""
NARROW = "[\u00a0\u2009\u202f]"
"""Blanks that do not break, which stand between thousands as a blank does."""


@dataclass(frozen=True, slots=True)
class Signs:
    """How numbers are written.

    Attributes:
        decimal: sign before the fractions.
        thousands: sign between groups of three digits, "" for none.
    """

    decimal: str = "."
    thousands: str = ""

    @property
    def plain(self) -> bool:
        """Tell whether numbers are written as programs write them."""
        return self.decimal == "." and not self.thousands

    def settle(self, cells: pl.Series) -> pl.Series:
        """Return texts with those that are numbers written plainly; others as they are."""
        if self.plain or not isinstance(cells.dtype, pl.String):
            return cells
        point, group = re.escape(self.decimal), re.escape(self.thousands)
        grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+" if group else r"\d+"
        number = rf"^[-+]?(?:{grouped})?(?:{point}\d+|{point})?(?:[eE][-+]?\d+)?$"
        bare = cells.str.replace_all(NARROW, " ").str.strip_chars()
        found = bare.str.contains(number) & bare.str.contains(r"\d")
        written = bare.str.replace_all(self.thousands, "", literal=True) if group else bare
        written = written.str.replace(self.decimal, ".", literal=True)
        return cells.zip_with(~found.fill_null(value=False), written)


PLAIN = Signs()


def _digits(text: str) -> str | None:
    """Return the lines with digits; None without one, or if another sign stands in them."""
    if not FOREIGN.search(text):
        return text
    lines: list[str] = []
    for line in filter(DIGIT.search, text.split("\n")):
        if FOREIGN.search(line.strip()):
            return None
        lines.append(line)
    return "\n".join(lines) if lines else None


@dataclass(slots=True)
class Evidence:
    """What the cells of a table say about its signs."""

    decimals: set[str] = field(default_factory=set)
    thousands: set[str] = field(default_factory=set)

    def look_at(self, cells: Iterable[str]) -> None:
        """Take up the cells of a column, if all of them are numbers in some form."""
        text = _digits("\n".join(cells).replace("\u00a0", " ").replace("\u202f", " "))
        if text is None:
            return
        plain = not any(sign in text for sign in ",' ")
        decimals = {"."} if POINTED.search(text) else set()
        decimals |= {","} if not plain and COMMA.search(text) else set()
        thousands = {sign for sign, form in GROUPS.items() if sign in text and form.search(text)}
        for (decimal, sign), form in MIXED.items():
            if not plain and form.search(text):
                decimals.add(decimal)
                thousands.add(sign)
        if len(decimals) <= 1 and len(thousands) <= 1 and not decimals & thousands:
            self.decimals |= decimals
            self.thousands |= thousands

    @property
    def decimal(self) -> str | None:
        """Return the decimal sign that leaves no doubt, None without one."""
        return next(iter(self.decimals)) if len(self.decimals) == 1 else None

    @property
    def grouping(self) -> str | None:
        """Return the thousands sign that leaves no doubt, None without one."""
        return next(iter(self.thousands)) if len(self.thousands) == 1 else None
