"""How the parts of a program are joined: what the front feeds, and what a loss has left to do."""

from nnspec.catalog.losses import Loss
from nnspec.data.fit.fitted import Preprocessing
from nnspec.network.network import Network
from nnspec.rules.head import Head


def takes_scores(loss: Loss, head: Head) -> bool:
    """Return whether a loss takes scores: logits, or a hinge's numbers on both sides of 0."""
    shares = head.gives in {"probability", "distribution"}
    signed = loss.predictions == "scores" and not shares
    return signed or bool(getattr(loss, "from_logits", False))


def match_inputs(network: Network, fitted: Preprocessing) -> dict[str, str]:
    """Return the core's input for each tensor of the front: by name, or the only one."""
    match [node.name for node in network.inputs], list(fitted.inputs):
        case [only], [given]:
            return {given: only}
        case inputs, names:
            return {name: name for name in names if name in inputs}
