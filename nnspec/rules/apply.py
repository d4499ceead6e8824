"""Floor 5: all rules on one case; the subjects in the order in which they are asked."""

from collections.abc import Mapping

from nnspec.diagnostics import Findings, Span
from nnspec.network.network import Network
from nnspec.rules import (
    activations,
    callbacks,
    capacity,
    dropout,
    gradients,
    loss_head,
    metrics,
    normalization,
    optimizers,
    outputs,
    pixels,
    rates,
    recurrence,
    redundancy,
    runtime,
    spatial,
    targets,
    vocabulary,
)
from nnspec.rules.case import Case
from nnspec.rules.rule import RULES
from nnspec.spec.spec import Spec

SUBJECTS = (
    outputs,
    loss_head,
    targets,
    metrics,
    callbacks,
    rates,
    optimizers,
    runtime,
    normalization,
    dropout,
    activations,
    redundancy,
    spatial,
    recurrence,
    capacity,
    gradients,
    vocabulary,
    pixels,
)
"""The modules of rules; importing one registers its rules."""


def apply_rules(
    spec: Spec, network: Network, findings: Findings, *, counts: Mapping[str, int] | None = None
) -> None:
    """Record what the rules say about a spec and its network.

    Args:
        spec: every section that could be read.
        network: as complete as the errors before allow.
        findings: takes what is found, each at the place that must change.
        counts: with open data, how many whole numbers an input holds, counted from 0.
    """
    case = Case(spec, network, counts or {})
    doubted = find_doubted(spec, network)
    for rule in RULES:
        for finding in rule.check(case):
            if doubted.isdisjoint((finding.span, *(one.span for one in finding.related))):
                findings.append(finding)


def find_doubted(spec: Spec, network: Network) -> frozenset[Span | None]:
    """Return the places of what was refused, and of all arguments of layers that were.

    What a rule says about such a place would only be a consequence.
    """
    refused = spec.positions.doubted
    if not refused:
        return frozenset()
    origins = (node.node.origin for node in network.nodes)
    inside = (origin.arguments.values() for origin in origins if origin.head in refused)
    return refused | {span for spans in inside for span in spans}
