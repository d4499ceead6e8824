"""Floor 5: what a rule is, and the list of all of them in the order they were defined."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case

Check = Callable[[Case], Iterator[Diagnostic]]
"""Gives what a case violates."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it may report, and the function that looks."""

    codes: tuple[str, ...]
    check: Check


RULES: list[Rule] = []


def rule(*codes: str) -> Callable[[Check], Check]:
    """Register a function as a rule.

    Args:
        codes: every code that the function may report.
    """

    def register(check: Check) -> Check:
        RULES.append(Rule(codes, check))
        return check

    return register
