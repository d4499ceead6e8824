"""Dates as operators: texts read by their form, and their parts as numbers.

Within the graph a date is a whole number, 20240131130500 for 2024-01-31 13:05:00, and -1 where
there is none. It says what `nnspec.build.dates` computes in TensorFlow.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from nnspec.catalog.columns import Part
from nnspec.data.columns.dates import ABSENT, ISO, MONTHS, Form
from nnspec.data.fit.dates import ROUND
from nnspec.data.fit.fitted import DateFit
from nnspec.exchange.write.onnx.graph import DOUBLE, FLOAT, INT64, Unwritable, Writer
from nnspec.exchange.write.onnx.numbers import double
from nnspec.exchange.write.onnx.signs import at_least, first_parted, part, replaced
from nnspec.exchange.write.onnx.texts import as_numbers, flat, like
from nnspec.spec.date_forms import DIRECTIVES

NONE = -1
"""Stands for a date that is missing, or is none."""
FIRST = 1_01_01_00_00_00
"""A date whose parts can be read in the place of one that is missing: of the year 1."""
DIGITS = {"Y": 10, "m": 8, "d": 6, "H": 4, "M": 2, "S": 0}
"""Part of a form -> digits behind it."""
PLACES = {"year": 10, "month": 8, "day": 6, "hour": 4, "minute": 2, "second": 0}
NAMED = ("b", "B")
ERA, YEARS = 146_097, 400
"""Days and years until the calendar comes again."""
BEGINNING = 719_469
"""Days from the last of February of the year 0 to 1970."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads texts of one form.

    Attributes:
        cells: (batch,) texts without blanks around them.
        form: how they are written.
    """

    writer: Writer
    cells: str
    form: Form

    def read(self) -> tuple[str, str]:
        """Return which texts have the form, and their dates as whole numbers, days or not."""
        writer = self.writer
        fits = writer.op("RegexFullMatch", self.cells, pattern=_pattern(self.form))
        cells = writer.op("Where", fits, self.cells, writer.constant("", object))
        found = self._months() if self.form.named else {}
        if not self.form.named:
            cells = replaced(writer, cells, "T", " ")
        cells = first_parted(writer, cells, "Z")[0]
        parts, _ = writer.several("StringSplit", (cells,), 2)
        groups = [one for one in self.form.written.replace("T", " ").split(" ") if one]
        parts = at_least(writer, parts, cells, len(groups))
        for place, group in enumerate(groups):
            found |= replace(self, cells=part(writer, parts, place)).read_group(group)
        return fits, self._packed(found)

    def read_group(self, written: str) -> dict[str, str]:
        """Return the parts that stand between two blanks."""
        found: dict[str, str] = {}
        rest = self.cells
        for run, sign in re.findall(r"((?:%.)*)((?:[^%]|%$)*)", written):
            head, tail = rest, rest
            if sign:
                head, tail = first_parted(self.writer, rest, sign)
            directives = run.replace("%", "")
            if directives and not set(directives) & set(NAMED):
                found |= self._run(directives, head)
            rest = tail
        return found

    def _run(self, directives: str, text: str) -> dict[str, str]:
        """Return parts that nothing stands between: the first take as many digits as they may."""
        writer = self.writer
        if directives.endswith("S"):
            text = first_parted(writer, text, ".")[0]
        number = as_numbers(writer, text)
        fewest = sum(map(_fewest, directives))
        most = sum(4 if one == "Y" else 2 for one in directives)
        found: dict[str, str] = {}
        for total in range(fewest, most + 1):
            held = writer.op("RegexFullMatch", text, pattern=f"[0-9]{{{total}}}")
            for one, width, behind in _shared(directives, total):
                value = _taken(writer, number, width, behind)
                found[one] = writer.op("Where", held, value, found.get(one, _whole(writer, 0)))
        return found

    def _months(self) -> dict[str, str]:
        """Return the months that the texts name."""
        writer = self.writer
        found = _whole(writer, 0)
        for number, name in enumerate(MONTHS, start=1):
            pattern = rf"(?is).*\b{name}\b.*"
            named = writer.op("RegexFullMatch", self.cells, pattern=pattern)
            found = writer.op("Where", named, _whole(writer, number), found)
        return {"m": found}

    def _packed(self, found: dict[str, str]) -> str:
        """Return dates as whole numbers."""
        writer = self.writer
        total = _whole(writer, 0)
        for one, digits in DIGITS.items():
            value = found.get(one, _whole(writer, int(ABSENT.get(one, 0))))
            shifted = writer.op("Mul", value, _whole(writer, 10**digits))
            total = writer.op("Add", total, shifted)
        return total


def _pattern(form: Form) -> str:
    """Return the expression that a date matches whole, with the names of months."""
    if not form.named:
        return form.pattern.removeprefix(r"\A").removesuffix(r"\z")
    parts = re.split(r"(%.)", form.written)
    if any(re.search("[A-Za-z]|^[.]", one) for one in parts if not one.startswith("%")):
        raise Unwritable(
            f"its dates, {form.written}, have letters or points beside the names of months",
            "export to savedmodel, or write the months of the table as numbers",
        )
    names = rf"\b(?:{'|'.join(MONTHS)})\b\.?"
    return (
        "(?i)"
        + "".join(
            (names if one[1] in NAMED else DIRECTIVES[one[1]])
            if one.startswith("%")
            else re.escape(one).replace(r"\ ", " +")
            for one in parts
            if one
        )
        + "(?-i:Z?)"
    )


def _fewest(directive: str) -> int:
    return 4 if directive == "Y" else 1


def _shared(directives: str, total: int) -> Sequence[tuple[str, int, int]]:
    """Return each part of a run of digits with its width and the digits behind it."""
    found = []
    for place, one in enumerate(directives):
        needed = sum(map(_fewest, directives[place + 1 :]))
        width = min(4 if one == "Y" else 2, total - needed)
        total -= width
        found.append((one, width, total))
    return found


def _whole(writer: Writer, number: int) -> str:
    return writer.constant(number, np.int64)


def _taken(writer: Writer, number: str, width: int, behind: int) -> str:
    """Return some digits of whole numbers."""
    shifted = writer.op("Div", number, _whole(writer, 10**behind)) if behind else number
    return writer.op("Mod", shifted, _whole(writer, 10**width))


def read_dates(writer: Writer, fit: DateFit, cells: str, nulls: Sequence[str]) -> tuple[str, str]:
    """Return dates as whole numbers, -1 for none, and which cells are missing.

    Args:
        writer: takes the operators.
        fit: what was fitted of the column.
        cells: texts of any shape, without blanks around them.
        nulls: texts that stand for a missing cell.
    """
    row = flat(writer, cells)
    missing = writer.op("Equal", row, writer.constant("", object))
    for one in nulls:
        absent = writer.op("Equal", row, writer.constant(one, object))
        missing = writer.op("Or", missing, absent)
    found = _whole(writer, NONE)
    for written in reversed(dict.fromkeys((fit.form, *ISO))):
        fits, date = Reader(writer, row, Form(written)).read()
        found = writer.op("Where", fits, date, found)
    found = writer.op("Where", missing, _whole(writer, NONE), found)
    real = writer.op("Where", _are_days(writer, found), found, _whole(writer, NONE))
    return like(writer, real, cells), like(writer, missing, cells)


def _are_days(writer: Writer, dates: str) -> str:
    """Return which whole numbers are days that the calendar has, and times of a day."""
    parts = _parts(writer, dates)
    month, year, day = parts["month"], parts["year"], parts["day"]
    fourth, century, era = (
        writer.op("Equal", writer.op("Mod", year, _whole(writer, one)), _whole(writer, 0))
        for one in (4, 100, YEARS)
    )
    leap = writer.op("And", fourth, writer.op("Or", writer.op("Not", century), era))
    lengths = writer.constant((0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), np.int64)
    known = writer.op("LessOrEqual", month, _whole(writer, 12))
    held = writer.op("Where", known, month, _whole(writer, 0))
    length = writer.op("Gather", lengths, held)
    february = writer.op("And", leap, writer.op("Equal", month, _whole(writer, 2)))
    length = writer.op("Add", length, writer.cast(february, INT64))
    # Of no month there are no days, so that one bound tells all.
    found = writer.op("LessOrEqual", day, length)
    found = writer.op("And", found, writer.op("Greater", day, _whole(writer, 0)))
    for one in ("hour", "minute", "second"):
        found = writer.op("And", found, writer.op("Less", parts[one], _whole(writer, ROUND[one])))
    return writer.op("And", found, writer.op("GreaterOrEqual", dates, _whole(writer, 0)))


def _parts(writer: Writer, dates: str) -> dict[str, str]:
    """Return the parts of dates, those of a day where there is none."""
    none = writer.op("Less", dates, _whole(writer, 0))
    held = writer.op("Where", none, _whole(writer, FIRST), dates)
    return {
        part: _taken(writer, held, 4 if part == "year" else 2, behind)
        for part, behind in PLACES.items()
    }


def is_missing(writer: Writer, dates: str) -> str:
    """Return which dates are none."""
    return writer.op("Less", dates, _whole(writer, 0))


def encode_dates(writer: Writer, fit: DateFit, dates: str) -> str:
    """Return dates as numbers in single precision, with a last axis of them."""
    filling = NONE if fit.fill is None else int(re.sub("[^0-9]", "", fit.fill))
    held = writer.op("Where", is_missing(writer, dates), _whole(writer, filling), dates)
    parts = _parts(writer, held)
    day = _days(writer, parts["year"], parts["month"], parts["day"])
    first = _days(writer, parts["year"], _whole(writer, 1), _whole(writer, 1))
    parts["dayofyear"] = writer.op("Add", writer.op("Sub", day, first), _whole(writer, 1))
    thursday = writer.op("Add", day, _whole(writer, 3))  # 1 January 1970 was one
    parts["weekday"] = writer.op("Mod", thursday, _whole(writer, 7))
    numbers = [_number(writer, fit, one, parts | {"elapsed": day}) for one in fit.parts]
    return writer.concat(numbers, -1)


def _number(writer: Writer, fit: DateFit, name: Part, parts: dict[str, str]) -> str:
    """Return one part: on a line, or as sine and cosine of its place on a circle."""
    match name:
        case "elapsed" | "year":
            line = writer.cast(parts[name], DOUBLE)
            if name == "elapsed":
                line = writer.op("Add", line, _share_of_day(writer, parts))
            mean, deviation = fit.moments[name]
            apart = writer.op("Sub", line, double(writer, mean))
            scaled = writer.op("Mul", apart, double(writer, 1 / deviation))
            return writer.expand_dims(writer.cast(scaled, FLOAT), -1)
        case "month" | "day" | "dayofyear" | "weekday" | "hour" | "minute" | "second":
            counted = 1 if name in {"month", "day", "dayofyear"} else 0
            angles = (np.arange(ROUND[name] + counted) - counted) * (2 * np.pi / ROUND[name])
            circle = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
            return writer.op("Gather", writer.floats(circle), parts[name], axis=0)
        case _:
            assert_never(name)


def _share_of_day(writer: Writer, parts: dict[str, str]) -> str:
    seconds = _whole(writer, 0)
    for name, length in (("hour", 3600), ("minute", 60), ("second", 1)):
        more = writer.op("Mul", parts[name], _whole(writer, length))
        seconds = writer.op("Add", seconds, more)
    return writer.op("Div", writer.cast(seconds, DOUBLE), double(writer, 86_400.0))


def _days(writer: Writer, year: str, month: str, day: str) -> str:
    """Return the number of days from 1 January 1970, by the Gregorian calendar.

    Source: Howard Hinnant, chrono-compatible low-level date algorithms, days_from_civil; an era
    is added and taken away, since divisions here round towards 0.
    """

    def op(kind: str, first: str, second: int) -> str:
        return writer.op(kind, first, _whole(writer, second))

    early = writer.cast(op("LessOrEqual", month, 2), INT64)
    year = op("Add", writer.op("Sub", year, early), YEARS)
    era, of_era = op("Div", year, YEARS), op("Mod", year, YEARS)
    months = op("Mod", op("Add", month, 9), 12)
    of_year = op("Div", op("Add", op("Mul", months, 153), 2), 5)
    found = writer.op("Add", op("Mul", era, ERA), op("Mul", of_era, 365))
    for more in (op("Div", of_era, 4), of_year, day):
        found = writer.op("Add", found, more)
    found = writer.op("Sub", found, op("Div", of_era, 100))
    return op("Sub", found, BEGINNING + ERA)
