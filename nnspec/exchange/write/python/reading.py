"""The function that reads the data, with scikit-learn, polars or NumPy."""

import os
from collections.abc import Iterator

from nnspec.catalog.sources import Csv, Npz
from nnspec.data.fit.fitted import CategoryFit, IntegerFit
from nnspec.exchange.write.python.code import (
    Call,
    Expression,
    Group,
    Item,
    Raw,
    assign,
    give_back,
    keyword,
    literal,
    quoted,
)
from nnspec.exchange.write.python.facts import Facts
from nnspec.spec.builtin import BUNDLED_SETS
from nnspec.spec.source import BUNDLED

HEAD = "def read_data() -> Arrays:"
DOC = '    """Return the columns of the data by name, (rows, ...) each."""'


def describe_reading(facts: Facts) -> str:
    """Return the function, and before it the path of the file."""
    if facts.piece.bundled:
        return "\n".join([HEAD, DOC, *bundled(facts.piece.name[len(BUNDLED) :])])
    inner = npz() if isinstance(facts.piece.format, Npz) else table(facts)
    return "\n".join([HEAD, DOC, *inner])


def path_of(facts: Facts) -> str:
    """Return the constant that says where the file is, seen from the program."""
    where = (facts.spec.folder / facts.piece.name).resolve()
    relative = os.path.relpath(where, facts.beside.resolve())
    return f"DATA = Path(__file__).parent / {quoted(relative)}"


def bundled(name: str) -> Iterator[str]:
    """Give the lines that load one of scikit-learn's sets."""
    known = BUNDLED_SETS[name]
    yield f"    bunch = load_{name}()"
    if known.shapes:
        (image,), (target,) = known.features, known.targets
        yield f"    return {{{quoted(image)}: bunch.images, {quoted(target)}: bunch.target}}"
        return
    yield assign("names", literal(list(known.features)))
    if len(known.targets) > 1:
        yield assign("targets", literal(list(known.targets)))
        yield "    columns = dict(zip(names, bunch.data.T, strict=True))"
        yield "    return columns | dict(zip(targets, bunch.target.T, strict=True))"
        return
    (target,) = known.targets
    yield "    columns = dict(zip(names, bunch.data.T, strict=True))"
    yield f"    return columns | {{{quoted(target)}: bunch.target}}"


def npz() -> Iterator[str]:
    """Give the lines that load an archive of arrays."""
    yield "    with np.load(DATA) as arrays:"
    yield give_back(Raw("{name: arrays[name] for name in COLUMNS}"), 8)


def columns_constant(facts: Facts) -> str:
    """Return the constant that lists the columns of an archive."""
    return assign("COLUMNS", literal(list(facts.columns())), 0)


def table(facts: Facts) -> Iterator[str]:
    """Give the lines that read a table."""
    types = {name: type_of(facts, name) for name in facts.columns()}
    yield assign(
        "types",
        Group("{", "}", tuple(Item(Raw(one), f"{quoted(name)}: ") for name, one in types.items())),
    )
    yield assign("frame", call_of(facts))
    kept = dropped(facts)
    if kept:
        yield assign("frame", Call("frame.drop_nulls", (Item(literal(kept)),)))
    if "pl.String" in types.values():
        yield "    texts = [name for name, kind in types.items() if kind == pl.String]"
        yield '    frame = frame.with_columns(pl.col(texts).fill_null(""))'
    if isinstance(facts.piece.format, Csv):
        yield "    return {name: frame[name].to_numpy() for name in types}"
    else:
        yield "    return {name: frame[name].cast(types[name]).to_numpy() for name in types}"


def call_of(facts: Facts) -> Expression:
    """Return the call that reads the file."""
    columns = keyword("columns", Raw("list(types)"))
    if not isinstance(facts.piece.format, Csv):
        return Call("pl.read_parquet", (Item(Raw("DATA")), columns))
    (file,) = facts.dataset.fitted.files or (None,)
    sniffed = dict(file.sniffed) if file else {}
    separator = SEPARATORS.get(
        str(sniffed.get("separator", ",")), str(sniffed.get("separator", ","))
    )
    said = [] if separator == "," else [keyword("separator", literal(separator))]
    nulls = [keyword("null_values", literal(list(facts.section.null_values)))]
    return Call(
        "pl.read_csv",
        (Item(Raw("DATA")), columns, keyword("schema_overrides", Raw("types")), *said, *nulls),
    )


SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
"""Signs between cells by the names that the record of a file gives them."""


def type_of(facts: Facts, name: str) -> str:
    """Return the type that a column is read as."""
    fit = facts.fits.get(name)
    if isinstance(fit, CategoryFit):
        return "pl.String"
    if isinstance(fit, IntegerFit):
        return "pl.Int64"
    labels = [
        one for target in facts.targets.values() if name in target.columns for one in target.labels
    ]
    if labels:
        return "pl.String" if any(isinstance(one, str) for one in labels) else "pl.Int64"
    return "pl.Float64"


def dropped(facts: Facts) -> list[str]:
    """Return the columns whose missing cells leave their row out."""
    return list(facts.dataset.fitted.dropping)
