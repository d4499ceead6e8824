"""Floor 5: axes of unknown length that never agree, whatever the length."""

from collections.abc import Iterator
from dataclasses import replace

from nnspec.diagnostics import Diagnostic, Findings, Span
from nnspec.network.network import ResolvedNode
from nnspec.network.resolve import resolve
from nnspec.rules.case import Case
from nnspec.rules.rule import rule
from nnspec.shapes import Tensor

LENGTHS = (6_720, 40_320)
"""Lengths that windows of 2 to 10 steps divide, so that what goes down comes up again."""
MISMATCHES = frozenset({"G302", "G303"})
"""Codes of tensors that do not go together."""


@rule("G322")
def check_open_lengths(case: Case) -> Iterator[Diagnostic]:
    """Find merges of tensors whose open lengths differ, by trying two lengths.

    The lengths of several inputs have nothing to do with one another: of these it is silent. So it
    is where an open length meets a known one, which data of that one length agrees with.
    """
    if case.within or not case.complete or sum(map(is_open, case.network.inputs)) != 1:
        return
    tried = [mismatches(case, length) for length in LENGTHS]
    settled = {span for node in case.network.nodes if meets_known(case, node) for span in at(node)}
    for finding in tried[0]:
        if finding.span not in settled and any(other.span == finding.span for other in tried[1]):
            message = f"for inputs of length {LENGTHS[0]:,}: {finding.message}"
            hint = "bring both to one length, by a Cropping or ZeroPadding layer say"
            yield Diagnostic("G322", message, finding.span, hint, finding.related)


def mismatches(case: Case, length: int) -> list[Diagnostic]:
    """Return what does not go together where every open axis has one length."""
    tensors = {
        node.name: with_length(node.outputs[0], length)
        for node in case.network.inputs
        if node.outputs
    }
    findings = Findings()
    resolve(case.network.graph, tensors, findings, known=case.network)
    return [one for one in findings.diagnostics if one.code in MISMATCHES]


def meets_known(case: Case, node: ResolvedNode) -> bool:
    """Return whether an axis of a layer's inputs is open in one and of known length in another."""
    feeds = [(case.network.by_name.get(one.node), one.index) for one in node.node.sources]
    shapes = [one.outputs[index].shape[1:] for one, index in feeds if one and one.outputs]
    if len({len(one) for one in shapes}) != 1:
        return False
    axes = list(zip(*shapes, strict=True))
    joined = getattr(node.layer, "axis", None) if hasattr(node.layer, "joined_axis") else None
    place = None if joined is None else joined - 1 if joined > 0 else joined + len(axes)
    return any(
        None in extents and set(extents) != {None}
        for number, extents in enumerate(axes)
        if number != place
    )


def at(node: ResolvedNode) -> tuple[Span, ...]:
    """Return the places at which something may be said of a layer."""
    origin = node.node.origin
    return (origin.head, *origin.arguments.values(), *origin.wiring.values())


def is_open(node: ResolvedNode) -> bool:
    """Return whether an input has an axis of unknown length beside the batch."""
    return node.outputs is not None and None in node.outputs[0].shape[1:]


def with_length(tensor: Tensor, length: int) -> Tensor:
    """Return a tensor whose axes of unknown length, but for the batch, have this one."""
    rest = (length if extent is None else extent for extent in tensor.shape[1:])
    return replace(tensor, shape=(tensor.shape[0], *rest))
