"""Bins: of numbers as Keras' Discretization, of classes as Keras' Hashing; on training rows."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.preprocessing import KBinsDiscretizer

from nnspec.build.bins import beyond_bins as beyond_in_graph
from nnspec.build.bins import encode_bins
from nnspec.build.front import build_front, prepare_arrays
from nnspec.build.raw import raw_type, read_cells
from nnspec.catalog.columns import Numeric
from nnspec.data import Dataset
from nnspec.data.columns.cells import far_numbers
from nnspec.data.columns.described import describe_columns
from nnspec.data.fit.bins import beyond_bins, fit_bins
from nnspec.data.fit.fitted import NumericFit
from nnspec.data.fit.frozen import Bins
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Refused
from nnspec.pipeline.opened import count_numbers
from nnspec.spec.builtin import known_inputs
from nnspec.spec.data import DataSection
from nnspec.spec.data_rules import check_data

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]
Numbers = NDArray[np.float64]
WHOLE = {"validation": 0, "test": 0, "method": "time"}
NUMBERS = st.lists(
    st.integers(-9, 9).map(float) | st.floats(-1e6, 1e6).map(lambda number: round(number, 4)),
    min_size=2,
    max_size=60,
)


def coded(bins: Bins, numbers: Numbers) -> NDArray[Any]:
    return np.asarray(encode_bins(bins, tf.constant(numbers, tf.float64)).numpy())


def quantiles(count: int, encoding: str, numbers: Numbers) -> Bins:
    said = Numeric.model_validate({"num_bins": count, "encoding": encoding})
    return fit_bins(said, numbers)


@pytest.mark.filterwarnings("ignore:Bins whose width")
@given(NUMBERS, NUMBERS, st.integers(2, 12))
@example([1.0, 1.0, 1.0, 5.0], [0.0, 1.0, 5.0, 6.0], 4)
@example([0.1] * 7 + [0.3] * 3, [0.1, 0.2, 0.3], 5)
@example([0.0] * 9 + [2.0, 3.0], [-1.0, 1.0, 2.5], 2)
@settings(max_examples=50, deadline=None)
def test_quantile_bins_are_those_of_scikit_learn(
    training: list[float], new: list[float], count: int
) -> None:
    numbers, others = np.array(training), np.array(new)
    oracle = KBinsDiscretizer(
        count,
        encode="ordinal",
        strategy="quantile",
        quantile_method="averaged_inverted_cdf",
        subsample=None,
    )
    close = np.diff(np.unique(np.concatenate([numbers, (numbers[1:] + numbers[:-1]) / 2])))
    if len(np.unique(numbers)) < 2 or (close < 1e-6).any():
        return  # there scikit-learn joins what differs
    oracle.fit(numbers[:, None])
    both = np.concatenate([numbers, others])
    found = quantiles(count, "index", numbers)
    if oracle.n_bins_[0] == 1:
        assert coded(found, both)[:, 0].tolist() == (both >= np.unique(numbers)[1]).tolist()
        return
    expected = oracle.transform(both[:, None])[:, 0]
    assert coded(found, both)[:, 0].tolist() == expected.tolist()
    ones = coded(quantiles(count, "one_hot", numbers), both)
    assert ones.shape[1] == oracle.n_bins_[0] == found.codes
    assert ones.argmax(axis=1).tolist() == expected.tolist()
    assert (ones.sum(axis=1) == 1).all()


def test_numbers_on_boundaries_of_ones_own_fall_into_the_bin_above_as_in_keras(load: Load) -> None:
    ages = [-1, 0, 17.5, 18, 64, 65, 0.7, 120]
    text = "Alter,y\n" + "\n".join(f"{age},{row % 2}" for row, age in enumerate(ages)) + "\n"
    edges = [0, 0.7, 18, 65]
    for encoding, mode in (("index", "int"), ("one_hot", "one_hot")):
        said = {"Alter": {"numeric": {"bin_boundaries": edges, "encoding": encoding}}}
        dataset = load(text, columns=said, split=WHOLE)
        found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
        layer = keras.layers.Discretization(bin_boundaries=edges, output_mode=mode)
        expected = layer(tf.constant(ages)[:, None]).numpy()
        assert found.tolist() == expected.tolist()
        assert found.dtype == (np.int32 if encoding == "index" else np.float32)
    assert count_numbers(load(text, columns=said, split=WHOLE)) == {}


def shares(edges: Numbers, number: float) -> list[float]:
    """Equation 1 of the paper, word for word."""
    found, last = [], len(edges) - 1
    for t in range(1, last + 1):
        if number < edges[t - 1] and t > 1:
            found.append(0.0)
        elif number >= edges[t] and t < last:
            found.append(1.0)
        else:
            found.append((number - edges[t - 1]) / (edges[t] - edges[t - 1]))
    return found


@given(NUMBERS, NUMBERS, st.integers(2, 6))
@example([0.0, 1.0], [-3.0, 0.5, 9.0], 2)
@settings(max_examples=50, deadline=None)
def test_piecewise_linear_numbers_are_those_of_the_paper(
    training: list[float], new: list[float], count: int
) -> None:
    numbers, others = np.array(training), np.array(new)
    bins = quantiles(count, "piecewise_linear", numbers)
    edges = np.unique(
        np.percentile(numbers, np.linspace(0, 100, count + 1), method="averaged_inverted_cdf")
    )
    found = coded(bins, others)
    if len(edges) < 2:
        assert found.tolist() == [[0.0]] * len(others)
        return
    assert bins.edges == tuple(edges)
    expected = np.array([shares(edges, one) for one in others])
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)
    outside = np.maximum(-expected[:, 0], expected[:, -1] - 1).clip(0)
    assert beyond_bins(bins, others) == pytest.approx(outside, rel=1e-6, abs=1e-6)
    graph = beyond_in_graph(bins, tf.constant(others)).numpy()
    assert graph == pytest.approx(beyond_bins(bins, others), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("scaling", ["standardize", "minmax", "robust", "log", "none"])
@pytest.mark.parametrize("own", [(), (0.0, 4.0), (-3.0, 0.0, 4.0, 100.0)])
def test_the_scaled_number_stands_before_its_bins_which_weigh_as_much(
    load: Load, scaling: str, own: tuple[float, ...]
) -> None:
    cells = np.array([3.0, -2.5, 0.0, 12.25, 7.5, 3.0, 999.0, 0.125])
    parted = {"bin_boundaries": own} if own else {"num_bins": 4}
    alone = {"numeric": {"scaling": scaling, "clip": [-2, 500]}}
    both = {"numeric": {**alone["numeric"], **parted, "encoding": "piecewise_linear"}}
    text = "Größe,y\n" + "\n".join(f"{one},{row}" for row, one in enumerate(cells)) + "\n"
    clipped = np.clip(cells, -2, 500)
    bent = np.sign(clipped) * np.log1p(np.abs(clipped)) if scaling == "log" else clipped
    found = []
    for said in (alone, both):
        dataset = load(text, columns={"Größe": said}, split=WHOLE)
        found.append(prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"])
    line, pieces = found
    assert pieces[:, :1].tolist() == line.tolist()
    edges = np.array(own)
    if own:
        edges = np.sign(edges) * np.log1p(np.abs(edges)) if scaling == "log" else edges
    else:
        quarters = np.linspace(0, 100, 5)
        edges = np.unique(np.percentile(bent, quarters, method="averaged_inverted_cdf"))
    expected = np.array([shares(edges, one) for one in bent]) / np.sqrt(len(edges) - 1)
    assert pieces[:, 1:] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_a_constant_number_beside_its_bins_is_two_zeros(load: Load) -> None:
    said = {"numeric": {"scaling": "standardize", "num_bins": 4, "encoding": "piecewise_linear"}}
    text = "x,z,y\n" + "\n".join(f"5.5,{row},{row % 3}" for row in range(8)) + "\n"
    dataset = load(text, columns={"x": said}, features=["x"], split=WHOLE)
    found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    assert found.tolist() == [[0.0, 0.0]] * 8


FAR: list[tuple[dict[str, object], list[float], list[bool]]] = [
    # Near by its scale or without one, but more than 1e18 narrow bins below them.
    ({"bin_boundaries": [0, 1e-15, 9], "scaling": "minmax"}, [-2000, -500], [True, False]),
    ({"bin_boundaries": [0, 1e-15, 9]}, [-2000, -500], [True, False]),
    # Within its bins, but more than 1e18 deviations away.
    ({"bin_boundaries": [0, 1e20], "scaling": "standardize"}, [9e19, 1e18], [True, False]),
    ({"bin_boundaries": [0, 1e20], "scaling": "none"}, [9e19, 1e18], [True, False]),
    ({"bin_boundaries": [0, 1e20]}, [9e19, 1e18], [False, False]),
    ({"scaling": "standardize"}, [9e19, 1e18], [True, False]),
    ({"scaling": "none"}, [9e19, 1e18], [False, False]),
    ({"scaling": "quantile"}, [9e19, 1e18], [False, False]),
]


@pytest.mark.parametrize(("said", "cells", "far"), FAR)
def test_tables_and_programs_refuse_the_same_far_numbers(
    load: Load, said: dict[str, object], cells: list[float], far: list[bool]
) -> None:
    pieces = {"encoding": "piecewise_linear"} if "bin_boundaries" in said else {}
    text = "Höhe,y\n" + "\n".join(f"{row % 7 + 0.5},{row}" for row in range(14)) + "\n"
    fit = load(text, columns={"Höhe": {"numeric": {**said, **pieces}}}, split=WHOLE).fitted.columns
    number = fit["Höhe"]
    assert isinstance(number, NumericFit)
    assert far_numbers(number, np.array(cells)).tolist() == far
    program = tf.constant(cells, raw_type(number))
    assert read_cells(number, program, ())[1].numpy().tolist() == [not one for one in far]


@pytest.mark.parametrize("scaling", ["log", "standardize"])
def test_bins_alone_are_of_the_number_itself_whatever_others_are_scaled_by(
    load: Load, scaling: str
) -> None:
    text = "x,z,y\n" + "\n".join(f"{row},{row},{row % 3}" for row in range(8)) + "\n"
    said = {"numeric": {"bin_boundaries": [0, 4, 8], "encoding": "piecewise_linear"}}
    dataset = load(text, columns={"x": said}, scaling=scaling, features=["x"], split=WHOLE)
    found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    assert found.sum(axis=1).tolist() == [row / 4 for row in range(8)]


COLOURS = ["Rot", "Blå grün", "\u96e8", "3.0", "3", "rot", "", "a b", "Ünknown", "007"]


@pytest.mark.parametrize("salt", [None, 7, [3, 2**32 - 1]])
@pytest.mark.parametrize("missing", ["own", "most_frequent"])
def test_classes_fall_into_the_bins_of_keras(load: Load, salt: Any, missing: str) -> None:
    text = "Farbe (neu),y\n" + "".join(f"{one},{row}\n" for row, one in enumerate(COLOURS * 4))
    said = {"num_bins": 5, "salt": salt, "missing": missing}
    # 3.0 and 3 are one class, and the most frequent one.
    texts = [{"3.0": "3", "": "" if missing == "own" else "3"}.get(one, one) for one in COLOURS]
    masked = {"mask_value": ""} if missing == "own" else {}
    layer = keras.layers.Hashing(5, salt=salt, **masked)
    expected = layer(tf.constant(texts)).numpy().tolist()
    for encoding in ("index", "one_hot"):
        columns = {"Farbe (neu)": {"category": {**said, "encoding": encoding}}}
        dataset = load(text, columns=columns, split=WHOLE)
        found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
        numbers = found.argmax(axis=1) if encoding == "one_hot" else found[:, 0]
        assert numbers[: len(COLOURS)].tolist() == expected
        assert found.shape[1] == (5 if encoding == "one_hot" else 1)
    assert (expected.count(0) == 1) or missing != "own"


@given(
    st.lists(st.tuples(st.floats(-9, 9, width=32), st.sampled_from("abc")), min_size=4, max_size=9)
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_bins_are_those_of_the_training_rows_alone(
    load: Load, others: list[tuple[float, str]]
) -> None:
    training = [(row * 1.5 - 7, "abc"[row % 3]) for row in range(12)]
    said = {
        "X": {"numeric": {"num_bins": 4}},
        "Z": {"numeric": {"num_bins": 3, "encoding": "piecewise_linear"}},
        "K": {"category": {"num_bins": 4}},
    }
    fits = []
    for held in (training[:4], others[:4]):
        lines = [f"{x},{x},{k},{row}" for row, (x, k) in enumerate([*training, *held])]
        split = {"validation": 0, "test": 0.25, "method": "time"}
        dataset = load("\n".join(["X,Z,K,y", *lines]) + "\n", columns=said, split=split)
        assert len(dataset.splits["train"]) == len(training)
        fits.append(dataset.fitted.columns)
    assert fits[0] == fits[1]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"numeric": {"num_bins": 3, "bin_boundaries": [1]}}, "both say what the bins are"),
        ({"numeric": {"encoding": "index"}}, "add num_bins or bin_boundaries"),
        ({"numeric": {"num_bins": 3, "scaling": "log"}}, "have no scale"),
        (
            {"numeric": {"num_bins": 3, "encoding": "piecewise_linear", "scaling": "quantile"}},
            "parted already",
        ),
        ({"numeric": {"bin_boundaries": [2, 1]}}, "must ascend"),
        ({"numeric": {"bin_boundaries": [1, 1]}}, "must ascend"),
        ({"numeric": {"bin_boundaries": [1], "encoding": "piecewise_linear"}}, "two boundaries"),
        ({"category": {"salt": 3}}, "add num_bins"),
        ({"category": {"num_bins": 3, "rare": 2}}, "no rare classes"),
        ({"category": {"num_bins": 3, "unknown": "own"}}, "no unknown classes"),
        ({"category": {"num_bins": 1, "missing": "own"}}, "write 2 or more"),
    ],
)
def test_settings_of_bins_that_contradict_each_other_are_refused(
    said: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        DataSection.model_validate({"source": "d.csv", "target": "y", "columns": {"x": said}})


def test_a_column_is_not_scaled_by_name_and_parted_into_bins() -> None:
    said = {"x": {"numeric": {"num_bins": 3}}, "z": "numeric"}
    given = {"source": "d.csv", "target": "y", "columns": said}
    apart = DataSection.model_validate({**given, "scaling": {"z": "log"}})
    assert check_data(apart) == ()
    section = DataSection.model_validate({**given, "scaling": {"x": "log", "z": "log"}})
    (found,) = check_data(section)
    assert (found.code, found.path) == ("S115", ("data", "scaling", "x"))


def test_more_bins_of_classes_than_columns_make_sense_are_for_an_index(load: Load) -> None:
    text = "K,y\n" + "".join(f"k{row % 7},{row}\n" for row in range(30))
    with pytest.raises(Refused, match="has 1001 bins in 20 rows") as caught:
        load(text, columns={"K": {"category": {"num_bins": 1001}}})
    assert caught.value.diagnostics[0].code == "D120"
    said = {"K": {"category": {"num_bins": 1001, "encoding": "index"}}}
    assert count_numbers(load(text, columns=said)) == {"input": 1001}


def test_a_network_does_not_reconstruct_bins(load: Load) -> None:
    text = "K,x\n" + "".join(f"k{row % 7},{row}\n" for row in range(30))
    for name, said in (
        ("x", {"numeric": {"num_bins": 3}}),
        ("K", {"category": {"num_bins": 3, "encoding": "index"}}),
    ):
        with pytest.raises(Refused, match="in its own units") as caught:
            load(text, "reconstruction", columns={name: said}, features=[name])
        assert caught.value.diagnostics[0].code == "S115"


TREATED: dict[str, tuple[dict[str, object], int | None, str]] = {
    "own boundaries": ({"numeric": {"bin_boundaries": [0, 0.1]}}, 3, "float"),
    "their shares": (
        {"numeric": {"bin_boundaries": [0, 1, 2], "encoding": "piecewise_linear"}},
        2,
        "float",
    ),
    "their shares beside the number": (
        {
            "numeric": {
                "bin_boundaries": [0, 1, 2],
                "encoding": "piecewise_linear",
                "scaling": "minmax",
            }
        },
        3,
        "float",
    ),
    "an index": ({"numeric": {"num_bins": 5, "encoding": "index"}}, 1, "integer"),
    "quantiles": ({"numeric": {"num_bins": 5}}, None, "float"),
    "hashed": ({"category": {"num_bins": 6}}, 6, "float"),
    "marked": ({"numeric": {"missing": "mean", "indicator": True}}, 2, "float"),
}


@pytest.mark.parametrize("said", TREATED.values(), ids=TREATED)
def test_what_a_column_becomes_is_known_as_far_as_the_spec_says_it(
    load: Load, said: tuple[dict[str, object], int | None, str]
) -> None:
    columns, width, element = said
    source = {"source": "sklearn:diabetes", "target": "target", "columns": {"bmi": columns}}
    section = DataSection.model_validate({**source, "features": ["bmi"]})
    known = known_inputs(section)
    assert known is not None
    tensor = known["input"]
    assert tensor is not None
    assert (tensor.shape, tensor.element) == ((None, width), element)
    fitted = load(None, **{**source, "features": ["bmi"]}).fitted.tensors["input"]
    assert fitted.element == element
    assert fitted.shape[1] == (5 if width is None else width)


def test_how_many_numbers_a_column_becomes_is_shown(tmp_path: Any) -> None:
    rows = {
        "Größe": [0.5, 0.5, None, 2.5, 3.5] * 4,
        "Farbe": ["rot", "Blau", "", "rot", "x y"] * 4,
        "Tag": ["2024-01-01", "2024-05-17"] * 10,
        "Id": list(range(20)),
        "y": [0, 1] * 10,
        "Zahl": [1.5, 2.5, 4.0, 8.0] * 5,
    }
    pl.DataFrame(rows).write_csv(tmp_path / "d.csv")
    said: dict[str, object] = {
        "Größe": {"numeric": {"num_bins": 4, "encoding": "piecewise_linear"}},
        "Farbe": {"category": {"missing": "own", "indicator": True}},
        "Tag": {"date": ["elapsed", "month"]},
        "Id": {"numeric": {"bin_boundaries": [5, 9]}},
    }
    said["Zahl"] = {"numeric": {"num_bins": 2, "encoding": "piecewise_linear", "scaling": "log"}}
    section = DataSection.model_validate({"source": "d.csv", "target": "y", "columns": said})
    facts = {one.name: one for one in describe_columns(read_source("d.csv", tmp_path), section)}
    numbers = {name: one.numbers for name, one in facts.items()}
    assert numbers == {"Größe": "~3", "Farbe": "~5", "Tag": "3", "Id": "3", "y": "", "Zahl": "~3"}
    assert facts["Zahl"].front.startswith("log, piecewise_linear of 2 bins by quantiles")
    assert facts["Größe"].front.startswith("piecewise_linear of 4 bins by quantiles")
    assert facts["Id"].front.startswith("one_hot of bins at 5, 9")
