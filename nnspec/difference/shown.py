"""Values as a spec writes them, on one line, without what is default anyway."""

from nnspec.catalog.index import INDEX
from nnspec.catalog.registry import find
from nnspec.difference.settings import ABSENT, is_object
from nnspec.document import Plain
from nnspec.document.write import flow
from nnspec.network.fill import fill_value

FAMILIES = tuple(INDEX)


def show(value: Plain) -> str:
    """Return a value on one line; objects with the arguments that are not default."""
    if value == ABSENT:
        return "-"
    short = shorten_objects(value)
    if isinstance(short, dict) and len(short) == 1:
        return flow(short)[1:-1]
    return flow(short)


def shorten_objects(value: Plain) -> Plain:
    """Return a value whose objects hold only arguments that are not default."""
    match value:
        case dict() if is_object(value):
            (name, arguments), *_ = value.items()
            assert isinstance(arguments, dict)
            kept = {key: shorten_objects(one) for key, one in without_defaults(name, arguments)}
            return {name: kept} if kept else name
        case dict():
            return {key: shorten_objects(one) for key, one in value.items()}
        case list():
            return [shorten_objects(one) for one in value]
        case _:
            return value


def without_defaults(name: str, arguments: dict[str, Plain]) -> list[tuple[str, Plain]]:
    """Return the arguments of an object that are not those it has anyway."""
    for family in FAMILIES:
        kind = find(family, name)
        if kind is not None and arguments.keys() <= kind.model_fields.keys():
            return [
                (key, value)
                for key, value in arguments.items()
                if kind.model_fields[key].is_required()
                or fill_value(kind.model_fields[key].get_default(call_default_factory=True))
                != value
            ]
    return list(arguments.items())
