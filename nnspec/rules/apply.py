"""Floor 5: all rules on one case; the subjects in the order in which they are asked."""

from collections.abc import Mapping

from nnspec.diagnostics import Findings, Span
from nnspec.network.network import Network
from nnspec.rules import (
    activations,
    augmentation,
    callbacks,
    capacity,
    codes,
    competition,
    constants,
    counts,
    decisions,
    dropout,
    gates,
    gradients,
    halves,
    kernels,
    learning,
    lengths,
    loss_head,
    masks,
    metrics,
    noise,
    normalization,
    optimizers,
    outputs,
    pixels,
    rates,
    recurrence,
    redundancy,
    runtime,
    spatial,
    tags,
    targets,
    uncertainty,
    vocabulary,
)
from nnspec.rules.case import Case
from nnspec.rules.rule import RULES
from nnspec.rules.within import networks_within, places
from nnspec.spec.spec import Spec

SUBJECTS = (
    outputs,
    loss_head,
    tags,
    targets,
    competition,
    decisions,
    uncertainty,
    metrics,
    counts,
    callbacks,
    rates,
    optimizers,
    learning,
    runtime,
    gates,
    kernels,
    normalization,
    dropout,
    activations,
    redundancy,
    constants,
    spatial,
    lengths,
    recurrence,
    capacity,
    gradients,
    halves,
    vocabulary,
    pixels,
    codes,
    noise,
    augmentation,
    masks,
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
    found = [one for rule in RULES if rule.applies(case) for one in rule.check(case)]
    for model in networks_within(network):
        inner = Case(spec, model, within=True)
        found += [one for rule in RULES if rule.of_layers for one in rule.check(inner)]
    doubted = with_arguments(spec.positions.doubted, network)
    barred = with_arguments(learning.barred(case), network)
    for finding in found:
        spans = (finding.span, *(one.span for one in finding.related))
        explains = finding.code == "T140" or barred.isdisjoint(spans)
        if explains and doubted.isdisjoint(spans):
            findings.append(finding)


def with_arguments(refused: frozenset[Span | None], network: Network) -> frozenset[Span | None]:
    """Return the places of what was refused, and of all arguments of layers that were.

    What a rule says about such a place would only be a consequence.
    """
    if not refused:
        return frozenset()
    origins = (place.node.node.origin for place in places(network))
    inside = (origin.arguments.values() for origin in origins if origin.head in refused)
    return refused | {span for spans in inside for span in spans}
