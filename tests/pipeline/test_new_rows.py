"""`predict` and `evaluate` on new rows: who they are, how they differ, in every form of output."""

import csv
import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

import nnspec
from nnspec.commands import main
from nnspec.pipeline.new_rows import read_new_rows
from nnspec.run.layout import PROFILE

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
name: ages
data:
  source: people.csv
  target: Paid
  columns: {Person: identifier, city: category}
  missing: median
model: [Dense: 2, Dense: {units: 1, activation: sigmoid}]
training: {optimizer: Adam, loss: binary_crossentropy, epochs: 1}
export: {formats: []}
"""
NEW = "Person,age,city,Paid\n" + "".join(
    f"P{k},{'' if k == 3 else 150 + k},{'Mars' if k < 2 else 'Rome'},{'yes' if k % 3 else 'no'}\n"
    for k in range(40)
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ages")
    lines = [
        f"T{k},{20 + k % 50},{['Rome', 'Oslo'][k % 2]},{'yes' if k % 3 else 'no'}"
        for k in range(150)
    ]
    (folder / "people.csv").write_text("\n".join(["Person,age,city,Paid", *lines, ""]))
    (folder / "s.yaml").write_text(SPEC)
    (folder / "new.csv").write_text(NEW)
    return nnspec.train(folder / "s.yaml", runs=folder).folder


def called(*arguments: object) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([str(one) for one in arguments])


def test_rows_are_named_and_what_differs_is_told_in_a_few_lines(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called("predict", run, run.parent / "new.csv", "--keep", "Paid")
    shown = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert list(rows[0]) == [
        "row",
        "Person",
        "Paid",
        "prediction",
        "probability_no",
        "probability_yes",
    ]
    assert [row["Person"] for row in rows] == [f"P{k}" for k in range(40)]
    told = {line.split()[0]: line.split()[1:] for line in shown.err.splitlines() if line.strip()}
    assert told["age"][:4] == ["-", "1", "(2%)", "-"]
    assert (told["age"][4], told["age"][-1]) == ("39", "shifted")
    assert told["city"][:4] == ["2", "-", "-", "-"]
    assert all(len(line) <= 80 for line in shown.err.splitlines() if "warning" not in line)


def test_every_form_of_output_holds_the_same_cells(run: Path, tmp_path: Path) -> None:
    for name in ("out.csv", "out.tsv", "out.jsonl", "out.json", "out.parquet"):
        called("predict", run, run.parent / "new.csv", "-o", tmp_path / name, "--keep=age,Paid")
    frame = pl.read_parquet(tmp_path / "out.parquet")
    whole = json.loads((tmp_path / "out.json").read_text())
    assert frame["age"].dtype == pl.Int64
    assert whole["predictions"] == frame.to_dicts()
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == frame.to_dicts()
    for name, sign in (("out.csv", ","), ("out.tsv", "\t")):
        assert pl.read_csv(tmp_path / name, separator=sign).equals(frame)
    city = whole["data"]["columns"]["city"]
    assert (city["unknown"], city["cells"], city["shifted"]) == (2, 40, True)


def test_a_form_that_is_not_written_is_wrong_usage(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("out.xlsx", "out.csv.gz"):
        with pytest.raises(SystemExit, match="2"):
            main(["predict", str(run), str(run.parent / "new.csv"), "-o", str(tmp_path / name)])
        assert "csv, tsv, jsonl, json, parquet" in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())


def test_standard_input_is_a_table_of_its_own_form(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.read_csv(NEW.encode())
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    for content in (NEW.encode(), frame.write_ndjson().encode(), parquet.getvalue()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        rows = read_new_rows(run, Path("-"))
        assert rows.beside.of([39]) == {"Person": ["P39"]}


def test_an_evaluation_says_the_same_of_its_rows(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called("evaluate", run, "--data", run.parent / "new.csv", "--format", "json")
    shown = capsys.readouterr()
    whole = json.loads(shown.out)
    assert whole["data"]["columns"]["age"]["above"] == 39
    assert [one["code"] for one in whole["data"]["findings"]] == ["D125"]
    assert whole["rows"] == {"test": 40}
    assert "shifted" in shown.err


def test_a_run_of_before_predicts_without_a_profile(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = run / "run.json"
    before = manifest.read_text()
    document = json.loads(before)
    del document["artefacts"][PROFILE]
    manifest.write_text(json.dumps(document))
    try:
        called("predict", run, run.parent / "new.csv")
    finally:
        manifest.write_text(before)
    told = capsys.readouterr().err
    assert "keeps no profile" in told
    assert "shifted" not in told
