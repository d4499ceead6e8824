"""The page of a run in a real browser, where one is installed: quiet, closed, fitting, usable."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from told_runs import HOSTILE, KNOWN, Names, told_classes, told_numbers

from nnspec.report.page.facts import RunFacts
from nnspec.report.page.page import render_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed"),
]
TAGS = "[...new Set([...document.querySelectorAll('*')].map(one => one.localName))]"
LISTENERS = """[...document.querySelectorAll('*')].flatMap(one => [...one.attributes])
.filter(one => one.name.startsWith('on') || one.value.startsWith('javascript:')).length"""
FIRST = "document.querySelector('table.sorted tbody tr').textContent"


def written(facts: RunFacts, folder: Path) -> Path:
    page = folder / "report.html"
    page.write_bytes(render_page(facts))
    return page


def two_outputs() -> RunFacts:
    numbers, classes = (
        told_numbers(Names(outputs=("size",))),
        told_classes(Names(outputs=("kind",))),
    )
    outputs = {"size": numbers.told.first, "kind": classes.told.first}
    return replace(numbers, told=replace(numbers.told, outputs=outputs))


def test_hostile_names_run_nothing_and_ask_for_nothing(browser: Any, tmp_path: Path) -> None:
    for name in HOSTILE:
        for told in (told_numbers, told_classes):
            names = Names(name, name, (name, f"{name}!"), (name, "other"), (name,))
            seen = browser.look_at(written(told(names), tmp_path))
            assert not seen.errors, name
            assert not seen.requests, name
            assert not any(seen.overflow.values()), (name, seen.overflow)
            assert set(browser.evaluate(TAGS)) <= KNOWN | {"button"}
            assert browser.evaluate(LISTENERS) == 0
            assert browser.evaluate("document.scripts.length") == 1


def test_what_ran_fits_however_long_the_names_of_layers_are(browser: Any, tmp_path: Path) -> None:
    facts = told_numbers()
    name = "widened_1.residual.normalized_2.batch_normalization"
    ran = (f"rewritten: batch normalized in one operation ({name}, {name})",)
    training = replace(facts.told.training, execution=ran)
    page = written(replace(facts, told=replace(facts.told, training=training)), tmp_path)
    assert name in page.read_text()
    assert browser.look_at(page).overflow == {1280: [], 390: []}


def test_tabs_show_one_output_at_a_time_and_tables_sort(browser: Any, tmp_path: Path) -> None:
    browser.show(written(two_outputs(), tmp_path), 1280)
    hidden = "[...document.querySelectorAll('[role=tabpanel]')].map(one => one.hidden)"
    assert browser.evaluate(hidden) == [False, True]
    browser.evaluate("document.querySelectorAll('[role=tab]')[1].click()")
    assert browser.evaluate(hidden) == [True, False]
    assert "network" in browser.evaluate(FIRST)
    browser.evaluate("document.querySelectorAll('table.sorted th button')[2].click()")
    browser.evaluate("document.querySelectorAll('table.sorted th button')[2].click()")
    assert "mean" in browser.evaluate(FIRST)  # the largest RMSE


def test_everything_is_readable_without_the_script(browser: Any, tmp_path: Path) -> None:
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.show(written(two_outputs(), tmp_path), 390)
        text = browser.evaluate("document.body.innerText")
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert "Classes, test rows, least recall first" in text
    assert text.count("Figures of price") == 3  # at the top, and of each output
    assert not browser.evaluate("document.querySelectorAll('[role=tab]').length")


def test_ink_and_ground_change_places_in_the_dark(browser: Any, tmp_path: Path) -> None:
    browser.show(written(told_numbers(), tmp_path), 1280)
    ground = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('svg .tick')).fill"
    found = []
    for dark in (False, True):
        browser.darken(dark=dark)
        found += [browser.evaluate(ground), browser.evaluate(ink)]
    browser.darken(dark=False)
    assert len(set(found)) == 4
