"""Days and times as texts: which form they have, and each of them written alike.

A table, `predict` and the SavedModel bring a text into one form, 2024-01-31 13:05:00, by the same
expressions, which hold in polars (Rust's regex) and TensorFlow (RE2) alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from nnspec.spec.date_forms import DIRECTIVES

CANONICAL = "%Y-%m-%d %H:%M:%S"
"""The form that every date is brought into."""
ISO = (CANONICAL, "%Y-%m-%d")
"""Forms that are read whatever the column's own is."""
MONTHS = (
    *("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?"),
    *("aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
"""How English months are written; their number is their place."""
PLACES = ("Y", "m", "d", "H", "M", "S")
ABSENT = {"m": "1", "d": "1", "H": "0", "M": "0", "S": "0"}
"""What stands for the parts that a form leaves out."""
LONE = r"\b([0-9])\b"
"""A number of one digit, which gets a zero before it."""
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")
NAMED = ("%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%b %d %Y", "%Y-%b-%d")
MONTHLY = ("%Y-%m", "%b %Y")
TIMES = ("", " %H:%M", " %H:%M:%S")
FORMS = (*(day + time for day in (*DAYS, *NAMED) for time in TIMES), *MONTHLY)
"""Forms that are found out; a T may stand between day and time, and a Z behind it."""
TWINS = {"%d/%m/%Y": "%m/%d/%Y"}
"""Forms that differ in which number is the month."""


@dataclass(frozen=True, slots=True)
class Form:
    """How dates are written.

    Attributes:
        written: in the signs of strptime.
    """

    written: str

    @property
    def named(self) -> bool:
        """Tell whether months are written by their names."""
        return "%b" in self.written or "%B" in self.written

    @property
    def pattern(self) -> str:
        """Return the expression that a date matches whole."""
        parts = re.split(r"(%.)", self.written)
        inner = "".join(
            DIRECTIVES[one[1]] if one.startswith("%") else re.escape(one).replace(r"\ ", "[ T]+")
            for one in parts
            if one
        )
        return rf"\A{inner}Z?\z"

    def rewrite(self, group: str) -> str:
        """Return what a match is replaced by.

        Args:
            group: how the library writes a group of a match, `{}` for its number.
        """
        order = [one.replace("b", "m").replace("B", "m") for one in self.directives]
        found = {one: group.format(order.index(one) + 1) for one in order}
        year, month, day, hour, minute, second = (found.get(one, ABSENT.get(one)) for one in PLACES)
        return f"{year}-{month}-{day} {hour}:{minute}:{second}"

    @property
    def directives(self) -> list[str]:
        """Return the signs of strptime, in their order, without the percent."""
        return re.findall(r"%(.)", self.written)

    def canonical(self, cells: pl.Series) -> pl.Series:
        """Return each date in the one form; null for what is none of this form, or no day."""
        cells = numbered(cells) if self.named else cells
        fits = cells.str.contains(self.pattern).fill_null(value=False)
        plain = cells.str.replace(self.pattern, self.rewrite("${{{}}}"))
        padded = plain.str.replace_all(LONE, "0${1}")
        real = padded.str.to_datetime(CANONICAL, strict=False).is_not_null() & fits
        return padded.zip_with(real.fill_null(value=False), pl.Series([None], dtype=pl.String))


def read_dates(cells: pl.Series, written: str) -> pl.Series:
    """Return dates in the one form: those of a form, and in ISO's; null for any other text."""
    found = Form(written).canonical(cells)
    for other in ISO:
        if found.null_count() > cells.null_count() and other != written:
            found = found.fill_null(Form(other).canonical(cells))
    return found


def numbered(cells: pl.Series) -> pl.Series:
    """Return texts with the names of months as their numbers, told from those of days: =2=."""
    for number, name in enumerate(MONTHS, start=1):
        cells = cells.str.replace_all(rf"(?i)\b{name}\b\.?", f"={number}=")
    return cells


def find_forms(cells: pl.Series) -> tuple[str, ...]:
    """Return the forms that all texts of a column have: none, one, or two that are in doubt.

    Args:
        cells: texts, null for a missing one.
    """
    present = cells.drop_nulls().unique()
    if present.is_empty() or not _may_be_date(str(present[0])):
        return ()
    found = tuple(_fitting(present))
    doubtful = tuple(one for one in found if any(twin in one for twin in TWINS.values()))
    certain = tuple(one for one in found if one not in doubtful)
    return (*certain[:1], *doubtful[:1])


def _fitting(present: pl.Series) -> Iterator[str]:
    """Yield the forms that all texts have."""
    first = {named: str(numbered(present.head(1))[0] if named else present[0]) for named in (0, 1)}
    for form in map(Form, FORMS):
        # Each of polars' expressions takes a good part of a millisecond.
        fits = re.search(form.pattern.replace(r"\z", r"\Z"), first[form.named])
        if fits and form.canonical(present).null_count() == 0:
            yield form.written


def _may_be_date(text: str) -> bool:
    """Tell whether a text looks like a date at all, which is quickly seen."""
    digits = sum(map(str.isdigit, text))
    return 5 <= digits <= 20 and re.search(r"[-/.: ]", text) is not None  # noqa: PLR2004 - 2024-1, and with fractions of a second
