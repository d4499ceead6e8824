"""A small table, and the SQLite database that holds it."""

import sqlite3
from pathlib import Path

ROWS = [(row, f"{row * 1.25:.2f}", ["Nord", "Süd"][row % 2], row % 7 + 0.5) for row in range(30)]


def database(path: Path, *others: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE "the rows" (id INTEGER, "Größe" REAL, ort TEXT, y REAL)')
    connection.executemany('INSERT INTO "the rows" VALUES (?, ?, ?, ?)', ROWS)
    for name in others:
        connection.execute(f"CREATE TABLE {name} (a)")
    connection.commit()
    connection.close()
