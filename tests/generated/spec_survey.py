"""Counts how many drawn specs every reader judges right."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drawn_networks import Network, networks
from hypothesis.strategies import SearchStrategy
from mutations import Mutation, wrong_in_form, wrong_in_shape
from readers import check_valid, check_wrong_form, check_wrong_shape
from survey import draw_each

Drawn = Network | Mutation

SURVEYS: dict[str, tuple[SearchStrategy[Any], Callable[[str], None]]] = {
    "valid": (networks(), check_valid),
    "wrong in form": (wrong_in_form(), check_wrong_form),
    "wrong in shape": (wrong_in_shape(), check_wrong_shape),
}
"""Kind of spec -> how it is drawn, and what every reader must say of it."""


@dataclass
class SpecRow:
    """What became of the specs of one kind, and which layers valid ones hold."""

    kind: str
    drawn: int = 0
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


def survey_kind(kind: str, examples: int, number: int) -> SpecRow:
    """Return the counts over so many specs of a kind, drawn from a seed."""
    strategy, check = SURVEYS[kind]
    row = SpecRow(kind)

    def take(drawn: Drawn) -> None:
        row.drawn += 1
        if isinstance(drawn, Network):
            row.named.update(drawn.kinds)
        try:
            check(drawn.text())
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is counted and shown
            what = drawn.what if isinstance(drawn, Mutation) else ""
            row.failures.append(f"{what} {type(error).__name__}: {error}")
        else:
            row.passed += 1

    draw_each(strategy, examples, number, take)
    return row
