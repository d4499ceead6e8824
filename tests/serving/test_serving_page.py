"""The page that tries a row, in a real browser."""

import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

import served_runs
from asking import Asking, serving

PROGRAM = "chromium"
TOKEN = "a-token-of-twenty-four-s"  # noqa: S105 - of this test alone
SECONDS = 60.0
LOUD = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not here"),
]


@pytest.fixture
def browser(browser_module: Any) -> Iterator[Any]:
    """Start Chromium anew for each test: what a page keeps is not the next one's."""
    with browser_module.Browser() as started:
        yield started


def wait_for(browser: Any, expression: str) -> Any:
    """Return what an expression comes to, once it comes to something."""
    until = time.monotonic() + SECONDS
    while not (found := browser.evaluate(expression)):
        assert time.monotonic() < until, expression
        time.sleep(0.05)
    return found


SHOWN = "!document.getElementById('ask').hidden"
ANSWERED = "document.querySelectorAll('#outputs tr').length"
CLICK = "document.getElementById('send').click(), true"
PROBLEM = "document.getElementById('problem').textContent"


def answer_of(asking: Asking) -> list[float]:
    """Return what the typical row is answered with."""
    row = {one["name"]: one["cells"] for one in asking.ask("/columns").told["columns"]}
    (answer,) = asking.predict(instances=[row]).told["predictions"]
    return list(answer.values())


def test_a_person_tries_a_row_and_sees_its_answer_and_its_mistake(browser: Any) -> None:
    with serving(served_runs.kinds()) as asking:
        browser.show(f"http://127.0.0.1:{asking.port}/", 1280)
        wait_for(browser, SHOWN)
        labels = "[...document.querySelectorAll('#columns label')].map(one => one.textContent)"
        assert browser.evaluate(labels) == ["Länge [cm]", "Note", "am Tag", "ok?", "Bemerkung"]
        browser.evaluate(CLICK)
        wait_for(browser, ANSWERED)
        cells = "[...document.querySelectorAll('#outputs td')].map(one => one.textContent)"
        told = browser.evaluate(cells)
        assert told[::2] == ["prediction", "lower", "upper"]
        assert [float(one) for one in told[1::2]] == pytest.approx(answer_of(asking), rel=1e-6)
        browser.evaluate("document.getElementById('cell-2').value = 'soon', true")
        browser.evaluate(CLICK)
        assert '"soon" is not a date' in wait_for(browser, PROBLEM)
        loud = [one for one in browser.events if one.get("method") in LOUD]
        refused = [one["params"]["entry"]["text"] for one in loud if "entry" in one["params"]]
        assert len(loud) == len(refused) == 1, loud
        assert "400" in refused[0]
        for width in (1280, 390):
            browser.resize(width)
            extent = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert browser.evaluate(extent)


def test_a_page_of_a_service_with_a_token_asks_for_it(browser: Any) -> None:
    with serving(served_runs.kinds(), token=TOKEN) as asking:
        browser.show(f"http://127.0.0.1:{asking.port}/", 1280)
        wait_for(browser, "!document.getElementById('bearer').hidden")
        assert browser.evaluate(SHOWN) is False
        browser.evaluate(f"document.getElementById('token').value = '{TOKEN}', true")
        browser.evaluate("document.querySelector('#with-token button').click(), true")
        wait_for(browser, SHOWN)
        browser.evaluate(CLICK)
        wait_for(browser, ANSWERED)
