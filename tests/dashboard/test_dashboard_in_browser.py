"""The dashboard in a real browser, where one is installed: live, quiet, closed, fitting."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dashboard_program import PROGRAM, Served
from made_runs import make_run, rewrite, write_spec

pytest.importorskip("uvicorn")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed"),
]
ROOT = Path(__file__).parents[2]
PATIENCE = 400.0
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "&lt;b&gt;",
    "\u202ereversed",
    "a" * 200,
    "{{7*7}}",
    "'; alert(1); '",
    "\x1b[31mred\n",
)
NAMES = "[...document.querySelectorAll('tbody tr')].map(one => one.cells[1].textContent)"
EPOCHS = "Number(document.querySelector('figure')?.dataset.epochs ?? 0)"
LIVE = """[...document.querySelectorAll('main *')].filter(one => ['IMG', 'SCRIPT', 'SVG', 'B']
.includes(one.tagName.toUpperCase()) && !one.closest('.figure, figcaption, .u-legend')
|| [...one.attributes].some(its => its.name.startsWith('on') || its.value.startsWith('javascript')))
.length"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("browser")
    spec = write_spec(root / "specs")
    for place, (name, rmse) in enumerate((("b", 1.5), ("a", 9.0), ("c", 4.0))):
        run = make_run(root / "runs" / name, spec, rmse=rmse)
        rewrite(run, started=f"2026-11-2{place}T10:00:00+00:00")
    for place, name in enumerate(HOSTILE):
        run = make_run(root / "runs" / name.replace("/", "|")[:200], spec)
        rewrite(run, started=f"2025-01-0{place % 9 + 1}T10:00:00+00:00")
        (run / "history.csv").write_text(
            'epoch,loss,"<img src=x onerror=alert(1)>"\n1,2,3\n2,1,2\n'
        )
    return root / "runs"


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with Served(folder) as started:
        yield started


def until(browser: Any, expression: str) -> float:
    """Wait until an expression is true; return the seconds that it took."""
    begun = time.monotonic()
    while not browser.evaluate(expression):
        assert time.monotonic() < begun + PATIENCE, expression
        time.sleep(0.02)
    return time.monotonic() - begun


def complaints(browser: Any, address: str) -> list[str]:
    """Return what the browser complains of, and what was asked of anyone else."""
    found = []
    for event in browser.events:
        told = event.get("params", {})
        match event.get("method"):
            case "Log.entryAdded" | "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                found.append(str(told))
            case "Network.requestWillBeSent":
                asked = told["request"]["url"]
                if not asked.startswith((address, "data:")):
                    found.append(asked)
    return found


def show(browser: Any, served: Served, path: str = "") -> None:
    browser.show("about:blank", 1280)
    browser.show(served.address + path, 1280)


def test_the_list_is_sorted_filtered_and_compared_by_hand(browser: Any, served: Served) -> None:
    show(browser, served)
    until(browser, "document.querySelectorAll('tbody tr').length > 3")
    assert browser.evaluate(NAMES)[:3] == ["c", "a", "b"]  # the latest first
    browser.evaluate("[...document.querySelectorAll('th button')][3].click()")  # by the figure
    until(browser, f"{NAMES}[0] === 'b'")
    browser.evaluate("[...document.querySelectorAll('th button')][3].click()")
    until(browser, f"{NAMES}[0] === 'a'")
    write = "(text => { const one = document.getElementById('filter'); one.value = text; "
    write += "one.dispatchEvent(new Event('input')); })"
    browser.evaluate(f"{write}('rmse>3')")
    until(browser, f"{NAMES}.join() === 'a,c'")
    browser.evaluate(f"{write}('size<3')")
    until(browser, "document.getElementById('problem').textContent.includes('no run has')")
    browser.evaluate(f"{write}('rmse>3')")
    until(browser, "!document.getElementById('problem').textContent")
    for place in (0, 1):
        browser.evaluate(f"document.querySelectorAll('tbody input')[{place}].click()")
    browser.evaluate("document.getElementById('compare').click()")
    until(browser, "document.querySelectorAll('figure canvas').length > 0")
    text = browser.evaluate("document.getElementById('main').innerText")
    assert "9.000" in text
    assert "4.000" in text
    assert not complaints(browser, served.address)


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_names_are_texts_and_everything_fits(
    browser: Any, browser_module: Any, served: Served, width: int
) -> None:
    ids = [one["id"] for one in served.ask("/api/runs").json["runs"]]
    pages = ["", f"#/compare/{','.join(ids[:4])}", *(f"#/run/{one}" for one in ids[-4:])]
    for page in pages:
        show(browser, served, page)
        until(browser, "document.querySelectorAll('tbody tr, figure').length > 0")
        browser.resize(width)
        until(browser, f"({browser_module.OVERFLOW.strip()}).length === 0")  # lines are drawn anew
        assert browser.evaluate(LIVE) == 0
        assert not complaints(browser, served.address)


def test_a_line_grows_while_a_training_runs_and_its_report_is_shown_when_it_ends(
    browser: Any, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    command = [sys.executable, str(PROGRAM), "train", str(ROOT / "specs" / "diabetes.yaml")]
    command += ["--runs", str(runs), "--name", "live", "--quiet", "--set", "training.epochs=60"]
    with Served(runs) as served:
        show(browser, served)
        until(browser, "document.getElementById('headline').textContent === 'No run yet'")
        training = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(browser, "document.querySelector('tbody a')?.textContent === 'live'")
        browser.evaluate("document.querySelector('tbody a').click()")
        until(browser, f"{EPOCHS} >= 1")
        first = browser.evaluate(EPOCHS)
        until(browser, f"{EPOCHS} > {first}")
        until(browser, "document.querySelector('iframe') !== null")
        assert training.wait(timeout=PATIENCE) == 0
        until(browser, "document.getElementById('progress').textContent.startsWith('complete')")
        framed = "[...document.querySelectorAll('iframe')].map(one => one.contentDocument)"
        assert browser.evaluate(framed) == [None]  # an origin of its own
        assert not complaints(browser, served.address)


def test_a_point_is_seen_soon_after_it_is_written(browser: Any, folder: Path) -> None:
    history = folder / "c" / "history.csv"
    with Served(folder) as served:
        show(browser, served, f"#/run/{served.runs()['c']['id']}")
        until(browser, f"{EPOCHS} === 3")
        waited = []
        for epoch in range(4, 14):
            with history.open("a") as file:
                file.write(f"{epoch},{1 / epoch}\n")
            waited.append(until(browser, f"{EPOCHS} === {epoch}"))
    print(f"seen after {sorted(waited)[5]:.2f} s, at most {max(waited):.2f} s")  # noqa: T201
