"""A network to its diagram: parts folded down to a depth, repetitions shown once."""

from collections.abc import Mapping, Sequence

from nnspec.drawing.diagram import Arrow, Box, Diagram, Frame
from nnspec.drawing.labels import detail_of, kind_of, title_of
from nnspec.drawing.parts import Child, Leaf, Part, read_parts
from nnspec.drawing.repeats import Stretch, find_repeats
from nnspec.network.network import Network
from nnspec.network.summary import describe, summarize

MOST_BOXES = 40
"""Boxes up to which parts are unfolded where nobody says how deep."""
DEEPEST = 64


def draw(
    network: Network, title: str, *, depth: int | None = None, repeats: bool = True
) -> Diagram:
    """Return the diagram of a network.

    Args:
        network: resolved as far as it can be without its data.
        title: what stands above it.
        depth: how deep blocks and models within are unfolded, 0: not at all; None: as deep as
            about 40 boxes allow.
        repeats: whether equal stretches that follow each other are shown once.
    """
    root = read_parts(network)
    if depth is not None:
        return Folder(root, depth, repeats=repeats).diagram(title, network)
    found = Folder(root, 0, repeats=repeats).diagram(title, network)
    for deeper in range(1, DEEPEST):
        more = Folder(root, deeper, repeats=repeats).diagram(title, network)
        if more == found or len(more.boxes()) > MOST_BOXES:
            break
        found = more
    return found


class Folder:
    """Folds parts that lie deeper than a depth, and repetitions.

    Attributes:
        shown: key of the box that a leaf is drawn in.
    """

    def __init__(self, root: Part, depth: int, *, repeats: bool) -> None:
        self.root = root
        self.depth = depth
        self.repeats = repeats
        self.shown: dict[str, str] = {}
        self.users: dict[str, set[str]] = {leaf.key: set() for leaf in root.leaves()}
        for leaf in root.leaves():
            for source in leaf.sources:
                self.users[source].add(leaf.key)

    def diagram(self, title: str, network: Network) -> Diagram:
        """Return the diagram."""
        children = self.fold(self.root.children, self.depth)
        summary = summarize(network)
        known = summary.trainable is not None and summary.frozen is not None
        count = f"{(summary.trainable or 0) + (summary.frozen or 0):,}" if known else "?"
        return Diagram(title, f"{count} parameters", children, self.arrows(), self.sharing(network))

    def fold(self, children: Sequence[Child], depth: int) -> tuple[Box | Frame, ...]:
        """Return what is drawn of some children."""
        found = find_repeats(children, self.users) if self.repeats else alone(children)
        return tuple(self.draw(one, depth) for one in found)

    def draw(self, stretch: Stretch, depth: int) -> Box | Frame:
        """Return what is drawn of a stretch: one box, or a frame around several."""
        first = stretch.children[0]
        if len(stretch.children) > 1:
            inner = tuple(self.draw(Stretch((one,), 1, (one,)), depth) for one in stretch.children)
            made: Box | Frame = Frame(f"{first.key}*", "", stretch.times, inner)
        elif isinstance(first, Leaf):
            made = box_of_leaf(first, stretch)
            self.shown[first.key] = made.key
        elif depth > 0:
            inner = self.fold(first.children, depth - 1)
            made = Frame(first.key, local(first.key), stretch.times, inner)
        else:
            made = box_of_part(first, stretch)
            self.shown |= {leaf.key: made.key for leaf in first.leaves()}
        self.show_again(stretch)
        return made

    def show_again(self, stretch: Stretch) -> None:
        """Let the layers of every further time be drawn where those of the first are."""
        period = len(stretch.children)
        for place, child in enumerate(stretch.all[period:]):
            pattern = stretch.children[place % period]
            for leaf, one in zip(child.leaves(), pattern.leaves(), strict=True):
                self.shown[leaf.key] = self.shown[one.key]

    def arrows(self) -> tuple[Arrow, ...]:
        """Return the arrows between boxes; those back to an earlier time are left out."""
        order = {key: place for place, key in enumerate(dict.fromkeys(self.shown.values()))}
        found: dict[Arrow, None] = {}
        for leaf in self.root.leaves():
            for source in leaf.sources:
                arrow = Arrow(self.shown[source], self.shown[leaf.key])
                if order[arrow.source] < order[arrow.target]:
                    found[arrow] = None
        return tuple(found)

    def sharing(self, network: Network) -> tuple[Arrow, ...]:
        """Return which boxes apply the weights of which others again."""
        parts = {node.name for node in network.nodes}
        found: dict[Arrow, None] = {}
        for leaf in self.root.leaves():
            shared = leaf.node.node.shares
            if shared is None or not leaf.node.layer:
                continue
            owner = leaf.key[: len(leaf.key) - len(leaf.node.name)] + shared
            first = self.shown.get(owner) or self.shown_within(owner)
            own = self.shown[leaf.key]
            if first and first != own and (shared in parts or "/" in owner):
                found[Arrow(first, own)] = None
        return tuple(found)

    def shown_within(self, model: str) -> str | None:
        """Return the last box of a model within, by which it is pointed to."""
        inner = [box for key, box in self.shown.items() if key.startswith(f"{model}/")]
        return inner[-1] if inner else None


def alone(children: Sequence[Child]) -> list[Stretch]:
    """Return children as stretches of one each."""
    return [Stretch((one,), 1, (one,)) for one in children]


def local(key: str) -> str:
    """Return the last piece of a name."""
    return key.replace("/", ".").rpartition(".")[2]


def box_of_leaf(leaf: Leaf, stretch: Stretch) -> Box:
    """Return the box of one layer."""
    row = describe(leaf.node)
    return Box(
        leaf.key,
        title_of(leaf.node),
        leaf.key,
        detail_of(leaf.node),
        ", ".join(row.shapes or ()),
        times(row.parameters, stretch.times),
        kind_of(leaf.node),
        stretch.times,
        row.shares,
        any(one.output for child in stretch.all for one in child.leaves()),
    )


def box_of_part(part: Part, stretch: Stretch) -> Box:
    """Return the box of a folded block or model."""
    leaves = [*part.leaves()]
    rows = [describe(leaf.node) for leaf in leaves]
    counts = [row.parameters for row in rows]
    known = [one for one in counts if one is not None]
    count = sum(known) if len(known) == len(counts) else None
    shared = {row.shares for row in rows if row.shares}
    layers = f"{len(leaves)} layers" if len(leaves) > 1 else "1 layer"
    whole = len(shared) == sum(row.shares is not None for row in rows) == len(leaves)
    return Box(
        part.key,
        local(part.key),
        "",
        layers,
        ", ".join(rows[-1].shapes or ()),
        times(count, stretch.times),
        "model" if part.model else "block",
        stretch.times,
        common_owner(shared) if whole else None,
        any(leaf.output for child in stretch.all for leaf in child.leaves()),
    )


def common_owner(names: set[str]) -> str:
    """Return the part that all shared layers are in."""
    owners = {name.rpartition(".")[0] for name in names}
    return owners.pop() if len(owners) == 1 else "others"


def times(count: int | None, number: int) -> int | None:
    """Return the parameters of all times."""
    return None if count is None else count * number


def by_key(diagram: Diagram) -> Mapping[str, Box]:
    """Return the boxes of a diagram by their keys."""
    return {box.key: box for box in diagram.boxes()}
