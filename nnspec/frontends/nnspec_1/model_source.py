"""Where a model stands: in the spec, in a file beside it, or alone in a Keras document; floor 4."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Findings, Refused, Span
from nnspec.document import (
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    kind_of,
    parse_document,
    placed,
    read_document,
    shorten,
)
from nnspec.frontends.keras.tree import as_keras_model
from nnspec.language.near_names import suggest
from nnspec.spec.model import WeightsFile
from nnspec.spec.part import OpenRun
from nnspec.spec.source import locate

WEIGHTS = "weights"
MEANT = "did you mean layers?"
SUFFIXES = (".json", ".yaml", ".yml")
"""Endings of files that hold a model as text."""
ARCHIVES = (".keras", ".h5", ".hdf5")
"""Endings of files that hold a model and its weights."""
OpenPacked = Callable[[Path], str]
"""Returns the document of the model in such a file; raises Refused where it holds none."""


def as_spec(root: Mapping) -> Mapping:
    """Return the spec that a bare Keras document stands for: its model, and nothing else."""
    model = as_keras_model(root)
    assert isinstance(model, Mapping)
    root = model
    if not (root.get("class_name") and root.get("config")) or root.get("nnspec"):
        return root
    version = Entry("nnspec", root.span, Scalar(1, root.span))
    return Mapping((version, Entry("model", root.span, root)), root.span)


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Opens `model: {file: NAME}`, within the folder of the spec."""

    folder: Path
    findings: Findings
    allow_outside: bool = False
    open_run: OpenRun | None = None
    """Opens finished runs, whose parts may begin the network; None: they are not looked at."""
    open_packed: OpenPacked | None = None
    """Opens files that hold a model and its weights; None: they are not looked at."""

    def open(self, node: Node) -> Node | None:
        """Return the model that a section names; the section itself if it names no file.

        Everything in a file's model keeps the place in that file. None where it was refused.
        """
        entry = node.entry("file") if isinstance(node, Mapping) else None
        if entry is None:
            return as_keras_model(node)
        assert isinstance(node, Mapping)
        others = [one for one in node if one is not entry and one.name != WEIGHTS]
        if others:
            message = f"a model in a file is that file; found {shorten(others[0].name)} beside it"
            self.findings.add("S115", message, others[0].key, hint="remove one of them")
            return None
        if not isinstance(entry.value, Scalar) or not isinstance(entry.value.value, str):
            message = f"file must be the path of a model document; got {kind_of(entry.value)}"
            self.findings.add("S103", message, entry.value.span)
            return None
        return self.read(entry.value.value, entry.value.span)

    def read(self, text: str, span: Span) -> Node | None:
        """Return the tree of a file, its places marked as those of this file."""
        try:
            located = locate(text, self.folder, allow_outside=self.allow_outside)
            check_ending(text)
            name = self.folder / text
            if is_packed(text):
                return self.unpack(located, str(name), span)
            document = read_document(located, str(name))
        except Refused as refused:
            for one in refused.diagnostics:
                self.findings.append(one if one.span else replace(one, span=span, file=None))
            return None
        root = document.root
        inner = root.get("model") if root.get("nnspec") else root
        return marked(as_keras_model(inner or root), document.file)

    def unpack(self, path: Path, name: str, span: Span) -> Node | None:
        """Return the tree of a model that stands in a packed file, all at the file's own place."""
        if self.open_packed is None:
            return None
        root = parse_document(self.open_packed(path), f"{name}.json").root
        return placed(as_keras_model(root), span)

    def weights_of(self, node: Node) -> WeightsFile | None:
        """Return the file whose weights a model begins with: it is named, or holds the model."""
        named = node.entry(WEIGHTS) if isinstance(node, Mapping) else None
        file = node.entry("file") if isinstance(node, Mapping) else None
        entry = named or file
        text = entry.value.value if entry and isinstance(entry.value, Scalar) else None
        if entry is None or (named is None and not (isinstance(text, str) and is_packed(text))):
            return None
        span = entry.value.span
        if not isinstance(text, str) or not is_packed(text):
            message = f"weights must be the path of a file of weights; got {kind_of(entry.value)}"
            hint = f"such a file ends in one of {' '.join(ARCHIVES)}"
            self.findings.add("S103", message, span, hint=hint)
            return None
        try:
            path = locate(text, self.folder, allow_outside=self.allow_outside)
        except Refused as refused:
            self.findings.extend(replace(one, span=span) for one in refused.diagnostics)
            return None
        if named and not path.is_file():
            self.findings.add("D102", f"there is no file {shorten(text)}", span)
        return WeightsFile(text, path, span)


def is_packed(text: str) -> bool:
    """Return whether a file holds weights, by its name."""
    return text.lower().endswith(ARCHIVES)


def check_ending(text: str) -> None:
    """Refuse a file that does not hold a model."""
    if text.lower().endswith((*SUFFIXES, *ARCHIVES)):
        return
    known = " ".join((*SUFFIXES, *ARCHIVES))
    message = f"{shorten(text)} is no model document; expected one of {known}"
    raise Refused([Diagnostic("S105", message)])


def marked(node: Node, file: str) -> Node:
    """Return a tree whose places name the file that they are in."""
    span = replace(node.span, file=file)
    match node:
        case Scalar():
            return replace(node, span=span)
        case Sequence(items=items):
            return Sequence(tuple(marked(one, file) for one in items), span)
        case Mapping(entries=entries):
            return Mapping(
                tuple(
                    Entry(one.name, replace(one.key, file=file), marked(one.value, file))
                    for one in entries
                ),
                span,
            )


def refuse_mapping(node: Mapping, findings: Findings) -> None:
    """Record a model that is a mapping without `layers`: mostly the dashes are missing."""
    first = node.entries[0]
    if first.name.startswith("-"):
        message = f"a list of layers is due; found the key {shorten(first.name)!r}"
        hint = f"put a space behind each dash: - {shorten(first.name[1:])}: ..."
    else:
        known = [one.name for one in node if suggest(one.name, ("layers", "outputs")) == MEANT]
        first = next((one for one in node if one.name in known), first)
        message = f"model must be a list of layers, or layers: with a list; found {first.name}:"
        hint = MEANT if known else f"put a dash before each layer: - {shorten(first.name)}: ..."
    findings.add("S103", message, first.key, hint=hint)
