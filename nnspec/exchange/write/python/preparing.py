"""The functions that make the network's inputs and targets of the columns."""

from collections.abc import Iterator
from itertools import groupby

from nnspec.data import TargetFit
from nnspec.data.fit.fitted import CategoryFit, ColumnFit, IntegerFit, NumericFit
from nnspec.exchange.write.python.code import assign, lay_out, literal, quoted
from nnspec.exchange.write.python.facts import Facts

MEASURES = {
    "standardize": '''\
def measure(cells: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of numbers, of equal ones 1 in its place."""
    return cells.mean(), cells.std() or 1.0
''',
    "minmax": '''\
def measure_range(cells: np.ndarray) -> tuple[float, float]:
    """Return the smallest of some numbers and their range, of equal ones 1 in its place."""
    return cells.min(), np.ptp(cells) or 1.0
''',
}
"""What numbers are shifted and divided by, for each scaling."""
MEASURED_BY = {"standardize": "measure", "minmax": "measure_range"}


def scalings(facts: Facts) -> list[str]:
    """Return the scalings that any column has."""
    found = {
        facts.section.scaling_of(name)
        for name, fit in facts.fits.items()
        if isinstance(fit, NumericFit)
    }
    return [one for one in MEASURES if one in found]


def describe_inputs(facts: Facts) -> str:
    """Return the function that makes the network's inputs of the columns."""
    several = len(facts.dataset.fitted.inputs) > 1
    kind = "Arrays" if several else "np.ndarray"
    what = "network's inputs by name" if several else "network's input"
    lines = [
        f"def make_inputs(table: Arrays, seen: np.ndarray) -> {kind}:",
        f'    """Return the {what}, scaled by what the rows that are seen say."""',
    ]
    if several:
        lines.append("    inputs = {}")
    for name, columns in facts.dataset.fitted.inputs.items():
        lines += input_lines(facts, columns)
        whole = all(is_index(facts.fits[column]) for column in columns)
        kind = "int32" if whole else "float32"
        made = (
            f'array.astype("{kind}")'
            if is_array(facts, columns)
            else (f'np.stack(blocks, axis=-1).astype("{kind}")')
        )
        if facts.section.window is not None:
            made = f"windows_of({made})"
        lines.append(f"    inputs[{quoted(name)}] = {made}" if several else f"    return {made}")
    if several:
        lines.append("    return inputs")
    return "\n".join(lines)


def is_index(fit: ColumnFit) -> bool:
    """Tell whether a column becomes whole numbers."""
    return isinstance(fit, IntegerFit) or (isinstance(fit, CategoryFit) and fit.encoding == "index")


def is_array(facts: Facts, columns: tuple[str, ...]) -> bool:
    """Tell whether an input is one column of arrays."""
    return bool(facts.fits[columns[0]].shape)


def input_lines(facts: Facts, columns: tuple[str, ...]) -> Iterator[str]:
    """Give the lines that make one input's columns into blocks side by side."""
    if is_array(facts, columns):
        yield f"    array = table[{quoted(columns[0])}]"
        yield from scale_lines(facts, columns[0], "array", 4)
        return
    yield "    blocks = []"
    for _, same in groupby(columns, lambda name: manner(facts, name)):
        names = list(same)
        start = "    for name in "
        yield f"{start}{lay_out(literal(names), 4, len(start), 1)}:"
        yield "        cells = table[name]"
        yield from block_lines(facts, names[0])


def manner(facts: Facts, name: str) -> object:
    """Return what tells how a column is made into numbers."""
    fit = facts.fits[name]
    match fit:
        case NumericFit():
            fixed = facts.section.missing_of(name) not in {"mean", "median"}
            fill = fit.fill if fixed else str(facts.section.missing_of(name))
            return "numeric", facts.section.scaling_of(name), fit.fill is not None and fill
        case CategoryFit():
            return "category", fit.encoding, fit.unknown == "own", fit.fill
        case _:
            return fit.kind, getattr(fit, "fill", None)


def block_lines(facts: Facts, name: str) -> Iterator[str]:
    """Give the lines that add one column's numbers to the blocks."""
    fit = facts.fits[name]
    if isinstance(fit, CategoryFit) and fit.fill is not None:
        yield f'        cells = np.where(cells == "", {quoted(fit.fill)}, cells)'
    match fit:
        case CategoryFit(encoding="index"):
            yield "        values = np.unique(cells[seen])"
            yield "        places = np.clip(np.searchsorted(values, cells), 0, len(values) - 1)"
            yield "        blocks.append(np.where(values[places] == cells, places + 1, 0))"
        case CategoryFit():
            yield "        values = np.unique(cells[seen])"
            yield "        blocks += [cells == value for value in values]"
            if fit.unknown == "own":
                yield "        blocks.append(~np.isin(cells, values))"
        case IntegerFit() if fit.fill is not None:
            yield f"        blocks.append(np.where(np.isnan(cells), {fit.fill}, cells))"
        case IntegerFit():
            yield "        blocks.append(cells)"
        case _:
            yield from scale_lines(facts, name, "cells", 8)
            yield "        blocks.append(cells)"


def scale_lines(facts: Facts, name: str, variable: str, indent: int) -> Iterator[str]:
    """Give the lines that fill and scale numbers."""
    fit, pad = facts.fits[name], " " * indent
    assert isinstance(fit, NumericFit)
    if fit.fill is not None:
        policy = facts.section.missing_of(name)
        fill = (
            f"np.nan{policy}({variable}[seen])" if policy in {"mean", "median"} else repr(fit.fill)
        )
        yield f"{pad}{variable} = np.where(np.isnan({variable}), {fill}, {variable})"
    scaling = facts.section.scaling_of(name)
    if scaling in MEASURED_BY:
        yield f"{pad}shift, scale = {MEASURED_BY[scaling]}({variable}[seen])"
        yield f"{pad}{variable} = ({variable} - shift) / scale"


def describe_units(facts: Facts, target: TargetFit) -> str:
    """Return the function that gives the units of a reconstruction."""
    columns = facts.dataset.fitted.inputs[target.reconstructs or ""]
    lines = [
        "def find_units(table: Arrays, seen: np.ndarray) -> list[np.ndarray]:",
        '    """Return what the network\'s numbers are multiplied by, and what is added."""',
    ]
    measures = []
    for column in columns:
        scaling = facts.section.scaling_of(column)
        cells = f"table[{quoted(column)}][seen]"
        measures.append(f"{MEASURED_BY[scaling]}({cells})" if scaling in MEASURED_BY else "(0, 1)")
    if len(measures) == 1:
        lines.append(f"    shift, scale = {measures[0]}")
    else:
        lines.append("    units = [")
        lines += [f"        {one}," for one in measures]
        lines += ["    ]", "    shift, scale = np.array(units).T"]
    return "\n".join([*lines, "    return [scale, shift]"])


WINDOWS_OF = '''\
def windows_of(series: np.ndarray) -> np.ndarray:
    """Return all windows over a series, (windows, LENGTH, ...)."""
    starts = range(len(series) - LENGTH - HORIZON + 1)
    return np.stack([series[start : start + LENGTH] for start in starts])
'''


def target_lines(facts: Facts, output: str, target: TargetFit) -> Iterator[str]:
    """Give the lines that make the target of one output, as `truth` and `aim`.

    `truth` is what the data has, `aim` what the loss is given.
    """
    del output
    behind = "[LENGTH + HORIZON - 1 :]" if facts.section.window is not None else ""
    cells = [f"table[{quoted(name)}]{behind}" for name in target.columns]
    if target.need == "regression":
        if len(cells) == 1:
            yield f"    truth = {cells[0]}[:, None]"
        else:
            yield from ["    truth = np.stack(", "        ["]
            yield from (f"            {one}," for one in cells)
            yield from ["        ],", "        axis=-1,", "    )"]
        if facts.section.target_scaling == "none":
            yield '    aim = truth.astype("float32")'
        else:
            learned = "truth"
            if target.log:
                learned = "logs"
                yield "    logs = np.log1p(truth)"
            fitted = f"{learned}[train]"
            yield f"    shift, scale = {fitted}.mean(axis=0), {fitted}.std(axis=0)"
            yield f'    aim = (({learned} - shift) / scale).astype("float32")'
        return
    yield f"    truth = {cells[0]}"
    labels = list(target.labels)
    if labels == sorted(labels, key=lambda one: (str(type(one)), one)):
        yield "    classes = np.unique(truth[train])"
        codes = "np.searchsorted(classes, truth)"
    else:
        yield assign("classes", literal(labels)).replace("= ", "= np.array(", 1) + ")"
        codes = "(truth[:, None] == classes).argmax(axis=-1)"
    if target.need == "binary":
        yield f'    aim = {codes}.astype("float32")[:, None]'
    elif target.one_hot:
        yield f'    aim = np.eye(len(classes), dtype="float32")[{codes}]'
    else:
        yield f"    aim = {codes}"


def needs_units(target: TargetFit) -> bool:
    """Tell whether an output gives back its input."""
    return target.need == "reconstruction"
