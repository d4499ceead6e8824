"""Floor 5: what a rule is, and the list of all of them in the order they were defined."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case

Check = Callable[[Case], Iterator[Diagnostic]]
"""Gives what a case violates."""


OF_LAYERS = frozenset({"G321", "T112", "T126", "T132", "T137"})
"""Codes of the training that are about layers one by one."""
OF_THE_WHOLE = frozenset({"P111", "P113", "P114", "P128", "P132"})
"""Codes of practice that are about the network as a whole."""


OF_DESCENT = frozenset(
    {
        *("M101", "M102", "M103", "M112", "M119", "M122", "M137", "P111", "P114", "T103", "T106"),
        *("T107", "T116", "T117", "T120", "T121", "T122", "T123", "T125", "T131", "T133", "T134"),
        *("T135", "T136", "T138"),
    }
)
"""Codes about optimizers, losses and gradients, which a learning rule has none of."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it may report, and the function that looks."""

    codes: tuple[str, ...]
    check: Check

    @property
    def of_layers(self) -> bool:
        """Return whether the rule looks at layers one by one, within models as well."""
        return self.codes[0] in OF_LAYERS or (
            self.codes[0].startswith("P") and self.codes[0] not in OF_THE_WHOLE
        )

    def applies(self, case: Case) -> bool:
        """Return whether the rule is about how this case learns."""
        return not case.by_rule or self.codes[0] not in OF_DESCENT


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
