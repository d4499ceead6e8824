"""The network as a table: what each layer is, gives, weighs and takes; totals below.

Everything comes from the resolved graph; Keras is not asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nnspec.network.network import Network, ResolvedNode, total
from nnspec.shapes import elements, show

WIDTH = 80
"""Terminal cells that the table may take."""
GAP = 2
"""Cells between two columns."""
NARROWEST = 14
"""Cells below which a column is not folded."""
HEADER = ("layer", "name", "output shape", "parameters", "connected to")
NUMBERS = HEADER.index("parameters")
UNKNOWN = "?"
FLOAT_BYTES = 4
PART = re.compile(r"[^\s_.]?[^\s_.A-Z]*(?:[_.]|[,;]?\s+)?|.")
"""A piece of a cell that stays together: a word of a name, with what follows it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One layer.

    Attributes:
        layer: class of the layer in Keras.
        name: full name.
        shapes: shape of each tensor that leaves it, batch left out; None while unknown.
        parameters: number of its weights' elements; 0 where it shares another's; None: unknown.
        shares: name of the layer whose weights it applies again.
        sources: names of the layers that feed it.
    """

    layer: str
    name: str
    shapes: tuple[str, ...] | None
    parameters: int | None
    shares: str | None
    sources: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the row as text, in the order of the header."""
        shapes = UNKNOWN if self.shapes is None else ", ".join(self.shapes)
        weights = UNKNOWN if self.parameters is None else f"{self.parameters:,}"
        sources = ", ".join(self.sources) + (f"; weights of {self.shares}" if self.shares else "")
        return (self.layer, self.name, shapes, weights, sources)


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole network; a figure is None while an axis is unknown.

    Attributes:
        trainable: parameters that training changes.
        frozen: parameters that it does not.
        activations: elements that leave all layers, per row of the batch.
    """

    rows: tuple[Row, ...]
    outputs: tuple[str, ...]
    trainable: int | None
    frozen: int | None
    activations: int | None


def summarize(network: Network) -> Summary:
    """Return the summary of a resolved network."""
    counts = [count_trainable(node) for node in network.nodes]
    known = [count for count in counts if count is not None]
    trainable = sum(known) if len(known) == len(counts) else None
    everything = total(tuple(weight for node in network.nodes for weight in node.weights))
    return Summary(
        tuple(describe(node) for node in network.nodes),
        tuple(output.name for output in network.graph.outputs),
        trainable,
        None if everything is None or trainable is None else everything - trainable,
        count_activations(network),
    )


def describe(node: ResolvedNode) -> Row:
    """Return one layer's row."""
    shapes = None if node.outputs is None else tuple(show(one.shape) for one in node.outputs)
    layer = "Input" if node.node.implied else node.layer.keras_name if node.layer else UNKNOWN
    parameters = None if node.outputs is None else node.parameters
    sources = tuple(
        source.node if source.index == 0 else f"{source.node}.{source.index}"
        for source in node.node.sources
    )
    return Row(layer, node.name, shapes, parameters, node.node.shares, sources)


def count_trainable(node: ResolvedNode) -> int | None:
    """Return the number of a layer's parameters that training changes."""
    if node.outputs is None:
        return None
    frozen = node.layer is not None and not node.layer.trainable
    return 0 if frozen else total(node.weights, trainable=True)


def count_activations(network: Network) -> int | None:
    """Return the number of elements that leave all layers for one row."""
    count = 0
    for node in network.nodes:
        for tensor in node.outputs or ():
            size = elements(tensor.shape[1:])
            if size is None:
                return None
            count += size
        if node.outputs is None:
            return None
    return count


def show_summary(summary: Summary, width: int = WIDTH) -> str:
    """Return the table and its totals as text, cells folded so that it fits into the width."""
    lines = [HEADER, *(row.cells for row in summary.rows)]
    columns = zip(*lines, strict=True)
    widths = fit([max(map(len, column)) for column in columns], width)
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    head, *body = (fold(line, widths) for line in lines)
    return "\n".join([head, rule, *body, rule, *totals(summary)])


def fit(widths: Sequence[int], width: int) -> list[int]:
    """Return column widths of which the widest were narrowed until all fit into the width."""
    fitted = list(widths)
    room = width - GAP * (len(widths) - 1)
    while sum(fitted) > room:
        widest = max(range(len(fitted)), key=lambda one: (one != NUMBERS, fitted[one]))
        if fitted[widest] <= NARROWEST:
            break
        fitted[widest] -= 1
    return fitted


def fold(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row of the table, cells wider than their column folded onto further lines."""
    columns = [break_cell(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(len(column) for column in columns)
    lines: list[str] = []
    for index in range(height):
        parts = [column[index] if index < len(column) else "" for column in columns]
        shown = [
            part.rjust(width) if column == NUMBERS else part.ljust(width)
            for column, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        lines.append((" " * GAP).join(shown).rstrip())
    return "\n".join(lines)


def break_cell(cell: str, width: int) -> list[str]:
    """Return the lines of a cell, broken behind a space, a dot or a word of a name."""
    lines = [""]
    for part in PART.findall(cell):
        if len(lines[-1]) + len(part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    pieces = (line.rstrip() for line in lines if line.strip() or len(lines) == 1)
    return [piece[at : at + width] for piece in pieces for at in range(0, len(piece) or 1, width)]


def totals(summary: Summary) -> list[str]:
    """Return the lines below the table."""
    trainable, frozen = summary.trainable, summary.frozen
    lines = [f"outputs: {', '.join(summary.outputs)}"]
    if trainable is None or frozen is None:
        return [*lines, "parameters: unknown until the data is read"]
    everything = trainable + frozen
    lines.append(f"parameters: {everything:,} ({trainable:,} trainable, {frozen:,} not trainable)")
    memory = f"memory: {show_bytes(everything * FLOAT_BYTES)} of weights"
    if summary.activations is not None:
        memory += f", {show_bytes(summary.activations * FLOAT_BYTES)} of activations per row"
    return [*lines, f"{memory} (float32)"]


def show_bytes(count: int) -> str:
    """Return an amount of memory in the unit that suits it."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:  # noqa: PLR2004 - the step between binary units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
