"""Floor 5: all rules on one case; the subjects in the order in which they are asked."""

from nnspec.diagnostics import Findings
from nnspec.network.network import Network
from nnspec.rules import (
    activations,
    callbacks,
    capacity,
    dropout,
    loss_head,
    metrics,
    normalization,
    optimizers,
    outputs,
    rates,
    recurrence,
    redundancy,
    runtime,
    spatial,
    targets,
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
)
"""The modules of rules; importing one registers its rules."""


def apply_rules(spec: Spec, network: Network, findings: Findings) -> None:
    """Record what the rules say about a spec and its network.

    Args:
        spec: every section that could be read.
        network: as complete as the errors before allow.
        findings: takes what is found, each at the place that must change.
    """
    case = Case(spec, network)
    for rule in RULES:
        findings.extend(rule.check(case))
