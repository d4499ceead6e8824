"""Two specs to what differs between them: layers added, removed and changed, then the sections."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnspec.difference.entries import Entry, list_entries
from nnspec.difference.matching import match
from nnspec.difference.settings import Change, compare
from nnspec.document import Plain
from nnspec.network.edges import Source
from nnspec.network.fill import fill_spec, show_source
from nnspec.network.network import Network
from nnspec.network.summary import summarize
from nnspec.spec.spec import Spec

BESIDE_MODEL = ("plugins", "data", "training", "evaluation", "runtime", "export")
"""Sections that are compared by path, in the order of the reference."""
FILES = ("data.source",)
"""Settings that are paths: two that lead to one file are the same."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared.

    Attributes:
        title: what it is called: the path that was given.
        spec: its spec; the folder of it is that of its data.
        network: resolved as far as it can be without the data.
    """

    title: str
    spec: Spec
    network: Network

    @property
    def parameters(self) -> int | None:
        """Return the number of parameters; None until the data is read."""
        summary = summarize(self.network)
        if summary.trainable is None or summary.frozen is None:
            return None
        return summary.trainable + summary.frozen


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer that was added (`before` is None), removed (`after` is None) or changed.

    Attributes:
        settings: arguments and wiring that differ.
    """

    before: Entry | None
    after: Entry | None
    settings: tuple[Change, ...] = ()

    @property
    def entry(self) -> Entry:
        """Return the layer as it is, as it was where it is no more."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs.

    Attributes:
        layers: in the order of the flow.
        same: how many layers are as before.
        settings: those of every other section.
    """

    before: Side
    after: Side
    layers: tuple[LayerChange, ...]
    same: int
    settings: tuple[Change, ...]

    @property
    def equal(self) -> bool:
        """Return whether nothing differs but names that nobody gave."""
        return not self.layers and not self.settings


def differ(before: Side, after: Side) -> Difference:
    """Return what differs between two specs; a default that is written out is no difference."""
    first, second = list_entries(before.network), list_entries(after.network)
    pairs = match(first, second)
    wiring = Wiring.of(first, second, pairs)
    changes = [
        change
        for one, other in pairs
        if (change := compare_layers(first[one], second[other], wiring))
    ]
    listed = in_order(first, second, pairs, changes)
    outputs = tuple(wiring.outputs(before.network, after.network))
    sections = tuple(compare_sections(before, after))
    return Difference(before, after, listed, len(pairs) - len(changes), (*outputs, *sections))


@dataclass(frozen=True, slots=True)
class Wiring:
    """The names of both networks, led back over layers that only one of them has.

    Attributes:
        names: name after -> name before, of the layers that belong together.
        removed: what feeds each layer that is no more.
        added: what feeds each layer that is new.
    """

    names: Mapping[str, str]
    removed: Mapping[str, Sequence[Source]]
    added: Mapping[str, Sequence[Source]]

    @classmethod
    def of(
        cls, before: Sequence[Entry], after: Sequence[Entry], pairs: Sequence[tuple[int, int]]
    ) -> "Wiring":
        """Return the names of two networks whose layers belong together in pairs."""
        kept, found = {one for one, _ in pairs}, {other for _, other in pairs}
        return cls(
            {after[other].name: before[one].name for one, other in pairs},
            {one.name: one.sources for at, one in enumerate(before) if at not in kept},
            {one.name: one.sources for at, one in enumerate(after) if at not in found},
        )

    def was(self, source: Source) -> str:
        """Return where a tensor of the first network comes from, layers that went passed over."""
        return show_source(passed(source, self.removed))

    def now(self, source: Source) -> str:
        """Return the same of the second network, in the names of the first."""
        there = passed(source, self.added)
        return show_source(Source(self.names.get(there.node, f"new {there.node}"), there.index))

    def outputs(self, before: Network, after: Network) -> Iterator[Change]:
        """Give the change of the listed outputs, if they are others."""
        first = [output.source for output in before.graph.outputs]
        second = [output.source for output in after.graph.outputs]
        if [*map(self.was, first)] != [*map(self.now, second)]:
            yield Change(
                "model.outputs", [show_source(one) for one in first], [*map(show_source, second)]
            )


def passed(source: Source, alone: Mapping[str, Sequence[Source]]) -> Source:
    """Return what feeds a tensor once layers of one input that stand alone are passed over."""
    while source.node in alone and len(alone[source.node]) == 1:
        source = alone[source.node][0]
    return source


def compare_layers(before: Entry, after: Entry, wiring: Wiring) -> LayerChange | None:
    """Return what differs between two layers that belong together; None where nothing does."""
    found: list[Change] = []
    if before.named or after.named:
        found += compare(before.name, after.name, "name")
    if before.kind != after.kind:
        found.append(Change("layer", *map(as_object, (before, after))))
    elif before.settings is not None and after.settings is not None:
        found += compare(dict(before.settings), dict(after.settings))
    if [*map(wiring.was, before.sources)] != [*map(wiring.now, after.sources)]:
        fed: list[list[Plain]] = [
            [show_source(one) for one in entry.sources] for entry in (before, after)
        ]
        found.append(Change("inputs", *fed))
    if wiring.names.get(after.shares or "", after.shares) != before.shares:
        found.append(Change("use", before.shares, after.shares))
    return LayerChange(before, after, tuple(found)) if found or reshaped(before, after) else None


def reshaped(before: Entry, after: Entry) -> bool:
    """Tell whether shapes or parameters that are known of both differ."""
    pairs = ((before.shapes, after.shapes), (before.parameters, after.parameters))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def as_object(entry: Entry) -> Plain:
    """Return a layer as a spec writes it."""
    return {entry.kind: dict(entry.settings)} if entry.settings else entry.kind


def in_order(
    before: Sequence[Entry],
    after: Sequence[Entry],
    pairs: Sequence[tuple[int, int]],
    changes: Sequence[LayerChange],
) -> tuple[LayerChange, ...]:
    """Return all changes as the layers follow each other; what went stands where it was."""
    there = {other: one for one, other in pairs}
    kept = {one for one, _ in pairs}
    by_name = {change.entry.name: change for change in changes}
    found: list[LayerChange] = []
    reached = 0
    for place, entry in enumerate(after):
        was = there.get(place)
        if was is not None and was >= reached:
            found += gone(before[reached:was], reached, kept)
            reached = was + 1
        if was is None:
            found.append(LayerChange(None, entry))
        elif entry.name in by_name:
            found.append(by_name[entry.name])
    return (*found, *gone(before[reached:], reached, kept))


def gone(entries: Sequence[Entry], start: int, kept: set[int]) -> list[LayerChange]:
    """Return the removal of those entries that nothing belongs to."""
    return [
        LayerChange(entry, None) for place, entry in enumerate(entries, start) if place not in kept
    ]


def compare_sections(before: Side, after: Side) -> Iterator[Change]:
    """Give the settings that differ beside the model."""
    first, second = (fill_spec(side.spec, side.network) for side in (before, after))
    for section in BESIDE_MODEL:
        for change in compare(first.get(section), second.get(section), section):
            if change.path not in FILES or not one_file(
                before.spec.folder, after.spec.folder, change
            ):
                yield change


def one_file(folder: Path, other: Path, change: Change) -> bool:
    """Tell whether two paths, each from its spec's folder, lead to one file."""
    if not isinstance(change.before, str) or not isinstance(change.after, str):
        return False
    try:
        return (folder / change.before).resolve() == (other / change.after).resolve()
    except (OSError, ValueError):
        return False
