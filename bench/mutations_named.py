"""Changes that went unnoticed once, by name; each must be noticed."""

from mutations import Mutant


def named() -> list[Mutant]:
    """Return the mutants."""
    return []
