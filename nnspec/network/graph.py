"""Names to edges: the layers of a spec as a directed graph, in an order in which data can flow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import MOST_ERRORS, Diagnostic, Findings, Related, Span
from nnspec.document import shorten
from nnspec.frontends.nnspec_1.layer_names import is_second
from nnspec.language.limits import MOST_LAYERS
from nnspec.language.near_names import edits, nearest, suggest_given
from nnspec.network.arity import arrange, arrange_inputs
from nnspec.network.edges import Graph, Node, Output, Source, SubGraph
from nnspec.network.unused import (
    Lacking,
    Unknown,
    complete_merges,
    find_unused,
    report_halves,
    report_unknown,
    report_unused,
)
from nnspec.spec.model import (
    NETWORK_INPUT,
    UNREAD,
    LayerUse,
    ModelSection,
    Origin,
    SubModel,
    Wire,
)

SHOWN = 3
"""Layers of a cycle that are quoted; of a longer one the message holds the lines."""


def connect(model: ModelSection, inputs: Iterable[str], findings: Findings) -> Graph:
    """Return the graph of a model; what does not fit together is recorded.

    Args:
        model: the expanded layers.
        inputs: names of the network inputs that the data offers.
        findings: takes unknown names, cycles, unused layers and wrong numbers of inputs.
    """
    before = len(findings.errors)
    wiring = Wiring(model, tuple(inputs), findings)
    nodes = [wiring.node(use) for use in model.layers]
    applications = count_applications(nodes, findings)
    if applications > MOST_LAYERS:
        return Graph((), (), sound=False)
    nodes = [*wiring.implied.values(), *nodes]
    outputs = wiring.outputs()
    ordered = order(nodes, findings)
    unused = find_unused(nodes, outputs)
    report_unknown(wiring.unknown, unused, wiring.inputs, findings)
    complete_merges(wiring.lacking, unused, findings)
    if not wiring.lost and len(ordered) == len(nodes):
        report_halves(nodes, outputs, findings)
        if not wiring.unknown and not wiring.lacking:
            report_unused(unused, outputs, findings, listed=model.outputs is not None)
    sound = before == len(findings.errors)
    return Graph(tuple(ordered), outputs, sound, applications)


def count_applications(nodes: list[Node], findings: Findings) -> int:
    """Return how many layers are applied; L106 where they are more than a network has.

    A model within costs all its layers each time it is applied, here as in Keras.
    """
    costs: dict[str, int] = {}
    for node in nodes:
        layer = node.layer
        own = layer.graph.applications if isinstance(layer, SubGraph) else 1
        costs[node.name] = costs.get(node.shares, own) if node.shares else own
    count = sum(costs.values())
    if count > MOST_LAYERS:
        largest = max(nodes, key=lambda node: costs[node.name])
        message = (
            f"the network applies {count:,} layers, those of models within counted each time; "
            f"at most {MOST_LAYERS:,}. {largest.name} alone has {costs[largest.name]:,}"
        )
        findings.add("L106", message, largest.origin.head)
    return count


@dataclass(slots=True)
class Wiring:
    """Resolves the names of one model.

    Attributes:
        implied: inputs of the data that layers take.
        unknown: names that nothing has.
        compared: what was found to be like them, by what stands before them and themselves.
        lacking: findings about layers that are given too little, with what they are given.
        lost: whether it is unknown what some layers read.
        parts: graphs of the models within, by the name of the layer.
    """

    model: ModelSection
    inputs: tuple[str, ...]
    findings: Findings
    uses: Mapping[str, LayerUse] = field(init=False)
    implied: dict[str, Node] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)
    compared: dict[tuple[str, str], tuple[str | None, str | None]] = field(default_factory=dict)
    lacking: list[Lacking] = field(default_factory=list)
    lost: bool = False
    parts: dict[str, SubGraph] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uses = {use.name: use for use in self.model.layers}
        self.lost = self.model.partial

    def node(self, use: LayerUse) -> Node:
        """Return one layer with its edges."""
        shared = self.uses.get(use.shares) if use.shares else None
        target = shared.layer if shared else use.layer
        before = len(self.findings.diagnostics)
        wires = use.wires
        if isinstance(target, SubModel):
            part = self.part(target, use.shares or use.name)
            wires = arrange_inputs(use, part.inputs, self.findings)
        elif isinstance(target, Layer):
            wires = arrange(use, target, self.findings)
            self.lack(use, self.findings.diagnostics[before:])
        unknown = len(self.unknown)
        found = [self.source(wire, use) for wire in wires]
        sources = tuple(source for source in found if source)
        own = part if isinstance(use.layer, SubModel) else use.layer
        layer = own if len(found) == len(sources) else None
        told = before < len(self.findings.diagnostics) or unknown < len(self.unknown)
        refused = use.doubtful or told
        return Node(use.name, layer, sources, use.origin, use.shares, refused=refused)

    def lack(self, use: LayerUse, found: Iterable[Diagnostic]) -> None:
        """Remember a layer that is given too little: what nothing reads may be due there."""
        given = tuple(wire.written for wire in use.wires)
        prefix = use.name[: use.name.rfind(".") + 1]
        self.lacking += [
            Lacking(one, given, prefix)
            for one in found
            if one.code == "G202" and "least" in one.message
        ]

    def part(self, model: SubModel, name: str) -> SubGraph:
        """Return the graph of a model within; its own names are looked up once."""
        if name not in self.parts:
            written = tuple(use.name for use in model.section.layers if is_entrance(use))
            inputs = written or model.inputs
            graph = connect(model.section, () if written else inputs, self.findings)
            unused = [one for one in inputs if one not in graph.by_name] if graph.sound else []
            for one in unused:
                message = f"{name} is given {one}, which none of its layers takes"
                self.findings.add("G104", message, self.uses[name].origin.head)
            self.parts[name] = SubGraph(graph, inputs, model.trainable, model.part)
        return self.parts[name]

    def source(self, wire: Wire, use: LayerUse | None) -> Source | None:
        """Return the tensor a wire comes from; None where there is none."""
        if wire.source == UNREAD:
            self.lost = True
            return None
        name = self.model.aliases.get(wire.source, wire.source)
        while name in self.model.aliases and name not in self.uses:
            name = self.model.aliases[name]
        if name in self.uses:
            return Source(name)
        if name == NETWORK_INPUT:
            return self.network_input(wire)
        if name in self.inputs:
            return self.imply(name, wire.span)
        base, _, which = name.rpartition(".")
        if base in self.uses and which.isdigit():
            return Source(base, int(which))
        if which in (listed := self.listed(base)):
            return Source(base, listed.index(which))
        if base in self.uses and self.uses[base].layer is None and not self.uses[base].shares:
            # What was refused may have had an output of this name.
            return Source(base)
        self.refuse_name(wire, use)
        return None

    def listed(self, name: str) -> tuple[str, ...]:
        """Return the outputs that a model within lists, by which they are addressed."""
        use = self.uses.get(name)
        target = self.uses.get(use.shares) if use and use.shares else use
        model = target.layer if target else None
        outputs = model.section.outputs if isinstance(model, SubModel) else None
        return tuple(wire.source for wire in outputs or ())

    def network_input(self, wire: Wire) -> Source | None:
        """Return the data's only input, for a first layer that does not say what feeds it."""
        if len(self.inputs) == 1:
            return self.imply(self.inputs[0], wire.span)
        if self.inputs:
            message = f"the data has {len(self.inputs)} inputs; the first layer must say which"
            hint = f"inputs: {self.inputs[0]}"
            self.findings.add("G105", message, wire.span, hint=hint)
        else:
            message = "the shape of the network's input is not known"
            hint = "begin with Input: [...], or add a data: section"
            self.findings.add("G105", message, wire.span, hint=hint)
        return None

    def imply(self, name: str, span: Span) -> Source:
        """Return an input that the data offers, adding it to the graph."""
        self.implied.setdefault(name, Node(name, None, (), Origin(span), implied=True))
        return Source(name)

    def refuse_name(self, wire: Wire, use: LayerUse | None) -> None:
        """Record a name that nothing has."""
        prefix = f"{use.name.rpartition('.')[0]}." if use and "." in use.name else ""
        local = wire.source.removeprefix(prefix)
        if (prefix, local) not in self.compared:
            own = use.name if use else ""
            self.compared[prefix, local] = self.compare(prefix, local, own)
        hint, guess = self.compared[prefix, local]
        stands = self.model.aliases.get(f"{prefix}{guess}", f"{prefix}{guess}")
        several = frozenset({self.model.aliases.get(stands, stands), stands.rpartition(".")[0]})
        self.lost |= guess is None
        # It may be the name of an entry that could not be read.
        if not self.model.partial or (guess and edits(local, guess) == 1):
            self.unknown.append(Unknown(local, wire.span, hint, guess, several))

    def compare(self, prefix: str, local: str, own: str) -> tuple[str | None, str | None]:
        """Return a hint for a name that nothing has, and the name that is most like it.

        Args:
            prefix: of the names that the place knows.
            local: the name, without it.
            own: the full name of the layer that reads it, which is not meant.
        """
        if len(self.compared) > MOST_ERRORS:
            return None, None
        parts = (f"{name}.{one}" for name in self.uses for one in self.listed(name))
        given = (*self.uses, *self.model.aliases, *self.inputs, *parts)
        here = [
            name.removeprefix(prefix)
            for name in given
            if name and not is_second(name) and name.startswith(prefix) and name != own
        ]
        return suggest_given(local, here), nearest(local, here)

    def outputs(self) -> tuple[Output, ...]:
        """Return what leaves the network: what is listed, or the last layer."""
        if not self.model.layers:
            return ()
        if self.model.outputs is None:
            last = self.model.layers[-1]
            return (Output(last.name, Source(last.name), last.origin.head),)
        given: set[str] = set()
        for wire in self.model.outputs:
            twice = wire.source in given
            given.add(wire.source)
            if twice:
                message = f"outputs lists {shorten(wire.source)} twice"
                self.findings.add("S115", message, wire.span, hint="remove one")
                self.lost = True  # the other may stand in the place of one that is missing
        found = [(wire, self.source(wire, None)) for wire in self.model.outputs]
        return tuple(Output(wire.source, one, wire.span) for wire, one in found if one)


def is_entrance(use: LayerUse) -> bool:
    """Return whether a layer is one through which data enters."""
    return isinstance(use.layer, Layer) and use.layer.required == 0


def order(nodes: list[Node], findings: Findings) -> list[Node]:
    """Return the nodes so that each stands behind what feeds it; a cycle is recorded once.

    The order of the text is kept where the flow allows it. Nodes on a cycle, or behind one, are
    left out.
    """
    known = {node.name: node for node in nodes}
    waiting = {node.name: {one.node for one in node.sources if one.node in known} for node in nodes}
    followers: dict[str, list[str]] = {node.name: [] for node in nodes}
    for name, sources in waiting.items():
        for source in sources:
            followers[source].append(name)
    place = {node.name: index for index, node in enumerate(nodes)}
    ready = [place[node.name] for node in nodes if not waiting[node.name]]
    done: list[str] = []
    while ready:
        name = nodes[heappop(ready)].name
        done.append(name)
        for follower in followers[name]:
            waiting[follower].discard(name)
            if not waiting[follower]:
                heappush(ready, place[follower])
    left = {name: waiting[name] for name in waiting if waiting[name]}
    if left:
        report_cycle(left, known, findings)
    return [known[name] for name in done]


def report_cycle(left: Mapping[str, set[str]], known: dict[str, Node], findings: Findings) -> None:
    """Record one cycle, in the order of the flow."""
    name = next(iter(left))
    steps: dict[str, int] = {}
    while name not in steps:
        steps[name] = len(steps)
        name = next(source for source in sorted(left[name]) if source in left)
    cycle = list(steps)[steps[name] :][::-1]
    first = min(cycle, key=lambda one: known[one].origin.head)
    start = cycle.index(first)
    cycle = [*cycle[start:], *cycle[:start], first]
    numbers = [str(known[one].origin.head.start.line) for one in cycle[:-1]]
    lines = ("line " if len(numbers) == 1 else "lines ") + ", ".join(numbers)
    message = f"these layers form a cycle: {' -> '.join(cycle)} ({lines})"
    related = tuple(Related(f"{one} is here", known[one].origin.head) for one in cycle[1:-1])
    origin = known[first].origin
    span = origin.wiring.get("inputs", origin.head)
    hint = "feed one of them from a layer outside the cycle instead"
    related = related if len(related) <= SHOWN else ()
    findings.append(Diagnostic("G201", message, span, hint, related))
