"""The signs in which a spec writes the form of dates: those of Python's strptime that are read."""

import re

DIRECTIVES = {
    "Y": r"([0-9]{4})",
    "m": r"([0-9]{1,2})",
    "d": r"([0-9]{1,2})",
    "b": r"=([0-9]{1,2})=",
    "B": r"=([0-9]{1,2})=",
    "H": r"([0-9]{1,2})",
    "M": r"([0-9]{1,2})",
    "S": r"([0-9]{1,2})(?:\.[0-9]+)?",
}
"""Sign of strptime -> what it matches; a month's name has become its number, =2=, before."""


def form_problem(written: str) -> str | None:
    """Return what is wrong with a form that the spec gives, None where it can be read."""
    found = re.findall(r"%(.?)", written)
    unknown = [f"%{one}" for one in found if one not in DIRECTIVES]
    if unknown:
        known = " ".join(f"%{one}" for one in DIRECTIVES)
        return f"{unknown[0]} is none of the signs that are read: {known}"
    if "Y" not in found or len({one for one in found if one in "mbB"}) > 1:
        return "it needs a year, %Y, and at most one month"
    return "a sign stands in it twice" if len(set(found)) < len(found) else None
