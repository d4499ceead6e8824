"""Objects out of plain values, for sections that are made in Python and not read from a text."""

from collections.abc import Callable

from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import find, names


def object_of(family: str, *, text: bool = False) -> Callable[[object], object]:
    """Return what turns a name, or a name and its arguments, into an object of a family.

    Args:
        family: the family.
        text: whether a text is a value of its own, and no object's name.
    """

    def convert(value: object) -> object:
        match value:
            case str() if not text:
                return made(value, {})
            case dict() if len(value) == 1 and find(family, str(next(iter(value)))):
                ((name, arguments),) = value.items()
                return made(str(name), arguments)
            case _:
                return value

    def made(name: str, arguments: object) -> CatalogObject:
        kind = find(family, name)
        if kind is None:
            known = ", ".join(names(family))
            raise PydanticCustomError("name", "must be one of {known}", {"known": known})
        if not isinstance(arguments, dict):
            arguments = {} if arguments is None else {kind.shorthand: arguments}
        return kind.model_validate(arguments)

    return convert
