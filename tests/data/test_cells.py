"""One rule decides what a cell is: a table and the SavedModel's graph read it alike."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from nnspec.build.back import build_back, decode_predictions
from nnspec.build.front import build_front, prepare_inputs
from nnspec.build.raw import raw_columns, read_cells
from nnspec.build.withheld import withhold
from nnspec.data import Dataset, read_for_prediction
from nnspec.data.columns.cells import name_categories, read_texts
from nnspec.data.fit.fitted import BooleanFit, CategoryFit, IntegerFit, NumericFit
from nnspec.diagnostics import Refused

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]
NULLS = ("NA", "nan", "")
BLANKS = " \t\n\u00a0\u2003\u3000\u0085"
TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.from_regex(r"[ \t\u00a0]*-?[0-9]{1,3}(\.[0-9]{0,3})?[\u3000\n]*", fullmatch=True),
        st.sampled_from([" NA ", "nan", "3", "3.0", "3.50", "-0.0", "007", "1e3", "٣.0", ""]),
    ),
    min_size=1,
    max_size=20,
)


@given(texts=TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_table_and_the_graph_read_the_same_categories(texts: list[str]) -> None:
    series = pl.Series("c", texts, pl.String)
    expected = name_categories(read_texts(series, NULLS)).to_list()
    fit = CategoryFit(vocabulary=("3",), encoding="one_hot")
    cells, taken = read_cells(fit, tf.constant(texts), NULLS)
    assert [one.decode() for one in cells.numpy()] == expected
    assert taken.numpy().tolist() == [one != "" for one in expected]


@pytest.mark.parametrize(
    ("cell", "category"),
    [
        ("3", "3"), ("3.0", "3"), (" 3.00\u3000", "3"), ("-3.0", "-3"), ("3.50", "3.50"),
        ("007", "007"), ("3.10", "3.10"), ("v3.0", "v3.0"), (f"{BLANKS}café{BLANKS}", "café"),
    ],
)  # fmt: skip
def test_a_whole_number_is_one_category_with_and_without_a_point(cell: str, category: str) -> None:
    assert name_categories(read_texts(pl.Series([cell]), ())).to_list() == [category]


def table(cells: Sequence[object]) -> str:
    return "c,y\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells))


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "npz"])
def test_tables_of_every_format_hold_the_same_categories(
    ending: str, load: Load, tmp_path: Path
) -> None:
    fitted = load(table([1, 2, 3] * 20), columns={"c": "category"}, missing="drop").fitted
    frame = pl.DataFrame({"c": [3.0, 1.0, 2.0]})
    file = tmp_path / f"new.{ending}"
    match ending:
        case "csv":
            file.write_text("c\n3.0\n 1\n2.00 \n")
        case "parquet":
            frame.write_parquet(file)
        case "jsonl":
            frame.write_ndjson(file)
        case _:
            np.savez(file, c=np.array(["3.0", " 1", "2"]))
    rows = read_for_prediction(file.name, fitted, folder=tmp_path)
    assert rows.features["c"].values.tolist() == ["3", "1", "2"]
    assert not rows.notes


def test_null_values_count_in_tables_that_have_types_too(load: Load, tmp_path: Path) -> None:
    pl.DataFrame({"c": ["a", " NA", "b"] * 10, "y": list(range(30))}).write_parquet(
        tmp_path / "data.parquet"
    )
    with pytest.raises(Refused, match=r'column "c" has 10 missing cells'):
        load(source="data.parquet")


@pytest.mark.parametrize(("classes", "shown"), [(20, "c19"), (21, "c19, ...")])
def test_of_many_classes_that_were_trained_on_the_first_are_named(
    load: Load, tmp_path: Path, classes: int, shown: str
) -> None:
    rows = "".join(f"c{row % classes:02d},{row}\n" for row in range(6 * classes))
    dataset = load(f"c,y\n{rows}", split={"validation": 0, "test": 0})
    (tmp_path / "new.csv").write_text("c\nnone\nother\n")
    (found,) = read_for_prediction("new.csv", dataset.fitted, folder=tmp_path).notes
    assert found.message.endswith(f", c18, {shown}")


def test_unknown_values_are_told_by_column_and_count_as_none(load: Load, tmp_path: Path) -> None:
    text = "c,d,y\n" + "".join(f"{'ab'[k % 2]},{k % 3},{k}\n" for k in range(60))
    fitted = load(text, columns={"d": "category"}).fitted
    (tmp_path / "new.csv").write_text("c,d\na,7\nщит,2\nb,0\n?,8\n")
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert [(one.code, one.message) for one in rows.notes] == [
        ("D125", 'column "c": 2 of 4 cells are unknown (first: row 2, "щит"); trained on a, b'),
        ("D125", 'column "d": 2 of 4 cells are unknown (first: row 1, "7"); trained on 0, 1, 2'),
    ]
    inputs = prepare_inputs(build_front(fitted), rows.features)
    assert inputs["input"].tolist()[1] == [0, 0, 0, 0, 1]


def test_rows_that_drop_leaves_out_are_named_and_the_others_kept(
    load: Load, tmp_path: Path
) -> None:
    text = "x,c,y\n" + "".join(f"{k},{'ab'[k % 2]},{k}\n" for k in range(60))
    fitted = load(text, missing="drop").fitted
    (tmp_path / "new.csv").write_text("x,c\n1,a\n,b\n3,NA\n4,b\n")
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert rows.rows.tolist() == [0, 3]
    assert rows.left_out.tolist() == [1, 2]
    (note,) = rows.notes
    assert note.message == (
        "2 of 4 rows have no prediction, because cells of x, c are missing: 2, 3"
    )
    (tmp_path / "none.csv").write_text("x,c\n,a\n2,\n")
    with pytest.raises(Refused, match=r"each of the 2 rows of .* lacks a cell.*\[D113\]"):
        read_for_prediction("none.csv", fitted, folder=tmp_path)


def test_a_column_whose_missing_cells_are_filled_leaves_no_row_out(
    load: Load, tmp_path: Path
) -> None:
    text = "x,Größe (m²),Ort,y\n" + "".join(
        f"{k},{k % 7},{['a', 'b', ''][k % 3]},{k}\n" for k in range(60)
    )
    filled = {
        "Größe (m²)": {"numeric": {"missing": "median"}},
        "Ort": {"category": {"missing": "own"}},
    }
    fitted = load(text, missing="drop", columns=filled).fitted
    (tmp_path / "new.csv").write_text("x,Größe (m²),Ort\n1,,a\n,,\n3,5,\n", encoding="utf-8")
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert rows.rows.tolist() == [0, 2]
    (note,) = rows.notes
    assert note.message == "1 of 3 rows has no prediction, because cells of x are missing: 2"


def test_of_many_columns_that_leave_rows_out_the_first_are_listed(
    load: Load, tmp_path: Path
) -> None:
    names = "abcdefgh"
    text = f"{','.join(names)},y\n" + "".join(f"{','.join([str(k)] * 8)},{k}\n" for k in range(60))
    fitted = load(text, missing="drop").fitted
    (tmp_path / "new.csv").write_text(f"{','.join(names)}\n{','.join('1' * 8)}\n{',' * 7}\n")
    (note,) = read_for_prediction("new.csv", fitted, folder=tmp_path).notes
    assert "because cells of a, b, c, d, e and 3 more are missing: 2" in note.message


@pytest.mark.parametrize("start", [1_700_000_000, 1_700_000_000_000, 2**40 + 0.25, -4e12])
def test_large_numbers_keep_their_differences(start: float, load: Load) -> None:
    text = "t,y\n" + "".join(f"{start + k % 40},{start + 3 * k}\n" for k in range(80))
    dataset = load(text)
    fit = dataset.fitted.columns["t"]
    assert isinstance(fit, NumericFit)
    assert fit.precision == "double"
    features = dataset.splits["train"].features
    scaler = StandardScaler().fit(features["t"].values.astype(np.float64).reshape(-1, 1))
    test = dataset.splits["test"].features
    expected = scaler.transform(test["t"].values.astype(np.float64).reshape(-1, 1))
    front = build_front(dataset.fitted)
    assert prepare_inputs(front, test)["input"] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    raw = raw_columns(test, dataset.fitted.columns)
    cells, taken = front.read(raw)
    assert front(cells)["input"].numpy() == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert bool(tf.reduce_all(taken))
    back = build_back(dataset.fitted, "out")
    answers = decode_predictions(back, dataset.encoded_targets("test")["out"])["prediction"]
    raw_targets = dataset.raw_targets("test")["out"].astype(np.float64)
    assert answers.astype(np.float64) - start == pytest.approx(raw_targets - start, abs=0.01)


@pytest.mark.parametrize("cells", [[2000, 2001, 2002], [0.5, 85.569, 12.25], [1e9, 2e9, 5e8]])
def test_columns_that_single_precision_holds_stay_in_it(cells: list[float], load: Load) -> None:
    fit = load(table(cells * 20)).fitted.columns["c"]
    assert isinstance(fit, NumericFit)
    assert fit.precision == "single"


def test_numbers_that_no_network_can_take_are_refused_and_not_taken(
    load: Load, tmp_path: Path
) -> None:
    fitted = load(table(list(range(60)))).fitted
    for cell in ("3e38", "-1e30", "inf"):
        (tmp_path / "new.csv").write_text(f"c\n1\n{cell}\n")
        with pytest.raises(Refused, match=r'column "c", row 2: .* is not a number .*\[D112\]'):
            read_for_prediction("new.csv", fitted, folder=tmp_path)
    (tmp_path / "new.csv").write_text("c\n1e17\n")
    assert len(read_for_prediction("new.csv", fitted, folder=tmp_path)) == 1
    _, found = build_front(fitted).read({"c": tf.constant([3e38, -1e30, np.inf, 1e17])})
    assert found.numpy().tolist() == [False, False, False, True]


def test_whole_numbers_beyond_32_bits_are_refused_and_not_taken(load: Load) -> None:
    with pytest.raises(Refused, match=r'column "c", row 3: 5000000000 is not a number .*D112'):
        load(table([1, 2, 5_000_000_000] * 20), columns={"c": "integer"})
    cells, taken = read_cells(IntegerFit(), tf.constant([1, 2**31, -(2**31)], tf.int64), ())
    assert taken.numpy().tolist() == [True, False, True]
    assert cells.numpy().tolist() == [1, 0, -(2**31)]


def test_truth_values_are_0_1_or_filled() -> None:
    cells = tf.constant([0, 1, 2, np.nan, -np.inf], tf.float32)
    plain, filled = BooleanFit(), BooleanFit(fill=1.0)
    assert read_cells(plain, cells, ())[1].numpy().tolist() == [True, True, False, False, False]
    assert read_cells(filled, cells, ())[1].numpy().tolist() == [True, True, False, True, False]


def test_bytes_that_are_no_text_are_not_taken() -> None:
    fit = CategoryFit(vocabulary=("é",), encoding="one_hot", fill="é")
    cells = tf.constant(
        [[b"\xe9", b"a"], ["é".encode(), b""], [b"\xed\xa0\x80", "\ufffd".encode()]]
    )
    assert read_cells(fit, cells, ())[1].numpy().tolist() == [
        [False, True], [True, True], [False, True]
    ]  # fmt: skip


def test_answers_are_withheld_by_the_row_whatever_their_kind() -> None:
    taken = tf.constant([True, False, True])
    shares = tf.constant([[0.5, 0.5], [0.5, 0.5], [np.nan, 0.5]])
    none = -9223372036854775808
    for labels, expected in [
        (np.array(["é", "b", "c"]), ["é".encode(), b"", b""]),
        (np.array([7, 8, 9]), [7, none, none]),
        (np.array([True, False, True]), [b"True", b"", b""]),
    ]:
        found = withhold({"prediction": tf.constant(labels), "probabilities": shares}, taken)
        assert found["prediction"].numpy().tolist() == expected
        assert np.isnan(found["probabilities"].numpy()[1:]).all()
    numbers = withhold({"prediction": tf.constant([[1.0], [2.0], [np.inf]])}, taken)
    assert np.isnan(numbers["prediction"].numpy()).tolist() == [[False], [True], [True]]
