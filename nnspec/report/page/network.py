"""Floor 8, the network on a page: drawn from its inputs down, and as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from nnspec.network.summary import Row, Summary
from nnspec.report.page.pieces import LONG, Table, left_out
from nnspec.report.page.svg import cut, joined, picture, plain, tag

BOX, TALL, GAP, BETWEEN = 170.0, 42.0, 26.0, 18.0
"""Sizes: of a layer's box, down to the next rank, across to the next box."""
MOST_DRAWN = 60
MOST_ABREAST = 5
MOST_LINES = 150
HEADER = ("layer", "name", "output shape", "parameters", "connected to")


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer with the place of its box: rank from the top, place across."""

    row: Row
    rank: int
    x: float
    y: float


def draw_network(summary: Summary) -> tuple[Markup | None, str]:
    """Return the network as a picture, and why there is none, or what it leaves out."""
    rows = summary.rows
    if len(rows) > MOST_DRAWN:
        return (
            None,
            f"The network has {len(rows):,} layers, too many to draw; they are listed below.",
        )
    ranks = rank_layers(rows)
    abreast = max((len(one) for one in ranks.values()), default=0)
    if abreast > MOST_ABREAST:
        return None, f"Up to {abreast:,} layers lie side by side, too many to draw."
    if not rows:
        return None, ""
    width = abreast * BOX + (abreast - 1) * BETWEEN + 80
    placed: dict[str, Placed] = {}
    for rank, names in ranks.items():
        whole = len(names) * BOX + (len(names) - 1) * BETWEEN
        for place, row in enumerate(names):
            x = (width - whole) / 2 + place * (BOX + BETWEEN)
            placed[row.name] = Placed(row, rank, x, 6 + rank * (TALL + GAP))
    edges = [edge for one in placed.values() for edge in _edges(one, placed, width)]
    boxes = [_box(one, summary) for one in placed.values()]
    height = len(ranks) * (TALL + GAP) - GAP + 12
    said = f"the network: {len(rows)} layers from {rows[0].name} to {', '.join(summary.outputs)}"
    return picture((width, height), said, [*edges, *boxes], fitted=False), ""


def rank_layers(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """Return the layers by their longest way from an input; each stands below what feeds it."""
    known = {one.name for one in rows}
    depth: dict[str, int] = {}
    for row in rows:
        above = [depth[one] for one in _sources(row, known) if one in depth]
        depth[row.name] = 1 + max(above) if above else 0
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(depth[row.name], []).append(row)
    return dict(sorted(found.items()))


def list_layers(summary: Summary) -> Table:
    """Return the layers as a table."""
    lines = tuple(tuple(plain(one, 60) for one in row.cells) for row in summary.rows[:MOST_LINES])
    note = left_out(len(summary.rows), "layers", MOST_LINES)
    return Table(
        "Layers",
        HEADER,
        lines,
        texts=frozenset({0, 1, 2, 4}),
        note=note,
        folded=len(lines) > LONG,
    )


def _sources(row: Row, known: set[str]) -> list[str]:
    """Return the layers that feed one; an output's number behind a name is taken off."""
    found = []
    for one in row.sources:
        whole = one if one in known else one.rpartition(".")[0]
        if whole in known:
            found.append(whole)
    return found


def _box(one: Placed, summary: Summary) -> Markup:
    row = one.row
    kind = "box ends" if not row.sources or row.name in summary.outputs else "box"
    shapes = "?" if row.shapes is None else ", ".join(row.shapes)
    weights = f" · {row.parameters:,}" if row.parameters else ""
    title = f"{row.name}: {row.layer}, gives {shapes}, {row.parameters or 0:,} parameters"
    middle = one.x + BOX / 2
    return tag(
        "g",
        tag("title", plain(title)),
        tag("rect", x=one.x, y=one.y, width=BOX, height=TALL, rx=5, class_=kind),
        tag(
            "text", cut(row.layer, 22), x=middle, y=one.y + 17, class_="layer", text_anchor="middle"
        ),
        tag(
            "text",
            cut(f"{shapes}{weights}", 28),
            x=middle,
            y=one.y + 33,
            class_="tick",
            text_anchor="middle",
        ),
    )


def _edges(one: Placed, placed: Mapping[str, Placed], width: float) -> list[Markup]:
    return [
        _edge(placed[source], one, place, width)
        for place, source in enumerate(_sources(one.row, set(placed)))
    ]


def _edge(start: Placed, end: Placed, place: int, width: float) -> Markup:
    """Return an arrow; one past other layers goes around them."""
    x1, y1 = start.x + BOX / 2, start.y + TALL
    x2, y2 = end.x + BOX / 2, end.y - 5
    if end.rank - start.rank == 1:
        middle = (y1 + y2) / 2
        way = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
    else:
        side = max(start.x, end.x) + BOX
        x1, y1 = start.x + BOX, start.y + TALL / 2
        out = min(width - 4, side + 24 + 6 * (place + (end.rank - start.rank) % 3))
        x3, y3 = end.x + BOX, end.y + TALL / 2
        way = f"M{x1:.0f} {y1:.0f}C{out:.0f} {y1:.0f} {out:.0f} {y3:.0f} {x3 + 5:.0f} {y3:.0f}"
        head = f"M{x3 + 6:.0f} {y3 - 3:.0f}L{x3:.0f} {y3:.0f}L{x3 + 6:.0f} {y3 + 3:.0f}"
        return joined([tag("path", d=way, class_="edge"), tag("path", d=head, class_="edge")])
    head = f"M{x2 - 4:.0f} {y2 - 2:.0f}L{x2:.0f} {y2 + 5:.0f}L{x2 + 4:.0f} {y2 - 2:.0f}"
    return joined([tag("path", d=way, class_="edge"), tag("path", d=head, class_="arrow")])
