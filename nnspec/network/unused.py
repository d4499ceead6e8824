"""Layers from which no output follows, and what they say about names that no layer has.

A layer that nothing reads and a name that nothing has are mostly one mistake; so are a layer that
nothing reads and a merge that is given too little. They are told once, at the name or the merge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnspec.diagnostics import Diagnostic, Findings, Related, Span
from nnspec.document import shorten
from nnspec.frontends.nnspec_1.layer_names import is_second
from nnspec.language.near_names import is_certain
from nnspec.network.edges import Node, Output, Source
from nnspec.spec.data import DEFAULT_INPUT

SHOWN = 3
"""Layers or places that are quoted beside a finding."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name among inputs or outputs that nothing has.

    Attributes:
        local: the name as written.
        span: where.
        hint: names that are like it.
        guess: the one that is most like it, as it is called where the name stands.
        meant: the layers that the guess may stand for.
    """

    local: str
    span: Span
    hint: str | None
    guess: str | None
    meant: frozenset[str]


def find_unused(nodes: Sequence[Node], outputs: Sequence[Output]) -> list[Node]:
    """Return the layers that feed nothing and are no output."""
    fed = {source.node for node in nodes for source in node.sources}
    fed |= {output.source.node for output in outputs}
    return [node for node in nodes if node.name not in fed and is_understood(node)]


def is_understood(node: Node) -> bool:
    """Return whether it is known what a layer is, and by which name it goes."""
    return bool(node.layer or node.shares or node.implied) and not is_second(node.name)


def report_unused(
    unused: Sequence[Node], outputs: Sequence[Output], findings: Findings, *, listed: bool
) -> None:
    """Record layers that no output follows from.

    Args:
        unused: the layers.
        outputs: what leaves the network.
        findings: takes the findings.
        listed: whether the model lists its outputs.
    """
    ends = [node for node in unused if node.sources]
    if not listed and len(ends) > 1:
        report_ends(ends, outputs, findings)
        unused = [node for node in unused if not node.sources]
    names = [output.name for output in outputs] if listed else ["..."]
    for node in unused:
        message = f"the layer {node.name} is unused: no output follows from it"
        hint = f"feed it to a layer, or list it in outputs: [{', '.join([*names, node.name])}]"
        findings.add("G104", message, node.origin.head, hint=hint)


def report_ends(ends: Sequence[Node], outputs: Sequence[Output], findings: Findings) -> None:
    """Record layers that were meant as outputs, where the model lists none."""
    names = [node.name for node in ends]
    last = [output.name for output in outputs]
    message = (
        f"{len(ends)} layers lead to no output: {', '.join(names)}; without outputs: the last "
        f"layer, {', '.join(last)}, is the only one"
    )
    hint = f"write model: {{layers: [...], outputs: [{', '.join([*names, *last])}]}}"
    related = tuple(Related(f"{one.name} is here", one.origin.head) for one in ends[1:SHOWN])
    findings.add("G104", message, ends[0].origin.head, hint=hint, related=related)


def report_halves(nodes: Sequence[Node], outputs: Sequence[Output], findings: Findings) -> None:
    """Record layers of two directions of which one leads nowhere."""
    owners = {node.name: node.shares or node.name for node in nodes}
    sources = [source for node in nodes for source in node.sources]
    sources += [output.source for output in outputs]
    read = {Source(owners.get(one.node, one.node), one.index) for one in sources}
    fed = {source.node for source in sources}
    for node in nodes:
        if node.name not in fed or getattr(node.layer, "merge_mode", "") is not None:
            continue
        for index in (0, 1):
            if Source(node.name, index) not in read:
                report_half(node, index, findings)


def report_half(node: Node, index: int, findings: Findings) -> None:
    """Record a direction that leads nowhere."""
    message = (
        f"merge_mode: null gives {node.name}.0 and {node.name}.1; no output follows from "
        f"{node.name}.{index}, so one direction is never trained"
    )
    hint = f"name {node.name}.{index} among the inputs of a layer, or write merge_mode: concat"
    findings.add("G104", message, node.origin.of("merge_mode"), hint=hint)


def report_unknown(
    unknown: Sequence[Unknown], unused: Sequence[Node], inputs: Sequence[str], findings: Findings
) -> None:
    """Record names that nothing has, each once; a layer that nothing reads may be what is meant.

    Args:
        unknown: the names, once for each place.
        unused: layers that nothing reads.
        inputs: what the data offers.
        findings: takes the findings.
    """
    places: dict[str, list[Unknown]] = {}
    for one in unknown:
        places.setdefault(one.local, []).append(one)
    unnamed = tuple(inputs) == (DEFAULT_INPUT,)
    strange = [one for one in places.values() if not is_slip(one[0])]
    if unnamed and len(strange) > 1 and not unused:
        report_inputs(strange, findings)
        places = {name: one for name, one in places.items() if is_slip(one[0])}
    for name, several in places.items():
        hint, home = several[0].hint, None
        named = any("name" in one.origin.wiring or one.implied for one in unused)
        alone = len(unused) == 1 and len(places) == 1 and "." not in name
        like = unused[0].name in several[0].meant if alone else False
        if alone and not like and not (named and is_slip(several[0])):
            given = unused[0].origin.wiring.get("name")
            home = given or unused[0].origin.head
            hint = f"write name: {shorten(name)} beside {unused[0].name}, which nothing reads"
            if given or unused[0].implied:
                hint = f"did you mean {unused[0].name}? nothing reads it"
        elif found := next((one for one in unused if one.name in several[0].meant), None):
            home = found.origin.wiring.get("name", found.origin.head)
        also = [Related("also named here", one.span) for one in several[1 : SHOWN + 1]]
        also += [Related("the layer is here", home)] if home else []
        message = f"no layer is called {shorten(name)!r}"
        findings.append(Diagnostic("G101", message, several[0].span, hint, tuple(also)))


def is_slip(one: Unknown) -> bool:
    """Return whether a name is another one but for a slip of the hand."""
    return one.guess is not None and is_certain(one.local, one.guess, (one.guess,), {})


def report_inputs(strange: Sequence[Sequence[Unknown]], findings: Findings) -> None:
    """Record names that were mostly meant as inputs of the data, which names none."""
    names = [shorten(several[0].local) for several in strange]
    message = f"no layer is called {', nor '.join(map(repr, names))}; the data names no inputs"
    written = ", ".join(f"{name}: [COLUMN, ...]" for name in names)
    also = tuple(Related("also named here", several[0].span) for several in strange[1:])[:SHOWN]
    hint = f"name them in the data: inputs: {{{written}}}"
    findings.append(Diagnostic("G101", message, strange[0][0].span, hint, also))


@dataclass(frozen=True, slots=True)
class Lacking:
    """A merge that is given too little.

    Attributes:
        finding: that says so.
        given: names of what it is given, as written.
        prefix: what stands before the names that its place knows.
    """

    finding: Diagnostic
    given: tuple[str, ...]
    prefix: str


def complete_merges(
    lacking: Sequence[Lacking],
    unused: Sequence[Node],
    findings: Findings,
) -> None:
    """Name, in findings about merges that are given too little, the layers that nothing reads.

    Args:
        lacking: the merges.
        unused: layers that nothing reads, in the order of the text.
        findings: holds the findings.
    """
    for one in lacking:
        here = [node.name for node in unused if node.name.startswith(one.prefix)]
        names = [name.removeprefix(one.prefix) for name in here]
        if here and one.finding in findings.diagnostics:
            index = findings.diagnostics.index(one.finding)
            hint = f"inputs: [{', '.join([*one.given, *names])}]"
            findings.diagnostics[index] = replace(one.finding, hint=hint)
