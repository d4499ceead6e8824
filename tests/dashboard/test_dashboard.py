"""The dashboard over HTTP: it reads, answers this machine alone, and follows runs as they go."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dashboard_program import Served
from made_runs import make_run, rewrite, stopped, write_spec

from nnspec.commands import main
from nnspec.run.manifest import Artefact, checksum, read_manifest

pytest.importorskip("uvicorn")
SCRIPTED = b"<style>p{color:red}</style><script>alert(1)</script><p>answers</p>"


def with_report(run: Path, content: bytes = SCRIPTED) -> None:
    """Add a page to a run, as its manifest knows it."""
    (run / "report.html").write_bytes(content)
    known = read_manifest(run).artefacts
    rewrite(run, artefacts={**known, "report.html": Artefact(checksum(content), len(content))})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dashboard")
    spec = write_spec(root / "specs")
    runs = root / "runs"
    make_run(runs / "good", spec, rmse=1.5, started="2026-11-29T10:00:00+00:00")
    make_run(runs / "bad", spec, rmse=9.0, overrides=("training.epochs=7",))
    stopped(runs / "cut", spec)
    with_report(make_run(runs / "told", spec, rmse=4.0))
    make_run(runs / "live", spec)
    rewrite(runs / "live", status="running", training=None, headline=None)
    (runs / "live" / "history.csv").write_text("epoch,loss,val_loss\n1,3.0,4.0\n2,nan,3.0\n3,1.0")
    make_run(runs / "<img src=x onerror=alert(1)>\x1b[31m", spec)
    for name in ("half", "foreign", "linked"):
        (runs / name).mkdir()
    (runs / "half" / "run.json").write_bytes(b'{"format": 1, "na')
    secret = root / "secret"
    secret.write_text((runs / "good" / "run.json").read_text())
    (runs / "linked" / "run.json").symlink_to(secret)
    (runs / "elsewhere").symlink_to(root)
    return runs


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with Served(folder) as started:
        yield started


def test_runs_stand_as_the_command_lists_them_and_what_is_none_says_why(served: Served) -> None:
    found = served.runs()
    assert found["good"]["figure"] == "1.500"
    assert found["good"]["baseline"] == "3.000 ridge"
    assert found["cut"]["status"] == "stopped"
    assert found["live"]["status"] == "killed"  # nobody holds its lock
    problems = {name: one["problem"] for name, one in found.items() if one["problem"]}
    assert problems.keys() == {"half", "foreign", "linked", "elsewhere"}
    assert "damaged" in problems["half"]
    assert "no run.json" in problems["foreign"]
    assert "run.json is a symbolic link" in problems["linked"]
    assert "symbolic link" in problems["elsewhere"]
    assert any("<img src=x" in name and "\x1b" not in name for name in found)


def test_runs_are_sorted_and_filtered_as_the_command_does(served: Served) -> None:
    assert next(iter(served.runs("?sort=rmse"))) == "good"
    assert next(iter(served.runs("?sort=-rmse"))) == "bad"
    assert set(served.runs("?filter=rmse%3C5+status%3Dcomplete")) >= {"good", "told"}
    assert "bad" not in served.runs("?filter=rmse%3C5")
    assert list(served.runs("?filter=oo")) == ["good"]
    assert "no run has 'size'" in served.ask("/api/runs?sort=size").json["problem"]


def test_what_differs_between_runs_is_what_compare_tells(served: Served) -> None:
    found = served.runs()
    keys = "&".join(f"run={found[name]['id']}" for name in ("good", "bad"))
    told = served.ask(f"/api/compare?{keys}").json
    assert told["runs"] == ["good", "bad"]
    assert ["training.epochs", "3", "7"] in told["settings"]
    assert ["RMSE", "1.500", "9.000"] in told["figures"][0]["rows"]
    lonely = served.ask(f"/api/compare?run={found['good']['id']}")
    assert (lonely.status, "two runs" in lonely.json["problem"]) == (400, True)
    none = served.ask(f"/api/compare?{keys}&run={found['half']['id']}")
    assert none.status == 400


def test_a_run_says_how_far_it_is_meant_to_go(served: Served) -> None:
    told = served.ask(f"/api/run/{served.runs()['bad']['id']}").json
    assert told["of"] == 7
    assert dict(told["facts"])["rows"] == "2 train"
    assert not told["report"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_possible(served: Served, method: str) -> None:
    for path in ("/", "/api/runs", "/nowhere"):
        answer = served.ask(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("LOCALHOST:{port}", 200),
        ("127.0.0.1", 421),
        ("evil.example:{port}", 421),
        ("127.0.0.1.evil.example:{port}", 421),
        ("127.0.0.1:{port}@evil.example", 421),
        ("0.0.0.0:{port}", 421),
    ],
)
def test_other_names_of_the_machine_are_not_answered(
    served: Served, host: str, status: int
) -> None:
    for path in ("/", "/api/runs", "/page/main.js"):
        assert served.ask(path, Host=host.format(port=served.port)).status == status


def test_two_names_of_a_host_are_refused(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        own = f"Host: 127.0.0.1:{served.port}\r\n"
        line.sendall(f"GET / HTTP/1.1\r\n{own}Host: evil.example\r\n\r\n".encode())
        assert line.recv(100).split()[1] in {b"400", b"421"}


def test_other_pages_may_link_to_it_and_not_ask_it(served: Served) -> None:
    asked = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}
    assert served.ask("/api/runs", **asked).status == 403
    framed = {**asked, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
    assert served.ask("/", **framed).status == 403
    linked = {**framed, "Sec_Fetch_Dest": "document"}
    assert served.ask("/", **linked).status == 200


def test_every_answer_says_what_its_page_may_do(served: Served) -> None:
    for path in ("/", "/api/runs", "/page/uplot.js", "/nowhere", "/api/run/0000000000000000"):
        headers = served.ask(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    page = served.ask("/").body.decode()
    assert "<script>" not in page
    assert "<style" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/report/..%2f..%2fsecret",
        "/report/good",
        "/report/../../secret",
        "/page/..%2f__init__.py",
        "/page/uplot/LICENSE",
        "/page/none.js",
        "/api/run/%2e%2e",
        "//etc/passwd",
        "/report/" + "a" * 5000,
    ],
)
def test_no_address_leads_to_another_file(served: Served, path: str) -> None:
    assert served.ask(path).status == 404


def test_a_report_is_shown_closed_off_and_only_as_it_was_written(
    served: Served, folder: Path
) -> None:
    key = served.runs()["told"]["id"]
    framed = served.ask(f"/report/{key}", Sec_Fetch_Dest="iframe")
    assert framed.body == SCRIPTED
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; style-src 'sha256-")
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert scripts.count("sha256-") == 1
    assert "unsafe" not in policy
    alone = served.ask(f"/report/{key}").headers["content-security-policy"]
    assert alone.startswith("sandbox; default-src 'none'")
    (folder / "told" / "report.html").write_bytes(b"another")
    changed = served.ask(f"/report/{key}")
    assert (changed.status, b"checksum mismatch" in changed.body) == (409, True)


def test_epochs_come_as_they_are_written_and_begin_anew_with_the_file(
    served: Served, folder: Path
) -> None:
    key, history = served.runs()["live"]["id"], folder / "live" / "history.csv"
    events = (told for name, told in served.events(f"?run={key}") if name == "epochs")
    first = next(events)
    assert first["names"] == ["loss", "val_loss"]
    assert (first["anew"], first["rows"]) == (True, [[1, 3, 4], [2, None, 3]])
    with history.open("a") as file:
        file.write(",2.5\n4,0.5")
    assert next(events)["rows"] == [[3, 1, 2.5]]
    with history.open("a") as file:
        file.write(",2.0\n")
    later = next(events)
    assert (later["anew"], later["rows"]) == (False, [[4, 0.5, 2]])
    history.write_text("epoch,loss\n1,8\n")
    assert next(events) == {
        "id": key, "anew": True, "names": ["loss"], "problem": None, "rows": [[1, 8]]
    }  # fmt: skip


def change_of(name: str, events: Iterator[Any]) -> Any:
    """Return the next change of a run; what was written to others before may be told first."""
    changes = (one for told in events for one in told["changed"])
    return next(one for one in changes if one["name"] == name)


def test_a_run_that_comes_changes_or_goes_is_told(served: Served, folder: Path) -> None:
    turn = served.ask("/api/runs").json["turn"]
    events = (told for name, told in served.events(f"?turn={turn}") if name == "runs")
    made = make_run(folder / "new", folder.parent / "specs" / "small.yaml")
    assert change_of("new", events)["status"] != "failed"
    rewrite(made, status="failed", headline=None)
    while change_of("new", events)["status"] != "failed":
        pass
    made.rename(folder.parent / "away")
    assert len(next(told for told in events if told["gone"])["gone"]) == 1
    assert "new" not in served.runs()


def test_nothing_is_written(served: Served, folder: Path) -> None:
    before = {path: os.lstat(path).st_mtime_ns for path in folder.rglob("*")}
    for path in ("/", "/api/runs", f"/api/run/{served.runs()['cut']['id']}"):
        served.ask(path)
    next(served.events(f"?turn=0&run={served.runs()['good']['id']}"))
    assert {path: os.lstat(path).st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_its_code_although_somebody_listens(
    folder: Path, number: signal.Signals, code: int
) -> None:
    started = Served(folder)
    events = started.events("?turn=0")
    next(events)
    assert started.end(number) == (code, f"nnspec: stopped by {number.name}\n")


def test_a_port_in_use_is_one_finding(
    served: Served, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dashboard", str(folder), "--port", str(served.port)])
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert f"port {served.port} of 127.0.0.1 cannot be had" in said
    assert said.count("[A161]") == 1


def test_where_the_extra_is_missing_the_command_that_installs_it_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.startswith("nnspec.dashboard")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SystemExit) as ended:
        main(["dashboard", str(folder)])
    assert ended.value.code == 1
    assert "pip install 'nnspec[dashboard]'" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_wrong_usage_of_the_dashboard(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dashboard", str(tmp_path / "nowhere")])
    assert ended.value.code == 2


def test_the_sources_of_uplot_come_with_their_licence(served: Served) -> None:
    assert b"MIT License" in served.ask("/page/uplot-licence.txt").body
    assert b"uPlot" in served.ask("/page/uplot.js").body[:300]
    assert json.loads(served.ask("/api/runs").body)["problem"] is None
