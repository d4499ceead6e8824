"""What the columns of a source hold, and what the front will do with them; nothing is fitted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from nnspec.catalog.columns import Category, Constant, Date, Numeric, TextColumn
from nnspec.catalog.pictured import ImageColumn
from nnspec.data.columns.declared import declared
from nnspec.data.columns.kinds import type_columns
from nnspec.data.columns.missing import FILLS
from nnspec.data.fit.features import fit_column
from nnspec.data.read.raw import Raw
from nnspec.data.table import Column, Values
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import shorten
from nnspec.spec.data import DataSection, input_columns, target_columns
from nnspec.spec.patterns import settle
from nnspec.spec.widths import width_of
from nnspec.spec.window import as_columns

EXAMPLES = 3
"""Cells that are shown of a column."""
LONGEST = 20
"""Letters that are shown of a cell."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What a column holds.

    Attributes:
        role: what it is for: a feature, the target, or why it is none.
        kind: what its cells are, by declaration or by their look.
        extent: smallest and largest number or date.
        examples: some different cells.
        front: what the network will read of it, in words.
        numbers: how many numbers that is; ~ where the training rows decide.
        problem: why its cells cannot be read.
    """

    name: str
    role: str
    kind: str = "?"
    missing: int = 0
    distinct: int = 0
    extent: str = ""
    examples: tuple[str, ...] = ()
    front: str = ""
    numbers: str = ""
    problem: Diagnostic | None = None


def describe_columns(raw: Raw, section: DataSection) -> Iterator[ColumnFacts]:
    """Yield what each column of a source holds, in its order."""
    section = settle(section, raw.names)
    free = tuple(name for name in raw.names if name not in raw.index)
    inputs = [*input_columns(section, free).values()]
    inputs += section.window.known_inputs.values() if section.window else ()
    features = {one for many in inputs for one in many}
    kinds = declared(section)
    for name in raw.names:
        facts = ColumnFacts(name, role_of(name, raw, section, features))
        try:
            column = type_columns(raw, [name], kinds, section.null_values)[name]
        except Refused as refused:
            yield replace(facts, problem=refused.diagnostics[0])
            continue
        facts = measured(facts, column)
        if name in features:
            front, numbers = front_of(name, column, section), numbers_of(name, column, section)
            facts = replace(facts, front=front, numbers=numbers)
        yield facts


def role_of(name: str, raw: Raw, section: DataSection, features: set[str]) -> str:
    """Return what a column is for."""
    roles = {
        "target": target_columns(section),
        "labels": (section.labels,),
        "weight": (section.sample_weight,),
        "key": as_columns(section.window.key or ()) if section.window else (),
        "time": (section.window.time if section.window else section.split.by,),
        "group": (section.split.group,),
        "split": (section.split.column,),
        "origin": (section.origin,),
    }
    held = [role for role, names in roles.items() if name in names]
    known = section.window.known_inputs.values() if section.window else ()
    if any(name in many for many in known):
        held.append("known in advance")
    elif name in features:
        held.append("feature")
    if held:
        return ", ".join(held)
    return "index" if name in raw.index else "left out"


def measured(facts: ColumnFacts, column: Column) -> ColumnFacts:
    """Return facts with what the cells say."""
    absent = column.missing()
    present = column.values[~absent]
    kind = column.kind if not column.shape else f"{column.kind} {list(column.shape)}"
    facts = replace(facts, kind=kind, missing=int(absent.sum()))
    if column.files is not None:
        named = [one for one in column.files.tolist() if one]
        shown = tuple(shorten(one, LONGEST) for one in named[:EXAMPLES])
        facts = replace(facts, distinct=len(set(named)), examples=shown)
    if column.kind == "tags" and len(present):
        classes = [one for one in dict.fromkeys(present.reshape(-1).tolist()) if one]
        return replace(facts, distinct=len(classes), examples=tuple(classes[:EXAMPLES]))
    if column.shape or not len(present):
        return facts
    different = np.unique(present.astype(str) if column.textual else present)
    return replace(
        facts,
        distinct=len(different),
        extent=""
        if column.kind in {"category", "boolean", "text", "identifier"}
        else extent(different),
        examples=tuple(dict.fromkeys(map(written, present[: 20 * EXAMPLES])))[:EXAMPLES],
    )


def extent(different: Values) -> str:
    """Return the smallest and largest of sorted cells."""
    return f"{written(different[0])} to {written(different[-1])}"


def written(cell: object) -> str:
    """Return a cell as it is shown: a date without a time that is none."""
    if isinstance(cell, str):
        return shorten(cell.removesuffix(" 00:00:00"), LONGEST)
    return f"{cell:.6g}"


def numbers_of(name: str, column: Column, section: DataSection) -> str:
    """Return how many numbers the network will read of a cell.

    Where the training rows decide, all rows say about how many.
    """
    count, about = width_of(section, name, column.kind), ""
    if count is None:
        absent = (
            column.missing() if column.kind == "numeric" else np.zeros(len(column.values), bool)
        )
        try:
            fit = fit_column(name, column.take(np.flatnonzero(~absent)), section)
        except Refused:
            return ""
        count, about = fit.width, "~"
    return f"{about}{count * prod(column.shape):,}"


def pixels_of(column: Column, said: object) -> str:
    """Return what the network will read of pictures."""
    described = said if isinstance(said, ImageColumn) else ImageColumn()
    rows, columns, channels = column.shape
    fit = f", {described.fit}" if described.size else " as they are"
    low, high = described.value_range
    return f"{rows} x {columns} pixels{fit}, {channels} channels, {low:g} to {high:g}"


def front_of(name: str, column: Column, section: DataSection) -> str:
    """Return what the network will read of a feature."""
    said, policy = section.columns.get(name), section.missing_of(name)
    filled = f"; missing: {policy.constant if isinstance(policy, Constant) else policy}"
    match column.kind:
        case "numeric":
            number = said if isinstance(said, Numeric) else Numeric()
            what = read_of(number) or section.scaling_of(name)
            what += f", clipped to {list(number.clip)}" if number.clip else ""
        case "category":
            described = said if isinstance(said, Category) else Category()
            rare, bins = described.rare, described.num_bins
            what = section.encoding_of(name) + (f", fewer than {rare} joined" if rare > 1 else "")
            what += f" of {bins} bins by hash" if bins else ""
        case "date" if isinstance(said, Date):
            what = ", ".join(said.parts)
        case "date":
            return "asked about: declare it as date, or exclude it"
        case "text":
            text = said if isinstance(said, TextColumn) else TextColumn()
            what = f"{text.output_mode} of at most {text.max_tokens:,} words"
            filled = "; missing: empty" if policy in FILLS else filled
        case "image":
            what = pixels_of(column, said)
        case "boolean":
            what = "0 and 1"
        case _:
            what = "as it is"
    return what + filled + ("; an indicator" if getattr(said, "indicator", False) else "")


def read_of(said: Numeric) -> str | None:
    """Return what the network reads in place of a scaled number, or beside it, in words."""
    if said.binned:
        return bins_of(said) if said.scaling is None else f"{said.scaling}, {bins_of(said)}"
    if not said.waved:
        return None
    count = said.num_frequencies or 1
    where = f"with period {said.period:g}" if said.period else "drawn"
    return f"sine and cosine of {count} {'frequency' if count == 1 else 'frequencies'} {where}"


def bins_of(said: Numeric) -> str:
    """Return how numbers are parted into bins, in words."""
    edges = said.bin_boundaries
    where = (
        f"{said.num_bins} bins by quantiles"
        if edges is None
        else f"bins at {', '.join(f'{one:g}' for one in edges)}"
    )
    return f"{said.encoding or 'one_hot'} of {where}"
