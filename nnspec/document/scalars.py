"""YAML 1.2 core schema: what a plain scalar means. `no` is text, `1e-3` a number, `1:30` text.

Source: YAML 1.2.2, section 10.3.2.
"""

import re

NULL = {"", "~", "null", "Null", "NULL"}
TRUTH = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)")
NOT_A_NUMBER = {".nan", ".NaN", ".NAN"}
NUMERIC_START = frozenset("0123456789-+.")


def resolve_scalar(text: str) -> bool | int | float | str | None:
    """Return the value of a plain (unquoted) scalar."""
    if text in NULL:
        return None
    if text in TRUTH:
        return TRUTH[text]
    if text[0] not in NUMERIC_START:
        return text
    if INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if infinity := INFINITY.fullmatch(text):
        return float(f"{infinity[1]}inf")
    return float("nan") if text in NOT_A_NUMBER else text
