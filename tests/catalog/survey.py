"""Counts what our answers and those of Keras come to, over many configurations of one layer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from answers import Judgement, judge
from configurations import configurations
from drawing import Case
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from nnspec.catalog.layer import Layer

SHOWN = 5
"""Disagreements of a layer that are kept in words."""


@dataclass
class Row:
    """One layer's answers, by what they come to."""

    layer: str
    drawn: int = 0
    taken: int = 0
    refused: int = 0
    refused_early: int = 0
    listed: dict[str, int] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)

    def count(self, case: Case, found: Judgement) -> None:
        """Add a configuration and what the answers to it come to."""
        self.drawn += 1
        match found.verdict:
            case "taken":
                self.taken += 1
            case "refused":
                self.refused += 1
            case "refused early":
                self.refused_early += 1
            case "listed":
                self.listed[found.reason] = self.listed.get(found.reason, 0) + 1
            case "unlike":
                self.unlike.append(f"{case.fields} on {case.inputs}: {found.reason}")


def survey(layer: type[Layer], examples: int, number: int) -> Row:
    """Return the counts over so many configurations, drawn from a seed."""
    row = Row(layer.keras_name)
    draw_each(configurations(layer), examples, number, lambda case: row.count(case, judge(case)))
    return row


def draw_each(
    strategy: SearchStrategy[Any], examples: int, number: int, take: Callable[[Any], None]
) -> None:
    """Hand on so many examples, drawn from a seed and never made smaller."""

    @seed(number)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def ask(example: Any) -> None:
        take(example)

    ask()
