"""Document nodes to typed objects: the three ways to write one, every problem placed.

What an annotation admits decides how a node is read: a catalogue object, a section, a list or
mapping of them, or a plain value. Pydantic then checks each object by itself, so that its
findings need no path through unions.
"""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Diagnostic, Findings, Path, Span
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, kind_of, plain, shorten
from nnspec.language.habits import ADVICE, KEY_WORDS
from nnspec.language.near_names import meant, suggest, with_space
from nnspec.language.words import ARTICLES, describe, describe_field, listed_alone, remedy
from nnspec.reading.admitted import admitted
from nnspec.reading.explain import (
    by_field,
    choices_hint,
    explain,
    find_deepest,
    inner_key,
    said,
    split_by_comma,
    without_it,
    wrong_key,
)
from nnspec.reading.misplaced import (
    Missing,
    accepts,
    drop_about,
    drop_within,
    exchanged,
    join_tuples,
    pairs,
    without_strays,
)
from nnspec.reading.owners import SEED, Owners, section_of
from nnspec.reading.split import is_object, split_object
from nnspec.reading.written import (
    Written,
    asks_for_settings,
    certain,
    named,
    reads_as_number,
    required,
    required_pairs,
    setting_for,
    settings_of,
    unknown,
)
from nnspec.spec.section import Section

Model = TypeVar("Model", bound=BaseModel)


class Unreadable:
    """Stands for a value that was refused; its finding is recorded."""


UNREADABLE = Unreadable()


@dataclass(slots=True)
class Reader:
    """Reads nodes into objects; collects findings and the places of values."""

    findings: Findings = field(default_factory=Findings)
    positions: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)
    """Places of the keys of sections and settings."""
    homes: dict[str, str] = field(default_factory=dict)
    """Settings -> the section that has them."""
    doubted: set[Span] = field(default_factory=set)
    """Places of values that were refused, and of layers and sections that hold such ones."""
    owners: Owners = field(default_factory=Owners)
    """The document's objects: one may lack what another one has too much."""
    unread: list[Span] = field(default_factory=list)
    """Places of values behind keys that their objects do not have."""
    missing: list[Missing] = field(default_factory=list)
    """Settings that objects need and do not have."""
    strays: dict[str, Diagnostic] = field(default_factory=dict)
    """Findings about settings that an object does not have, by the setting's name."""
    withheld: tuple[str, ...] = ()
    """Plugins of the spec that were not imported: unknown names may be theirs."""

    def read_object(self, node: Node, family: str, path: Path = ()) -> Any:  # noqa: ANN401 - any family's class
        """Return the object a node names, as far as it is readable; UNREADABLE where it is not."""
        before = len(self.doubted)
        made = self.read_named(node, family, path)
        if made is UNREADABLE or before < len(self.doubted):
            self.doubted.add(node.span)
        return made

    def read_named(self, node: Node, family: str, path: Path) -> Any:  # noqa: ANN401 - as above
        """Return the object of a family, that of the name that was certainly meant included."""
        entries = node.entries if isinstance(node, Mapping) else ()
        node, beside = without_strays(node, family, self.homes)
        self.unread += [one.value.span for one in entries if one.name in beside]
        for name, finding in beside.items():
            self.strays.setdefault(name, finding)
            self.findings.append(finding)
            self.doubted.add(node.span)
        written = split_object(node, ARTICLES[family], self.findings)
        if written is None:
            return UNREADABLE
        kind = find(family, written.name)
        if kind is None:
            finding = unknown(written, ARTICLES[family], names(family), self.withheld)
            self.findings.append(finding)
            written = replace(written, name=certain(finding.hint) or "")
            kind = find(family, written.name)
        if kind is None:
            return UNREADABLE
        made = self.read_arguments(kind, written, path, partly=True)
        return named(made, written) if family == "metrics" else made

    def read_arguments(
        self, kind: type[Model], written: Written, path: Path = (), *, partly: bool = False
    ) -> Model | Unreadable:
        """Return an object of a class from its written arguments.

        Args:
            kind: the class.
            written: name and arguments.
            path: where it stands in the spec.
            partly: whether an object without the arguments that were refused is still one.
        """
        before = len(self.findings.diagnostics)
        made = self.read_any(kind, written, path)
        whole = before == len(self.findings.diagnostics)
        return made if whole or partly else UNREADABLE

    def read_any(self, kind: type[Model], written: Written, path: Path) -> Model | Unreadable:
        """Return an object from the arguments that are readable."""
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
        """Return the object made of the readable entries; record what is wrong with the others."""
        arguments = join_tuples(arguments)
        values: dict[str, Any] = {}
        before = len(self.findings.diagnostics)
        given = {entry.name for entry in arguments}
        known: list[Entry] = []
        for one in arguments:
            entry = self.settle_key(kind, one, written, given)
            here = (*path, entry.name)
            self.positions[here] = entry.value.span
            self.keys[here] = entry.key
            given.add(entry.name)
            if entry.name not in kind.model_fields:
                self.doubted.add(self.positions.get(path, written.span))
            elif isinstance(entry.value, Scalar) and entry.value.empty:
                if entry is one:
                    message = f"{entry.name} has nothing behind it"
                    told = "write its value or remove it"
                    self.findings.add("S108", message, entry.key, hint=told)
                self.doubted |= {written.span, entry.value.span}
            else:
                known.append(entry)
                annotation = kind.model_fields[entry.name].annotation
                values[entry.name] = self.read_value(annotation, entry.value, here)
        self.check_required(kind, written, path, given)
        settled = replace(arguments, entries=tuple(known))
        made, refused = self.construct(kind, settled, values, written)
        if len(known) < len(arguments):
            # What a setting that could not be read has to do with others is not known.
            drop_about(self.findings, before, "S115", arguments.span)
        for one, other in pairs(known, refused):
            if self.suits(kind, one.name, other.value) and self.suits(kind, other.name, one.value):
                drop_within(self.findings, before, (one.value.span, other.value.span))
                self.findings.append(exchanged(one, other))
        return made

    def suits(self, kind: type[BaseModel], name: str, node: Node) -> bool:
        """Return whether a value is one that a setting takes."""
        apart = Reader(homes=self.homes, withheld=self.withheld)
        value = apart.read_value(kind.model_fields[name].annotation, node, (name,))
        return not apart.findings.diagnostics and accepts(kind, name, value)

    def settle_key(
        self, kind: type[BaseModel], entry: Entry, written: Written, given: set[str]
    ) -> Entry:
        """Return an entry under the key that was meant; one that the object lacks is recorded.

        A section goes on with any guess, a layer with a certain one: its shape depends on it.
        """
        if entry.name in kind.model_fields:
            return entry
        before = len(self.findings.diagnostics)
        guess = self.refuse_key(kind, entry, written, given)
        found = self.findings.diagnostics[before:]
        sure = any(certain(one.hint) == guess for one in found) or issubclass(kind, Section)
        if guess is None or guess in given:
            return entry
        given.add(guess)
        if not sure or guess not in kind.model_fields or setting_for(kind, entry.name):
            return entry
        if not any(certain(one.hint) for one in found):
            if isinstance(entry.value, Scalar) and not self.suits(kind, guess, entry.value):
                return entry
            self.doubted.add(entry.value.span)
        return replace(entry, name=guess)

    def refuse_key(
        self, kind: type[BaseModel], entry: Entry, written: Written, given: set[str]
    ) -> str | None:
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
        hint = hint or section_of(self.homes, kind, entry.name, guess)
        if guess is None and entry.name not in ADVICE and self.homes.get(entry.name, SEED) == SEED:
            # A key that says nothing here, and what the object lacks, are one mistake.
            guess = next(
                (one for one in required(kind, given) if self.suits(kind, one, entry.value)), None
            )
            hint = f"did you mean {guess}?" if guess else hint
        known = suggest(entry.name, kind.model_fields, KEY_WORDS)
        hint = hint or (guess is None and self.owners.hint(entry.name)) or known
        self.unread.append(entry.value.span)
        finding = Diagnostic("S101", message, entry.key, hint or None)
        self.strays.setdefault(entry.name, finding)
        self.findings.append(finding)
        return guess

    def check_required(
        self, kind: type[BaseModel], written: Written, path: Path, given: set[str]
    ) -> None:
        """Record every required setting that is absent, and was not meant by another key."""
        for name in required(kind, given):
            wanted = describe_field(kind.model_fields[name], name)
            message = f"{written.name} needs {name}: {wanted}"
            alone = getattr(kind, "shorthand", None) == name and not given
            hint = f"write {written.name}: VALUE" if alone else f"add {name}: VALUE"
            finding = Diagnostic("S102", message, self.keys.get(path, written.span), hint)
            self.missing.append(Missing(name, written.name, finding))
            self.findings.append(finding)

    def construct(
        self, kind: type[Model], arguments: Mapping, values: dict[str, Any], written: Written
    ) -> tuple[Model | Unreadable, set[str]]:
        """Return the object without the values that are refused, and the names of these."""
        readable = {name: value for name, value in values.items() if value is not UNREADABLE}
        refused = {name for name in values if name not in readable}
        try:
            made: Model | Unreadable = kind.model_validate(readable)
        except ValidationError as error:
            fields = by_field(error.errors(include_url=False), arguments)
            for problems in fields:
                self.translate(kind, arguments, problems, values)
            refused |= {str(one[0]["loc"][0]) for one in fields if one[0]["loc"]} & set(values)
            left = {name: value for name, value in readable.items() if name not in refused}
            made = self.construct_without(kind, left)
        if refused:
            self.doubted |= {
                written.span,
                *(one.value.span for one in arguments if one.name in refused),
            }
        return made, refused

    def construct_without(self, kind: type[Model], values: dict[str, Any]) -> Model | Unreadable:
        """Return an object of which some values were refused; a section keeps what it can do."""
        if issubclass(kind, Section) and "optimizer" in kind.model_fields:
            # What trains it is unknown; what else the section says is checked nevertheless.
            adam: Any = find("optimizers", "Adam")
            values = {"optimizer": adam(), "loss": {}} | values
        try:
            return kind.model_validate(values)
        except ValidationError:
            return UNREADABLE

    def translate(
        self,
        kind: type[BaseModel],
        arguments: Mapping,
        problems: list[ErrorDetails],
        values: dict[str, Any],
    ) -> None:
        """Record pydantic's findings about one field in our words."""
        first = problems[0]
        unread = first["loc"] and values.get(str(first["loc"][0])) is UNREADABLE
        if unread or first["type"] == "missing":
            return
        if not first["loc"]:
            told = first.get("ctx", {})
            node = arguments.get(str(told.get("field", ""))) or arguments
            self.findings.add("S115", said(first), node.span, hint=told.get("hint"))
            return
        if found := wrong_key(first, arguments):
            self.findings.add("S104", *found)
            return
        name = str(first["loc"][0])
        node = find_deepest(arguments, first["loc"])
        info = kind.model_fields[name]
        annotation: Any = info.annotation
        wanted = describe_field(info, name)
        inner = admitted(annotation).values
        key = inner_key(arguments, first["loc"]) if inner is not None else None
        if key is not None:
            annotation, name, wanted = inner, f"{name}.{key}", describe(inner)
        code, message = explain(name, problems, node, wanted)
        hint = split_by_comma(arguments, first["loc"], node)
        hint = hint or remedy(node, name, wanted) or choices_hint(annotation, node)
        section = admitted(annotation).section
        if isinstance(node, Sequence) and len(first["loc"]) > 1:
            hint = hint or remedy(node, name, "number or text")
        if node is arguments.get(name):
            hint = hint or listed_alone(node, name, wanted)
            if section is not None and code == "S103" and asks_for_settings(section, node):
                hint = hint or settings_of(section, name)
            hint = hint or without_it(node, info)
        self.findings.add(code, message, node.span, hint=hint)

    def read_value(self, annotation: Any, node: Node, path: Path) -> Any:  # noqa: ANN401 - annotations are any
        """Return what a node means under an annotation; plain values are left to pydantic."""
        shape = admitted(annotation)
        match node:
            case Scalar(refused=True):
                return UNREADABLE
            case Sequence() if shape.items is not None:
                return self.read_list(shape.items, node, path)
            case Mapping() if shape.values is not None and not is_object(node, shape.family):
                return self.read_mapping(shape.values, node, path)
            case Mapping() if shape.section is not None and not shape.names_object(node):
                return self.read_section(shape.section, node, path)
            case Mapping() | Scalar(value=str()) if shape.family:
                if isinstance(node, Scalar) and shape.takes_text(str(node.value)):
                    return node.value
                if shape.number and isinstance(node, Scalar) and reads_as_number(node, shape):
                    return node.value
                return self.read_object(node, shape.family, path)
        return plain(node)

    def read_list(self, annotation: Any, node: Sequence, path: Path) -> Any:  # noqa: ANN401 - as above
        """Return a list; of objects those that can be read, of plain values all or none."""
        read: list[Any] = []
        for item in node.items:
            made = self.read_item(annotation, item, (*path, len(read)))
            if made is not UNREADABLE:
                read.append(made)
            elif admitted(annotation).family is None:
                return UNREADABLE
            else:
                self.doubted.add(node.span)
        return read

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
