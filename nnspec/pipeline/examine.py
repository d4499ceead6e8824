"""One spec as `nnspec validate` looks at it: the check, what else is asked for, what is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nnspec.diagnostics import Diagnostic
from nnspec.diagnostics.selection import Selection, apply_ignores
from nnspec.document import Document
from nnspec.document.ignores import find_ignores
from nnspec.pipeline.check import Checked, check_document

Look = Callable[[Checked], tuple[Diagnostic, ...]]
"""Gives further findings about a spec without errors."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a check is asked for.

    Attributes:
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may name files outside its folder.
        selection: codes to show.
        policy: looks whether the filled spec fits a team's schema.
        data: opens the data.
    """

    overrides: tuple[str, ...] = ()
    allow_outside: bool = False
    selection: Selection = field(default_factory=Selection)
    policy: Look | None = None
    data: Look | None = None


def examine(document: Document, folder: Path, request: Request) -> tuple[Diagnostic, ...]:
    """Return what is shown about a spec, in the order of its text."""
    overrides, outside = request.overrides, request.allow_outside
    checked = check_document(document, folder=folder, overrides=overrides, allow_outside=outside)
    found = list(checked.diagnostics)
    if not checked.refused:
        for look in (request.policy, request.data):
            new = look(checked) if look else ()
            found += [one for one in new if one not in found]
    left = hide(checked, found, unsought=list_unsought(checked, request))
    shown = (one for one in left if request.selection.shows(one.code))
    return tuple(sorted(shown, key=lambda one: one.order))


def hide(
    checked: Checked, found: Sequence[Diagnostic], *, unsought: tuple[str, ...]
) -> tuple[Diagnostic, ...]:
    """Return the findings about a spec that none of its comments hides.

    Args:
        checked: the spec.
        found: all that was found.
        unsought: prefixes of codes that were not looked for; comments on these are let be.
    """
    ignores = find_ignores(checked.document)
    return apply_ignores(found, ignores, file=checked.document.file, unsought=unsought)


def list_unsought(checked: Checked, request: Request) -> tuple[str, ...]:
    """Return prefixes of the codes that were not looked for, or not everywhere.

    With errors many rules are silent; policy and data are looked at only where asked for.
    """
    if checked.refused:
        return ("",)
    looks = {"C101": request.policy, "D": request.data}
    return tuple(prefix for prefix, look in looks.items() if look is None)
