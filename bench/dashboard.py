"""How soon the dashboard shows runs, and a point that a training has just reached.

    python bench/dashboard.py [--runs 1000] [--points 20]

A real browser lists made runs, each of them with a manifest and a history; the seconds run from the
request to the last row. Then rows are added to a history while its curve is shown; the seconds run
from the write to the point on the page.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from browser import Browser
from results import record

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "dashboard"), str(ROOT / "tests" / "runs")]

# ruff: noqa: E402 - the tests make runs and start the program
from dashboard_program import Served
from made_runs import make_run, rewrite, write_spec

LISTED = "document.querySelectorAll('tbody tr').length"
EPOCHS = "Number(document.querySelector('figure')?.dataset.epochs ?? 0)"
WARM = "data:text/html,<table><script>document.title = 1</script>"
"""A first page, so that the browser's own start is none of the dashboard's."""
PATIENCE = 60.0
GLANCE = 0.005
GOAL = 1.0
"""Seconds until a list, or a point, is seen."""


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--points", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        runs, last = make_runs(Path(name), asked.runs)
        with Served(runs) as served, Browser() as browser:
            browser.show(WARM, 1280)
            listed = [seconds_to_list(browser, served, asked.runs) for _ in range(5)]
            points = seconds_to_points(browser, served, last, asked.points)
    figures = {
        "runs": asked.runs,
        "list_first_s": round(listed[0], 3),
        "list_s": round(statistics.median(listed), 3),
        "list_s_worst": round(max(listed), 3),
        "points": asked.points,
        "point_s": round(statistics.median(points), 3),
        "point_s_worst": round(max(points), 3),
        "goal_s": GOAL,
    }
    print(figures)
    record("dashboard", [figures])
    sys.exit(int(max(*listed, *points) >= GOAL))


def make_runs(place: Path, count: int) -> tuple[Path, Path]:
    """Return a folder of so many runs that are complete, and one of them that is being trained."""
    runs, spec = place / "runs", write_spec(place / "specs")
    first = make_run(runs / "0", spec)
    for number in range(1, count):
        shutil.copytree(first, runs / str(number))
    last = runs / "0"
    rewrite(last, started="2027-01-01T10:00:00+00:00", status="running")
    (last / "history.csv").write_text("epoch,loss\n1,3.0\n2,2.0\n")
    return runs, last


def seconds_to_list(browser: Browser, served: Served, count: int) -> float:
    """Return the seconds until the last row is there."""
    browser.show("about:blank", 1280)
    begun = time.monotonic()
    browser.show(served.address, 1280)
    until(browser, f"{LISTED} >= {count}")
    return time.monotonic() - begun


def seconds_to_points(browser: Browser, served: Served, run: Path, count: int) -> list[float]:
    """Return the seconds until each of some new points is on the curve."""
    found = []
    (one,) = (one["id"] for one in served.ask("/api/runs").json["runs"] if one["name"] == run.name)
    browser.show("about:blank", 1280)
    browser.show(f"{served.address}#/run/{one}", 1280)
    until(browser, f"{EPOCHS} >= 1")
    seen = browser.evaluate(EPOCHS)
    for epoch in range(3, 3 + count):
        with (run / "history.csv").open("a") as file:
            file.write(f"{epoch},{1 / epoch}\n")
        begun = time.monotonic()
        until(browser, f"{EPOCHS} > {seen}")
        found.append(time.monotonic() - begun)
        seen = browser.evaluate(EPOCHS)
        time.sleep(0.3 + epoch % 7 / 10)
    return found


def until(browser: Browser, expression: str) -> None:
    """Wait until an expression is true."""
    begun = time.monotonic()
    while not browser.evaluate(expression):
        if time.monotonic() > begun + PATIENCE:
            raise TimeoutError(expression)
        time.sleep(GLANCE)


if __name__ == "__main__":
    main()
