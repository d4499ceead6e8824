"""The `blocks:` section: sub-graphs with parameters, to be used like layers."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import names
from nnspec.diagnostics import Findings, Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, kind_of, plain, shorten
from nnspec.document.scalars import resolve_scalar
from nnspec.frontends.nnspec_1.items import LAYER_NAME, read_sources
from nnspec.language.limits import NESTED
from nnspec.language.near_names import meant, nearest, suggest, suggest_given, with_space
from nnspec.reading.substitute import names_used
from nnspec.reading.written import Written
from nnspec.spec.model import Wire

SUBMODEL = "Model"
CROWDED = re.compile(r"([A-Za-z_]\w*):(\S+)")
"""A parameter and its default without the space between."""
NO_INPUTS = "remove it: the inputs of a network are its Input layers"
KEYS = ("parameters", "inputs", "layers", "outputs")
SHOWN = 8
"""Names of a chain that are all shown; of a longer one the ends are."""


@dataclass(frozen=True, slots=True)
class Block:
    """A sub-graph as defined.

    Attributes:
        parameters: name -> default; None where a use must give the value.
        inputs: names, inside, of the tensors it is given.
        layers: its list, not yet expanded; None where the block was refused.
        outputs: names, inside, of what leaves it; empty: the last layer.
        unused: parameters that nothing in it uses, nor was meant to use.
    """

    name: str
    span: Span
    layers: Sequence | None
    parameters: dict[str, Node | None] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("input",)
    outputs: tuple[Wire, ...] = ()
    unused: tuple[tuple[str, Span], ...] = ()


def read_blocks(node: Node | None, variables: set[str], findings: Findings) -> dict[str, Block]:
    """Return the blocks by name."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        message = f"blocks must be a mapping of names to blocks; found {kind_of(node)}"
        findings.add("S103", message, node.span)
        return {}
    taken = {*names("layers"), *RANKED, *SHORT, SUBMODEL}
    blocks: dict[str, Block] = {}
    for entry in node:
        bare = entry.name.rstrip(":")
        if bare != entry.name and LAYER_NAME.fullmatch(bare) and bare not in taken:
            message = (
                f"the name of a block ends before its colon; found {shorten(entry.name, 24)!r}"
            )
            findings.add("S110", message, entry.key, hint=f"write one colon: {bare}:")
            blocks[bare] = read_block(replace(entry, name=bare), variables, findings)
        elif not LAYER_NAME.fullmatch(entry.name):
            message = f"the block name {shorten(entry.name, 24)!r} is not letters, digits, _ or -"
            findings.add("S110", message, entry.key)
            blocks[entry.name] = Block(entry.name, entry.key, None)
        elif entry.name in taken:
            findings.add("S110", f"a block cannot be called {entry.name}: a layer is", entry.key)
        else:
            blocks[entry.name] = read_block(entry, variables, findings)
    return blocks


def read_block(entry: Entry, variables: set[str], findings: Findings) -> Block:
    """Return one block, without layers where it has no list of them."""
    refused = Block(entry.name, entry.key, None)
    body = entry.value
    if isinstance(body, Sequence):
        return Block(entry.name, entry.key, body)
    if not isinstance(body, Mapping):
        message = f"the block {entry.name} must hold layers; found {kind_of(body)}"
        findings.add("S103", message, body.span)
        return refused
    body = settle_keys(as_parameters(body, variables, findings), KEYS, "a block", findings)
    layers = body.get("layers")
    if not isinstance(layers, Sequence) or not layers.items:
        findings.add("S102", f"the block {entry.name} needs layers: a list", entry.key)
        return refused
    inputs, outputs = body.get("inputs"), body.get("outputs")
    parameters = read_parameters(body.get("parameters"), variables, findings)
    unused = list(find_unused(body, parameters))
    undefined = names_used([body]) - parameters.keys() - variables
    if len(unused) == len(undefined) == 1:
        # A parameter of another name than the block uses: one mistake, told where it is named.
        ((name, span),), (used,) = unused, undefined
        message = f"the parameter {shorten(name)!r} is not used; the block uses {shorten(used)!r}"
        findings.add("S112", message, span, hint=f"did you mean {used}?")
        parameters = {used if key == name else key: value for key, value in parameters.items()}
        unused = []
    return Block(
        entry.name,
        entry.key,
        layers,
        parameters,
        tuple(wire.source for wire in read_sources(inputs, findings)) if inputs else ("input",),
        tuple(read_sources(outputs, findings)) if outputs else (),
        tuple(unused),
    )


def as_parameters(body: Mapping, variables: set[str], findings: Findings) -> Mapping:
    """Return a block with its parameters under their key where they stand behind another.

    They are told by what they list: names that the block uses, and nothing defines.
    """
    if body.get("parameters") is not None:
        return body
    undefined = names_used([body]) - variables
    for entry in body:
        listed = read_parameters(entry.value, set(), Findings()) if entry.name not in KEYS else {}
        if listed and listed.keys() <= undefined:
            message = f"a block has no setting {shorten(entry.name)!r}"
            findings.add("S101", message, entry.key, hint="did you mean parameters?")
            moved = replace(entry, name="parameters")
            return replace(body, entries=tuple(moved if one is entry else one for one in body))
    return body


def settle_keys(node: Mapping, keys: tuple[str, ...], noun: str, findings: Findings) -> Mapping:
    """Return a mapping of known keys, misspelt ones under those that are meant; record these."""
    entries: list[Entry] = []
    for entry in node:
        guess = entry.name
        if entry.name not in keys:
            message = f"{noun} has no setting {shorten(entry.name)!r}"
            advice = NO_INPUTS if entry.name == "inputs" else with_space(entry.name, keys)
            hint = advice or suggest(entry.name, keys) or None
            findings.add("S101", message, entry.key, hint=hint)
            bare = entry.name.rstrip(":")
            guess = bare if bare in keys else meant(entry.name, keys) or entry.name
            # No setting of a network takes a number: it is another's that stands here.
            number = type(plain(entry.value)) in (int, float)
            guess = entry.name if entry.name == "inputs" or number else guess
        free = guess == entry.name or node.entry(guess) is None
        entries.append(replace(entry, name=guess) if free else entry)
    return replace(node, entries=tuple(entries))


def read_parameters(
    node: Node | None, variables: set[str], findings: Findings
) -> dict[str, Node | None]:
    """Return the parameters of a block: a name, or a name and its default, each."""
    if node is None:
        return {}
    items = node.items if isinstance(node, Sequence) else ()
    if not isinstance(node, Sequence):
        message = f"parameters must be a list of names; found {kind_of(node)}"
        findings.add("S103", message, node.span)
    parameters: dict[str, Node | None] = {}
    value: Node | None
    for item in items:
        match item:
            case Scalar(value=str(text), quoted=False) if crowded := CROWDED.fullmatch(text):
                name, value = crowded[1], replace(item, value=resolve_scalar(crowded[2]))
                message = f"a space is due behind the colon; found {shorten(text)!r}"
                findings.add("S109", message, item.span, hint=f"write {name}: {crowded[2]}")
            case Scalar(value=str(name)):
                value = None
            case Mapping(entries=(Entry(name=name, value=default),)):
                value = default
            case _:
                message = f"a parameter is its name, or {{name: default}}; found {kind_of(item)}"
                findings.add("S109", message, item.span)
                continue
        if name in variables:
            findings.add("S110", f"the parameter {name} has the name of a variable", item.span)
        elif name in parameters:
            findings.add("S110", f"the parameter {name} is listed twice", item.span)
        parameters[name] = value
    return parameters


def find_unused(body: Mapping, parameters: dict[str, Node | None]) -> Iterator[tuple[str, Span]]:
    """Give the parameters that nothing in the block uses, nor was meant to use."""
    used = names_used([body])
    used |= {meant(name, parameters) or "" for name in used}
    listed = body.get("parameters")
    for item in listed.items if isinstance(listed, Sequence) else ():
        name = item.entries[0].name if isinstance(item, Mapping) and item.entries else None
        name = item.value if isinstance(item, Scalar) and isinstance(item.value, str) else name
        if name in parameters and name not in used:
            yield name, item.span


def holds_outputs(
    block: Block, prefix: str, made: Iterable[Collection[str]], findings: Findings
) -> bool:
    """Return whether every listed output of a block is one of the names inside it.

    Args:
        block: the block.
        prefix: what the names of this use of it begin with.
        made: names of layers, and other names for them; of all layers, in part.
        findings: takes what is not there.
    """
    held = tuple(made)
    absent = [
        wire for wire in block.outputs if not any(prefix + wire.source in one for one in held)
    ]
    for wire in absent:
        inside = {
            one.removeprefix(prefix) for group in held for one in group if one.startswith(prefix)
        }
        message = f"no layer of the block {block.name} is called {shorten(wire.source)!r}"
        findings.add("G101", message, wire.span, hint=suggest_given(wire.source, inside))
    return not absent


def may_nest(name: str, chain: tuple[str, ...], span: Span, findings: Findings) -> bool:
    """Return whether a block or model may stand within these: no block in itself, none too deep."""
    names = (*chain, name)
    shown = " -> ".join(names if len(names) <= SHOWN else (*names[:3], "...", *names[-3:]))
    itself = name in chain and name != SUBMODEL
    if itself:
        findings.add("G203", f"the block {name} includes itself: {shown}", span)
    elif len(chain) >= NESTED and not any(one.code == "L102" for one in findings):
        message = f"blocks and models stand within one another more than {NESTED} deep: {shown}"
        findings.add("L102", message, span)
    return not itself and len(chain) < NESTED


def bind(
    block: Block, written: Written, extra: tuple[Entry, ...], findings: Findings
) -> dict[str, Node] | None:
    """Return the value of each parameter in one use of a block; None where one is missing."""
    entries = argument_entries(block, written, findings)
    if entries is None:
        return None
    given = (*entries, *extra)
    values = {name: value for name, value in block.parameters.items() if value is not None}
    values |= {entry.name: entry.value for entry in given if entry.name in block.parameters}
    absent = [name for name in block.parameters if name not in values]
    strange = [entry for entry in given if entry.name not in block.parameters]
    meant_by = {entry.name: parameter_for(entry.name, block, absent) for entry in strange}
    for entry in strange:
        message = f"the block {block.name} has no parameter {shorten(entry.name)!r}"
        hint = suggest_given(entry.name, block.parameters)
        if absent == [meant_by[entry.name]]:
            hint = f"did you mean {absent[0]}?"
        findings.add("S101", message, entry.key, hint=hint)
    for name in absent:
        if name not in meant_by.values():
            message = f"the block {block.name} needs {name}"
            findings.add("S102", message, written.span, hint=f"{block.name}: {{{name}: VALUE}}")
    return None if strange or absent else values


def parameter_for(name: str, block: Block, absent: list[str]) -> str | None:
    """Return the parameter that another name stands for: one like it, or the one that is absent."""
    near = nearest(name, block.parameters)
    return near if near or len(absent) != 1 else absent[0]


def takes(block: Block, count: int, span: Span, findings: Findings) -> bool:
    """Return whether a use gives a block as many inputs as it takes."""
    if count == len(block.inputs):
        return True
    inputs = ", ".join(block.inputs)
    message = f"the block {block.name} takes {len(block.inputs)} input(s): {inputs}; got {count}"
    findings.add("G202", message, span, hint=f"inputs: [{inputs}]")
    return False


def argument_entries(
    block: Block, written: Written, findings: Findings
) -> tuple[Entry, ...] | None:
    """Return the arguments of a use by name; one value alone is the only parameter's."""
    argument = written.argument
    match argument:
        case None | Scalar(empty=True):
            return ()
        case Mapping(entries=entries):
            return entries
    if len(block.parameters) == 1:
        return (Entry(next(iter(block.parameters)), argument.span, argument),)
    message = f"the block {block.name} takes its parameters by name; found {kind_of(argument)}"
    needed = [name for name, default in block.parameters.items() if default is None]
    pairs = ", ".join(f"{name}: VALUE" for name in needed or block.parameters)
    hint = f"write {block.name}: {{{pairs}}}" if pairs else f"write {block.name}"
    findings.add("S109", message, argument.span, hint=hint)
    return None
