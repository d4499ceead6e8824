"""Numbers as people write them, which are none to a reader of tables; and what to do about them."""

import re
from collections.abc import Sequence

from nnspec.document.write import flow

CURRENCY = r"[$€£¥₹]"
THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:[,']\d{3})+(?:\.\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+")
MONEY = re.compile(rf"[-+]?{CURRENCY} ?[-+]?\d[\d,.']*|[-+]?\d[\d,.']* ?{CURRENCY}")
FIGURE = f"^(?:{THOUSANDS.pattern}|{DECIMAL_COMMA.pattern}|{MONEY.pattern})$"
"""What is read as a number by people alone."""
UNIT = re.compile(r"([-+]?\d+(?:\.\d+)?) ?(?:%|[A-Za-z\u00b0\u00b5\u03bc][\w/]{0,7})")
"""A number with a unit behind it."""
ZONE = re.compile(r"\d[Tt ]?\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?[-+]\d\d:?\d\d")
"""A time that ends in its distance from UTC."""
NOTHING = re.compile(r"[^\d]{1,12}")
MOST = 3
"""Different texts that a hint lists."""


def advise_date(wrong: Sequence[str]) -> str:
    """Return what to do about the cells of a column of dates that are none."""
    if any(map(ZONE.search, wrong)):
        return "write all times in one zone, such as UTC, without its distance: 2024-01-31 11:00:00"
    return f"correct the cell, or let it count as missing: null_values: {flow([*wrong[:1]])}"


def advise(name: str, wrong: Sequence[str]) -> str:
    """Return what to do about the cells of a column of numbers that are none.

    Args:
        name: the column.
        wrong: those cells, or the first of them.
    """
    first = wrong[0]
    if THOUSANDS.fullmatch(first) and all(map(THOUSANDS.fullmatch, wrong)):
        return (
            f"write it without thousands separators: {first.replace(',', '').replace(chr(39), '')}"
        )
    if DECIMAL_COMMA.fullmatch(first):
        return f"write a decimal point: {first.replace('.', '').replace(',', '.')}"
    if MONEY.fullmatch(first):
        return f"write the number alone: {re.sub(rf'{CURRENCY}| ', '', first)}"
    if unit := UNIT.fullmatch(first):
        return f"write the number alone, its unit in the name of the column: {unit[1]}"
    texts = list(dict.fromkeys(wrong))
    if len(texts) <= MOST and all(map(NOTHING.fullmatch, texts)):
        listed = ", ".join(f'"{one}"' for one in texts)
        return f"if it stands for a missing value, add it to data: null_values: [{listed}]"
    return f"correct the cell, or declare columns: {{{name}: category}}"
