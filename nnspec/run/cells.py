"""Floor 8, cells of tables as text: none is a formula to the program that opens them."""

import re

FORMULA = re.compile(r"\s*(?:[=@].|[+-].*[(!|])", re.DOTALL)
"""What spreadsheets compute, and may call other programs by, when they open a table."""


def harmless(cell: object) -> object:
    """Return a cell that no spreadsheet runs: a formula has the sign before it that makes a text.

    A `+` alone, or `-5 to 10`, is no formula, and stays as it is.
    """
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
