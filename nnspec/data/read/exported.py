"""Names of raw columns in an exported program, whose inputs are named as Python's arguments are."""

import re
from itertools import count
from keyword import iskeyword

OTHER = re.compile(r"[^A-Za-z0-9_]+")
LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def exported_names(columns: tuple[str, ...]) -> dict[str, str]:
    """Return the exported name of each column, by the column's own name.

    Names that are legal stay; "petal width (cm)" becomes petal_width_cm; of equal ones the later
    gets a number.
    """
    names = {column: column for column in columns if _is_legal(column)}
    for column in columns:
        if column not in names:
            names[column] = _free(_legal(column), set(names.values()))
    return {column: names[column] for column in columns}


def _is_legal(name: str) -> bool:
    """Tell whether a name can be an argument's."""
    return LEGAL.fullmatch(name) is not None and not iskeyword(name)


def _legal(column: str) -> str:
    """Return the nearest legal name."""
    plain = OTHER.sub("_", column).strip("_")
    return plain if _is_legal(plain) else f"column_{plain}".rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or the name with the first number that makes it another than those taken."""
    if name not in taken:
        return name
    return next(one for number in count(2) if (one := f"{name}_{number}") not in taken)
