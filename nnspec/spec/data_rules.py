"""What can be said against a `data:` section without opening the data.

Each finding carries the path of the value that must change.
"""

from collections.abc import Iterator
from itertools import chain, islice, pairwise

from nnspec.catalog.columns import Date, Numeric
from nnspec.catalog.pictured import Pictured
from nnspec.diagnostics import MOST_ERRORS, Diagnostic, Path
from nnspec.language.numbers import as_number
from nnspec.spec.builtin import BundledSet, bundled_set
from nnspec.spec.data import DataSection, GivenSplits, feature_columns, target_columns
from nnspec.spec.date_forms import form_problem
from nnspec.spec.patterns import is_pattern, matching
from nnspec.spec.source import nearest
from nnspec.spec.source_rules import check_pieces
from nnspec.spec.window import as_columns
from nnspec.spec.window_rules import check_window

SPLITTING = ("group", "by", "column")
"""Settings that name the column which says where rows belong."""
METHODS = {"group": {"auto", "random"}, "by": {"auto", "time"}, "column": {"auto"}}
"""Methods that go with each of them."""
SEPARATORS = (",", ";", "\t", "|")
"""Signs that stand between cells, where they stand in the only name of a file."""
AXIS = 2
"""Numbers among names beyond which they are an axis, if they rise: years, or wavelengths."""
LISTED = 20
"""How many columns a message lists."""


def check_data(section: DataSection) -> tuple[Diagnostic, ...]:
    """Return the section's contradictions and, for a bundled set, its unknown columns.

    Codes: S106 unknown set, D103 unknown column, M106 target among the features, S115 settings
    that contradict each other, S104 shares that leave nothing to train on.
    """
    found = chain(
        check_pieces(section),
        _unknown_columns(section),
        _leaks(section),
        _contradictions(section),
        check_window(section),
        _split(section),
    )
    return tuple(islice(found, MOST_ERRORS))


def named_columns(section: DataSection) -> Iterator[tuple[Path, str]]:
    """Yield every column that the section names, with the path of the place."""
    for place, columns in _groups(section):
        if isinstance(columns, str):
            yield place, columns
        else:
            yield from (((*place, index), name) for index, name in enumerate(columns))
    for key in ("columns", "scaling", "encoding"):
        mapping = getattr(section, key)
        if isinstance(mapping, dict):
            yield from ((("data", key, name), name) for name in mapping)


def unknown_columns(section: DataSection, available: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Yield a finding (D103) for each named column that the data does not have."""
    more = ", ..." if len(available) > LISTED else ""
    listed = ", ".join(available[:LISTED]) + more
    for path, name in named_columns(section):
        if is_pattern(name, available):
            if not any(matching(name, available)):
                message = f'no column matches "{name}"; the data has {listed}'
                yield Diagnostic("D103", message, path=path)
        elif name not in available:
            message = f'the data has no column "{name}"; it has {listed}'
            hint = nearest(name, available) or _no_names(available)
            yield Diagnostic("D103", message, hint=hint, path=path)


def _no_names(available: tuple[str, ...]) -> str | None:
    """Return what to write where the names that a file has are hardly those of columns."""
    sign = next((one for one in SEPARATORS if one in available[0]), None)
    if len(available) == 1 and sign is not None:
        return f'if "{sign}" stands between the cells, say so: csv: {{separator: "{sign}"}}'
    numbers = [one for name in available if (one := as_number(name.strip())) is not None]
    ordered = len(numbers) > AXIS and all(low < high for low, high in pairwise(numbers))
    if numbers and not ordered:
        return (
            "if the first line is a row, and no header, give the names: "
            "csv: {header: false, names: [...]}"
        )
    return None


def _groups(section: DataSection) -> Iterator[tuple[Path, str | tuple[str, ...]]]:
    """Yield the places where columns are named as roles."""
    if isinstance(section.target, dict):
        yield from ((("data", "target", name), one) for name, one in section.target.items())
    elif section.target is not None:
        yield ("data", "target"), section.target
    for role in ("labels", "features", "exclude"):
        if getattr(section, role) is not None:
            yield ("data", role), getattr(section, role)
    for name, columns in (section.inputs or {}).items():
        yield ("data", "inputs", name), columns
    known = section.window.known if section.window else None
    if isinstance(known, dict):
        yield from ((("data", "window", "known", name), one) for name, one in known.items())
    elif known is not None:
        yield ("data", "window", "known"), known
    ordering = [("window", key) for key in ("key", "time")]
    for part, key in (*ordering, *(("split", key) for key in SPLITTING)):
        named = getattr(getattr(section, part), key, None)
        if named is not None:
            yield ("data", part, key), named


def _unknown_columns(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each column that a bundled set does not have."""
    known: BundledSet | None = bundled_set(section)
    if known is not None:
        yield from unknown_columns(section, known.columns)


def _leaks(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each target or weight among the features."""
    if section.window is not None:
        return
    targets = target_columns(section)
    for path, name in named_columns(section):
        if path[1] in {"features", "inputs"} and name in targets:
            found = f'"{name}" is the target and also a feature'
            message = f"{found}; the network would read the answer"
            yield Diagnostic("M106", message, hint=f'remove "{name}" here', path=path)
        elif path[1] in {"features", "inputs"} and name == section.labels:
            message = f'"{name}" holds the labels and is also a feature; groups would follow it'
            yield Diagnostic("M106", message, hint=f'remove "{name}" here', path=path)


def _contradictions(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each pair of settings that cannot both hold."""
    if section.features is not None and section.inputs is not None:
        message = "`features` and `inputs` both say what the network reads"
        yield Diagnostic("S115", message, hint="keep one of them", path=("data", "features"))
    weight, others = section.sample_weight, (feature_columns(section) or ())
    if weight is not None and weight in (*others, *target_columns(section)):
        message = f'"{weight}" is the sample weight and also a feature or target'
        yield Diagnostic("S115", message, path=("data", "sample_weight"))
    yield from _excluded(section)
    yield from _forms(section)
    yield from _scaled_bins(section)
    yield from _fits(section)
    yield from _repeated(section)


def _excluded(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each column that is excluded, and named as something."""
    excluded = as_columns(section.exclude or ())
    for place, name in named_columns(section):
        if name in excluded and place[1] in {"features", "inputs", "target", "sample_weight"}:
            message = f'"{name}" is excluded, and named here'
            yield Diagnostic("S115", message, hint="remove one of both", path=place)


def _forms(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each form of dates that cannot be read."""
    for name, kind in section.columns.items():
        if isinstance(kind, Date) and kind.format is not None:
            problem = form_problem(kind.format)
            if problem:
                message = f'the form "{kind.format}" of dates cannot be read: {problem}'
                yield Diagnostic("S115", message, path=("data", "columns", name, "format"))


def _scaled_bins(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each column that is scaled, and parted into bins in place of that."""
    for name in section.scaling if isinstance(section.scaling, dict) else ():
        kind = section.columns.get(name)
        if isinstance(kind, Numeric) and (kind.binned or kind.period):
            has = "parted into bins, which have no scale" if kind.binned else "scaled by its period"
            message = f'"{name}" is {has}'
            path = ("data", "scaling", name)
            yield Diagnostic("S115", message, hint="remove one of both", path=path)


def _fits(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each column of pictures that are brought to no size, in some way."""
    for name, kind in section.columns.items():
        if isinstance(kind, Pictured) and kind.size is None and kind.fit != "stretch":
            message = f"`fit: {kind.fit}` says how pictures are brought to a size, and none is said"
            path = ("data", "columns", name, "fit")
            yield Diagnostic("S115", message, hint="add size: [64, 64]", path=path)


def _repeated(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each column named twice in one list."""
    listed = (one for one in _groups(section) if "known" not in one[0])
    for place, columns in listed:
        before: set[str] = set()
        for index, name in enumerate(as_columns(columns)):
            repeated = name in before
            before.add(name)
            if repeated:
                message = f'column "{name}" is named twice in one list'
                yield Diagnostic("S115", message, hint="remove one", path=(*place, index))


def _split(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for shares that leave nothing, and for an order that leaks the future."""
    split = section.split
    if split.validation + split.test >= 1:
        message = (
            f"validation {split.validation:g} and test {split.test:g} together leave no rows "
            "to train on; expected less than 1"
        )
        yield Diagnostic("S104", message, path=("data", "split", "validation"))
    if section.window is not None and split.method not in {"auto", "time"}:
        message = (
            f"`method: {split.method}` would train on windows that overlap those of the test; "
            "a series is split by time"
        )
        hint = "remove method, or write method: time"
        yield Diagnostic("S115", message, hint=hint, path=("data", "split", "method"))
    yield from _split_columns(section)


def _split_columns(section: DataSection) -> Iterator[Diagnostic]:
    """Yield findings for columns that say where rows belong, and what does not go with them."""
    split, place = section.split, ("data", "split")
    named = [key for key in SPLITTING if getattr(split, key) is not None]
    for key in named[1:]:
        message = f"`{named[0]}` and `{key}` both say which rows belong together"
        yield Diagnostic("S115", message, hint="keep one of them", path=(*place, key))
    for key in named[:1]:
        if section.window is not None:
            message = f"a series is split by time, not by `{key}`"
            hint = "name what orders the rows: window: {key: COLUMN, time: COLUMN}"
            yield Diagnostic("S115", message, hint=hint, path=(*place, key))
        elif split.method not in METHODS[key]:
            message = f"`method: {split.method}` does not go with `{key}`"
            yield Diagnostic("S115", message, hint="remove method", path=(*place, "method"))
    if split.duplicates == "together" and (found := _orders(section)):
        message = (
            f"`duplicates: together` is for rows that are drawn, and `{found}` says where they go"
        )
        yield Diagnostic("S115", message, hint="remove it", path=(*place, "duplicates"))
    if split.values is not None and split.column is None:
        message = "`values` says what the values of a column stand for, and none is named"
        yield Diagnostic("S115", message, hint="add column: COLUMN", path=(*place, "values"))
    if split.column is not None and isinstance(section.source, GivenSplits):
        message = "the files are splits already; `column` says so once more"
        yield Diagnostic("S115", message, hint="keep one of them", path=(*place, "column"))


def _orders(section: DataSection) -> str | None:
    """Return the setting by which rows are not drawn, None where they are."""
    split = section.split
    named = next((key for key in SPLITTING if getattr(split, key) is not None), None)
    if section.window is not None:
        return "window"
    if split.method == "time":
        return "method"
    return "source" if isinstance(section.source, GivenSplits) else named
