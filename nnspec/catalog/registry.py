"""Finds catalogue classes by name, importing only the module that holds one; floor 2.

A spec names few of the catalogue's objects, and importing all of them would be most of the time
of a check. So the names of the shipped modules stand in a generated index; classes of plugins
need none, as they are registered by being imported.
"""

from functools import cache
from importlib import import_module

from nnspec.catalog.base import REGISTERED, CatalogObject
from nnspec.catalog.index import INDEX


def find(family: str, name: str) -> type[CatalogObject] | None:
    """Return the class that a family knows by this name or alias, None if it knows none."""
    found = REGISTERED.get(family, {}).get(name)
    if found is None and (module := _modules(family).get(name)):
        import_module(module)
        found = REGISTERED[family][name]
    return found


def names(family: str) -> tuple[str, ...]:
    """Return every name and alias of a family, plugins' included, in order."""
    return tuple(sorted({*_modules(family), *REGISTERED.get(family, {})}))


def load_all() -> dict[str, dict[str, type[CatalogObject]]]:
    """Import the whole catalogue, and return family -> name or alias -> class."""
    for modules in INDEX.values():
        for module in modules:
            import_module(module)
    return REGISTERED


@cache
def _modules(family: str) -> dict[str, str]:
    """Return name -> module for one family of the index."""
    held = INDEX.get(family, {})
    return {name: module for module, found in held.items() for name in found.split()}
