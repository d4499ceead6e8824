"""An object as a spec writes it, and what is said where its name or form is not known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Advice, Diagnostic, Replacement, Span
from nnspec.document import Node, Scalar, shorten
from nnspec.language.calls import as_written
from nnspec.language.habits import LAYER_WORDS, OBJECT_GUESSES
from nnspec.language.near_names import nearest, suggest
from nnspec.language.words import ARTICLES
from nnspec.reading.admitted import Admitted, admitted
from nnspec.spec.learning import replaced

FAMILIES = {article: family for family, article in ARTICLES.items()}
"""How an object of a family is called -> the family."""
FOREIGN_CODE = {"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "lambda"}
"""What runs a graph or a function that did not come with the spec."""


@dataclass(frozen=True, slots=True)
class Written:
    """An object as written: its name, its arguments, and the place of both."""

    name: str
    span: Span
    argument: Node | None
    config: bool = False
    """Whether it is in Keras' own form, {class_name, config}."""


def certain(hint: str | None) -> str | None:
    """Return what a hint would certainly put in place of a text, None where it is a guess."""
    replacement = hint.replacement if isinstance(hint, Advice) else None
    return replacement.text if replacement else None


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


def required(kind: type[BaseModel], given: Iterable[str] = ()) -> list[str]:
    """Return the settings that an object needs, those that are given left out."""
    known = set(given)
    known |= {*replaced(kind.model_fields, known)}
    fields = kind.model_fields.items()
    return [name for name, info in fields if info.is_required() and name not in known]


def required_pairs(kind: type[BaseModel]) -> str:
    """Return the arguments that an object needs, as a spec writes them."""
    return ", ".join(f"{name}: VALUE" for name in required(kind) or ["ARGUMENT"])


def asks_for_settings(kind: type[BaseModel], node: Node) -> bool:
    """Return whether settings are to be written in a value's place: some must be, or were meant."""
    return bool(required(kind)) or not isinstance(node, Scalar)


def settings_of(kind: type[BaseModel], name: str) -> str:
    """Return what is written where a mapping of settings is due."""
    if required(kind):
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
    family = FAMILIES.get(noun, "layers")
    words = LAYER_WORDS if family == "layers" else OBJECT_GUESSES
    hint: str | None = as_written(written.name, family, words)
    hint = hint or suggest(written.name, known, OBJECT_GUESSES) or None
    if family == "augmentations" and written.name in names("layers"):
        hint = "write it in the model: layers that augment pictures stand there"
    if written.name.casefold() == "none" and not written.argument:
        hint = Advice("write null", Replacement(written.name, "null"))
    if written.name.startswith("lambda ") and isinstance(written.argument, Scalar):
        hint = f"a spec holds no functions of Python; write {shorten(str(written.argument.value))}"
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
