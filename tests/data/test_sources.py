"""Tables as people have them: dialects, packed files, documents, databases, several files."""

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from databases import ROWS, database

from nnspec.data import Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection

Write = Callable[[Path], object]
PLAIN = "id,Größe,ort,y\n" + "".join(f"{i},{g},{o},{y}\n" for i, g, o, y in ROWS)
EUROPEAN = "id;Größe;ort;y\n" + "".join(
    f"{i};{g};{o};{y}\n".replace(".", ",") for i, g, o, y in ROWS
)
FRAME = pl.DataFrame(
    {
        "id": [one[0] for one in ROWS],
        "Größe": [float(one[1]) for one in ROWS],
        "ort": [one[2] for one in ROWS],
        "y": [one[3] for one in ROWS],
    }
)
OBJECTS = FRAME.to_dicts()
NEEDS = {"out": TargetNeed("regression")}


def load(folder: Path, source: object, **settings: object) -> Dataset:
    section = DataSection.model_validate({"source": source, "target": "y", **settings})
    return load_dataset(section, NEEDS, folder=folder)


def refused(folder: Path, source: object, **settings: object) -> Diagnostic:
    with pytest.raises(Refused) as caught:
        load(folder, source, **settings)
    return caught.value.diagnostics[0]


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/people.csv", PLAIN)
        archive.writestr("__MACOSX/inner/._people.csv", b"\x00")


SOURCES: dict[str, tuple[object, Write]] = {
    "european": ("d.csv", lambda path: path.write_text(EUROPEAN)),
    "tabs in a .csv": ("d.csv", lambda path: path.write_text(PLAIN.replace(",", "\t"))),
    "bars": ("d.csv", lambda path: path.write_text(PLAIN.replace(",", "|"))),
    "UTF-16": ("d.csv", lambda path: path.write_bytes(EUROPEAN.encode("utf-16"))),
    "a mark of UTF-8": ("d.csv", lambda path: path.write_bytes(EUROPEAN.encode("utf-8-sig"))),
    "remarks above": ("d.csv", lambda path: path.write_text(f"# made by hand\n# 2024\n{PLAIN}")),
    "said encoding": (
        {"csv": {"path": "d.csv", "encoding": "cp1252"}},
        lambda path: path.write_bytes(EUROPEAN.encode("cp1252")),
    ),
    "lines above": (
        {"csv": {"path": "d.csv", "skip": 2}},
        lambda path: path.write_text(f"Report of the year\n\n{PLAIN}"),
    ),
    "remarks within": (
        {"csv": {"path": "d.csv", "comment": "%"}},
        lambda path: path.write_text(
            f"%top\n{PLAIN.replace(chr(10) + '3,', chr(10) + '% x' + chr(10) + '3,')}"
        ),
    ),
    "no header": (
        {"csv": {"path": "d.dat", "header": False, "names": ["id", "Größe", "ort", "y"]}},
        lambda path: path.write_text(PLAIN.partition("\n")[2]),
    ),
    "gzip": ("d.csv.gz", lambda path: path.write_bytes(gzip.compress(PLAIN.encode()))),
    "zip": ("d.zip", zipped),
    "json": ("d.json", lambda path: path.write_text(json.dumps(OBJECTS))),
    "json by columns": (
        "d.json",
        lambda path: path.write_text(json.dumps(FRAME.to_dict(as_series=False))),
    ),
    "json of pandas": (
        "d.json",
        lambda path: path.write_text(
            json.dumps(
                {
                    name: {str(place): cell for place, cell in enumerate(cells)}
                    for name, cells in FRAME.to_dict(as_series=False).items()
                }
            )
        ),
    ),
    "packed json lines": (
        "d.jsonl.gz",
        lambda path: path.write_bytes(
            gzip.compress("".join(f"{json.dumps(one)}\n" for one in OBJECTS).encode())
        ),
    ),
    "feather": ("d.feather", FRAME.write_ipc),
    "packed feather": ("d.arrow", lambda path: FRAME.write_ipc(path, compression="zstd")),
    "sqlite": ("d.db", database),
    "sqlite query": (
        {"sqlite": {"path": "d.sqlite", "query": 'SELECT * FROM "the rows" WHERE id < 1e6'}},
        lambda path: database(path, "other"),
    ),
    "sqlite table": (
        {"sqlite": {"path": "d.sqlite3", "table": "the rows"}},
        lambda path: database(path, "other"),
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_the_same_rows_are_read_from_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    source, write = SOURCES[kind]
    name = source if isinstance(source, str) else next(iter(source.values()))["path"]  # type: ignore[attr-defined]
    write(tmp_path / name)
    dataset = load(tmp_path, source, split={"method": "time", "validation": 0, "test": 0})
    training = dataset.splits["train"]
    assert training.features["id"].values.tolist() == list(range(30))
    assert training.features["Größe"].values.tolist() == [float(one[1]) for one in ROWS]
    assert training.features["ort"].values.tolist() == [one[2] for one in ROWS]
    assert dataset.raw_targets("train")["out"][:, 0].tolist() == [one[3] for one in ROWS]
    again = read_for_prediction(name, dataset.fitted, folder=tmp_path)
    assert again.features["Größe"].values.tolist() == training.features["Größe"].values.tolist()


def test_what_was_found_out_is_told_and_kept_with_the_run(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(EUROPEAN)
    dataset = load(tmp_path, "d.csv")
    (told,) = dataset.doubts
    assert told.code == "D133"
    assert told.message == (
        '"d.csv" is read with separator ";", decimal ",", as its first rows show'
    )
    assert told.hint == 'to say so: source: {csv: {path: d.csv, separator: ";", decimal: ","}}'
    assert dataset.fitted.files[0].sniffed == {"separator": ";", "decimal": ","}
    assert dataset.fitted.signs == (",", "")
    said = {"csv": {"path": "d.csv", "separator": ";", "decimal": ","}}
    assert load(tmp_path, said).doubts == ()


def test_a_run_on_decimal_commas_reads_whole_numbers_and_points_alike(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(EUROPEAN)
    fitted = load(tmp_path, "d.csv").fitted
    (tmp_path / "new.csv").write_text("id;Größe;ort\n1;1,250;Nord\n2;3;Süd\n")
    assert read_for_prediction("new.csv", fitted, folder=tmp_path).features[
        "Größe"
    ].values.tolist() == [1.25, 3.0]
    (tmp_path / "new.csv").write_text("id,Größe,ort\n1,1.25,Nord\n2,3,Süd\n")
    assert read_for_prediction("new.csv", fitted, folder=tmp_path).features[
        "Größe"
    ].values.tolist() == [1.25, 3.0]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,234,567", "12", "3,456"], [1234567, 12, 3456]),
        (["1.234,5", "12,25", "3"], [1234.5, 12.25, 3]),
        (["1 234 567", "12", "3 456"], [1234567, 12, 3456]),
        (["1'234.50", "12", "3'456.00"], [1234.5, 12, 3456]),
        (["-1,5", "+2,25", "3e2"], [-1.5, 2.25, 300]),
    ],
)
def test_numbers_as_people_write_them_are_read_where_they_can_mean_one_thing(
    cells: list[str], numbers: list[float], tmp_path: Path
) -> None:
    rows = "".join(f'"{cell}",{place}\n' for place, cell in enumerate(cells * 5))
    (tmp_path / "d.csv").write_text(f"x,y\n{rows}")
    dataset = load(tmp_path, "d.csv", split={"method": "time", "validation": 0, "test": 0})
    assert dataset.splits["train"].features["x"].values.tolist() == numbers * 5


def test_one_group_of_three_digits_is_asked_about(tmp_path: Path) -> None:
    rows = "".join(f'"{row + 1},{row * 7 % 900 + 100}",{row}\n' for row in range(20))
    (tmp_path / "d.csv").write_text(f"x,y\n{rows}")
    assert refused(tmp_path, "d.csv").code == "D106"
    said = {"csv": {"path": "d.csv", "thousands": ","}}
    assert load(tmp_path, said).splits["train"].features["x"].values.min() >= 1000


def test_the_nameless_first_column_of_pandas_and_r_is_no_feature(tmp_path: Path) -> None:
    rows = "".join(f'"Car {row}",{row % 5},{row}\n' for row in range(20))
    (tmp_path / "d.csv").write_text(f'"",gears,y\n{rows}')
    assert tuple(load(tmp_path, "d.csv").fitted.columns) == ("gears",)
    (tmp_path / "e.csv").write_text(f"car,gears,y\n{rows}")
    said = {"csv": {"path": "e.csv", "index": "car"}}
    assert tuple(load(tmp_path, said).fitted.columns) == ("gears",)


def test_bytes_that_are_no_utf_8_are_shown_with_the_word_and_the_encoding_to_try(
    tmp_path: Path,
) -> None:
    (tmp_path / "d.csv").write_bytes("name,y\nOtto,1\ncafé noir,2\n".encode("cp1252"))
    found = refused(tmp_path, "d.csv")
    assert found.code == "D102"
    assert "line 3 holds the byte 0xe9" in found.message
    assert '"café" is right' in str(found.hint)
    assert "encoding: cp1252" in str(found.hint)


def test_files_of_a_pattern_are_one_table_with_each_file_on_record(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for part in range(3):
        FRAME[part * 10 : part * 10 + 10].write_parquet(tmp_path / "parts" / f"p{part}.parquet")
    (tmp_path / "parts" / "other.csv").write_text("a\n1\n")
    whole = {"method": "time", "validation": 0, "test": 0}
    dataset = load(tmp_path, "parts/p*.parquet", split=whole)
    assert dataset.splits["train"].features["id"].values.tolist() == list(range(30))
    assert [Path(one.name).name for one in dataset.fitted.files] == [
        f"p{part}.parquet" for part in range(3)
    ]
    assert len({one.sha256 for one in dataset.fitted.files}) == 3
    listed = ["parts/p2.parquet", "parts/p0.parquet"]
    assert load(tmp_path, listed, split=whole).splits["train"].features["id"].values[0] == 20


def test_files_of_other_columns_are_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("size,y\n1,2\n3,4\n")
    (tmp_path / "b.csv").write_text("sise,y\n1,2\n3,4\n")
    found = refused(tmp_path, ["a.csv", "b.csv"])
    assert found.code == "D103"
    assert found.path == ("data", "source", 1)
    assert found.hint == "did you mean sise?"


def test_a_pattern_without_files_is_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, "parts/*.csv")
    assert found.code == "D101"
    assert 'no file matches "parts/*.csv"' in found.message


def test_a_pattern_does_not_follow_a_link_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "secret.csv"
    inside.mkdir()
    outside.write_text(PLAIN)
    (inside / "link.csv").symlink_to(outside)
    assert refused(inside, "*.csv").code == "X104"


def test_given_files_are_the_splits_and_shares_are_of_the_training_rows(tmp_path: Path) -> None:
    FRAME[:20].write_csv(tmp_path / "a.csv")
    FRAME[20:].write_csv(tmp_path / "b.csv")
    dataset = load(tmp_path, {"train": "a.csv", "test": "b.csv"}, split={"validation": 0.25})
    assert dataset.splits["test"].features["id"].values.tolist() == list(range(20, 30))
    assert [len(dataset.splits[one]) for one in ("train", "validation")] == [15, 5]
    drawn = [*dataset.splits["train"].rows, *dataset.splits["validation"].rows]
    assert sorted(drawn) == list(range(20))
    rows = dataset.splits["train"].features["id"].values
    assert dataset.fitted.columns["id"].shift == pytest.approx(rows.mean())  # type: ignore[union-attr]


def test_a_text_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "d.db").write_text("SQLite, it is said\n")
    assert "it is no SQLite database" in refused(tmp_path, "d.db").message


def test_an_array_alone_is_a_column_or_one_for_each_name(tmp_path: Path) -> None:
    signals = np.arange(60.0).reshape(20, 3) ** 2
    np.save(tmp_path / "signals.npy", signals)
    raw = read_source("signals.npy", tmp_path)
    assert raw.names == ("signals",)
    said = {"npy": {"path": "signals.npy", "names": ["a", "b", "y"]}}
    assert tuple(load(tmp_path, said).fitted.columns) == ("a", "b")
    wrong = {"npy": {"path": "signals.npy", "names": ["a", "y"]}}
    assert refused(tmp_path, wrong).code == "D110"


def test_packed_files_unpack_no_further_than_they_may(tmp_path: Path) -> None:
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"x,y\n" + b"0,0\n" * 2**19))
    section = DataSection(source="d.csv.gz", target="y")
    with pytest.raises(Refused, match=r"the limit is 1 MiB \[D116\]"):
        load_dataset(section, NEEDS, folder=tmp_path, limit=2**20)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", PLAIN)
        archive.writestr("b.csv", PLAIN)
    assert "holds 2 files (a.csv, b.csv)" in refused(tmp_path, "two.zip").message
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(PLAIN.encode())[:-20])
    assert refused(tmp_path, "cut.csv.gz").code == "D102"


SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
{rows}</sheetData></worksheet>"""
BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets>{sheets}</sheets></workbook>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
{relations}</Relationships>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    """Write a workbook as far as its readers look at one."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return "<c/>" if value is None else f"<c><f>{value}*1</f><v>{value}</v></c>"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        names = list(sheets)
        for number, rows in enumerate(sheets.values(), start=1):
            text = "".join(f"<row>{''.join(map(cell, row))}</row>\n" for row in rows)
            archive.writestr(f"xl/worksheets/sheet{number}.xml", SHEET.format(rows=text))
        listed = "".join(
            f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate(names, start=1)
        )
        archive.writestr("xl/workbook.xml", BOOK.format(sheets=listed))
        inner = "".join(
            f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
            for number in range(1, len(names) + 1)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(relations=inner))
        outer = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", RELATIONS.format(relations=outer))


def test_a_worksheet_is_read_by_the_last_values_of_its_formulas(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel", reason="an extra of its own")
    rows: list[list[object]] = [
        ["Report"],
        ["Größe", "ort", "y"],
        *([i / 4, "Nord", i] for i in range(20)),
    ]
    workbook(tmp_path / "d.xlsx", Notes=[["nothing"]], Q1=rows)
    said = {"excel": {"path": "d.xlsx", "sheet": "Q1", "skip": 1}}
    whole = {"method": "time", "validation": 0, "test": 0}
    training = load(tmp_path, said, split=whole).splits["train"]
    assert training.features["Größe"].values.tolist() == [i / 4 for i in range(20)]
    assert set(training.features["ort"].values) == {"Nord"}
    found = refused(tmp_path, "d.xlsx")
    assert "has 2 sheets: Notes, Q1" in found.message
    (tmp_path / "no.xlsx").write_bytes(b"PK and no workbook")
    assert "it is no workbook" in refused(tmp_path, "no.xlsx").message


def test_zst_files_are_read(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard", reason="an extra of its own")
    packed = zstandard.ZstdCompressor().compress(PLAIN.encode())
    (tmp_path / "d.csv.zst").write_bytes(packed)
    assert load(tmp_path, "d.csv.zst").fitted.columns["ort"].kind == "category"
    (tmp_path / "d.csv.zst").write_bytes(packed[:-9])
    assert "it ends within a frame" in refused(tmp_path, "d.csv.zst").message
