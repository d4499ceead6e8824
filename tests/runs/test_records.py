"""What a folder says of itself, and a list of such folders, to the letter and the last cell."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import make_run, rewrite, write_spec

from nnspec.pipeline.runs.compare import compare
from nnspec.pipeline.runs.listing import show_count, show_duration, show_records, show_time
from nnspec.pipeline.runs.record import Record, read_record
from nnspec.run.manifest import SpecOrigin, TrainingRecord, read_manifest
from nnspec.run.origin import Headline


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "runs" / "first", write_spec(tmp_path / "specs"), rmse=1.5)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(None, "-"), (0, "0"), (1234, "1,234"), (10**9, "1,000,000,000"), (10**9 + 1, "?"), (-1, "?")],
)
def test_a_count_that_no_run_reaches_is_a_question(count: int | None, shown: str) -> None:
    assert show_count(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "-"), (0.0, "0.0 s"), (200.0, "3 min 20 s"), (-0.1, "?"), (1.0000001e9, "?")],
)
def test_a_duration_that_no_run_takes_is_a_question(seconds: float | None, shown: str) -> None:
    assert show_duration(seconds) == shown
    assert show_duration(1e9) != "?"


@pytest.mark.parametrize(
    ("started", "shown"),
    [
        ("2026-11-29T10:00:59+00:00", "2026-11-29 10:00"),
        ("2026-11-29", "2026-11-29"),
        ("", "-"),
        ("x" * 16, "x" * 16),
        ("x" * 17, f"{'x' * 15}…"),
    ],
)
def test_a_time_is_told_to_the_minute(started: str, shown: str) -> None:
    assert show_time(started) == shown


def test_runs_are_listed_to_the_letter(run: Path) -> None:
    one = read_record(run)
    last = Headline("rmse", 2.0, "validation", None)
    records = [
        one,
        replace(one, path=Path("n" * 40), headline=last, problem="odd"),
        replace(one, state="stopped", headline=None, epochs=None, path=Path("cut")),
        replace(one, spec="other", source="", path=Path("elsewhere")),
        Record(Path("foreign"), "no run", problem="it has no run.json"),
    ]
    assert show_records(records).splitlines() == [
        "small · table.csv",
        "  name          when                        figure  best baseline  epochs   time",
        "  first         2026-11-29 10:00        RMSE 1.500    3.000 ridge       3  1.5 s",
        "  nnnnnnnnnnn…  2026-11-29 10:00  RMSE 2.000 (val)              -       3  1.5 s",
        "  cut           2026-11-29 10:00           stopped              -       -  1.5 s",
        f"  {'n' * 29}…: odd",
        "",
        "other",
        "  name       when                  figure  best baseline  epochs   time",
        "  elsewhere  2026-11-29 10:00  RMSE 1.500    3.000 ridge       3  1.5 s",
        "",
        "no runs",
        "  foreign: it has no run.json",
    ]


@pytest.mark.parametrize(("cells", "cut"), [(17, False), (18, False), (19, True), (30, True)])
def test_a_name_has_the_room_that_eighty_columns_leave(run: Path, cells: int, *, cut: bool) -> None:
    record = replace(read_record(run), path=Path("n" * cells))
    line = show_records([record]).splitlines()[-1]
    assert line.split()[0] == (f"{'n' * 17}…" if cut else "n" * cells)
    assert (len(line) == 80) is (cells >= 18)


def test_figures_and_baselines_are_cut_where_their_names_are_long(run: Path) -> None:
    record = read_record(run)
    long = Headline("m" * 20, 2.0, "test", "b" * 14, 3.0)
    line = show_records([replace(record, headline=long)]).splitlines()[-1]
    assert line.split()[3:6] == [f"{'m' * 15}…", "3.000", f"{'b' * 12}…"]
    fits = Headline("m" * 10, 2.0, "train", "b" * 13, 3.0)
    line = show_records([replace(record, headline=fits)]).splitlines()[-1]
    assert line.split()[3:7] == ["m" * 10, "2.000", "(train)", "3.000"]
    strays = show_records([Record(Path("n" * 31), "no run", problem="p" * 80)])
    assert strays == f"no runs\n  {'n' * 29}…: {'p' * 45}…"


def test_a_baseline_gives_way_where_a_name_is_as_short_as_it_may_be(run: Path) -> None:
    record = replace(read_record(run), path=Path("n" * 30))
    found = Headline("rmse", 2.0, "validation", "b" * 14, 3.0)
    line = show_records([replace(record, headline=found)]).splitlines()[-1]
    assert len(line) == 80
    assert line.split()[0] == f"{'n' * 11}…"
    assert line.split()[7].endswith("b…")
    assert line.split()[3:7] == ["RMSE", "2.000", "(val)", "3.000"]


@pytest.mark.parametrize(("shift", "name"), [(0, "late"), (1, "lat"), (4, "small")])
def test_the_first_64_kibibytes_of_an_old_filled_spec_tell_its_name(
    run: Path, shift: int, name: str
) -> None:
    rewrite(run, origin=None)
    end = "\nname: late"
    (run / "spec.yaml").write_text("#" * (64 * 1024 - len(end) + shift) + end + "\n")
    found = read_record(run).spec
    assert found == name


def test_what_differs_around_runs_is_told_in_short(run: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "runs" / "other", tmp_path / "specs" / "small.yaml")
    rewrite(run, data="a" * 20, training=TrainingRecord(3, 1.26, None, ("engine: fused on CPU",)))
    before = read_manifest(other)
    assert before.origin is not None
    rewrite(
        other,
        data="b" * 20,
        spec=SpecOrigin("small.yaml", "", before.spec.sha256, revision="c" * 20),
        training=TrainingRecord(5, 1.34, None, ("engine: keras on CPU", "engine: why")),
        origin=replace(before.origin, rows={"train": 9}, environment={"machine": "arm64"}),
        status="trained",
    )
    found = compare([run, other])
    assert found.facts == {
        "status": ["complete", "trained"],
        "data": ["a" * 12, "b" * 12],
        "train rows": [2, 9],
        "epochs completed": [3, 5],
        "engine": ["fused on CPU", "keras on CPU"],
        "on machine": ["\0missing", "arm64"],
        "git revision": ["\0missing", "c" * 12],
    }, "seconds are alike to a tenth"
    assert not found.seeds_alone
    assert found.notes == ()


def test_a_run_without_a_report_and_one_with_a_wrong_report_are_told_apart(
    run: Path, tmp_path: Path
) -> None:
    other = make_run(tmp_path / "runs" / "other", tmp_path / "specs" / "small.yaml")
    kept = dict(read_manifest(other).artefacts)
    del kept["report.json"]
    rewrite(other, artefacts=kept, status="stopped")
    found = compare([run, other])
    assert found.notes == ("other has no figures: it was not judged (stopped)",)
    assert found.figures["dense_1", "test", "rmse"] == (1.5, None)
