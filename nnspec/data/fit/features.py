"""Fits the preprocessing of the features on the training rows, and on nothing else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from nnspec.catalog.columns import Category, Constant, Numeric, Vector
from nnspec.data.fit.bending import bent, filled, logarithms
from nnspec.data.fit.bins import fit_bins, hash_of
from nnspec.data.fit.dates import fit_date
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    IntegerFit,
    NumericFit,
    Precision,
)
from nnspec.data.fit.image import fit_image
from nnspec.data.fit.texts import fit_text
from nnspec.data.fit.waves import with_waves
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import Diagnostic, Path, Refused
from nnspec.document.write import flow
from nnspec.spec.data import DataSection

CHUNK = 2**20
"""Elements that are looked at in double precision at a time."""
SINGLE = 2.0**-24
"""Largest rounding of single precision, relative to the number."""
BLUR = 2.0**-17
"""Rounding of a cell that is let pass, as a share of the column's deviation or range."""
LOST = 2.0**-7
"""Rounding beyond which an unscaled column is refused, as a share of its deviation."""
FILLING = ("mean", "median", "most_frequent")
"""Policies that fill missing cells from the training rows."""
MOST_QUANTILES = 1000
"""Quantiles by which a number's place among the training rows is told."""
NO_FEATURES = {
    "identifier": "an identifier",
    "mask": "a column of masks",
    "tags": "a column of classes of words",
}
MOST_CATEGORIES = 1000
"""One-hot columns that one category column may become."""

Numbers = NDArray[np.float64]


def fit_features(training: Table, section: DataSection) -> dict[str, ColumnFit]:
    """Return what the training rows say about each feature column.

    Args:
        training: the feature columns of the training rows.
        section: scalings, encodings and the policy for missing cells.

    Raises:
        Refused: D105 for a column without any cell, D120 for more categories than one-hot columns
            make sense for, D138 for unscaled numbers that single precision mixes up; of all
            columns.
    """
    fits: dict[str, ColumnFit] = {}
    refused: list[Diagnostic] = []
    for name, column in training.columns.items():
        try:
            fits[name] = fit_column(name, column, section)
        except Refused as error:
            refused.extend(error.diagnostics)
    if refused:
        raise Refused(refused)
    return fits


def fit_column(name: str, column: Column, section: DataSection) -> ColumnFit:
    """Return what one column's training cells say."""
    said, policy = section.columns.get(name), section.missing_of(name)
    indicator = bool(getattr(said, "indicator", False))
    if indicator and (policy in {"error", "drop", "forward"}):
        message = f'"{name}" has an indicator of missing cells, and `missing: {policy}` leaves none'
        raise _refuse("S115", name, message, "write missing: median, or {constant: VALUE}")
    match column.kind:
        case "numeric":
            return _fit_number(name, column, section, indicator=indicator)
        case "category":
            return _fit_category(name, column, section, indicator=indicator)
        case "boolean":
            fill = _boolean_fill(name, column.values, policy)
            return BooleanFit(shape=column.shape, fill=fill, indicator=indicator)
        case "integer":
            whole = int(policy.constant) if isinstance(policy, Constant) else None
            return IntegerFit(shape=column.shape, fill=whole)
        case "date":
            return fit_date(name, column, section)
        case "text":
            return fit_text(name, column, section)
        case "image":
            return fit_image(name, column, section)
        case "identifier" | "mask" | "tags":
            what = NO_FEATURES[column.kind]
            raise _refuse("S115", name, f'"{name}" is {what}, which is no feature')
        case _:
            assert_never(column.kind)


def _boolean_fill(name: str, values: Values, policy: object) -> float | None:
    """Return what stands in for a missing cell of a boolean column."""
    if isinstance(policy, Constant):
        return float(bool(policy.constant))
    return _most_frequent(name, values) if policy in FILLING else None


def _fit_number(name: str, column: Column, section: DataSection, *, indicator: bool) -> NumericFit:
    """Return what a numeric column's cells say, with waves or the form of vectors."""
    fit, said = _fit_numeric(name, column, section, indicator=indicator), section.columns.get(name)
    if isinstance(said, Vector):
        return fit.model_copy(update={"separator": said.separator or ""})
    return with_waves(said, fit)


def _fit_numeric(name: str, column: Column, section: DataSection, *, indicator: bool) -> NumericFit:
    """Return shift and scale of a numeric column, missing cells filled first."""
    said = section.columns.get(name)
    low, high = (said.clip if isinstance(said, Numeric) else None) or (None, None)
    scaling = section.scaling_of(name)
    binned = said if isinstance(said, Numeric) and said.binned else None
    fit = NumericFit(
        shape=column.shape,
        fill=_numeric_fill(name, column.values, section.missing_of(name)),
        log=scaling == "log" and (binned is None or binned.scaling is not None),
        low=low,
        high=high,
        indicator=indicator,
    )
    if binned is None:
        return _with_scale(name, fit, column.values, section)
    if binned.scaling is not None:
        fit = _with_scale(name, fit, column.values, section)
    bins = fit_bins(binned, bent(fit, filled(column.values, fit.fill)))
    if fit.log and binned.bin_boundaries is not None:
        bins = bins.model_copy(update={"edges": tuple(logarithms(np.array(bins.edges)).tolist())})
    # What lies on a boundary must not be rounded off it.
    return fit.model_copy(update={"bins": bins, "precision": "double"})


def _with_scale(name: str, fit: NumericFit, values: Values, section: DataSection) -> NumericFit:
    """Return a numeric column's fit with shift and scale, or with quantiles."""
    scaling = section.scaling_of(name)
    if scaling == "quantile":
        places = _quantiles(fit, values)
        return fit.model_copy(update={"quantiles": places, "precision": "double"})
    moments = measure(values, fit.fill, bend=fit if fit.bent else None)
    if scaling == "none":
        own = isinstance(section.columns.get(name), Numeric)
        place = ("columns", name) if own else ("scaling", name)
        _check_unscaled(("data", *place), fit, values, moments)
        return fit
    if moments.high == moments.low:
        # As scikit-learn's scalers: a constant column becomes zeros.
        return fit.model_copy(update={"shift": moments.low})
    shift, scale = moments.mean, moments.deviation
    if scaling == "minmax":
        shift, scale = moments.low, moments.high - moments.low
    elif scaling == "robust":
        shift, scale = _quartiles(fit, values)
    precision = _precision(fit, values, moments, scale)
    return fit.model_copy(update={"shift": shift, "scale": scale, "precision": precision})


def _numeric_fill(name: str, values: Values, policy: object) -> float | None:
    """Return what stands in for a missing number."""
    match policy:
        case Constant(constant=int() | float() as value):
            return float(value)
        case Constant(constant=value):
            message = f'`constant` of the numeric column "{name}" is the text "{value}"'
            raise _refuse("S115", name, message, "write a number, or the kind category")
        case "mean":
            return float(_present(name, values).mean())
        case "median":
            return float(np.median(_present(name, values)))
        case "most_frequent":
            return _most_frequent(name, values)
        case _:
            return None


def _quantiles(fit: NumericFit, values: Values) -> tuple[float, ...]:
    """Return evenly spaced quantiles, as scikit-learn's QuantileTransformer takes them."""
    numbers = bent(fit, filled(values, fit.fill))
    places = np.linspace(0, 1, min(MOST_QUANTILES, numbers.size))
    # Rounding may make a quantile smaller than the one before it.
    return tuple(np.maximum.accumulate(np.quantile(numbers, places)).tolist())


def _quartiles(fit: NumericFit, values: Values) -> tuple[float, float]:
    """Return the median and the distance of the quartiles, as scikit-learn's RobustScaler."""
    numbers = bent(fit, filled(values, fit.fill))
    first, middle, third = np.quantile(numbers, (0.25, 0.5, 0.75))
    return float(middle), float(third - first) or 1.0


def _fit_category(
    name: str, column: Column, section: DataSection, *, indicator: bool
) -> CategoryFit:
    """Return the vocabulary of a category column."""
    said, policy = section.columns.get(name), section.missing_of(name)
    described = said if isinstance(said, Category) else Category()
    counts = Counter(column.values.reshape(-1).tolist())
    absent = counts.pop("", 0)
    if isinstance(policy, Constant):
        counts[str(policy.constant)] += absent
    if not counts:
        raise _no_value(name)
    encoding, hashed = section.encoding_of(name), hash_of(described)
    known = [one for one, count in counts.items() if count >= described.rare]
    if policy == "own" and absent:
        known.append("")
    if not known:
        message = f'no class of "{name}" has {described.rare} training rows, as `rare` asks for'
        raise _refuse("D120", name, message)
    vocabulary = () if hashed else tuple(sorted(known))
    count = hashed.num_bins if hashed else len(vocabulary)
    if encoding == "one_hot" and count > MOST_CATEGORIES:
        what = "bins" if hashed else "categories"
        message = (
            f'column "{name}" has {count} {what} in {len(column.values)} rows; '
            f"expected at most {MOST_CATEGORIES} for one_hot"
        )
        raise _refuse("D120", name, message)
    usual = "own" if encoding == "index" or described.rare > 1 else "zeros"
    return CategoryFit(
        shape=column.shape,
        vocabulary=vocabulary,
        encoding=encoding,
        fill=_category_fill(counts, policy),
        unknown=described.unknown or usual,
        indicator=indicator,
        hash=hashed,
    )


def _category_fill(counts: Counter[str], policy: object) -> str | None:
    """Return what stands in for a missing class; the most frequent one, the first of several."""
    if isinstance(policy, Constant):
        return str(policy.constant)
    if policy in FILLING:
        return min(counts, key=lambda one: (-counts[one], one))
    return None


@dataclass(frozen=True, slots=True)
class Moments:
    """Figures of a numeric column, in its own units; the deviation is the population's."""

    mean: float
    deviation: float
    low: float
    high: float


def measure(values: Values, fill: float | None = None, bend: NumericFit | None = None) -> Moments:
    """Return mean, deviation, smallest and largest over all elements, without copying the column.

    Args:
        values: numbers of any shape, with no missing ones unless `fill` is given.
        fill: stands in for NaN.
        bend: says how numbers are bent before they are measured.
    """
    count = values.size
    mean = sum(float(chunk.sum()) for chunk in _chunks(values, fill, bend)) / count
    squares = sum(float(np.square(chunk - mean).sum()) for chunk in _chunks(values, fill, bend))
    low = min(float(chunk.min()) for chunk in _chunks(values, fill, bend))
    high = max(float(chunk.max()) for chunk in _chunks(values, fill, bend))
    return Moments(mean, float(np.sqrt(squares / count)), low, high)


def coarse(figures: Moments, scale: float) -> bool:
    """Tell whether single precision may blur numbers of these figures by more than `BLUR`."""
    return max(-figures.low, figures.high) * SINGLE > BLUR * scale


def _precision(fit: NumericFit, values: Values, figures: Moments, scale: float) -> Precision:
    """Return the precision that a column's cells must be given in to keep their differences."""
    if not coarse(figures, scale):
        return "single"
    return "double" if _blurred(fit, values) > BLUR * scale else "single"


def _check_unscaled(place: Path, fit: NumericFit, values: Values, figures: Moments) -> None:
    """Refuse an unscaled column whose numbers single precision mixes up (D138)."""
    blurred = _blurred(fit, values)
    if blurred <= LOST * figures.deviation or figures.high == figures.low:
        return
    largest = max(figures.high, figures.low, key=abs)
    message = (
        f'"{place[-1]}" goes to the network as it is, in single precision: numbers as large as '
        f"{largest:.0f} are rounded by up to {blurred:.3g}, and they spread by "
        f"{figures.deviation:.3g}"
    )
    hint = "let it be centred first, in double precision: scaling: standardize, minmax or robust"
    raise Refused([Diagnostic("D138", message, hint=hint, path=place)])


def _blurred(fit: NumericFit, values: Values) -> float:
    """Return the largest change of a column's numbers by single precision."""
    return max(
        float(np.nan_to_num(np.abs(bent(fit, chunk) - bent(fit, single(chunk)))).max())
        for chunk in _chunks(values, None)
    )


def single(numbers: Numbers) -> Numbers:
    """Return numbers as single precision holds them."""
    return numbers.astype(np.float32).astype(np.float64)


def _chunks(
    values: Values, fill: float | None, bend: NumericFit | None = None
) -> Iterator[Numbers]:
    """Yield the elements in double precision, some rows at a time."""
    rows = max(1, CHUNK // max(1, values[:1].size))
    for start in range(0, len(values), rows):
        chunk = filled(values[start : start + rows], fill)
        yield chunk if bend is None else bent(bend, chunk)


def _present(name: str, values: Values) -> Numbers:
    """Return the elements that are not missing; refuse a column that has none."""
    numbers = values.astype(np.float64).ravel()
    present = numbers[~np.isnan(numbers)]
    if not len(present):
        raise _no_value(name)
    return present


def _no_value(name: str) -> Refused:
    """Return the refusal of a column without any cell to learn from."""
    message = f'column "{name}" has no value in any training row'
    return _refuse("D105", name, message, f"leave it out: exclude: {flow([name])}")


def _most_frequent(name: str, values: Values) -> float:
    """Return the most frequent element, the smallest of several."""
    found, counts = np.unique(_present(name, values), return_counts=True)
    return float(found[counts.argmax()])


def _refuse(code: str, column: str, message: str, hint: str | None = None) -> Refused:
    """Return the refusal of a column."""
    return Refused([Diagnostic(code, message, hint=hint, path=("data", "columns", column))])
