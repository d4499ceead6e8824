"""SQLite databases: queries that only read, that end, and whose rows fit; tables by name."""

import sqlite3
from pathlib import Path

import pytest
from databases import database

from nnspec.data import TargetNeed, load_dataset
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection


def refused(folder: Path, source: object) -> Diagnostic:
    section = DataSection.model_validate({"source": source, "target": "y"})
    with pytest.raises(Refused) as caught:
        load_dataset(section, {"out": TargetNeed("regression")}, folder=folder)
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('DELETE FROM "the rows"', "does more than read"),
        ('INSERT INTO "the rows" VALUES (1, 2, 3, 4)', "does more than read"),
        ("ATTACH '/etc/passwd' AS other", "does more than read"),
        ("PRAGMA writable_schema = 1", "does more than read"),
        ("SELECT load_extension('x')", "does more than read"),
        ("SELECT a FROM nowhere", "no such table: nowhere"),
        ("SELECT 1 AS a; DROP TABLE a", "one statement"),
        ('SELECT y, y FROM "the rows"', "two columns called"),
        ("SELECT zeroblob(900000000) AS a, 1 AS y", "too big"),
        (
            "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a FROM n",
            "the limit is",
        ),
    ],
)
def test_a_query_that_does_not_read_a_table_is_refused(
    query: str, said: str, tmp_path: Path
) -> None:
    database(tmp_path / "d.db")
    before = (tmp_path / "d.db").read_bytes()
    found = refused(tmp_path, {"sqlite": {"path": "d.db", "query": query}})
    assert said in found.message
    assert found.path == ("data", "source")
    assert (tmp_path / "d.db").read_bytes() == before


def test_the_first_tables_of_many_are_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "many.db") as base:
        for number in range(10, 31):
            base.execute(f"CREATE TABLE t{number} (a, y)")
    base.close()
    message = refused(tmp_path, {"sqlite": {"path": "many.db", "table": "t7"}}).message
    assert "t10, t11, " in message
    assert message.endswith("t28, t29")


def test_a_query_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nnspec.data.read.sqlite.MOST_STEPS", 3)
    database(tmp_path / "d.db")
    query = (
        "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT max(a) AS a FROM n"
    )
    found = refused(tmp_path, {"sqlite": {"path": "d.db", "query": query}})
    assert "more than 3,000,000 steps" in found.message


def test_one_of_several_tables_must_be_named(tmp_path: Path) -> None:
    database(tmp_path / "d.db", "orders", "people")
    found = refused(tmp_path, "d.db")
    assert "3 tables: orders, people, the rows" in found.message
    assert "sqlite: {path: d.db, table: orders}" in str(found.hint)
    found = refused(tmp_path, {"sqlite": {"path": "d.db", "table": "peple"}})
    assert found.hint == "did you mean people?"
