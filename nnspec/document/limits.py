"""Bounds on what a document may hold; a spec written by people stays far below each."""

FILE_BYTES = 4 * 2**20
VALUE_CHARACTERS = 100_000
DEPTH = 60
NODES = 100_000
ALIASES = 1_000
ALIASED_NODES = 50_000
NUMBER_DIGITS = 400
"""Longer than the widest finite double written out; int() is quadratic beyond."""
