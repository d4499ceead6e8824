"""What a field's annotation admits, as far as reading a node depends on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.document import Mapping


@dataclass(frozen=True, slots=True)
class Admitted:
    """What an annotation admits, as far as reading a node depends on it."""

    family: str | None = None
    section: type[BaseModel] | None = None
    items: Any = None
    values: Any = None
    words: tuple[object, ...] = ()
    text: bool = False
    number: bool = False

    def takes_text(self, text: str) -> bool:
        """Return whether a text is a value by itself and no object's name."""
        return self.text or text in self.words

    def names_object(self, node: Mapping) -> bool:
        """Return whether a mapping is an object where it may be a section: by its only key."""
        keys = {entry.name for entry in node}
        settings = set() if self.section is None else set(self.section.model_fields)
        return self.family is not None and len(keys) == 1 and not keys & settings


@cache
def admitted(annotation: Any) -> Admitted:  # noqa: ANN401 - annotations are any
    """Return what an annotation admits, unions and marks unwrapped."""
    known: dict[str, Any] = {}
    for member in members(annotation):
        origin = get_origin(member)
        if origin is list or (origin is tuple and Ellipsis in get_args(member)):
            known["items"] = get_args(member)[0]
        elif origin is dict:
            known["values"] = get_args(member)[1]
        elif origin is Literal:
            known["words"] = get_args(member)
        elif member is str:
            known["text"] = True
        elif member in (int, float):
            known["number"] = True
        elif isinstance(member, type) and issubclass(member, CatalogObject):
            known["family"] = member.family
        elif isinstance(member, type) and issubclass(member, BaseModel):
            known["section"] = member
    return Admitted(**known)


def members(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - annotations are any
    """Yield the alternatives of an annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from members(one)
    elif annotation is not NoneType:
        yield annotation
