"""What is fitted to columns and targets, held against numbers by hand."""

from collections.abc import Callable
from math import log

import numpy as np
import pytest

from nnspec.catalog.columns import Numeric
from nnspec.data import Dataset
from nnspec.data.fit.bins import beyond_bins, fit_bins
from nnspec.data.fit.features import coarse, fit_column, measure
from nnspec.data.fit.fitted import NumericFit, TextFit
from nnspec.data.fit.image import ImageFit
from nnspec.data.fit.texts import fit_text, weigh
from nnspec.data.table import Column
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]
RANDOM = np.random.default_rng(9)


def section(**settings: object) -> DataSection:
    return DataSection.model_validate({"source": "data.csv", "target": "y", **settings})


def numbers(cells: object) -> Column:
    return Column("numeric", np.asarray(cells, np.float64))


def texts(*cells: str, kind: str = "category") -> Column:
    return Column(kind, np.array(cells, dtype=object))  # type: ignore[arg-type]


@pytest.mark.parametrize("ends", [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (2.0, 4.5)])
def test_bytes_of_pictures_become_the_numbers_of_their_range(ends: tuple[float, float]) -> None:
    fit = ImageFit(shape=(1, 1, 1), sized=True, fit="pad", value_range=ends)
    low, high = ((byte - fit.shift) / fit.scale for byte in (0, 255))
    assert (low, high) == pytest.approx(ends)
    assert not fit.indicator
    assert fit.width == 1


def test_figures_of_a_column_are_numpy_s_in_chunks_of_any_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells = RANDOM.normal(5, 2, (50, 3))
    for chunk in (2**20, 20, 1):
        monkeypatch.setattr("nnspec.data.fit.features.CHUNK", chunk)
        found = measure(cells)
        assert (found.mean, found.deviation) == pytest.approx((cells.mean(), cells.std()))
        assert (found.low, found.high) == (cells.min(), cells.max())
        gaps = cells.copy()
        gaps[3:9] = np.nan
        filled = np.where(np.isnan(gaps), 7.0, gaps)
        assert measure(gaps, 7.0).mean == pytest.approx(filled.mean())
        bent = measure(np.abs(cells), bend=NumericFit(log=True))
        assert bent.deviation == pytest.approx(np.log1p(np.abs(cells)).std())


def test_numbers_are_coarse_where_single_precision_blurs_a_part_of_their_deviation() -> None:
    # Numbers up to 2 ** 24 are rounded by 1 at most; 2 ** 7 deviations are let pass.
    for deviation, expected in ((2.0**17 + 1, False), (2.0**17 - 1, True)):
        for cells in ([0, 2.0**24], [-(2.0**24), 0]):
            assert coarse(measure(np.array(cells)), deviation) is expected
    column = 2.0**24 + np.arange(40)
    assert fit_column("x", numbers(column), section()).precision == "double"  # type: ignore[union-attr]
    # Cells that single precision holds are kept in it, however narrow the column is.
    even = 2.0**24 + 2 * np.arange(40)
    assert fit_column("x", numbers(even), section()).precision == "single"  # type: ignore[union-attr]


@pytest.mark.parametrize(("spread", "refused"), [(300.0, False), (60.0, True)])
def test_unscaled_numbers_that_single_precision_mixes_up_are_refused(
    spread: float, *, refused: bool
) -> None:
    # Half of them lie 1 away from a number that single precision holds: 2 ** -7 deviations.
    cells = 2.0**25 + spread * np.tile([-1.0, 1.0], 20) + 1
    if not refused:
        fit_column("x", numbers(cells), section(scaling="none"))
        return
    with pytest.raises(Refused) as raised:
        fit_column("x", numbers(cells), section(scaling="none"))
    (found,) = raised.value.diagnostics
    assert found.code == "D138"
    assert found.message == (
        '"x" goes to the network as it is, in single precision: numbers as large as 33554493 are '
        "rounded by up to 1, and they spread by 60"
    )
    same = np.full(9, 2.0**25 + 1)
    fit_column("x", numbers(same), section(scaling="none"))


@pytest.mark.parametrize(("classes", "fits"), [(1000, True), (1001, False)])
def test_a_thousand_classes_are_one_hot_columns(classes: int, *, fits: bool) -> None:
    column = texts(*(f"k{n}" for n in range(classes)))
    if fits:
        assert len(fit_column("x", column, section()).vocabulary) == classes  # type: ignore[union-attr]
        return
    with pytest.raises(
        Refused, match=r'"x" has 1001 categories in 1001 rows; expected at most 1000'
    ):
        fit_column("x", column, section())
    index = section(columns={"x": {"category": {"encoding": "index"}}})
    assert len(fit_column("x", column, index).vocabulary) == classes  # type: ignore[union-attr]


def test_of_classes_the_rare_ones_are_unknown_and_the_most_frequent_fills() -> None:
    column = texts("b", "b", "b", "a", "a", "a", "c", "c", "")
    said = {"x": {"category": {"rare": 3, "missing": "most_frequent"}}}
    fit = fit_column("x", column, section(columns=said))
    assert (fit.vocabulary, fit.fill, fit.unknown) == (("a", "b"), "a", "own")  # type: ignore[union-attr]
    said = {"x": {"category": {"rare": 2, "missing": {"constant": "c"}}}}
    fit = fit_column("x", column, section(columns=said))
    assert (fit.vocabulary, fit.fill) == (("a", "b", "c"), "c")  # type: ignore[union-attr]
    own = fit_column("x", column, section(columns={"x": {"category": {"missing": "own"}}}))
    assert (own.vocabulary, own.unknown) == (("", "a", "b", "c"), "zeros")  # type: ignore[union-attr]
    four = section(columns={"x": {"category": {"rare": 4}}})
    with pytest.raises(Refused, match=r'no class of "x" has 4 training rows'):
        fit_column("x", texts("a", "b", "b", "b"), four)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("mean", 3.2), ("median", 3.0), ("most_frequent", 1.0), ({"constant": 7}, 7.0)],
)
def test_what_fills_a_number_is_of_the_cells_that_are_there(
    policy: object, expected: float
) -> None:
    column = numbers([5.0, 1.0, np.nan, 1.0, 6.0, 3.0, np.nan])
    fit = fit_column("x", column, section(columns={"x": {"numeric": {"missing": policy}}}))
    assert fit.fill == pytest.approx(expected)
    tied = fit_column("x", numbers([4.0, 2.0, 4.0, 2.0, np.nan]), section(missing="most_frequent"))
    assert tied.fill == 2.0
    with pytest.raises(Refused, match=r'"x" has no value in any training row'):
        fit_column("x", numbers([np.nan]), section(missing="mean"))


def test_scalings_are_those_of_numpy() -> None:
    cells = RANDOM.exponential(3, 41)
    quartiles = np.quantile(cells, [0.25, 0.5, 0.75])
    expected = {
        "standardize": (cells.mean(), cells.std()),
        "minmax": (cells.min(), np.ptp(cells)),
        "robust": (quartiles[1], quartiles[2] - quartiles[0]),
        "log": (np.log1p(cells).mean(), np.log1p(cells).std()),
        "none": (0.0, 1.0),
    }
    for scaling, (shift, scale) in expected.items():
        fit = fit_column("x", numbers(cells), section(scaling=scaling))
        assert isinstance(fit, NumericFit)
        assert (fit.shift, fit.scale) == pytest.approx((shift, scale))
    flat = fit_column("x", numbers([4.0] * 9), section())
    assert isinstance(flat, NumericFit)
    assert (flat.shift, flat.scale) == (4.0, 1.0)
    lumped = fit_column("x", numbers([0.0] * 9 + [5.0]), section(scaling="robust"))
    assert isinstance(lumped, NumericFit)
    assert (lumped.shift, lumped.scale) == (0.0, 1.0)
    for rows, count in ((7, 7), (1200, 1000)):
        many = RANDOM.normal(size=rows)
        fit = fit_column("x", numbers(many), section(scaling="quantile"))
        assert isinstance(fit, NumericFit)
        assert list(fit.quantiles) == pytest.approx(np.quantile(many, np.linspace(0, 1, count)))


def described(**settings: object) -> Numeric:
    return Numeric.model_validate(settings)


def test_bins_lie_between_quantiles_and_equal_ones_are_one() -> None:
    cells = np.arange(1.0, 41.0)
    assert fit_bins(described(num_bins=4), cells).edges == (10.5, 20.5, 30.5)
    assert fit_bins(described(num_bins=4), cells).encoding == "one_hot"
    line = fit_bins(described(num_bins=4, encoding="piecewise_linear"), cells)
    assert line.edges == (1.0, 10.5, 20.5, 30.5, 40.0)
    own = described(bin_boundaries=[3.0, 5.0])
    assert fit_bins(own, cells).edges == (3.0, 5.0)
    mostly = np.array([0.0] * 90 + [2.0, 3.0, 9.0])
    assert fit_bins(described(num_bins=4), mostly).edges == (2.0,)
    assert fit_bins(described(num_bins=4), np.zeros(9)).edges == ()


def test_numbers_beyond_the_outer_bins_are_counted_in_their_widths() -> None:
    bins = fit_bins(
        described(encoding="piecewise_linear", bin_boundaries=[1.0, 3.0, 4.0, 9.0]), np.zeros(2)
    )
    cells = np.array([-5.0, 0.0, 1.0, 2.0, 8.0, 9.0, 11.5, 19.0])
    assert beyond_bins(bins, cells).tolist() == [3.0, 0.5, 0, 0, 0, 0, 0.5, 2.0]
    plain = fit_bins(described(bin_boundaries=[1.0, 3.0]), np.zeros(2))
    assert beyond_bins(plain, cells).tolist() == [0.0] * 8
    two = fit_bins(described(encoding="piecewise_linear", bin_boundaries=[1.0, 3.0]), np.zeros(2))
    assert beyond_bins(two, cells).tolist() == [3.0, 0.5, 0, 0, 2.5, 3.0, 4.25, 8.0]


def text_of(*cells: str, **settings: object) -> TextFit:
    said = section(columns={"x": {"text": settings}})
    return fit_text("x", texts(*cells, kind="text"), said)


def test_words_are_known_by_how_often_they_stand_and_weighed_by_their_texts() -> None:
    fit = text_of("b a", "b b c", "d", "b", output_mode="tf_idf")
    assert fit.vocabulary == ("b", "d", "c", "a")
    each = [log(1 + 4 / (1 + rows)) for rows in (3, 1, 1, 1)]
    assert fit.weights == (pytest.approx(sum(each) / 4), *(pytest.approx(one) for one in each))
    assert fit.length == 0
    assert text_of("b a", "b", output_mode="multi_hot").weights == ()
    assert weigh(("x",), {"x": 3}, 7) == (log(1 + 7 / 4), log(1 + 7 / 4))


@pytest.mark.parametrize(("words", "length"), [(3, 3), (1000, 1000), (1001, 1000)])
def test_as_many_words_are_read_as_the_longest_text_has_up_to_a_thousand(
    words: int, length: int
) -> None:
    fit = text_of("a", "b " * words)
    assert fit.length == length
    assert text_of("a", "b " * words, output_sequence_length=5).length == 5
