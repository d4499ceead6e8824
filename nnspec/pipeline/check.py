"""Text to a checked network: document, validation, graph, shapes, rules; every finding at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nnspec.diagnostics import (
    MOST_ERRORS,
    Diagnostic,
    Findings,
    NnspecError,
    Refused,
    TooManyFindings,
)
from nnspec.document import Document, read_document
from nnspec.exchange.read.packed import open_packed
from nnspec.frontends.nnspec_1.document import validate_document
from nnspec.frontends.nnspec_1.overrides import apply_overrides
from nnspec.network.graph import connect
from nnspec.network.machine import machine_memory
from nnspec.network.memory import check_memory
from nnspec.network.network import Network
from nnspec.network.resolve import resolve
from nnspec.pipeline.stored import open_stored
from nnspec.pipeline.table_sizes import size_tables
from nnspec.rules import apply_rules
from nnspec.shapes import Tensor
from nnspec.spec.builtin import known_inputs
from nnspec.spec.data import DEFAULT_INPUT
from nnspec.spec.data_rules import check_data
from nnspec.spec.learning import from_zeros
from nnspec.spec.source_rules import check_places
from nnspec.spec.spec import Spec

SHAPING = ("source", "target", "features", "inputs", "columns", "encoding", "window")
"""Settings of the data that shapes, and which columns there are, follow from."""
Source = Path | Spec
"""A spec's file, or the spec that was read from one."""


@dataclass(frozen=True, slots=True)
class CheckedSpec:
    """What a check of a spec found.

    Attributes:
        spec: None where the model could not be read at all.
        network: None with it; with errors it is only as complete as they allow.
        diagnostics: in the order of the text.
    """

    spec: Spec | None
    network: Network | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def refused(self) -> bool:
        """Return whether an error was found."""
        return any(one.severity == "error" for one in self.diagnostics)

    def accept(self) -> tuple[Spec, Network]:
        """Return spec and network, or raise what was found.

        Raises:
            Refused: with every finding, if one of them is an error.
        """
        if self.refused or self.spec is None or self.network is None:
            raise Refused(self.diagnostics)
        return self.spec, self.network


@dataclass(frozen=True, slots=True)
class Checked(CheckedSpec):
    """What a check of a text found, with the text."""

    document: Document


def check_source_of(
    source: Source, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> CheckedSpec:
    """Check a spec's file, or a spec once more, without opening the data.

    Args:
        source: a spec may have been changed since it was read.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may name files outside its folder.

    Raises:
        Refused: the text cannot be read as a document.
        ValueError: overrides for a spec that is read already.
    """
    if isinstance(source, Path):
        return check(source, overrides=overrides, allow_outside=allow_outside)
    if overrides:
        raise ValueError("overrides set values of a spec's text: give them where it is loaded")
    findings = Findings()
    network = check_spec(source, findings, allow_outside=allow_outside)
    return CheckedSpec(source, network, findings.sorted(source.file))


def check(path: Path, *, overrides: Sequence[str] = (), allow_outside: bool = False) -> Checked:
    """Check a spec without opening its data.

    Args:
        path: the spec's file.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may name files outside its folder.

    Raises:
        Refused: the text cannot be read as a document.
    """
    document = read_document(path, lenient=True)
    return check_document(
        document, folder=path.parent, overrides=overrides, allow_outside=allow_outside
    )


def check_document(
    document: Document,
    *,
    folder: Path,
    overrides: Sequence[str] = (),
    allow_outside: bool = False,
) -> Checked:
    """Check a parsed spec; its paths are relative to the folder.

    Raises:
        Refused: there are more mistakes than anybody reads; it holds the first ones.
    """
    findings = Findings()
    try:
        findings.extend(document.twice)
        document = apply_overrides(document, overrides, findings)
        return check_tree(document, folder, findings, allow_outside=allow_outside)
    except TooManyFindings as many:
        found = many.diagnostics
        message = f"more than {MOST_ERRORS} mistakes; the first {len(found)} are shown"
        last = Diagnostic("L109", message, file=document.file)
        raise Refused([*sort_findings(found, document.file), last]) from None


def sort_findings(found: Sequence[Diagnostic], file: str) -> tuple[Diagnostic, ...]:
    """Return findings in the order of the text, named after their file."""
    findings = Findings()
    findings.extend(found)
    return findings.sorted(file)


def check_tree(
    document: Document, folder: Path, findings: Findings, *, allow_outside: bool
) -> Checked:
    """Check a document's tree, from its form to the rules."""
    validated = validate_document(
        document,
        folder=folder,
        allow_outside=allow_outside,
        open_run=open_stored,
        open_packed=open_packed,
    )
    findings.extend(validated.findings)
    spec = validated.spec
    if spec is None:
        return Checked(None, None, findings.sorted(document.file), document)
    network = check_spec(spec, findings, allow_outside=allow_outside)
    return Checked(spec, network, findings.sorted(document.file), document)


def check_spec(spec: Spec, findings: Findings, *, allow_outside: bool) -> Network:
    """Return a spec's network; record all that is wrong with the spec beyond its form."""
    check_section(spec, findings, allow_outside=allow_outside)
    network = check_network(spec, known_tensors(spec), findings)
    network = size_tables(spec, network, None, findings)
    apply_rules(spec, network, findings)
    if not findings.errors:
        check_memory(spec, network, machine_memory(), findings)
    return network


def check_section(spec: Spec, findings: Findings, *, allow_outside: bool) -> None:
    """Record what can be said against the data section without opening the data."""
    if spec.data is None:
        return
    doubted = spec.positions.doubted
    found = placed(spec, check_data(spec.data))
    if spec.positions.doubts("data", "window"):
        # Within windows a target may be a feature; there were some, maybe.
        found = [one for one in found if one.code != "M106"]
    findings.extend(one for one in found if one.span not in doubted)
    places = list(check_places(spec.data.source, spec.folder, allow_outside=allow_outside))
    findings.extend(placed(spec, places))


def check_network(spec: Spec, inputs: Mapping[str, Tensor | None], findings: Findings) -> Network:
    """Return the network for these inputs of the data."""
    rule = spec.training.rule if spec.training else None
    graph = connect(from_zeros(spec.model, rule), inputs, findings)
    network = resolve(graph, inputs, findings)
    check_inputs(network, inputs, findings)
    return network


def check_inputs(network: Network, inputs: Mapping[str, Tensor | None], findings: Findings) -> None:
    """Record written Inputs that do not fit the data."""
    written = [node for node in network.inputs if not node.node.implied]
    for node in written:
        alone = len(network.inputs) == 1 and len(inputs) == 1
        offered = next(iter(inputs.values())) if alone else inputs.get(node.name)
        if not inputs or node.outputs is None:
            continue
        if not alone and node.name not in inputs:
            message = f"the data has no input called {node.name}; it has {', '.join(inputs)}"
            findings.add(
                "G308", message, node.node.origin.wiring.get("name", node.node.origin.head)
            )
        elif offered is not None and not fits(node.outputs[0], offered):
            declared = show_extents(node.outputs[0])
            given = show_extents(offered)
            message = f"Input declares {declared}; the data gives {given}"
            hint = "leave Input out: it follows from the data" if alone else f"write {given}"
            findings.add("G308", message, node.node.origin.of("shape"), hint=hint)


def show_extents(tensor: Tensor) -> str:
    """Return the shape of one row as a spec writes it."""
    return f"[{', '.join('null' if one is None else str(one) for one in tensor.shape[1:])}]"


def fits(declared: Tensor, offered: Tensor) -> bool:
    """Return whether a declared input takes what the data gives; null takes any length."""
    return len(declared.shape) == len(offered.shape) and all(
        one in (None, other)
        for one, other in zip(declared.shape[1:], offered.shape[1:], strict=True)
    )


def known_tensors(spec: Spec) -> dict[str, Tensor | None]:
    """Return the network's inputs by name, with their tensors where they are known unopened."""
    if spec.data is not None:
        doubtful = any(spec.positions.doubts("data", setting) for setting in SHAPING)
        known = None if doubtful else known_inputs(spec.data)
        named = [*(spec.data.inputs or named_inputs(spec) or (DEFAULT_INPUT,))]
        named += spec.data.window.known_inputs if spec.data.window else ()
        return {name: settled(one) for name, one in (known or dict.fromkeys(named)).items()}
    if ("data",) not in spec.positions.spans:
        return {}
    return dict.fromkeys(named_inputs(spec) or (DEFAULT_INPUT,))


def settled(tensor: Tensor | None) -> Tensor | None:
    """Return what an input takes; None where only the rows tell how many numbers a cell becomes.

    A layer that needs that number is then checked with the data, as it is over a file.
    """
    return None if tensor is None or None in tensor.shape[1:] else tensor


def named_inputs(spec: Spec) -> list[str]:
    """Return the names of the data's inputs, read off their places: refused ones are named too."""
    places = (path for path in spec.positions.spans if path[:2] == ("data", "inputs"))
    return [str(path[2]) for path in places if len(path) == 3]  # noqa: PLR2004 - data, inputs, name


def placed(spec: Spec, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return findings that name a path of the spec with the place of that path."""
    return [
        one
        if one.span or one.path is None
        else replace(one, span=spec.positions.find(one.path), file=one.file or spec.file)
        for one in diagnostics
    ]


@contextmanager
def placing(spec: Spec) -> Iterator[None]:
    """Give what stops a command the places of the spec's settings that it is about."""
    try:
        yield
    except NnspecError as error:
        raise type(error)(placed(spec, error.diagnostics)) from error
