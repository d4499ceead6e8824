"""The `plugins:` section: packages that add classes, imported only where that is allowed."""

from dataclasses import dataclass

from nnspec.catalog.plugins import (
    BrokenPlugin,
    are_allowed,
    import_plugin,
    installed,
    is_imported,
)
from nnspec.diagnostics import Findings
from nnspec.document import Node, Scalar, Sequence, kind_of, shorten
from nnspec.language.near_names import suggest


@dataclass(frozen=True, slots=True)
class Plugins:
    """The plugins of a spec.

    Attributes:
        named: all that it names.
        withheld: those that were not imported, as nobody allowed it.
    """

    named: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


def read_plugins(node: Node | None, findings: Findings) -> Plugins:
    """Return the plugins that a spec names, imported where that is allowed."""
    if node is None:
        return Plugins()
    if not isinstance(node, Sequence):
        message = f"plugins must be a list of names; found {kind_of(node)}"
        findings.add("S103", message, node.span)
        return Plugins()
    named: list[str] = []
    for item in node.items:
        if isinstance(item, Scalar) and isinstance(item.value, str):
            named.append(item.value)
            if are_allowed():
                import_named(item, item.value, findings)
        else:
            findings.add("S103", f"a plugin is a name; found {kind_of(item)}", item.span)
    withheld = () if are_allowed() else tuple(one for one in named if not is_imported(one))
    return Plugins(tuple(named), withheld)


def import_named(item: Scalar, name: str, findings: Findings) -> None:
    """Import one plugin, or record why that cannot be."""
    try:
        import_plugin(name)
    except BrokenPlugin as broken:
        message = f"the plugin {shorten(name)!r} cannot be used: {shorten(str(broken), 200)}"
        findings.add("X107", message, item.span, hint=suggest(name, installed()) or None)
