"""Whether a document is a spec, and what else it may be; floor 3.

Editors, hooks and folders hand over any YAML or JSON. What says `nnspec` at its top is a spec; a
document without it is somebody else's, to be left alone, unless its model can be no other's.
"""

import re
from dataclasses import dataclass

from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import names
from nnspec.diagnostics import Diagnostic, Span
from nnspec.document import Mapping, Node, Scalar, Sequence
from nnspec.language.keys import KEYS
from nnspec.language.near_names import LONGEST, edits

NAME = "nnspec"
HEAD = re.compile(r"(?:[ \t]*(?:#.*|---.*|%.*)?\n)*(?P<indent>[ \t]*)(?P<sign>\{?)")
"""What may stand before the first key: comments, directives, the mark of a start."""
TOKEN = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\])*"|'[^']*'|[{}\[\]]|[^\s{}\[\],:"']+""")
KERAS = ("class_name", "config")
"""Keys of a model in Keras' own form, which stands for a spec."""
TOP_KEY = re.compile(
    r"""^(?:\{[ \t]*)?["']?(?P<key>[^\s"'#{}\[\],:-][^\s"':]*)["']?[ \t]*:""", re.MULTILINE
)
MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document that other programs read.

    Attributes:
        name: what it is called, with its article.
        keys: all of them stand at its top.
        advice: what to do with it, "" where nothing is to be done.
    """

    name: str
    keys: frozenset[str]
    advice: str = ""


def kind(name: str, keys: str, advice: str = "") -> Kind:
    """Return a kind of document by the keys at its top, blanks between them."""
    return Kind(name, frozenset(keys.split()), advice)


LAYERS = "write its layers as a list below model:"
WRITE = "write the model's to_json() into a file"
KINDS = (
    kind("a TensorFlow.js model", "modelTopology", f"in Keras, {WRITE}"),
    kind("what get_config() returns", "layers input_layers output_layers", WRITE),
    kind("what get_config() returns", "layers build_input_shape", WRITE),
    kind("what get_config() returns", "name trainable layers", WRITE),
    kind("the configuration of an HDF5 file", "model_config", WRITE),
    kind("the metadata of a .keras archive", "keras_version date_saved", WRITE),
    kind("an Ultralytics model", "backbone head", LAYERS),
    kind("an Ultralytics data set", "train val names"),
    kind("an Ultralytics data set", "train val nc"),
    kind("an Ultralytics configuration", "task mode model imgsz"),
    kind("a Ludwig configuration", "input_features output_features", LAYERS),
    kind("a configuration of keras-declarative", "experiment model", LAYERS),
    kind("a configuration of keras-declarative", "experiment training", LAYERS),
    kind("a configuration of PyTorch Lightning", "trainer model", LAYERS),
    kind("a Detectron2 configuration", "MODEL SOLVER", LAYERS),
    kind("a Hugging Face configuration", "architectures model_type", LAYERS),
    kind("a Compose file", "services"),
    kind("a Hydra configuration", "defaults model", LAYERS),
    kind("a GitHub workflow", "jobs on"),
    kind("a GitHub action", "runs inputs"),
    kind("an OpenAPI document", "openapi"),
    kind("a Swagger document", "swagger"),
    kind("a Kubernetes manifest", "apiVersion kind"),
    kind("a configuration of MkDocs", "site_name"),
    kind("a conda environment", "dependencies channels"),
    kind("a configuration of pre-commit", "repos"),
    kind("a CloudFormation template", "AWSTemplateFormatVersion"),
    kind("an MLflow project", "entry_points"),
    kind("a DVC pipeline", "stages"),
    kind("a JSON Schema", "$schema"),
)
"""The first one that fits is named."""


def says_nnspec(text: str) -> bool:
    """Return whether a text says `nnspec` at its top, be it readable or not."""
    if NAME not in text:
        return False
    text = text.removeprefix(MARK).replace("\r\n", "\n").replace("\r", "\n")
    head = HEAD.match(text)
    assert head is not None
    if head["sign"]:
        return in_braces(text, head.start("sign"))
    key = rf"""^{head["indent"]}(?P<quote>["']?){NAME}(?P=quote)[ \t]*:"""
    return re.search(key, text, re.MULTILINE) is not None


def is_spec_begun(text: str) -> bool:
    """Return whether a text is a spec, or may become one: it holds no other program's keys."""
    if says_nnspec(text):
        return True
    written = {match["key"] for match in TOP_KEY.finditer(text.removeprefix(MARK))}
    if not written:
        return len(text.split()) <= 1
    return "model" in written and written <= {*KEYS}


def in_braces(text: str, start: int) -> bool:
    """Return whether a text in braces says `nnspec` in its outermost ones."""
    depth = 0
    for match in TOKEN.finditer(text, start):
        word = match[0]
        if word in "{[":
            depth += 1
        elif word in "}]":
            depth -= 1
        elif depth == 1 and word.strip("\"'") == NAME and text[match.end() :].lstrip()[:1] == ":":
            return True
    return False


def is_own(root: Mapping) -> bool:
    """Return whether a document is a spec, a model of Keras, or can be meant as nothing else."""
    return root.get(NAME) is not None or is_keras(root) or is_meant(root)


def is_keras(root: Mapping) -> bool:
    """Return whether a document is a model in Keras' own form."""
    return all(root.get(key) is not None for key in KERAS)


def is_meant(root: Mapping) -> bool:
    """Return whether a document without `nnspec` is a spec that forgot it, or misspells it."""
    keys = {entry.name for entry in root}
    if any(is_slip(key) for key in keys):
        return True
    return keys <= {*KEYS} and has_layers(root.get("model"))


def is_slip(key: str) -> bool:
    """Return whether a key is `nnspec` but for capitals, signs, or a letter more or less."""
    bare = re.sub(r"[^a-z]", "", key[:LONGEST].casefold())
    return bare.startswith(NAME[0]) and edits(bare, NAME) <= 1


def has_layers(model: Node | None) -> bool:
    """Return whether a model begins with layers of the catalogue, written as a spec does."""
    layers = model.get("layers") if isinstance(model, Mapping) else model
    if not isinstance(layers, Sequence):
        return False
    known = {*names("layers"), *RANKED, *SHORT}
    return any(layer_name(one) in known for one in layers.items[:2])


def layer_name(entry: Node) -> str | None:
    """Return the name that an entry of a list of layers begins with."""
    match entry:
        case Scalar(value=str(name)):
            return name
        case Mapping(entries=(first, *_)):
            return first.name
        case _:
            return None


def find_foreign(text: str) -> Diagnostic | None:
    """Return the finding for a text that is no spec, and cannot be read as one would have to be.

    None where it says `nnspec`, or where the keys at its top tell nothing.
    """
    keys = list(TOP_KEY.finditer(text.removeprefix(MARK)))
    other = None if says_nnspec(text) else recognize({match["key"] for match in keys})
    if other is None:
        return None
    first = keys[0]
    line = text.count("\n", 0, first.start("key")) + 1
    column = first.start("key") - (text.rfind("\n", 0, first.start("key")) + 1) + 1
    return refuse_foreign(other, Span.at(line, column, len(first["key"])))


def refuse_foreign(other: Kind | None, span: Span) -> Diagnostic:
    """Return the finding for a document that is no spec.

    Args:
        other: what it looks like.
        span: the place of its first key.
    """
    shown = f"it looks like {other.name}" if other else "it has no key of one"
    hint = (other and other.advice) or "a spec begins with nnspec: 1, and has model:"
    return Diagnostic("S118", f"the document is no spec: {shown}", span, hint)


def recognize(keys: set[str]) -> Kind | None:
    """Return what a document is by the keys at its top, None where nothing tells."""
    return next((one for one in KINDS if one.keys <= keys), None)
