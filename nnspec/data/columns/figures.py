"""Numbers as people write them, which are none to a reader of tables; and what to do about them."""

import re
from collections.abc import Sequence

CURRENCY = r"[$€£¥₹]"
THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:[,']\d{3})+(?:\.\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+")
MONEY = re.compile(rf"[-+]?{CURRENCY} ?[-+]?\d[\d,.']*|[-+]?\d[\d,.']* ?{CURRENCY}")
FIGURE = f"^(?:{THOUSANDS.pattern}|{DECIMAL_COMMA.pattern}|{MONEY.pattern})$"
"""What is read as a number by people alone."""
NOTHING = re.compile(r"[^\d]{1,12}")
MOST = 3
"""Different texts that a hint lists."""


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
    texts = list(dict.fromkeys(wrong))
    if len(texts) <= MOST and all(map(NOTHING.fullmatch, texts)):
        listed = ", ".join(f'"{one}"' for one in texts)
        return f"if it stands for a missing value, add it to data: null_values: [{listed}]"
    return f"correct the cell, or declare columns: {{{name}: category}}"
