"""Types in words, and pydantic's findings in ours: what a setting takes, what it got."""

import re
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import LARGEST, Broadcast, Said
from nnspec.diagnostics import Advice, Replacement
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, plain, shorten
from nnspec.language.numbers import as_number, remedy_number

PERCENT = (5, 100)
"""Numbers that look like percent where a share is due."""
SHARES = (" to 1", " below 1")
"""How descriptions of numbers end that are shares of 1."""
WORDS_OF_TRUTH = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "true": "true",
    "no": "false",
    "n": "false",
    "off": "false",
    "false": "false",
}
"""Words that other readers take for true or false."""
WORD = re.compile(r"[\w.-]+")
ARGUMENT = re.compile(r"([A-Za-z_]\w*)\s*=\s*([^\s=].*)")
"""An argument as Python writes it: units=4."""

ARTICLES = {
    "activations": "an activation",
    "initializers": "an initializer",
    "regularizers": "a regularizer",
    "constraints": "a constraint",
    "optimizers": "an optimizer",
    "rules": "a learning rule",
    "schedules": "a schedule",
    "losses": "a loss",
    "metrics": "a metric",
    "callbacks": "a callback",
    "augmentations": "an augmentation",
    "layers": "a layer",
    "sources": "a format",
    "columns": "a kind of column",
}


def describe_field(field: FieldInfo, name: str = "") -> str:
    """Return what a field takes, in words: "a positive whole number"; of a shape, with one."""
    if said := next((one.words for one in field.metadata if isinstance(one, Said)), None):
        return said
    described = describe(field.annotation, tuple(field.metadata))
    such = " such as [28, 28]" if name.endswith("shape") else ""
    return described.replace("a list (each", f"a list{such} (each", 1)


def describe(annotation: Any, metadata: tuple[Any, ...] = ()) -> str:  # noqa: ANN401 - annotations are any
    """Return what an annotation admits, in words."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return describe(inner, (*metadata, *more))
    if origin in (Union, UnionType):
        members = [one for one in get_args(annotation) if one is not NoneType]
        return " or ".join(dict.fromkeys(describe(one, metadata) for one in members))
    if origin is Literal:
        return "one of " + ", ".join(show_value(one) for one in get_args(annotation))
    if origin is tuple:
        return describe_tuple(annotation, metadata)
    if origin is list:
        return f"a list (each {describe(get_args(annotation)[0])})"
    if origin is dict:
        return f"a mapping (each value {describe(get_args(annotation)[1])})"
    return describe_plain(annotation, metadata)


def describe_tuple(annotation: Any, metadata: tuple[Any, ...]) -> str:  # noqa: ANN401 - as above
    """Return what a tuple admits: its length, and whether one value stands for all."""
    members = get_args(annotation)
    one = describe(members[0])
    if Ellipsis in members:
        return f"a list (each {one})"
    if any(isinstance(mark, Broadcast) for mark in metadata):
        return f"{one}, or a list of {len(members)}" if len(members) > 1 else one
    return f"a list of {len(members)}, each {one}"


def describe_plain(annotation: Any, metadata: tuple[Any, ...]) -> str:  # noqa: ANN401 - as above
    """Return what a plain type admits, bounds included."""
    if annotation is bool:
        return "true or false"
    if annotation is int:
        return describe_number("whole number", metadata)
    if annotation is float:
        return describe_number("number", metadata)
    if annotation is str:
        return "text"
    if isinstance(annotation, type) and issubclass(annotation, CatalogObject):
        return ARTICLES.get(annotation.family, "an object")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "a mapping of settings"
    return "a value of another kind"


def describe_number(noun: str, metadata: tuple[Any, ...]) -> str:
    """Return a number's bounds in words."""
    low = next((mark for mark in flatten(metadata) if isinstance(mark, (Ge, Gt))), None)
    high = next((mark for mark in flatten(metadata) if isinstance(mark, (Le, Lt))), None)
    top = high.le if isinstance(high, Le) else high.lt if high else None
    bounded = top is not None and top != LARGEST
    below = f" and below {top}" if isinstance(high, Lt) else f" and at most {top}"
    match low:
        case Ge(ge=1) if noun == "whole number" and not bounded:
            return "a positive whole number"
        case Gt(gt=bound):
            return f"a {noun} greater than {bound}" + (below if bounded else "")
        case Ge(ge=bound) if bounded and isinstance(high, Le):
            return f"a {noun} from {bound} to {top}"
        case Ge(ge=bound) if bound != -LARGEST:
            return f"a {noun} of at least {bound}" + (below if bounded else "")
    return f"a {noun}"


def flatten(metadata: tuple[Any, ...]) -> list[Any]:
    """Return marks with those inside nested field declarations."""
    marks: list[Any] = []
    for mark in metadata:
        marks.extend(flatten(tuple(mark.metadata)) if isinstance(mark, FieldInfo) else [mark])
    return marks


def show_value(value: object) -> str:
    """Return a value as a spec writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def remedy(node: Node, name: str, wanted: str) -> str | None:
    """Return what to write where the slip is a familiar one.

    Args:
        node: the value found.
        name: the setting it was given to.
        wanted: what the setting takes, in words.
    """
    match node:
        case Scalar(value=str(text)) if argument := ARGUMENT.fullmatch(text.strip()):
            return f"write arguments as a mapping: {{{argument[1]}: {shorten(argument[2])}}}"
        case Scalar(value=str(text)):
            return remedy_text(text.strip(), name, wanted)
        case Scalar(value=bool(flag)):
            quoted = wanted in {"text", "a list (each text)"}
            return f'quote it: "{show_value(flag)}"' if quoted else None
        case Scalar(value=int() | float() as number):
            return remedy_value(number, name, wanted)
        case Mapping() | Sequence():
            return remedy_several(node, wanted)
    return None


def remedy_several(node: Mapping | Sequence, wanted: str) -> str | None:
    """Return what to write instead of a mapping or a list."""
    match node:
        case Mapping(entries=entries) if wanted.startswith("a list") and entries:
            return f"put a dash before each entry: - {shorten(entries[0].name)}: ..."
        case Sequence(items=(Mapping(), *_)) if "a mapping" in wanted:
            return "remove the dash before each entry"
        case Mapping(entries=(Entry(value=Scalar() as inner),)):
            return alone(inner, wanted)
        case Sequence(items=items) if items and all(plain(one) == plain(items[0]) for one in items):
            return alone(items[0], wanted)
    return None


def remedy_value(number: float, name: str, wanted: str) -> str | None:
    """Return what to write instead of a number that a setting does not take."""
    if "whole number" in wanted and isinstance(number, float) and abs(number) <= LARGEST:
        least = 1 if "positive" in wanted else 0 if "at least 0" in wanted else -LARGEST
        return f"write a whole number: {max(int(number), least)}"
    if wanted == "a regularizer":
        return f"write its name: {name}: {{L2: {number}}}"
    if is_percentage(number, wanted):
        return f"write the share of 1: {number / 100:g}"
    if "greater than 0 and below 1" in wanted and (number <= 0 or number >= 1):
        return f"write a number between 0 and 1, such as {0.05 if number <= 0 else 0.95}"
    if number < 0 and "number" in wanted and not wanted.startswith("a list"):
        return f"write it without the minus: {-number}"
    return None


def remedy_text(text: str, name: str, wanted: str) -> str | None:
    """Return what to write instead of a text."""
    whole = "whole number" in wanted and " number" not in wanted.replace("whole number", "")
    if text.endswith("%") and not whole and (number := as_number(text[:-1].rstrip())) is not None:
        share = f"{number / 100:g}"
        hint = f"write the share as a number: {share}"
        # Below one percent, or where more than 1 is allowed, the sign may be one too many.
        sure = number >= 1 and wanted.endswith(SHARES)
        return Advice(hint, Replacement(text, share)) if sure else hint
    if text.startswith(f"{name}:") and text[len(name) + 1 :].strip():
        return f"put a space behind the colon: {name}: {shorten(text[len(name) + 1 :])}"
    if "true or false" in wanted and text.lower() in WORDS_OF_TRUTH:
        truth = WORDS_OF_TRUTH[text.lower()]
        return Advice(f"write {truth}", Replacement(text, truth))
    if "{{" in text or "<%" in text:
        return "a spec holds no templates: write the value itself"
    inner = text.removeprefix("(").removesuffix(")")
    if "list" in wanted and "number" not in wanted and f"({inner})" == text:
        return f"write a list: {name}: [{shorten(inner.strip(', '))}]"
    if listed := as_list(text, wanted):
        return Advice(f"write a list: {name}: {listed}", Replacement(text, listed))
    if "number" in wanted:
        return remedy_number(text, wanted)
    return None


def as_list(text: str, wanted: str) -> str | None:
    """Return a text such as 28x28 or (28, 28) as the list that it means, where one is due."""
    inner = text.removeprefix("(").removesuffix(")").rstrip(", ").lower()
    parts = [part.strip() for part in re.split("[x,]", inner)]
    takes_several = (
        "list" in wanted
        and text.count("(") == text.count(")")
        and all(part.isdigit() for part in parts)
    )
    if takes_several and (len(parts) > 1 or inner != text):
        return f"[{', '.join(parts)}]"
    return None


def listed_alone(node: Node, name: str, wanted: str) -> str | None:
    """Return a list of the one value that was written without brackets."""
    match node:
        case Scalar(value=str(text)) if (
            wanted.startswith("a list") and "number" not in wanted and WORD.fullmatch(text)
        ):
            return f"write a list: {name}: [{shorten(text)}]"
        case Scalar(value=int(number)) if wanted.startswith("a list") and number > 0:
            return f"write a list: {name}: [{number}]"
    return None


def alone(inner: Node, wanted: str) -> str | None:
    """Return the advice to write a value without brackets, where one value is due."""
    if not isinstance(inner, Scalar):
        return None
    number = isinstance(inner.value, int | float) and not isinstance(inner.value, bool)
    words = ("text", "number or text", "one of", "true or", *ARTICLES.values())
    suits = "number" in wanted if number else wanted.startswith(words)
    if "list" in wanted or "mapping" in wanted or not suits or inner.value is None:
        return None
    return f"write the value alone: {shorten(show_value(inner.value))}"


def is_percentage(number: float, wanted: str) -> bool:
    """Return whether a number was meant as percent: where a share of 1 is due."""
    return PERCENT[0] <= number <= PERCENT[1] and wanted.endswith(SHARES)
