"""How text tables are found to be written, and several files that are one table."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.data import Dataset, TargetNeed, load_dataset
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection

ROWS = [(row, row * 1.25, ["Nord", "Süd"][row % 2], row % 7 + 0.5) for row in range(30)]
FRAME = pl.DataFrame(ROWS, schema=["id", "Größe", "ort", "y"], orient="row")
EUROPEAN = "id;Größe;ort;y\n" + "".join(
    f"{i};{g:.2f};{o};{y}\n".replace(".", ",") for i, g, o, y in ROWS
)
NEEDS = {"out": TargetNeed("regression")}


def load(folder: Path, source: object, **settings: object) -> Dataset:
    section = DataSection.model_validate({"source": source, "target": "y", **settings})
    return load_dataset(section, NEEDS, folder=folder)


def refused(folder: Path, source: object) -> Diagnostic:
    with pytest.raises(Refused) as caught:
        load(folder, source)
    return caught.value.diagnostics[0]


def test_comments_and_empty_lines_between_rows_are_none(tmp_path: Path) -> None:
    lines = [line for row in range(20) for line in (f"{row},{row / 2}", "# a remark", "")]
    (tmp_path / "d.csv").write_text("\n".join(["x,y", *lines]))
    found = load(tmp_path, {"csv": {"path": "d.csv", "comment": "#"}})
    shown = [one.targets["y"].values for one in found.splits.values()]
    assert sorted(np.concatenate(shown).tolist()) == [row / 2 for row in range(20)]


@pytest.mark.parametrize(("length", "shown"), [(39, 39), (60, 39)])
def test_a_long_word_that_is_no_utf_8_is_shown_as_far_as_it_fits(
    length: int, shown: int, tmp_path: Path
) -> None:
    word = "é" + "n" * (length - 1)
    (tmp_path / "d.csv").write_bytes(f"name,y\n{word},1\n".encode("cp1252"))
    assert f'"{word[:shown]}" is right' in str(refused(tmp_path, "d.csv").hint)


@pytest.mark.parametrize(
    ("above", "header"),
    [("", "#a,y"), ("# made by hand\n", "#a,y"), ("# one, of two\n# remarks\n", "a,y")],
)
def test_a_header_that_begins_like_a_remark_is_the_header(
    above: str, header: str, tmp_path: Path
) -> None:
    rows = "".join(f"{row},{row % 5}\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f"{above}{header}\n{rows}")
    assert read_source("d.csv", tmp_path).names == tuple(header.split(","))


def test_files_of_several_formats_are_one_table(tmp_path: Path) -> None:
    FRAME[:10].write_csv(tmp_path / "a.csv")
    FRAME[10:].write_parquet(tmp_path / "b.parquet")
    whole = {"method": "time", "validation": 0, "test": 0}
    training = load(tmp_path, ["a.csv", "b.parquet"], split=whole).splits["train"]
    assert training.features["id"].values.tolist() == list(range(30))
    assert training.features["Größe"].values.tolist() == [one[1] for one in ROWS]


@pytest.mark.parametrize("order", [["a.csv", "b.parquet"], ["b.parquet", "a.csv"]])
def test_cells_of_another_type_become_the_texts_that_they_are_written_as(
    order: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("flag,day,size\nTRUE,never,x\n")
    typed = {"flag": [False], "day": [date(2024, 3, 1)], "size": [2.5]}
    pl.DataFrame(typed).write_parquet(tmp_path / "b.parquet")
    section = DataSection.model_validate({"source": order, "target": "size"})
    columns = read_source(section.source, tmp_path).columns
    texts = {"flag": ["TRUE", "false"], "day": ["never", "2024-03-01"], "size": ["x", "2.5"]}
    for name, cells in texts.items():
        assert list(columns[name]) == (cells if order[0] == "a.csv" else cells[::-1])


def test_cells_that_no_type_holds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    pl.DataFrame({"x": [[1, 2]], "y": [3]}).write_parquet(tmp_path / "b.parquet")
    found = refused(tmp_path, ["a.csv", "b.parquet"])
    assert (found.code, found.path) == ("D119", ("data", "columns", "x"))
    assert "String in a.csv; List(Int64) in b.parquet" in found.message.replace(f"{tmp_path}/", "")


def test_files_that_write_numbers_differently_are_named(tmp_path: Path) -> None:
    for name, cell in (("a", "1"), ("b", "1,5"), ("c", "1'234.5")):
        (tmp_path / f"{name}.csv").write_text("x;y\n" + f"{cell};1\n" * 9)
    found = refused(tmp_path, ["a.csv", "b.csv", "c.csv"])
    assert (found.code, found.path) == ("D104", ("data", "source", 2))
    first, _, second = found.message.partition("; ")
    assert "c.csv" in first
    assert "b.csv" in second


def test_files_that_are_written_alike_are_counted_once(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text(EUROPEAN)
    (told,) = load(tmp_path, ["a.csv", "b.csv", "c.csv"]).doubts
    assert told.message.endswith("as its first rows show, 2 more files likewise")


def test_dates_behind_other_columns_are_told(tmp_path: Path) -> None:
    rows = "".join(f"{row},2024-03-{row + 1:02d},{row}\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f"x,when,y\n{rows}")
    found = refused(tmp_path, "d.csv")
    assert found.code == "D134"
    assert 'column "when" holds dates, such as 2024-03-01' in found.message


def test_a_month_of_few_digits_is_a_date(tmp_path: Path) -> None:
    rows = "".join(f"2024-{row % 9 + 1},{row}\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f"when,y\n{rows}")
    assert refused(tmp_path, "d.csv").code == "D134"


def test_a_separator_is_found_though_names_hold_another(tmp_path: Path) -> None:
    rows = "".join(f"{row};{row % 3};{row % 5}\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f"size, m;weight;y\n{rows}")
    raw = read_source("d.csv", tmp_path)
    assert raw.names == ("size, m", "weight", "y")
    assert raw.files[0].sniffed == {"separator": ";"}


def test_columns_without_a_header_are_numbered_from_1(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("1,a,2\n3,b,4\n")
    section = {"source": {"csv": {"path": "d.csv", "header": False}}, "target": "column_3"}
    source = DataSection.model_validate(section).source
    assert read_source(source, tmp_path).names == ("column_1", "column_2", "column_3")


def test_remarks_are_found_below_lines_that_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 5}\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f"Title, of the table\n# made by hand\na,y\n{rows}")
    section = {"source": {"csv": {"path": "d.csv", "skip": 1}}, "target": "y"}
    raw = read_source(DataSection.model_validate(section).source, tmp_path)
    assert raw.names == ("a", "y")
    assert raw.files[0].sniffed == {"skip": "2"}


MESSAGES = ["ham", "spam"], ["Ok lar", '"I said "so" and', 'end of it" he said', "fine"]
QUOTED = "label\tmessage\n" + "".join(
    f"{MESSAGES[0][row % 2]}\t{MESSAGES[1][row % 4]}\n" for row in range(40)
)


def test_quotes_that_are_text_are_found_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "d.tsv").write_text(QUOTED)
    raw = read_source("d.tsv", tmp_path)
    assert raw.files[0].sniffed == {"quote": "none"}
    assert list(raw.columns["message"]) == MESSAGES[1] * 10
    said = {"csv": {"path": "d.tsv", "quote": "none"}}
    section = DataSection.model_validate({"source": said, "target": "label"})
    assert list(read_source(section.source, tmp_path).columns["message"]) == MESSAGES[1] * 10


def test_a_broken_quote_where_lines_differ_stays_refused(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 5}\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f'a,y\n{rows}"1,2\n3,4,5\n')
    assert refused(tmp_path, "d.csv").code in {"D102", "D104"}
    quoted = "".join(f'"{row}","{row % 5}"\n' for row in range(20))
    (tmp_path / "f.csv").write_text(f'a,y\n{quoted}"1,2\n')
    assert refused(tmp_path, "f.csv").code == "D104"
    (tmp_path / "e.csv").write_text(f'"a","y"\n{rows}"1",2,3\n')
    assert refused(tmp_path, "e.csv").code == "D104"


def test_cells_may_stand_in_single_quotes(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n'one, two',1\n'it''s \"so\"',2\n")
    said = {"csv": {"path": "d.csv", "quote": "'"}}
    section = DataSection.model_validate({"source": said, "target": "y"})
    assert list(read_source(section.source, tmp_path).columns["a"]) == ["one, two", 'it\'s "so"']


def test_lines_may_end_in_carriage_returns_alone(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"a,y\r1,2\r3,4\r")
    assert list(read_source("d.csv", tmp_path).columns["y"]) == ["2", "4"]


def test_the_sign_that_ended_a_file_under_dos_is_none_of_its_text(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"a,y\r\n1,2\r\n3,4\x1a")
    assert list(read_source("d.csv", tmp_path).columns["y"]) == ["2", "4"]
