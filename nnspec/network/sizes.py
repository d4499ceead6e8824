"""What fits into no memory is refused before it is asked for, with the arithmetic shown."""

from nnspec.diagnostics import Diagnostic, Findings
from nnspec.language.limits import LARGEST_NETWORK, LARGEST_ROW
from nnspec.network.network import Network, ResolvedNode, total
from nnspec.shapes import Shape, elements


def check_size(network: Network, findings: Findings) -> None:
    """Refuse a network that cannot fit into any memory, with the arithmetic shown."""
    for node in network.nodes:
        if finding := heavy_weight(node, network) or heavy_output(node):
            findings.append(finding)
            return
    everything = total(tuple(one for node in network.nodes for one in node.weights))
    if everything is not None and everything > LARGEST_NETWORK and network.nodes:
        largest = max(network.nodes, key=lambda node: node.parameters or 0)
        message = (
            f"the network would have {everything:,} parameters, {gigabytes(everything)}; "
            f"at most {LARGEST_NETWORK:,}. Most of them, {largest.parameters:,}, "
            f'are those of "{largest.name}"'
        )
        findings.add("L107", message, largest.node.origin.head)


def heavy_weight(node: ResolvedNode, network: Network) -> Diagnostic | None:
    """Return the finding for one array of weights that is too large."""
    for weight in node.weights:
        size = elements(weight.shape)
        if size is None or size <= LARGEST_NETWORK:
            continue
        layer = node.layer.keras_name if node.layer else node.name
        message = (
            f'{layer} "{node.name}" would have {times(weight.shape)} = {size:,} parameters in its '
            f"{weight.name}, {gigabytes(size)}; at most {LARGEST_NETWORK:,} parameters"
        )
        for source in node.node.sources[:1]:
            feeder = network.by_name[source.node]
            kind = feeder.layer.keras_name if feeder.layer else "the data's"
            message += f' (fed by {kind} "{feeder.name}")'
        argument = node.layer.shorthand if node.layer else None
        return Diagnostic("L107", message, node.node.origin.of(argument))
    return None


def heavy_output(node: ResolvedNode) -> Diagnostic | None:
    """Return the finding for a tensor of which not even one row fits."""
    for tensor in node.outputs or ():
        size = elements(tensor.shape[1:])
        if size is None or size <= LARGEST_ROW or node.node.implied:
            continue
        layer = node.layer.keras_name if node.layer else node.name
        message = (
            f'{layer} "{node.name}" would give {times(tensor.shape[1:])} = {size:,} numbers for '
            f"each row, {gigabytes(size)}; at most {LARGEST_ROW:,}"
        )
        argument = node.layer.shorthand if node.layer else None
        return Diagnostic("L107", message, node.node.origin.of(argument))
    return None


def times(shape: Shape) -> str:
    """Return a shape as a product."""
    return " x ".join(str(extent) for extent in shape)


def gigabytes(numbers: int) -> str:
    """Return the memory that numbers take, in words."""
    return f"{numbers * 4 / 2**30:,.0f} GiB in float32"
