"""Types in words, and pydantic's findings in ours: what a setting takes, what it got."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import LARGEST, Broadcast
from nnspec.document import Node, Scalar

ARTICLES = {
    "activations": "an activation",
    "initializers": "an initializer",
    "regularizers": "a regularizer",
    "constraints": "a constraint",
    "optimizers": "an optimizer",
    "schedules": "a schedule",
    "losses": "a loss",
    "metrics": "a metric",
    "callbacks": "a callback",
    "layers": "a layer",
}


def describe_field(field: FieldInfo) -> str:
    """Return what a field takes, in words: "a positive whole number"."""
    return describe(field.annotation, tuple(field.metadata))


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
        return f"a list, each {describe(get_args(annotation)[0])}"
    if origin is dict:
        return "a mapping"
    return describe_plain(annotation, metadata)


def describe_tuple(annotation: Any, metadata: tuple[Any, ...]) -> str:  # noqa: ANN401 - as above
    """Return what a tuple admits: its length, and whether one value stands for all."""
    members = get_args(annotation)
    one = describe(members[0])
    if Ellipsis in members:
        return f"a list such as [28, 28], each {one}"
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


def remedy(node: Node, field: str) -> str | None:
    """Return what to write where the slip is a familiar one."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    text = node.value.strip()
    if text.endswith("%") and text[:-1].replace(".", "", 1).isdigit():
        return f"write the share as a number: {float(text[:-1]) / 100:g}"
    parts = text.lower().split("x")
    if len(parts) > 1 and all(part.strip().isdigit() for part in parts):
        return f"write a list: {field}: [{', '.join(part.strip() for part in parts)}]"
    if is_number(text):
        return f"write it without quotes: {text}"
    return None


def is_number(text: str) -> bool:
    """Return whether a text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
