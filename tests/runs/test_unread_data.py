"""What is said of data by the hashes, sizes and lines of its files."""

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from made_runs import SPEC, make_run, write_spec

from nnspec.pipeline.check import check
from nnspec.pipeline.runs.record import Record, read_record
from nnspec.pipeline.runs.unread import Unread, installed


def unread(folder: Path, source: str, more: str = "") -> Unread:
    """Return the data of a spec that names a source."""
    path = folder / "small.yaml"
    path.write_text(SPEC.replace("source: table.csv", f"source: {source}{more}"))
    spec, _ = check(path).accept()
    assert spec.data is not None
    return Unread(spec.data, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_spec(tmp_path)
    return tmp_path


@pytest.fixture
def record(folder: Path) -> Record:
    return read_record(make_run(folder / "runs" / "first", folder / "small.yaml"))


@pytest.mark.parametrize(
    ("text", "rows"),
    [("a,b,y\n1,2,3\n4,5,6\n", 2), ("a,b,y\n1,2,3\n4,5,6", 1), ("a,b,y\n", 1), ("a" * 9, 1)],
)
def test_rows_are_the_lines_behind_the_first(folder: Path, text: str, rows: int) -> None:
    (folder / "table.csv").write_text(text)
    found = unread(folder, "table.csv")
    assert found.rows() == rows
    assert found.bytes() == len(text)


def test_lines_are_counted_across_blocks_of_a_mebibyte(folder: Path) -> None:
    line = "1,2,345\n"
    (folder / "table.csv").write_text("a,b,y\n" + line * 300_000)
    assert unread(folder, "table.csv").rows() == 300_000


def test_rows_of_several_files_are_added_and_those_of_others_are_not_told(folder: Path) -> None:
    (folder / "more.csv").write_text("a,b,y\n1,2,3\n")
    several = unread(folder, "[table.csv, more.csv]")
    assert (several.rows(), several.bytes(), len(several.files())) == (3, 18 + 12, 2)
    (folder / "more.csv").unlink()
    assert (several.rows(), several.bytes()) == (None, None)
    pattern = unread(folder, "'*.csv'")
    assert (pattern.rows(), pattern.bytes(), pattern.files()) == (None, None, [])
    (folder / "table.csv").write_text("")
    assert unread(folder, "table.csv").bytes() is None


def test_a_bundled_set_has_the_rows_that_are_known_of_it_and_its_librarys_version(
    folder: Path, record: Record
) -> None:
    spec = SPEC.replace("source: table.csv", "source: sklearn:diabetes").replace(
        "target: y\n  features: [a, b]\n  columns: {a: numeric, b: numeric, y: numeric}",
        "target: target\n  features: [bmi, bp]",
    )
    (folder / "small.yaml").write_text(spec)
    read, _ = check(folder / "small.yaml").accept()
    assert read.data is not None
    bundled = Unread(read.data, folder)
    assert (bundled.rows(), bundled.bytes(), bundled.files()) == (442, None, [])
    assert record.manifest is not None
    for known, said in ((version("scikit-learn"), "same"), ("0.1", "not told")):
        other = replace(record, manifest=replace(record.manifest, versions={"sklearn": known}))
        assert bundled.like(other) == said


def test_data_is_that_of_a_run_by_the_hashes_of_its_files(folder: Path, record: Record) -> None:
    found = unread(folder, "table.csv")
    assert found.like(record) == "same"
    (folder / "table.csv").write_text("a,b,y\n")
    assert found.like(record) == "same", "each file is hashed once"
    assert unread(folder, "table.csv").like(record) == "changed"
    (folder / "table.csv").unlink()
    assert unread(folder, "table.csv").like(record) == "changed"
    assert unread(folder, "'*.csv'").like(record) == "not told"
    assert found.like(Record(Path("x"), "no run")) == "not told"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"files": []}, "changed"),
        ({"files": [{"sha256": "ab"}]}, "not told"),
        ({"files": [{"sha256": "a" * 64}]}, "changed"),
        ({"files": [{"sha256": "a" * 65}]}, "not told"),
        ({"files": [{}]}, "not told"),
        ({}, "not told"),
        ([], "not told"),
    ],
)
def test_a_run_that_tells_no_hashes_tells_nothing(
    folder: Path, record: Record, document: object, said: str
) -> None:
    (record.path / "preprocessing.json").write_text(json.dumps(document))
    assert unread(folder, "table.csv").like(record) == said


def test_a_large_file_is_hashed_whole(folder: Path, record: Record) -> None:
    content = b"a,b,y\n" + b"1,2,3\n" * 500_000
    (folder / "table.csv").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    document = {"files": [{"name": "table.csv", "sha256": digest}]}
    (record.path / "preprocessing.json").write_text(json.dumps(document))
    assert unread(folder, "table.csv").like(record) == "same"


def test_versions_are_told_of_what_is_installed() -> None:
    assert installed(["sklearn", "pydantic", "no-such-package"]) == {
        "sklearn": version("scikit-learn"),
        "pydantic": version("pydantic"),
    }
