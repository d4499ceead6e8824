"""Spec text to a document: bounds on size, encoding, and words for what cannot be read."""

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as FilePath
from typing import NoReturn

import yaml

from nnspec.diagnostics import Diagnostic, Refused, Span
from nnspec.document import limits
from nnspec.document.compose import CONTROL, compose
from nnspec.document.compose_json import compose_json
from nnspec.document.file import open_file
from nnspec.document.malformed import explain
from nnspec.document.tree import Document, Entry, Mapping, Node, Scalar, Sequence, kind_of, shorten

SAVED = {b"\x89HDF": "an HDF5 file", b"PK\x03\x04": "a zip archive"}
"""How files begin in which Keras saves whole models."""
LAMBDA = re.compile(r"""["']?class_name["']?\s*:\s*["']?(Lambda|__lambda__)\b""")
MOST_ENCODINGS = 3
"""How often a document may have been encoded as a text."""
PATH = 500
"""Characters of a path that a message shows."""
WIDE_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00")


def read_document(path: FilePath, file: str | None = None, *, lenient: bool = False) -> Document:
    """Read a spec from a file; JSON by JSON's grammar if the name ends in .json.

    Args:
        path: the file.
        file: the name used in messages; the path as given if absent.
        lenient: whether keys that are given twice are left to the document's findings.

    Raises:
        Refused: the file is too large, not text, or not a mapping.
    """
    name = file or str(path)
    try:
        with open_file(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            content = stream.read(limits.FILE_BYTES + 1) or b""
    except OSError as error:
        message = f"cannot read {shorten(str(path), PATH)}: {error.strerror or error}"
        raise Refused([Diagnostic("D102", message, file=name)]) from error
    if len(content) > limits.FILE_BYTES:
        refuse_size(max(size, len(content)), content, name)
    return parse_document(content, name, lenient=lenient)


def parse_document(
    content: bytes | str, file: str = "<spec>", *, lenient: bool = False
) -> Document:
    """Parse a spec's text into values with positions.

    Args:
        content: the text, or its bytes.
        file: the name used in messages; JSON by JSON's grammar if it ends in .json.
        lenient: whether keys that are given twice are left to the document's findings.

    Raises:
        Refused: with one finding, at the first place that cannot be read.
    """
    twice: list[Diagnostic] = []
    text = ""
    try:
        text = decode(content) if isinstance(content, bytes) else content
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        check_characters(text)
        composed = compose_json if file.endswith(".json") else compose_yaml
        with uncollected():
            root = check_root(decoded(composed(text, twice), twice))
        check_twice([] if lenient else twice)
        return Document(text, file, root, tuple(twice))
    except Refused as refused:
        found = [as_code(one, text) for one in refused.diagnostics]
        named = [
            Diagnostic(one.code, one.message, one.span, one.hint, one.related, None, file)
            for one in found
        ]
        raise Refused(named) from None


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no circles among objects meanwhile: a tree has none, and all of it is in use.

    The search, begun anew with every few hundred values, takes as long as reading them does.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def compose_yaml(text: str, twice: list[Diagnostic]) -> Node | None:
    """Return the tree of a YAML text; the parser's own errors become findings."""
    try:
        return compose(text, twice)
    except yaml.MarkedYAMLError as error:
        raise Refused([explain(text, error)]) from None
    except yaml.YAMLError as error:
        raise Refused(
            [Diagnostic("Y101", f"not readable as YAML: {error}", Span.at(1, 1))]
        ) from None


def decode(content: bytes) -> str:
    """Return the text of a UTF-8 file."""
    if kind := next((one for magic, one in SAVED.items() if content.startswith(magic)), None):
        message = f"the file is {kind}, and no text"
        hint = (
            "of a saved Keras model: nnspec import FILE -o spec.yaml writes its spec; in a spec, "
            "model: {file: FILE} names it"
        )
        raise Refused([Diagnostic("Y107", message, Span.at(1, 1), hint)])
    if content.startswith(WIDE_ENCODINGS) or content[1:2] == b"\x00":
        message = "the file is not UTF-8 (it looks like UTF-16 or UTF-32)"
        raise Refused([Diagnostic("Y107", message, Span.at(1, 1), "save the file as UTF-8")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8"
        where = Span.at(line, column)
        raise Refused([Diagnostic("Y107", message, where, "save the file as UTF-8")]) from None


def check_characters(text: str) -> None:
    """Refuse control characters anywhere in the text."""
    if match := CONTROL.search(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        message = f"control character U+{ord(match[0]):04X} in the text"
        raise Refused([Diagnostic("Y108", message, Span.at(line, column), "remove it")])


def as_code(finding: Diagnostic, text: str) -> Diagnostic:
    """Return the finding for control characters as what they are in a Lambda: its bytecode."""
    if finding.code != "Y108" or not LAMBDA.search(text):
        return finding
    message = "the document holds a Lambda, whose code these characters are: code is refused"
    hint = "express it with layers of the catalogue"
    return Diagnostic("X102", message, finding.span, hint)


def check_twice(twice: list[Diagnostic]) -> None:
    """Refuse keys that were given twice."""
    if twice:
        raise Refused(twice)


def decoded(root: Node | None, twice: list[Diagnostic]) -> Node | None:
    """Return a document that was encoded more than once as it was before, all at one place.

    Python programs write `json.dump(model.to_json(), file)`: a text that holds the document.
    """
    for _ in range(MOST_ENCODINGS):
        text = root.value if isinstance(root, Scalar) else None
        if not isinstance(root, Scalar) or not isinstance(text, str):
            return root
        if not text.lstrip().startswith(("{", '"')):
            return root
        try:
            inner = compose_json(text, twice)
        except Refused as refused:
            found = as_code(refused.diagnostics[0], text)
            told = f"the document is encoded twice, and the inner one is broken: {found.message}"
            message = told if found.code == "Y101" else found.message
            raise Refused([Diagnostic(found.code, message, root.span, found.hint)]) from None
        root = inner and placed(inner, root.span)
    return root


def placed(node: Node, span: Span) -> Node:
    """Return a tree of which everything stands at one place."""
    match node:
        case Scalar():
            return replace(node, span=span)
        case Sequence(items=items):
            return Sequence(tuple(placed(one, span) for one in items), span)
        case Mapping(entries=entries):
            made = (Entry(one.name, span, placed(one.value, span)) for one in entries)
            return Mapping(tuple(made), span)


def check_root(root: Node | None) -> Mapping:
    """Return the top-level mapping, or refuse anything else."""
    if root is None or (isinstance(root, Scalar) and root.empty):
        hint = "write nnspec: 1 and model:, or copy an example: nnspec train specs/diabetes.yaml"
        raise Refused([Diagnostic("Y104", "the spec is empty", Span.at(1, 1), hint)])
    if not isinstance(root, Mapping):
        message = (
            "the top level must be a mapping with keys such as nnspec, model, data, training; "
            f"found {kind_of(root)}"
        )
        advice = "write nnspec: 1 and model: above the list, and indent it"
        listed = advice if isinstance(root, Sequence) else None
        text = str(root.value).lstrip() if isinstance(root, Scalar) else ""
        if " = " in text:
            listed = "a key and its value stand apart by a colon: nnspec: 1"
        raise Refused([Diagnostic("Y105", message, root.span, listed)])
    return root


def refuse_size(size: int, content: bytes, file: str) -> NoReturn:
    """Refuse a file above the limit; if one endless line is the cause, name that line."""
    megabytes = limits.FILE_BYTES // 2**20
    for number, line in enumerate(content.split(b"\n"), start=1):
        if len(line) > limits.VALUE_CHARACTERS:
            message = (
                f"line {number} holds a value longer than {limits.VALUE_CHARACTERS:,} characters, "
                f"in a file of {size:,} bytes (a spec larger than {megabytes} MB is not read)"
            )
            raise Refused([Diagnostic("L103", message, Span.at(number, 1), file=file)])
    message = f"the spec is too large: {size:,} bytes, larger than {megabytes} MB"
    raise Refused([Diagnostic("L101", message, file=file)])
