"""Columns named by patterns: what `*` stands for once the columns of the data are known."""

import re
from collections.abc import Iterable, Iterator, Mapping

from nnspec.spec.data import DataSection, target_columns
from nnspec.spec.window import WindowSection, as_columns

STAR = "*"


def is_pattern(name: str, available: Iterable[str] = ()) -> bool:
    """Tell whether a name stands for all columns that it matches; a column's own name does not."""
    return STAR in name and name not in available


def matching(pattern: str, available: Iterable[str]) -> Iterator[str]:
    """Yield the columns that a pattern matches: `*` is any text, every other sign itself."""
    form = re.compile(".*".join(map(re.escape, pattern.split(STAR))), re.DOTALL)
    yield from (name for name in available if form.fullmatch(name))


def settle(section: DataSection, available: tuple[str, ...]) -> DataSection:
    """Return a section that names every column exactly.

    A pattern among features stands for no target, no weight and no column that is left out.
    """
    excluded = tuple(_named(as_columns(section.exclude or ()), available))
    kinds = dict(_kinds(section, available))
    settled = section.model_copy(update={"exclude": excluded or None, "columns": kinds})
    aims = () if section.window else target_columns(section)
    barred = {*excluded, *aims, section.sample_weight}
    barred |= {name for name, kind in settled.kinds.items() if kind == "identifier"}
    free = tuple(name for name in available if name not in barred)
    changed: dict[str, object] = {}
    if section.features is not None:
        changed["features"] = tuple(_named(section.features, available, free))
    if section.inputs is not None:
        changed["inputs"] = {
            name: tuple(_named(columns, available, free))
            for name, columns in section.inputs.items()
        }
    if section.window is not None and section.window.known is not None:
        changed["window"] = _known(section.window, available, target_columns(section))
    return settled.model_copy(update=changed)


def _known(
    window: WindowSection, available: tuple[str, ...], barred: tuple[str, ...]
) -> WindowSection:
    """Return windows that name each column known in advance exactly; a pattern's is no target."""
    free = tuple(name for name in available if name not in barred)
    found = {
        name: tuple(_named(columns, available, free))
        for name, columns in window.known_inputs.items()
    }
    return window.model_copy(update={"known": found})


def ahead(section: DataSection, names: Mapping[str, str]) -> DataSection:
    """Return a settled section that says of columns known in advance what it says of the columns.

    Args:
        section: names every column exactly.
        names: name as an input -> column.
    """
    changed: dict[str, object] = {}
    for key in ("columns", "scaling", "encoding"):
        said = getattr(section, key)
        if isinstance(said, dict):
            more = {name: said[column] for name, column in names.items() if column in said}
            changed[key] = {**said, **more}
    return section.model_copy(update=changed)


def _named(
    names: tuple[str, ...], available: tuple[str, ...], free: tuple[str, ...] | None = None
) -> Iterator[str]:
    """Yield each column once, exact names where they stand, a pattern's in the data's order."""
    seen: set[str] = set()
    for name in names:
        free = available if free is None else free
        found = matching(name, free) if is_pattern(name, available) else (name,)
        for one in found:
            if one not in seen:
                seen.add(one)
                yield one


def _kinds(section: DataSection, available: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Yield the kind of each column that is declared: the last pattern, before it an exact name."""
    for name, kind in section.columns.items():
        if is_pattern(name, available):
            yield from ((one, kind) for one in matching(name, available))
    for name, kind in section.columns.items():
        if not is_pattern(name, available):
            yield name, kind
