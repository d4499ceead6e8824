"""Where a model stands: in the spec, in a file beside it, or alone in a Keras document; floor 4."""

from dataclasses import dataclass, replace
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Findings, Refused, Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, kind_of, read_document, shorten
from nnspec.frontends.keras.tree import as_keras_model
from nnspec.language.near_names import suggest
from nnspec.spec.part import OpenRun
from nnspec.spec.source import locate

MEANT = "did you mean layers?"
SUFFIXES = (".json", ".yaml", ".yml")
"""Endings of files that hold a model as text."""
ARCHIVES = (".keras", ".h5", ".hdf5")
"""Endings of files that hold a model and its weights."""


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

    def open(self, node: Node) -> Node | None:
        """Return the model that a section names; the section itself if it names no file.

        Everything in a file's model keeps the place in that file. None where it was refused.
        """
        entry = node.entry("file") if isinstance(node, Mapping) else None
        if entry is None:
            return as_keras_model(node)
        assert isinstance(node, Mapping)
        others = [one for one in node if one is not entry]
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
            document = read_document(located, str(name))
        except Refused as refused:
            for one in refused.diagnostics:
                self.findings.append(one if one.span else replace(one, span=span, file=None))
            return None
        root = document.root
        inner = root.get("model") if root.get("nnspec") else root
        return marked(as_keras_model(inner or root), document.file)


def check_ending(text: str) -> None:
    """Refuse a file that does not hold a model as text."""
    if text.lower().endswith(SUFFIXES):
        return
    message = f"{shorten(text)} is no model document; expected one of {' '.join(SUFFIXES)}"
    packed = text.lower().endswith(ARCHIVES)
    hint = "give the model's JSON: write model.to_json() into a file" if packed else None
    raise Refused([Diagnostic("S105", message, hint=hint)])


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
