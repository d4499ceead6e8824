"""Plugins: installed packages that add classes to the catalogue by being imported; floor 2.

A package names a module of its own in the entry point group `nnspec.plugins`. To import it is to
run its code, so that happens only where whoever runs the program has allowed it: a spec alone,
perhaps from somebody else, names plugins and imports nothing.
"""

from contextvars import ContextVar
from importlib.metadata import EntryPoint, entry_points

GROUP = "nnspec.plugins"

_allowed: ContextVar[bool] = ContextVar("plugins allowed", default=False)
_imported: set[str] = set()


class BrokenPlugin(Exception):
    """A plugin could not be imported, or does what a plugin may not."""


def allow_plugins() -> None:
    """Let specs import the plugins they name, for the rest of this process' context."""
    _allowed.set(True)


def are_allowed() -> bool:
    """Return whether specs may import the plugins they name."""
    return _allowed.get()


def installed() -> dict[str, EntryPoint]:
    """Return the plugins of installed packages by name; nothing of theirs is imported."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def is_imported(name: str) -> bool:
    """Return whether a plugin's classes are in the catalogue."""
    return name in _imported


def import_plugin(name: str) -> None:
    """Add the classes of an installed plugin to the catalogue.

    Raises:
        BrokenPlugin: it is not installed, fails on import, or takes the name of a shipped class.
    """
    if name in _imported:
        return
    entry = installed().get(name)
    if entry is None:
        raise BrokenPlugin("no installed package registers it")
    try:
        entry.load()
    except Exception as error:
        raise BrokenPlugin(f"its import raises {type(error).__name__}: {error}") from error
    _imported.add(name)
