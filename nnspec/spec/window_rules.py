"""What can be said against windows over a series without opening the data."""

from collections.abc import Iterator
from itertools import pairwise

from nnspec.diagnostics import Diagnostic, Path
from nnspec.document.write import flow
from nnspec.spec.data import DEFAULT_INPUT, DataSection, target_columns
from nnspec.spec.window import MOST_HORIZONS, HorizonRange, WindowSection

WINDOW: Path = ("data", "window")


def check_window(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding (S104, S115) for each setting that does not go with windows, or with none."""
    window = section.window
    if window is None:
        yield from _forward(section)
        return
    yield from _dropping(section)
    yield from _horizons(window)
    yield from _known(section, window)
    if window.gap and window.time is None:
        message = "`gap` is a distance in time, and no column of times is named"
        yield Diagnostic("S115", message, hint="add time: COLUMN", path=(*WINDOW, "gap"))


def _dropping(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each setting that would leave out rows in the midst of a series."""
    for path in _places("drop", section):
        message = "dropping rows would tear holes into the series that `window` slides over"
        hint = "use missing: forward, mean, median or most_frequent"
        yield Diagnostic("S115", message, hint=hint, path=path)


def _known(section: DataSection, window: WindowSection) -> Iterator[Diagnostic]:
    """Yield a finding for each target that were known in advance, and input that is there twice."""
    path: Path = (*WINDOW, "known")
    others = section.inputs or {DEFAULT_INPUT: ()}
    for name, columns in window.known_inputs.items():
        place = (*path, name) if isinstance(window.known, dict) else path
        if name in others:
            message = f'"{name}" is an input of the windows and of what is known in advance'
            hint = f"give it another name: known: {flow({f'{name}_ahead': [*columns]})}"
            yield Diagnostic("S115", message, hint=hint, path=place)
        for index, column in enumerate(columns):
            if column in target_columns(section):
                found = f'"{column}" is the target and also known in advance'
                message = f"{found}; the network would read the answer"
                hint = f'remove "{column}" here; windows hold what it was before'
                yield Diagnostic("M106", message, hint=hint, path=(*place, index))
            elif column in columns[:index]:
                message = f'column "{column}" is named twice in one list'
                yield Diagnostic("S115", message, hint="remove one", path=(*place, index))


def _forward(section: DataSection) -> Iterator[Diagnostic]:
    """Yield a finding for each setting that carries on cells of rows which have no order."""
    for path in _places("forward", section):
        message = "`forward` takes the last known value of a series, and there is no `window`"
        hint = "use missing: mean, median or most_frequent"
        yield Diagnostic("S115", message, hint=hint, path=path)


def _places(policy: str, section: DataSection) -> Iterator[Path]:
    """Give the places at which missing cells are treated in one way."""
    if section.missing == policy:
        yield ("data", "missing")
    for name, kind in section.columns.items():
        if getattr(kind, "missing", None) == policy:
            yield ("data", "columns", name, "missing")


def _horizons(window: WindowSection) -> Iterator[Diagnostic]:
    """Yield a finding for horizons that are none, too many, or not in their order."""
    path, horizon = (*WINDOW, "horizon"), window.horizon
    if isinstance(horizon, HorizonRange):
        count = horizon.last - horizon.first + 1
        if count < 1:
            message = f"horizon runs from {horizon.first} to {horizon.last}; expected a last one"
            message += f" of {horizon.first} or more"
            yield Diagnostic("S104", message, path=(*path, "last"))
        elif count > MOST_HORIZONS:
            message = f"{count:,} horizons take a unit each; expected at most {MOST_HORIZONS:,}"
            yield Diagnostic("S104", message, path=(*path, "last"))
    elif isinstance(horizon, tuple) and any(one >= other for one, other in pairwise(horizon)):
        message = "horizons are not in rising order, each once"
        hint = f"write horizon: {flow([*sorted(set(horizon))])}"
        yield Diagnostic("S104", message, hint=hint, path=path)
