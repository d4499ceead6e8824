"""Dates in TensorFlow: texts into the one form, and its parts as numbers.

The expressions are those by which tables are read (`data.columns.dates`).
"""

from typing import assert_never

import numpy as np
import tensorflow as tf

from nnspec.catalog.columns import Part
from nnspec.data.columns.dates import ISO, LONE, MONTHS, Form
from nnspec.data.fit.dates import DAY, ROUND
from nnspec.data.fit.fitted import DateFit

NOWHEN = "1970-01-01 00:00:00"
"""Stands for a date that is missing, or is none, so that its digits can be read."""
WRITTEN = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
PLACES = {
    "year": (0, 4),
    "month": (5, 2),
    "day": (8, 2),
    "hour": (11, 2),
    "minute": (14, 2),
    "second": (17, 2),
}
"""Part -> where its digits stand in the one form, and how many they are."""
FEBRUARY, DECEMBER = 2, 12
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of the months, but for leap years."""


def read_dates(fit: DateFit, cells: tf.Tensor) -> tf.Tensor:
    """Return texts in the one form, as far as they have the column's form, or ISO's."""
    form = Form(fit.form)
    if form.named:
        for number, name in enumerate(MONTHS, start=1):
            cells = tf.strings.regex_replace(cells, rf"(?i)\b{name}\b\.?", f"={number}=")
    for one in (form, *map(Form, ISO)):
        cells = tf.strings.regex_replace(cells, one.pattern, one.rewrite("\\{}"))
    return tf.strings.regex_replace(cells, LONE, r"0\1")


def are_dates(cells: tf.Tensor) -> tf.Tensor:
    """Return which texts are days that the calendar has, in the one form."""
    written = tf.strings.regex_full_match(cells, WRITTEN)
    parts = digits(tf.where(written, cells, NOWHEN))
    month, year = parts["month"], parts["year"]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    known = (month >= 1) & (month <= DECEMBER)
    length = tf.gather(tf.constant(LENGTHS, tf.int64), tf.where(known, month - 1, 0))
    length += tf.cast(leap & (month == FEBRUARY), tf.int64)
    in_day = (parts["hour"] < ROUND["hour"]) & (parts["minute"] < ROUND["minute"])
    in_day &= parts["second"] < ROUND["second"]
    real = known & (parts["day"] >= 1) & (parts["day"] <= length)
    return written & real & in_day


def digits(cells: tf.Tensor) -> dict[str, tf.Tensor]:
    """Return the parts of dates in the one form, as whole numbers."""
    return {
        part: tf.strings.to_number(tf.strings.substr(cells, start, length), tf.int64)
        for part, (start, length) in PLACES.items()
    }


def encode_dates(fit: DateFit, cells: tf.Tensor) -> tf.Tensor:
    """Return dates as numbers, with a last axis of them."""
    parts = digits(tf.where(tf.equal(cells, ""), NOWHEN, cells))
    day = days_since_1970(parts["year"], parts["month"], parts["day"])
    first = days_since_1970(parts["year"], tf.ones_like(day), tf.ones_like(day))
    seconds = (parts["hour"] * 60 + parts["minute"]) * 60 + parts["second"]
    parts |= {"dayofyear": day - first + 1, "weekday": (day + 3) % 7}
    elapsed = tf.cast(day, tf.float64) + tf.cast(seconds, tf.float64) / DAY
    numbers = [one for part in fit.parts for one in _numbers(fit, part, parts, elapsed)]
    return tf.stack([tf.cast(one, tf.float32) for one in numbers], axis=-1)


def _numbers(
    fit: DateFit, part: Part, parts: dict[str, tf.Tensor], elapsed: tf.Tensor
) -> list[tf.Tensor]:
    """Return the numbers of one part: on a line, or on a circle."""
    match part:
        case "elapsed" | "year":
            mean, deviation = fit.moments[part]
            line = elapsed if part == "elapsed" else tf.cast(parts["year"], tf.float64)
            return [(line - mean) * (1 / deviation)]
        case "month" | "day" | "dayofyear":
            return _circle(parts[part] - 1, ROUND[part])
        case "weekday" | "hour" | "minute" | "second":
            return _circle(parts[part], ROUND[part])
        case _:
            assert_never(part)


def _circle(place: tf.Tensor, count: int) -> list[tf.Tensor]:
    """Return sine and cosine of a place on a circle of so many places."""
    angle = tf.cast(place, tf.float64) * (2 * np.pi / count)
    return [tf.sin(angle), tf.cos(angle)]


def days_since_1970(year: tf.Tensor, month: tf.Tensor, day: tf.Tensor) -> tf.Tensor:
    """Return the number of days from 1 January 1970, by the Gregorian calendar.

    Source: Howard Hinnant, chrono-compatible low-level date algorithms, days_from_civil.
    """
    year -= tf.cast(month <= FEBRUARY, tf.int64)  # so that a year ends with its leap day
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
