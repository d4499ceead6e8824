"""Document nodes to typed objects: the three ways to write one, every problem placed.

What an annotation admits decides how a node is read: a catalogue object, a section, a list or
mapping of them, or a plain value. Pydantic then checks each object by itself, so that its
findings need no path through unions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Advice, Diagnostic, Findings, Path, Replacement, Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, kind_of, plain, shorten
from nnspec.language.habits import ADVICE, KEY_WORDS, LAST_ADVICE, OBJECT_GUESSES
from nnspec.language.near_names import meant, nearest, suggest, with_space
from nnspec.language.words import ARTICLES, describe, describe_field, listed_alone, remedy
from nnspec.reading.admitted import Admitted, admitted
from nnspec.reading.explain import (
    by_field,
    choices_hint,
    explain,
    find_deepest,
    foreign_free,
    inner_key,
    said,
)
from nnspec.spec.section import Section

KERAS_FORM = (
    "class_name",
    "config",
    "module",
    "registered_name",
    "build_config",
    "compile_config",
    "shared_object_id",
)
"""Keys of an object in Keras' own form; those behind the first two add nothing to them."""

FOREIGN_CODE = {"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "lambda"}
"""What runs a graph or a function that did not come with the spec."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written:
    """An object as written: its name, its arguments, and the place of both."""

    name: str
    span: Span
    argument: Node | None
    config: bool = False
    """Whether it is in Keras' own form, {class_name, config}."""


class Unreadable:
    """Stands for a value that was refused; its finding is recorded."""


UNREADABLE = Unreadable()


@dataclass(slots=True)
class Reader:
    """Reads nodes into objects; collects findings and the places of values."""

    findings: Findings = field(default_factory=Findings)
    positions: dict[Path, Span] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    """Settings -> the section that has them."""
    withheld: tuple[str, ...] = ()
    """Plugins of the spec that were not imported: unknown names may be theirs."""

    def read_object(self, node: Node, family: str, path: Path = ()) -> Any:  # noqa: ANN401 - any family's class
        """Return the object a node names, UNREADABLE where it was refused."""
        written = self.split_object(node, ARTICLES[family])
        if written is None:
            return UNREADABLE
        kind = find(family, written.name)
        if kind is None:
            known = names(family)
            self.findings.append(unknown(written, ARTICLES[family], known, self.withheld))
            return UNREADABLE
        made = self.read_arguments(kind, written, path)
        return named(made, written) if family == "metrics" else made

    def split_object(self, node: Node, noun: str) -> Written | None:
        """Return the name and arguments of an object, whichever way it is written."""
        match node:
            case Scalar(value=str(name)):
                return Written(name, node.span, None)
            case Mapping() if node.get("class_name"):
                return self.split_config(node)
            case Mapping(entries=(Entry(name=name, key=key, value=value),)):
                return Written(name, key, value)
            case Mapping(entries=entries) if entries:
                keys = ", ".join(entry.name for entry in entries)
                message = f"{noun} is one name with its arguments; found the keys {shorten(keys)}"
                hint = f"indent the arguments below the name: {entries[0].name}: {{...}}"
                self.findings.add("S109", message, node.span, hint=hint)
            case Scalar(empty=True):
                self.findings.add("S108", f"{noun} is due here; found nothing", node.span)
            case _:
                message = f"{noun} is due here: its name, or its name and arguments"
                self.findings.add("S109", f"{message}; found {kind_of(node)}", node.span)
        return None

    def split_config(self, node: Mapping) -> Written | None:
        """Return the parts of an object in Keras' own form; its module must agree."""
        name, config = node.get("class_name"), node.get("config")
        if not isinstance(name, Scalar) or not isinstance(name.value, str):
            self.findings.add("S109", "class_name must be text", node.span)
            return None
        for entry in node:
            if entry.name not in KERAS_FORM:
                self.refuse_beside_config(entry)
            elif entry.name == "registered_name" and plain(entry.value) not in (None, name.value):
                message = f"registered_name differs from class_name {name.value!r}"
                self.findings.add("S115", message, entry.value.span)
            elif entry.name == "module" and not foreign_free(plain(entry.value)):
                message = f"module must be one of Keras'; got {kind_of(entry.value)}"
                self.findings.add("X102", f"{message}: a spec imports nothing", entry.value.span)
                return None
        return Written(name.value, name.span, config, config=True)

    def refuse_beside_config(self, entry: Entry) -> None:
        """Record a key that an object in Keras' own form does not have."""
        message = f"Keras' own form has no key {shorten(entry.name)!r}"
        hint: str = suggest(entry.name, KERAS_FORM)
        if entry.name == "inbound_nodes":
            hint = "what feeds a layer is written as inputs: [name, ...]"
        self.findings.add("S101", message, entry.key, hint=hint or None)

    def read_arguments(
        self, kind: type[Model], written: Written, path: Path = ()
    ) -> Model | Unreadable:
        """Return an object of a class from its written arguments."""
        argument = written.argument
        match argument:
            case None | Scalar(empty=True):
                arguments = Mapping((), written.span)
            case Mapping():
                arguments = argument
            case _:
                shorthand = getattr(kind, "shorthand", None)
                if shorthand is None:
                    message = (
                        f"{written.name} takes its arguments by name; found {kind_of(argument)}"
                    )
                    hint = f"write {written.name}: {{{required_pairs(kind)}}}"
                    self.findings.add("S109", message, argument.span, hint=hint)
                    return UNREADABLE
                arguments = Mapping((Entry(shorthand, argument.span, argument),), argument.span)
        return self.read_fields(kind, arguments, written, path)

    def read_section(self, kind: type[Model], node: Node, path: Path) -> Model | Unreadable:
        """Return a section of the spec; each of its keys is known."""
        name = str(path[-1])
        if not isinstance(node, Mapping):
            message = f"{name} must be a mapping of settings; found {kind_of(node)}"
            self.findings.add("S103", message, node.span, hint=settings_of(kind, name))
            return UNREADABLE
        return self.read_fields(kind, node, Written(name, node.span, node), path)

    def read_fields(
        self, kind: type[Model], arguments: Mapping, written: Written, path: Path
    ) -> Model | Unreadable:
        """Return the object made of these entries, or record what is wrong with each."""
        before = len(self.findings.diagnostics)
        values: dict[str, Any] = {}
        guessed: set[str | None] = set()
        for entry in arguments:
            here = (*path, entry.name)
            self.positions[here] = entry.value.span
            if entry.name not in kind.model_fields:
                guessed.add(self.refuse_key(kind, entry, written))
            elif isinstance(entry.value, Scalar) and entry.value.empty:
                message = f"{entry.name} has nothing behind it"
                self.findings.add("S108", message, entry.key, hint="write its value or remove it")
            else:
                annotation = kind.model_fields[entry.name].annotation
                values[entry.name] = self.read_value(annotation, entry.value, here)
        self.check_required(kind, written, {*(entry.name for entry in arguments), *guessed})
        return self.construct(
            kind, arguments, values, failed=before < len(self.findings.diagnostics)
        )

    def refuse_key(self, kind: type[BaseModel], entry: Entry, written: Written) -> str | None:
        """Record a key that the object does not have; return the one that was meant, if any."""
        omitted = getattr(kind, "omitted", {})
        if entry.name in omitted:
            message = f"{written.name} does not take {entry.name} in a spec: {omitted[entry.name]}"
            self.findings.add("S101", message, entry.key)
            return None
        message = f"{written.name} has no setting {shorten(entry.name)!r}"
        if setting := setting_for(kind, entry.name):
            told = f"a mapping holds arguments by name; write {setting}: {{{entry.name}: ...}}"
            self.findings.add("S101", message, entry.key, hint=told)
            return setting
        guess = meant(entry.name, kind.model_fields, KEY_WORDS)
        hint = with_space(entry.name, kind.model_fields) or ADVICE.get(entry.name)
        hint = hint or self.elsewhere(kind, entry.name, guess)
        hint = hint or suggest(entry.name, kind.model_fields, KEY_WORDS)
        self.findings.add("S101", message, entry.key, hint=hint or None)
        return guess

    def elsewhere(self, kind: type[BaseModel], name: str, guess: str | None) -> str | None:
        """Return where a setting stands that an object or a section does not have."""
        home = self.homes.get(name) if issubclass(kind, Section) else None
        if home and name not in KEY_WORDS:
            return f"write it below {home}:"
        return LAST_ADVICE.get(name) if guess is None else None

    def check_required(self, kind: type[BaseModel], written: Written, given: set[Any]) -> None:
        """Record every required setting that is absent, and was not meant by another key."""
        for name, info in kind.model_fields.items():
            if info.is_required() and name not in given:
                message = f"{written.name} needs {name}: {describe_field(info)}"
                shorthand = getattr(kind, "shorthand", None) == name
                hint = f"write {written.name}: VALUE" if shorthand else f"add {name}: VALUE"
                self.findings.add("S102", message, written.span, hint=hint)

    def construct(
        self, kind: type[Model], arguments: Mapping, values: dict[str, Any], *, failed: bool
    ) -> Model | Unreadable:
        """Return the object, its values checked by pydantic."""
        readable = {name: value for name, value in values.items() if value is not UNREADABLE}
        try:
            made = kind.model_validate(readable)
        except ValidationError as error:
            for problems in by_field(error.errors(include_url=False)):
                self.translate(kind, arguments, problems, values)
            return UNREADABLE
        return UNREADABLE if failed or len(readable) < len(values) else made

    def translate(
        self,
        kind: type[BaseModel],
        arguments: Mapping,
        problems: list[ErrorDetails],
        values: dict[str, Any],
    ) -> None:
        """Record pydantic's findings about one field in our words."""
        first = problems[0]
        if first["type"] == "missing" or (
            first["loc"] and values.get(str(first["loc"][0])) is UNREADABLE
        ):
            return
        if not first["loc"]:
            name = str(first.get("ctx", {}).get("field", ""))
            node = arguments.get(name) or arguments
            self.findings.add("S115", said(first), node.span)
            return
        name = str(first["loc"][0])
        node = find_deepest(arguments, first["loc"])
        info = kind.model_fields[name]
        annotation: Any = info.annotation
        wanted = describe_field(info)
        inner = admitted(annotation).values
        key = inner_key(arguments, first["loc"]) if inner is not None else None
        if key is not None:
            annotation, name, wanted = inner, f"{name}.{key}", describe(inner)
        code, message = explain(name, problems, node, wanted)
        hint = remedy(node, name, wanted) or choices_hint(annotation, node)
        section = admitted(annotation).section
        if node is arguments.get(name):
            hint = hint or listed_alone(node, name, wanted)
            hint = hint or (settings_of(section, name) if section else None)
        self.findings.add(code, message, node.span, hint=hint)

    def read_value(self, annotation: Any, node: Node, path: Path) -> Any:  # noqa: ANN401 - annotations are any
        """Return what a node means under an annotation; plain values are left to pydantic."""
        shape = admitted(annotation)
        match node:
            case Scalar(refused=True):
                return UNREADABLE
            case Sequence() if shape.items is not None:
                read = [
                    self.read_item(shape.items, item, (*path, index))
                    for index, item in enumerate(node.items)
                ]
                return UNREADABLE if any(one is UNREADABLE for one in read) else read
            case Mapping() if shape.values is not None and not self.is_object(node, shape.family):
                return self.read_mapping(shape.values, node, path)
            case Mapping() if shape.section is not None:
                return self.read_section(shape.section, node, path)
            case Mapping() | Scalar(value=str()) if shape.family:
                if isinstance(node, Scalar) and shape.takes_text(str(node.value)):
                    return node.value
                if shape.number and isinstance(node, Scalar) and reads_as_number(node, shape):
                    return node.value
                return self.read_object(node, shape.family, path)
        return plain(node)

    def read_item(self, annotation: Any, node: Node, path: Path) -> Any:  # noqa: ANN401 - annotations are any
        """Return an entry of a list, its place recorded."""
        self.positions[path] = node.span
        return self.read_value(annotation, node, path)

    def read_mapping(self, annotation: Any, node: Mapping, path: Path) -> Any:  # noqa: ANN401 - as above
        """Return a mapping whose keys are the writer's own."""
        read: dict[str, Any] = {}
        for entry in node:
            here = (*path, entry.name)
            self.positions[here] = entry.value.span
            read[entry.name] = self.read_value(annotation, entry.value, here)
        return UNREADABLE if any(one is UNREADABLE for one in read.values()) else read

    def is_object(self, node: Mapping, family: str | None) -> bool:
        """Return whether a mapping is an object and not a mapping of objects by name."""
        if family is None:
            return False
        if node.get("class_name"):
            return True
        return len(node) == 1 and find(family, node.entries[0].name) is not None


def setting_for(kind: type[BaseModel], name: str) -> str | None:
    """Return the setting that takes an object of this name: `layer` for `LSTM`.

    Of several it is that of the kernel: `kernel_regularizer` for `L2`.
    """
    fits: list[str] = []
    for setting, info in kind.model_fields.items():
        annotation: Any = info.annotation
        family = admitted(annotation).family
        if family and find(family, name):
            fits.append(setting)
    return min(fits, key=lambda setting: not setting.startswith("kernel"), default=None)


def required_pairs(kind: type[BaseModel]) -> str:
    """Return the arguments that an object needs, as a spec writes them."""
    required = [name for name, info in kind.model_fields.items() if info.is_required()]
    return ", ".join(f"{name}: VALUE" for name in required or ["ARGUMENT"])


def settings_of(kind: type[BaseModel], name: str) -> str:
    """Return what is written where a mapping of settings is due."""
    if any(info.is_required() for info in kind.model_fields.values()):
        return f"write {name}: {{{required_pairs(kind)}}}"
    return f"its settings are {', '.join(kind.model_fields)}"


def reads_as_number(node: Scalar, shape: Admitted) -> bool:
    """Return whether a text stands where a number is due, and is near no object's name."""
    text = str(node.value)
    known = names(shape.family or "")
    return text not in known and nearest(text, known) is None and not is_code(text)


def unknown(
    written: Written, noun: str, known: Iterable[str], withheld: tuple[str, ...] = ()
) -> Diagnostic:
    """Return the finding for an object of a name that the catalogue does not have."""
    name = shorten(written.name)
    if is_code(written.name):
        message = f"{name} is refused: it carries or loads code, and code in specs is refused"
        return Diagnostic("X102", message, written.span, "express it with layers of the catalogue")
    message = f"{name!r} is not {noun} that nnspec knows"
    if withheld:
        plugins = ", ".join(shorten(one) for one in withheld)
        message = f"{message}; it may come from a plugin, and none was imported: {plugins}"
        consent = "plugins run code of their own: add --allow-plugins if you trust them"
        return Diagnostic("X106", message, written.span, consent)
    hint = suggest(written.name, known, OBJECT_GUESSES) or None
    if written.name.casefold() == "none" and not written.argument:
        hint = Advice("write null", Replacement(written.name, "null"))
    if "." in written.name and hint is None:
        hint = "names are Keras' own; a dotted name is never looked up"
    return Diagnostic("S106", message, written.span, hint)


def is_code(name: str) -> bool:
    """Return whether an object of Keras carries code of its own or loads a foreign graph."""
    return "Lambda" in name or name in FOREIGN_CODE


def named(made: Any, written: Written) -> Any:  # noqa: ANN401 - a metric, or UNREADABLE
    """Return a metric that logs under the name it was written by: `rmse`, not Keras' long one."""
    fields = getattr(type(made), "model_fields", {})
    if "name" not in fields or "name" in made.model_fields_set or written.name == made.keras_name:
        return made
    return made.model_copy(update={"name": written.name})
