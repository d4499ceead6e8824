"""Floor 8, pictures of a map, as SVG: distances between units, hits, component planes.

Cells lie as the lattice does, each the darker the larger its value; every picture says
which values its lightest and darkest colour stand for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin, sqrt

import numpy as np
import numpy.typing as npt

from nnspec.build.lattice import Lattice

Floats = npt.NDArray[np.float64]
FOLDER = "map"
PICTURES = {
    "distances": f"{FOLDER}/distances.svg",
    "hits": f"{FOLDER}/hits.svg",
    "components": f"{FOLDER}/components.svg",
}
"""What a picture shows -> its file in the run folder."""
LIGHT, DARK = (247, 251, 255), (8, 48, 107)
CELL, PLANE_CELL, MARGIN, TITLE = 36.0, 14.0, 12.0, 22.0
"""Sizes in pixels: of a cell, of one in a plane, around a map, of its title."""
MOST_PLANES, PLANES_A_ROW = 16, 4
COUNTED = 1_000
"""Units up to which hits stand in their cells as numbers."""


@dataclass(frozen=True, slots=True)
class MapFacts:
    """What is drawn of a trained map.

    Attributes:
        prototypes: (units, features), as the map sees rows.
        hits: (units,) training rows that each unit is nearest to.
        names: of the features.
    """

    lattice: Lattice
    prototypes: Floats
    hits: npt.NDArray[np.int64]
    names: tuple[str, ...]


def draw_map(facts: MapFacts) -> dict[str, bytes]:
    """Return the pictures of a map by their files."""
    apart = distances_between(facts.lattice, facts.prototypes)
    hits = facts.hits.astype(np.float64)
    told = [str(one) for one in facts.hits.tolist()] if len(hits) <= COUNTED else ()
    drawn = {
        "distances": Plane("mean distance from neighbours", apart, facts.lattice).alone(),
        "hits": Plane("training rows", hits, facts.lattice, tuple(told)).alone(),
        "components": draw_planes(facts),
    }
    return {PICTURES[name]: text.encode() for name, text in drawn.items()}


def distances_between(lattice: Lattice, prototypes: Floats) -> Floats:
    """Return the mean distance of each prototype from those of its neighbours, (units,)."""
    found = np.zeros(lattice.units)
    for unit, beside in enumerate(lattice.neighbours()):
        away = prototypes[beside] - prototypes[unit]
        found[unit] = np.sqrt((away**2).sum(axis=1)).mean() if beside.any() else 0.0
    return found


@dataclass(frozen=True, slots=True)
class Plane:
    """One value for each unit, drawn as a map."""

    title: str
    values: Floats
    lattice: Lattice
    texts: Sequence[str] = ()
    cell: float = CELL

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height in pixels, title and margins included."""
        extent = np.ptp(self.lattice.points(), axis=0) + 1.2
        width, height = (float(one) * self.cell + 2 * MARGIN for one in extent)
        return max(width, 8.0 * len(self.label)), height + TITLE

    @property
    def label(self) -> str:
        """Return the title with the values of the lightest and the darkest colour."""
        return f"{self.title}: {self.values.min():.4g} to {self.values.max():.4g}"

    def alone(self) -> str:
        """Return the plane as a picture of its own."""
        return whole(self.parts(0.0, 0.0), *self.size)

    def parts(self, left: float, top: float) -> list[str]:
        """Return the elements of the plane, moved to a place."""
        found = [text_at(left + MARGIN, top + TITLE - 6, self.label, anchor="start")]
        spread = np.ptp(self.values) or 1.0
        shares = (self.values - self.values.min()) / spread
        places = (self.lattice.points() + 0.6) * self.cell
        for unit, (across, down) in enumerate(places.tolist()):
            x, y = left + MARGIN + across, top + TITLE + MARGIN + down
            found.append(self.shape(x, y, float(shares[unit]), f"{self.values[unit]:.4g}"))
            if self.texts:
                light = shares[unit] > 0.5  # noqa: PLR2004 - half way from light to dark
                found.append(text_at(x, y + 4, self.texts[unit], light=bool(light)))
        return found

    def shape(self, x: float, y: float, share: float, said: str) -> str:
        """Return one cell: a square, or a hexagon with a corner up."""
        corners = hexagon() if self.lattice.topology == "hexagonal" else SQUARE
        points = " ".join(f"{x + a * self.cell:.1f},{y + b * self.cell:.1f}" for a, b in corners)
        title = f"<title>{said}</title>"
        return f'<polygon points="{points}" fill="{colour(share)}" stroke="#888">{title}</polygon>'


SQUARE = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))


def hexagon() -> tuple[tuple[float, float], ...]:
    """Return the corners of a hexagon whose sides are 1 apart."""
    turns = (pi / 6 + place * pi / 3 for place in range(6))
    return tuple((cos(one) / sqrt(3), sin(one) / sqrt(3)) for one in turns)


def draw_planes(facts: MapFacts) -> str:
    """Return a plane for each feature; of many, those that differ most over the map."""
    spread = facts.prototypes.var(axis=0)
    chosen = np.sort(np.argsort(-spread, kind="stable")[:MOST_PLANES]).tolist()
    planes = [
        Plane(facts.names[one], facts.prototypes[:, one], facts.lattice, cell=PLANE_CELL)
        for one in chosen
    ]
    width = max(one.size[0] for one in planes)
    height = max(one.size[1] for one in planes)
    parts: list[str] = []
    for place, one in enumerate(planes):
        down, across = divmod(place, PLANES_A_ROW)
        parts += one.parts(across * width, down * height)
    rows = -(-len(planes) // PLANES_A_ROW)
    return whole(parts, min(len(planes), PLANES_A_ROW) * width, rows * height)


def whole(parts: Sequence[str], width: float, height: float) -> str:
    """Return elements as a picture."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        'font-family="sans-serif" font-size="12">'
    )
    # Its own ground: the ink is dark, and a page around it may be too.
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join([head, ground, *parts, "</svg>", ""])


def text_at(x: float, y: float, said: str, *, anchor: str = "middle", light: bool = False) -> str:
    """Return a text at a place."""
    ink = "#fff" if light else "#222"
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}"'
    return f"<text {place}>{escape(said)}</text>"


def colour(share: float) -> str:
    """Return the colour of a share, from light to dark."""
    mixed = (round(a + (b - a) * share) for a, b in zip(LIGHT, DARK, strict=True))
    return "#" + "".join(f"{one:02x}" for one in mixed)
