"""Runs in an order, the few that filters admit, and what can be removed of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import make_run, rewrite, stopped, write_spec

from nnspec.pipeline.runs.choice import Unchoosable, filter_records, sort_records
from nnspec.pipeline.runs.clean import find_copies, find_removals, show_cleaning
from nnspec.pipeline.runs.record import Record, find_records
from nnspec.run.manifest import PartRecord, read_manifest
from nnspec.run.origin import Headline


@pytest.fixture
def base(tmp_path: Path) -> Record:
    make_run(tmp_path / "runs" / "base", write_spec(tmp_path / "specs"))
    (record,) = find_records(tmp_path / "runs")
    return record


def named(base: Record, name: str, value: float | None, epochs: int | None = 3) -> Record:
    figures = {"rmse": value, "r2": 0.5}
    headline = Headline("rmse", value, "test", "ridge", 3.0, figures)
    return replace(base, path=Path(name), headline=headline, epochs=epochs)


def test_runs_are_in_the_order_of_a_key_and_those_without_it_last(base: Record) -> None:
    stray = Record(Path("stray"), "no run", problem="none")
    nan = float("nan")
    runs = [
        stray,
        named(base, "b", 2.0),
        named(base, "gap", None),
        named(base, "a", 1.0, 9),
        named(base, "nan", nan, None),
        replace(base, path=Path("bare"), headline=None),
    ]

    def order(key: str) -> list[str]:
        return [one.name for one in sort_records(runs, key)]

    assert order("rmse") == ["a", "b", "nan", "gap", "bare", "stray"]
    assert order("-rmse") == ["nan", "b", "a", "gap", "bare", "stray"]
    assert order("figure") == order("rmse")
    assert order("name") == ["a", "b", "bare", "gap", "nan", "stray"]
    assert order("-epochs") == ["a", "b", "gap", "bare", "nan", "stray"]
    assert order("-when")[-1] == "stray"
    with pytest.raises(
        Unchoosable, match=r"no run has .mae.; they have name, status, .*, rmse, r2"
    ):
        sort_records(runs, "mae")
    assert sort_records([], "mae") == []


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (["rmse<2"], ["a"]),
        (["rmse<=2"], ["a", "b"]),
        (["rmse>1"], ["b"]),
        (["rmse>=1"], ["a", "b"]),
        (["rmse=1.0"], ["a"]),
        (["rmse != 1"], ["b"]),
        (["name=*"], ["a", "b", "gap"]),
        (["name!=a*"], ["b", "gap"]),
        (["name<b"], ["a"]),
        (["name>=b", "name<c"], ["b"]),
        (["name=[a]"], []),
        (["status=complete", "epochs>3"], ["a"]),
        (["seed=0"], ["a", "b", "gap"]),
        (["baseline=3"], ["a", "b", "gap"]),
        (["data=table.csv"], ["a", "b", "gap"]),
        (["seconds<1.5"], []),
    ],
)
def test_filters_admit_what_all_of_them_admit(
    base: Record, filters: list[str], left: list[str]
) -> None:
    runs = [named(base, "a", 1.0, 9), named(base, "b", 2.0), named(base, "gap", None)]
    assert [one.name for one in filter_records(runs, filters)] == left


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rmse", "'rmse' is no filter; expected KEY=VALUE, or KEY<VALUE"),
        ("rmse<x", "rmse is a number; got 'x'"),
        ("size=3", "no run has 'size'"),
    ],
)
def test_what_is_no_filter_is_told(base: Record, text: str, said: str) -> None:
    with pytest.raises(Unchoosable, match=said):
        filter_records([named(base, "a", 1.0)], [text])


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    spec = write_spec(tmp_path / "specs")
    folder = tmp_path / "runs"
    for day in (1, 2, 3):
        make_run(folder / f"day-{day}", spec, started=f"2026-11-0{day}T10:00:00+00:00")
    return folder


def copies(runs: Path) -> dict[str, str]:
    return {one.name: later.name for one, later in find_copies(find_records(runs)).items()}


def test_older_copies_of_the_latest_whole_run_are_found(runs: Path) -> None:
    assert copies(runs) == {"day-1": "day-3", "day-2": "day-3"}
    (runs / "day-3" / "report.json").write_text("{}")
    assert copies(runs) == {"day-1": "day-2"}, "the latest is damaged"
    (runs / "day-2" / "report.json").unlink()
    assert copies(runs) == {}


def test_a_copy_that_another_run_began_with_stays(runs: Path) -> None:
    part = PartRecord(str((runs / "day-1").resolve()), "dense", "ab")
    rewrite(runs / "day-3", parts={"dense": part})
    assert copies(runs) == {"day-2": "day-3"}


@pytest.mark.parametrize("what", ["status", "data", "history.csv", "checkpoints/last.weights.h5"])
def test_runs_that_came_to_something_else_are_no_copies(runs: Path, what: str) -> None:
    kept = dict(read_manifest(runs / "day-1").artefacts)
    if what == "status":
        rewrite(runs / "day-1", status="trained")
    elif what == "data":
        rewrite(runs / "day-1", data="other")
    else:
        rewrite(runs / "day-1", artefacts=kept | {what: replace(kept[what], sha256="ab")})
    assert copies(runs) == {"day-2": "day-3"}
    if what in kept:
        del kept[what]
        rewrite(runs / "day-1", artefacts=kept)
        assert copies(runs) == {"day-2": "day-3"}


def test_what_can_be_removed_is_told_with_its_bytes(runs: Path) -> None:
    stopped(runs / "cut", runs.parent / "specs" / "small.yaml")
    (runs / "begun").mkdir()
    (runs / "begun" / ".lock").write_text("12345")
    (runs / "day-1" / ".model.77.old").mkdir()
    (runs / "day-1" / ".model.77.old" / "a").write_text("x" * 1000)
    (runs / "day-1" / ".model.77.old" / ".b.5.tmp").write_text("x" * 24)
    (runs / "day-1" / ".report.json.77.tmp").write_text("x" * 2048)
    (runs / "day-1" / "kept.77.tmp").write_text("mine")
    (runs / "day-1" / ".report.json.x7.tmp").write_text("mine")
    (runs / "day-2" / ".lock").write_text("z" * 9)
    (runs / "other").mkdir()
    found = find_removals(runs)
    assert [(one.path.name, one.kind, one.bytes) for one in found.removals] == [
        ("begun", "beginning", 5),
        ("cut", "run", sum(one.stat().st_size for one in (runs / "cut").iterdir())),
        (".model.77.old", "temporary", 1024),
        (".report.json.77.tmp", "temporary", 2048),
        (".lock", "lock", 9),
    ]
    assert [one.run.name for one in found.removals] == ["begun", "cut", "day-1", "day-1", "day-2"]
    assert found.bytes == sum(one.bytes for one in found.removals)
    lines = show_cleaning(found).splitlines()
    assert lines[0] == "can be removed"
    assert lines[1].endswith("runs/begun: a run that ended before it began (5 B)")
    assert lines[3].endswith("/.model.77.old: left by a process that was killed (1.0 KiB)")
    assert lines[5].endswith("/.lock: its process has ended; the file is emptied (9 B)")
    assert lines[6:8] == ["", "left as it is"]
    assert lines[8].endswith("runs/other: it has no run.json")
    assert show_cleaning(find_removals(runs / "day-3")) == ""


def test_copies_are_offered_only_where_they_are_asked_for(runs: Path) -> None:
    assert find_removals(runs).removals == ()
    offered = find_removals(runs, copies=True).removals
    assert [(one.path.name, one.kind, one.why) for one in offered] == [
        ("day-1", "copy", "day-3 is the same to the bit, and later"),
        ("day-2", "copy", "day-3 is the same to the bit, and later"),
    ]
    (runs / "day-2" / "notes").mkdir()
    (runs / "day-1" / "empty").mkdir()
    (runs / "day-2" / "notes" / "a.txt").write_text("mine")
    found = find_removals(runs, copies=True)
    assert [one.path.name for one in found.removals] == ["day-1"]
    (left,) = found.left
    assert left.why.endswith("and later, but notes in it is none of a run's files")
