"""How numbers are written in a text table: the sign before fractions, and between thousands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

POINTED = re.compile(r"[-+]?\d*\.\d+([eE][-+]?\d+)?")
COMMA = re.compile(r"[-+]?\d+,(?:\d{1,2}|\d{4,})([eE][-+]?\d+)?")
"""A number with a decimal comma that can be nothing else: no group of three digits follows it."""
GROUPS = {
    sign: re.compile(rf"[-+]?\d{{1,3}}(?:{re.escape(sign)}\d{{3}}){{2,}}")
    for sign in (",", ".", "'", " ")
}
"""Whole numbers with two groups of thousands, whose sign can be nothing else."""
MIXED = {
    (".", ","): re.compile(r"[-+]?\d{1,3}(?:,\d{3})+\.\d+"),
    (",", "."): re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+"),
    (",", " "): re.compile(r"[-+]?\d{1,3}(?: \d{3})+,\d+"),
    (".", "'"): re.compile(r"[-+]?\d{1,3}(?:'\d{3})+\.\d+"),
}
"""Decimal sign and thousands sign -> numbers with both."""
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


@dataclass(slots=True)
class Evidence:
    """What the cells of a table say about its signs."""

    decimals: set[str] = field(default_factory=set)
    thousands: set[str] = field(default_factory=set)

    def look_at(self, cells: Iterable[str]) -> None:
        """Take up the cells of a column, if all of them are numbers in some form."""
        texts = [one.replace("\u00a0", " ").replace("\u202f", " ").strip() for one in cells]
        texts = [one for one in texts if any(map(str.isdigit, one))]
        if not texts or not all(set(one) <= set("0123456789.,'+-eE ") for one in texts):
            return
        decimals: set[str] = set()
        thousands: set[str] = set()
        for text in texts:
            decimals |= {"."} if POINTED.fullmatch(text) else set()
            decimals |= {","} if COMMA.fullmatch(text) else set()
            thousands |= {sign for sign, form in GROUPS.items() if form.fullmatch(text)}
            for (decimal, sign), form in MIXED.items():
                if form.fullmatch(text):
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
