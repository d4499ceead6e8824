"""A whole document to a spec: variables, blocks, sections, model; every problem in one pass."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel

from nnspec.catalog.layers.competitive import SelfOrganizingMap
from nnspec.diagnostics import Advice, Diagnostic, Findings, Refused, Span
from nnspec.document import Document, Entry, Mapping, Node, Scalar, find, kind_of, shorten
from nnspec.frontends.nnspec_1.blocks import Block, read_blocks
from nnspec.frontends.nnspec_1.items import bad_name, check_date, is_refused
from nnspec.frontends.nnspec_1.layers import ModelReader
from nnspec.frontends.nnspec_1.model_source import ModelSource, OpenPacked, as_spec
from nnspec.frontends.nnspec_1.plugins import read_plugins
from nnspec.frontends.nnspec_1.scope import Scope
from nnspec.frontends.nnspec_1.sections import SECTIONS, settle_sections
from nnspec.language.foreign import is_own, recognize, refuse_foreign
from nnspec.language.habits import SECTION_HABITS
from nnspec.language.keys import KEYS, VERSION
from nnspec.language.near_names import meant
from nnspec.language.run_names import is_run_name
from nnspec.language.words import remedy
from nnspec.reading.misplaced import join_moved, within
from nnspec.reading.moves import add_version
from nnspec.reading.owners import Owners
from nnspec.reading.reader import Reader, Unreadable
from nnspec.reading.substitute import ABOUT_VALUES, Substitution, names_used
from nnspec.spec.data import SplitSection
from nnspec.spec.model import NETWORK_INPUT, ModelSection
from nnspec.spec.part import OpenRun
from nnspec.spec.spec import Positions, Spec

HOMES = {
    **dict.fromkeys(SplitSection.model_fields, "data: split"),
    **{name: section for section, kind in SECTIONS.items() for name in kind.model_fields},
}
"""Settings -> the section that has them."""
HIDING = ABOUT_VALUES | {"S101", "S102", "S108", "S109", "S111"}
"""Codes of findings about places at which a parameter may have been used."""
ASSIGNED = re.compile(r"([A-Za-z_]\w*)\s*=\s*(\S.*)")
"""A variable as programs write it: size = 3."""

Section = TypeVar("Section", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Validated:
    """What validation found: the spec as far as it is readable, and the findings.

    `spec` is None only where the model itself could not be read; with errors among the findings
    it serves to look for further ones, never to run.
    """

    spec: Spec | None
    findings: Findings


def validate_document(
    document: Document,
    *,
    folder: FilePath | None = None,
    allow_outside: bool = False,
    open_run: OpenRun | None = None,
    open_packed: OpenPacked | None = None,
) -> Validated:
    """Return the spec of a document and everything that is wrong with its form.

    Args:
        document: the parsed text.
        folder: what relative paths are relative to; the current folder if absent.
        allow_outside: whether the model may stand in a file outside the folder.
        open_run: opens finished runs, whose parts may begin the network.
        open_packed: opens files that hold a model and its weights.
    """
    reader = DocumentReader(document, folder or FilePath(), allow_outside=allow_outside)
    reader.source = replace(reader.source, open_run=open_run, open_packed=open_packed)
    return reader.read()


class DocumentReader:
    """Reads the sections of one document."""

    def __init__(self, document: Document, folder: FilePath, *, allow_outside: bool) -> None:
        self.document = document
        self.written = as_spec(document.root)
        settled = settle_sections(self.written)
        self.root, self.misnamed = settled.root, settled.findings
        self.folder = folder
        self.reader = Reader(homes=HOMES, owners=Owners(self.root))
        self.findings = self.reader.findings
        self.source = ModelSource(folder, self.findings, allow_outside=allow_outside)
        self.meant: set[str | None] = set()
        self.foreign = self.is_foreign()
        self.substitution = Substitution({} if self.foreign else self.read_variables())

    def read(self) -> Validated:
        """Return spec and findings."""
        if self.foreign:
            return Validated(None, self.findings)
        self.check_keys()
        self.check_version()
        plugins = read_plugins(self.root.get("plugins"), self.findings)
        self.reader.withheld = plugins.withheld
        model = self.read_model()
        sections = {name: self.read_section(name, kind) for name, kind in SECTIONS.items()}
        name = self.read_name()
        self.check_variables()
        findings = Findings()
        # What stands behind a key that nothing takes is told with the key.
        told = [one for one in self.findings if one.code != "S111" or not self.unread(one.span)]
        if model is not None and ends_in_map(model) and not self.trained_by_gradient():
            # What a map lacks is its rule, and the rules say so.
            lacking = [one.finding for one in self.reader.missing if one.owner == "training"]
            told = [one for one in told if one not in lacking]
        found = join_moved(told, self.reader.missing, self.strays(told))
        findings.extend(self.substitution.at_definitions(found))
        if model is None:
            return Validated(None, findings)
        given: dict[str, Any] = {key: value for key, value in sections.items() if value is not None}
        given["plugins"] = plugins.named
        positions = Positions(self.reader.positions, frozenset(self.reader.doubted))
        spec = Spec(
            name, model, **given, positions=positions, file=self.document.file, folder=self.folder
        )
        return Validated(spec, findings)

    def trained_by_gradient(self) -> bool:
        """Return whether anything of gradient descent is written under training."""
        training = self.root.get("training")
        named = ("optimizer", "loss")
        return isinstance(training, Mapping) and any(training.get(one) for one in named)

    def strays(self, found: Iterable[Diagnostic]) -> dict[str, Diagnostic]:
        """Return the findings about settings that stand where nothing takes them, by the name."""
        lines = self.document.text.split("\n")
        strays: dict[str, Diagnostic] = {}
        for one in found:
            if one.code == "S101" and one.span is not None:
                start, end = one.span.start, one.span.end
                strays.setdefault(lines[start.line - 1][start.column - 1 : end.column - 1], one)
        return strays | self.reader.strays

    def offered(self) -> frozenset[str]:
        """Return the names of the inputs that the data offers."""
        inputs = find(self.root, ("data", "inputs"))
        named = inputs.entries if isinstance(inputs, Mapping) else ()
        return frozenset(one.name for one in named)

    def unread(self, place: Span | None) -> bool:
        """Return whether a place lies in a value that no object takes."""
        return any(within(place, one) for one in self.reader.unread)

    def is_foreign(self) -> bool:
        """Return whether the document is another program's; record that, and nothing else of it."""
        if is_own(self.written) or not len(self.written):
            return False
        names = [entry.name for entry in self.written]
        other = recognize(set(names))
        guesses = {meant(name, KEYS, SECTION_HABITS) for name in names}
        if other is None and guesses & {"model", "training"}:
            return False
        self.findings.append(refuse_foreign(other, self.written.entries[0].key))
        return True

    def check_keys(self) -> None:
        """Record unknown sections, and the place of every known one."""
        for entry, settled in zip(self.written, self.root, strict=True):
            self.reader.positions[(settled.name,)] = entry.key
            value = entry.value.value if isinstance(entry.value, Scalar) else None
            if entry.name not in KEYS and value is VERSION:
                self.meant.add("nnspec")
            if entry.name not in KEYS:
                self.meant.add(meant(entry.name, KEYS, SECTION_HABITS))
        self.findings.extend(self.misnamed)

    def check_version(self) -> None:
        """Record a missing or unknown version of the language."""
        node = self.root.get("nnspec")
        if node is None:
            if "nnspec" in self.meant:
                return
            message = "the spec does not say which version of the language it is written in"
            hint = Advice("write nnspec: 1 at the top", edits=(add_version(self.document),))
            self.findings.add("S102", message, self.root.span, hint=hint)
        elif not isinstance(node, Scalar) or node.value is not VERSION:
            message = f"nnspec must be {VERSION}, the version of the language; got {kind_of(node)}"
            self.findings.add("S114", message, node.span, hint=f"write nnspec: {VERSION}")

    def read_name(self) -> str:
        """Return the run's name: as given, or the file's."""
        node = self.root.get("name")
        if node is None:
            stem = re.sub(r"[^A-Za-z0-9_.-]", "-", FilePath(self.document.file).stem).lstrip(".")
            return stem[:64] or "run"
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, str) and is_run_name(value):
            check_date(node, self.findings)
            return value
        rule = "a run's name is 1 to 64 letters, digits, _, - or . (not first)"
        if isinstance(value, str):
            if not is_refused(node):
                self.findings.append(bad_name(value, node.span, rule))
        else:
            written = self.document.text.split("\n")[node.span.start.line - 1 :][:1]
            text = "".join(written)[node.span.start.column - 1 : node.span.end.column - 1]
            hint = remedy(node, "name", "text") if value is None else f'quote it: "{text}"'
            message = f"name must be text; got {kind_of(node)}"
            self.findings.add("S103", message, node.span, hint=hint)
        return "run"

    def read_variables(self) -> dict[str, Node]:
        """Return the variables by name."""
        node = self.root.get("variables")
        if node is None:
            return {}
        if isinstance(node, Mapping):
            assigned = {entry.name: ASSIGNED.fullmatch(entry.name) for entry in node}
            return {
                match[1] if (match := assigned[entry.name]) else entry.name: self.read_variable(
                    entry
                )
                for entry in node
            }
        message = f"variables must be a mapping of names to values; found {kind_of(node)}"
        self.findings.add("S103", message, node.span)
        return {}

    def read_variable(self, entry: Entry) -> Node:
        """Return the value of a variable; one that holds another variable is refused."""
        if match := ASSIGNED.fullmatch(entry.name):
            message = f"a variable is written with a colon; found {shorten(entry.name)!r}"
            self.findings.add("S108", message, entry.key, hint=f"write {match[1]}: {match[2]}")
            return Scalar(None, entry.value.span, refused=True)
        if not (held := names_used([entry.value])):
            return entry.value
        message = f"the variable {shorten(entry.name)} holds ${shorten(min(held))}"
        hint = "write the value itself: a variable's value is not looked into"
        self.findings.add("S111", message, entry.value.span, hint=hint)
        return Scalar(None, entry.value.span, refused=True)

    def check_variables(self) -> None:
        """Record variables that nothing uses, unless a value that was refused may have."""
        if any(one.code in ABOUT_VALUES for one in self.findings):
            return
        bodies = self.root.get("blocks")
        node = self.root.get("variables")
        used = self.substitution.used | names_used([one for one in (bodies, node) if one])
        for entry in node if isinstance(node, Mapping) else ():
            if entry.name not in used and not ASSIGNED.fullmatch(entry.name):
                message = f"the variable {shorten(entry.name)!r} is not used"
                self.findings.add("S112", message, entry.key)

    def read_section(self, name: str, kind: type[Section]) -> Section | None:
        """Return one section; None if it is absent or was refused."""
        entry = self.root.entry(name)
        if entry is None:
            return None
        if isinstance(entry.value, Scalar) and entry.value.empty:
            message = f"{name} has nothing behind it"
            self.findings.add("S108", message, entry.key, hint="write its settings or remove it")
            return None
        self.reader.keys[(name,)] = entry.key
        node = self.substitution.apply(entry.value, self.findings)
        made = self.reader.read_section(kind, node, (name,))
        return None if isinstance(made, Unreadable) else made

    def read_model(self) -> ModelSection | None:
        """Return the network; None if there is none."""
        entry = self.root.entry("model")
        blocks = read_blocks(self.root.get("blocks"), set(self.substitution.values), self.findings)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.empty):
            span = entry.key if entry else self.root.span
            if entry or "model" not in self.meant:
                hint = "add model: a list of layers"
                self.findings.add("S102", "the spec has no model", span, hint=hint)
            return None
        reader = ModelReader(self.reader, blocks, self.source, self.offered())
        try:
            model = reader.read_model(entry.value, self.substitution)
        except Refused as refused:
            self.findings.extend(refused.diagnostics)
            self.read_blocks_left(reader)
            return None
        lost = reader.partial or any(use.layer is None and not use.shares for use in reader.layers)
        unused = self.read_blocks_left(reader)
        for block in blocks.values():
            if block.name not in unused:
                self.check_parameters(block)
            elif not lost and block.name not in reader.used_blocks:
                message = f"the block {block.name!r} is not used"
                self.findings.append(Diagnostic("S113", message, block.span))
        return model

    def check_parameters(self, block: Block) -> None:
        """Record parameters that a block does not use, unless a refused value in it may have."""
        refused = [one.span for one in self.findings if one.code in HIDING]
        if block.layers and any(within(span, block.layers.span) for span in refused):
            return
        for name, span in block.unused:
            self.findings.add("S112", f"the parameter {shorten(name)!r} is not used", span)

    def read_blocks_left(self, reader: ModelReader) -> list[str]:
        """Read the blocks whose uses were refused, then those that nothing uses; return these."""
        self.read_each(reader, lambda name: name in reader.used_blocks)
        unused = [name for name in reader.blocks if name not in reader.used_blocks]
        self.read_each(reader, lambda _: True)
        return unused

    def read_each(self, reader: ModelReader, wanted: Callable[[str], bool]) -> None:
        """Read blocks that were not read yet, and those that they use, one by one."""
        while left := [name for name in reader.blocks if name not in reader.read_blocks]:
            name = next(filter(wanted, left), None)
            if name is None:
                return
            reader.read_blocks.add(name)
            self.read_apart(reader.blocks[name], reader)
            if any(one.code == "L102" for one in self.findings):
                return  # each further block of the chain is as deep

    def read_apart(self, block: Block, reader: ModelReader) -> None:
        """Read a block that no use of it reads, for what is wrong within."""
        if block.layers is None:
            return
        unknown = {
            name: default or Scalar(None, block.span, refused=True)
            for name, default in block.parameters.items()
        }
        inputs = dict.fromkeys(block.inputs, NETWORK_INPUT)
        scope = Scope(self.substitution.inner(unknown), inputs=inputs, chain=(block.name,))
        try:
            reader.inside().read_list(block.layers, scope, NETWORK_INPUT)
        except Refused as refused:
            self.findings.extend(refused.diagnostics)


def ends_in_map(model: ModelSection) -> bool:
    """Return whether a map is the last layer."""
    return bool(model.layers) and isinstance(model.layers[-1].layer, SelfOrganizingMap)
