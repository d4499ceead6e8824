"""Floor 5: rules that relate layers, loss, metrics and data."""

from nnspec.diagnostics import Findings
from nnspec.resolve import Network
from nnspec.spec.spec import Spec


def apply_rules(spec: Spec, network: Network, findings: Findings) -> None:
    """Run every rule."""
