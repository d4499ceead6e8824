"""DuckDB databases: queries that only read, within the database; columns of its own types."""

import sys
from pathlib import Path

import pytest

from nnspec.data import TargetNeed, load_dataset
from nnspec.data.dataset import Dataset
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection

duckdb = pytest.importorskip("duckdb")
MADE = """
create table "the rows" as select
    i as id, i * 1.25 as "Betrag", date '2024-01-01' + cast(i as int) as "Tag",
    case when i % 2 = 0 then 'Süd' else 'Nord' end as ort, i % 3 = 0 as flag,
    cast(i as hugeint) * 10000000000000000000 as wide, [i, i * 2.5] as pair,
    case when i = 5 then null else i end as gap, i % 7 + 0.5 as y
from range(60) t(i)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("duckdb")
    connection = duckdb.connect(str(folder / "d.duckdb"))
    connection.execute(MADE)
    connection.execute("create table orders (a int, y int)")
    connection.close()
    return folder


def load(folder: Path, source: object, **settings: object) -> Dataset:
    section = DataSection.model_validate({"source": source, "target": "y", **settings})
    return load_dataset(section, {"out": TargetNeed("regression")}, folder=folder)


def refused(folder: Path, **said: str) -> Diagnostic:
    with pytest.raises(Refused) as caught:
        load(folder, {"duckdb": {"path": "d.duckdb", **said}})
    return caught.value.diagnostics[0]


def test_columns_have_the_types_of_the_table(folder: Path) -> None:
    source = {"duckdb": {"path": "d.duckdb", "table": "the rows"}}
    single = ["id", "Betrag", "Tag", "ort", "flag", "wide", "gap"]
    inputs = {"a": single, "b": ["pair"]}
    said = {"Tag": {"date": ["month", "weekday"]}}
    columns = load(folder, source, inputs=inputs, columns=said, missing="mean").fitted.columns
    assert [columns[name].kind for name in single] == [
        *("numeric", "numeric", "date", "category", "boolean", "numeric", "numeric")
    ]
    assert columns["pair"].shape == (2,)


def test_a_query_says_which_rows_are_read(folder: Path) -> None:
    query = 'select "Betrag", y from "the rows" where id >= 20'
    whole = {"validation": 0, "test": 0}
    training = load(folder, {"duckdb": {"path": "d.duckdb", "query": query}}, split=whole)
    assert len(training.splits["train"].rows) == 40


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select * from read_csv('/etc/passwd')", "disabled by configuration"),
        ("select * from '/etc/passwd.csv'", "disabled by configuration"),
        ("select getenv('HOME') as a, 1 as y", "getenv"),
        ("copy orders to 'x.csv'", "expected one SELECT"),
        ("drop table orders", "expected one SELECT"),
        ("set memory_limit = '1GB'", "expected one SELECT"),
        ("attach 'other.duckdb'", "expected one SELECT"),
        ("install httpfs", "expected one SELECT"),
        ("select 1 as a; select 2 as y", "expected one SELECT"),
        ("select a from nowhere", "nowhere does not exist"),
        ("select y, y from orders", "two columns called"),
        ("select a, y from orders", "gives no rows"),
        ("select 'a'::blob as a, 1 as y", "holds bytes"),
    ],
)
def test_a_query_that_does_not_read_the_database_is_refused(
    query: str, said: str, folder: Path
) -> None:
    before = (folder / "d.duckdb").read_bytes()
    assert said in refused(folder, query=query).message
    assert (folder / "d.duckdb").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["d.duckdb"]


def test_a_query_without_an_end_is_interrupted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnspec.data.read.duckdb.LONGEST", 0.3)
    query = "select count(*) as a, 1 as y from range(1000000) a, range(1000000) b"
    assert "takes more than 0 seconds" in refused(folder, query=query).message


def test_one_of_several_tables_must_be_named(folder: Path) -> None:
    found = refused(folder)
    assert "2 tables: orders, the rows" in found.message
    assert found.hint == "write source: {duckdb: {path: d.duckdb, table: orders}}"
    assert refused(folder, table="oders").hint == "did you mean orders?"


def test_what_is_no_database_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "d.duckdb").write_text("a,y\n1,2\n")
    assert "it is no DuckDB database" in refused(tmp_path).message
    (tmp_path / "d.duckdb").write_bytes((folder / "d.duckdb").read_bytes()[:5000])
    found = refused(tmp_path)
    assert found.code == "D102"
    assert str(tmp_path) in found.message


def test_a_missing_package_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    found = refused(folder, table="orders")
    assert (found.code, found.hint) == ("D118", "pip install 'nnspec[duckdb]'")
