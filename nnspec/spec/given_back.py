"""Columns that a network cannot give back: what it reads has no way to the column's own units."""

from collections.abc import Iterator, Mapping, Sequence

from nnspec.catalog.columns import Category, Numeric
from nnspec.diagnostics import Diagnostic, Path
from nnspec.document.write import flow
from nnspec.spec.data import DataSection, Kind
from nnspec.spec.window import as_columns

WORDS: Mapping[Kind, str] = {"date": "a date", "text": "a text"}
TREATED = ("clip", "num_bins", "bin_boundaries", "period", "num_frequencies")
"""Settings after which a number of the network stands for several of the column."""
WITH_THEM = ("encoding", "frequency_scale", "seed", "salt")
"""Settings that say more about bins and waves, and are refused without them."""
BENT = ("log", "quantile")


def lost_columns(
    section: DataSection, kinds: Mapping[str, Kind], *, joined: bool = False
) -> Iterator[Diagnostic]:
    """Yield a finding (S115) for each column that cannot be given back.

    Args:
        section: what is said of the columns.
        kinds: the columns that are given back, and what they hold.
        joined: whether rare classes of them are joined, which only the rows show.
    """
    gone = [name for name, kind in kinds.items() if kind in WORDS]
    for name, kind in kinds.items():
        if kind in WORDS:
            yield _refused(section, name, WORDS[kind], _leave_out(section, gone))
            continue
        settings = tuple(_settings(section, name, kind, joined=joined))
        scaling = section.scaling_of(name) if kind == "numeric" else "none"
        scales = (f"scaling: {scaling}",) if scaling in BENT else ()
        if not settings and not scales:
            continue
        repairs = [f"remove {_joined(settings)}"] if settings else []
        repairs += ["write scaling: standardize"] if scales else []
        what = f"read by {_joined((*settings, *scales))}"
        yield _refused(section, name, what, ", and ".join(repairs))


def _settings(section: DataSection, name: str, kind: Kind, *, joined: bool) -> Iterator[str]:
    """Yield the settings of a column that must go before it can be given back."""
    said = section.columns.get(name)
    treated = [one for one in TREATED if getattr(said, one, None) is not None]
    yield from treated
    if set(treated) - {"clip"}:
        idle = WITH_THEM if isinstance(said, Numeric) else WITH_THEM[1:]
        yield from (one for one in idle if getattr(said, one, None) is not None)
    if isinstance(said, Category) and section.encoding_of(name) == "one_hot":
        if said.unknown == "own":
            yield "unknown"
        elif joined and said.rare > 1:
            yield "rare"
    if kind != "text" and getattr(said, "indicator", False):
        yield "indicator"


def _refused(section: DataSection, name: str, what: str, hint: str) -> Diagnostic:
    """Return the finding for a column, at what is said of it."""
    place: Path = ("data", "source" if section.features is None else "features")
    path: Path = ("data", "columns", name) if name in section.columns else place
    message = f'"{name}" is {what}, and the network reconstructs its input in its own units'
    return Diagnostic("S115", message, hint=hint, path=path)


def _leave_out(section: DataSection, names: list[str]) -> str:
    """Return what to write so that columns are no features."""
    if section.inputs is not None or section.features is not None:
        place = "inputs" if section.inputs is not None else "features"
        return f"leave {_joined(names)} out of {place}"
    excluded = dict.fromkeys((*as_columns(section.exclude or ()), *names))
    return f"leave it out: exclude: {flow(list(excluded))}"


def _joined(words: Sequence[str]) -> str:
    """Return words with a comma between them, and "and" before the last."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
