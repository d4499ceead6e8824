"""Filled specs as settings by path, in a reader's words: `model.dense.units`, `training.optimizer`.

A layer stands under its name, an object under its place with its class as the value there, and
its arguments below it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from nnspec.document import Plain, parse_document, plain
from nnspec.run.folder import RunFolder
from nnspec.run.layout import SPEC
from nnspec.run.numerals import UNDEFINED

Settings = Mapping[str, Plain]
MISSING = "\0missing"
"""Stands for a setting that a spec does not have; no text of a spec holds a NUL."""
NAMED_BY_AUTHOR = ("", "data.columns", "training.class_weight", "evaluation.gates")
"""Mappings whose keys are sections or the author's own, and no classes."""
LAYERS = "model"
"""Where a layer stands by its name, without a word between."""
NEUTRAL = ("nnspec", "name")
"""What may differ between runs of one experiment."""


def read_settings(folder: RunFolder) -> dict[str, Plain]:
    """Return the settings of a run's filled spec by their paths.

    Raises:
        Refused: A101 and A111 where the spec is not the one that was written.
    """
    document = plain(parse_document(folder.read(SPEC), str(folder.path / SPEC)).root)
    assert isinstance(document, dict), "a document is a mapping"
    return dict(flatten({key: one for key, one in document.items() if key not in NEUTRAL}))


def flatten(document: Plain, path: str = "") -> Iterator[tuple[str, Plain]]:
    """Yield every setting with its path.

    Args:
        document: a filled spec, or a value of it.
        path: where the value stands.
    """
    match document:
        case dict() if path not in NAMED_BY_AUTHOR and (named := _object(document)):
            name, arguments = named
            yield path, name
            for key, value in arguments.items():
                yield from flatten(value, _join(path, key))
        case dict():
            for key, value in document.items():
                inner = path if (path, key) == (LAYERS, "layers") else _join(path, key)
                yield from flatten(value, inner)
        case list() if any(isinstance(one, dict) for one in document):
            yield from _flatten_list(document, path)
        case _:
            yield path, document


def _flatten_list(items: Sequence[Plain], path: str) -> Iterator[tuple[str, Plain]]:
    """Yield the names of a list's objects, then the settings of each under its name."""
    if path != LAYERS:
        yield path, [_name(one) or str(place) for place, one in enumerate(items)]
    taken: dict[str, int] = {}
    for place, one in enumerate(items):
        name = _name(one) or str(place)
        taken[name] = taken.get(name, 0) + 1
        unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
        if isinstance(one, dict) and "name" in one:
            yield from _flatten_layer(one, _join(path, unique))
        else:
            yield from flatten(one, _join(path, unique))


def _flatten_layer(layer: dict[str, Plain], path: str) -> Iterator[tuple[str, Plain]]:
    """Yield a layer's class, its arguments, and what stands beside it."""
    for key, value in layer.items():
        if key[:1].isupper() and isinstance(value, dict):
            yield path, key
            for name, argument in value.items():
                yield from flatten(argument, _join(path, name))
        elif key != "name":
            yield from flatten(value, _join(path, key))


def _object(value: dict[str, Plain]) -> tuple[str, dict[str, Plain]] | None:
    """Return class and arguments of an object, None of another mapping.

    Only a class begins with a capital or stands alone before a mapping of arguments.
    """
    if len(value) != 1:
        return None
    name, arguments = next(iter(value.items()))
    return (name, arguments) if isinstance(arguments, dict) and arguments else None


def _name(value: Plain) -> str | None:
    """Return what an element of a list is called: its name, its class, its text."""
    match value:
        case {"name": str(name), **rest}:
            within = rest.get("within")
            return f"{within}.{name}" if isinstance(within, str) else name
        case dict() if len(value) == 1:
            return next(iter(value))
        case str():
            return value
        case _:
            return None


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def show_setting(value: Plain) -> str:
    """Return a value as a spec writes it, a dash for one that is missing."""
    if value == MISSING:
        return UNDEFINED
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def differing(settings: Sequence[Settings]) -> dict[str, list[Plain]]:
    """Return the settings that differ: path -> the value of each spec, MISSING where it has none.

    Of an object that is of another class, or absent, elsewhere, the class alone is told, and the
    arguments that all have.
    """
    paths = dict.fromkeys(path for one in settings for path in one)
    found: dict[str, list[Plain]] = {}
    for path in paths:
        values = [one.get(path, MISSING) for one in settings]
        if all(_same(one, values[0]) for one in values):
            continue
        absent = MISSING in values
        above = path.rpartition(".")[0]
        if absent and any(_within(above, known) for known in found):
            continue
        found[path] = values
    return found


def _within(path: str, known: str) -> bool:
    return path == known or path.startswith(f"{known}.")


def _same(one: Plain, other: Plain) -> bool:
    """Return whether two values are equal, and of one type: 1 is not true."""
    return json.dumps(one) == json.dumps(other)
