"""First specs of series: what tells them apart and orders them is read off the table."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import nnspec
from nnspec.draft.tabular import draft_spec
from nnspec.pipeline.check import check_source_of
from nnspec.pipeline.opened import check_opened

Draft = Callable[[str], str]
DAYS = [f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}" for day in range(60)]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    def drafted(text: str) -> str:
        (tmp_path / "data.csv").write_text(text, encoding="utf-8")
        spec = draft_spec("data.csv", "y", tmp_path, 4)
        (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
        checked = check_source_of(tmp_path / "spec.yaml")
        found = [one.code for one in (*checked.diagnostics, *check_opened(checked))]
        assert set(found) <= {"D137", "D151"}
        return spec

    return drafted


def table(header: str, cells: Callable[[int], str], rows: int = 60) -> str:
    return f"{header}\n" + "".join(f"{cells(row)}\n" for row in range(rows))


def test_dates_that_rise_are_the_time(draft: Draft) -> None:
    spec = draft(table("when,x,y", lambda row: f"{DAYS[row]},{row * 7 % 13},{row * 5 % 11}"))
    assert "  window: {length: 4, horizon: 1, time: when}\n" in spec
    assert "  # left out: when (it orders the rows)\n" in spec
    assert "  columns: {when: date}\n" in spec
    assert "  inputs: {past: [x, y], own: [y]}\n" in spec


@pytest.mark.parametrize(
    "cells",
    [
        lambda row: f"{'ab'[row // 60]},{DAYS[row % 60]},{row * 5 % 11}",
        lambda row: f"{'ab'[row % 2]},{DAYS[row // 2]},{row * 5 % 11}",
    ],
)
def test_what_tells_series_apart_is_the_key(draft: Draft, cells: Callable[[int], str]) -> None:
    spec = draft(table("shop,when,y", cells, rows=120))
    assert "  window: {length: 4, horizon: 1, key: shop, time: when}\n" in spec
    assert "  # left out: shop (it tells series apart)\n" in spec
    assert "  features: [y]\n" in spec


def test_years_are_times_and_a_number_of_the_row_is_none(draft: Draft) -> None:
    spec = draft(table("Year,y", lambda row: f"{1900 + row},{row * 5 % 11}"))
    assert "  window: {length: 4, horizon: 1, time: Year}\n" in spec
    spec = draft(table("id,y", lambda row: f"{row},{row * 5 % 11}"))
    assert "  window: {length: 4, horizon: 1}\n" in spec


def test_days_that_are_written_as_numbers_are_declared(draft: Draft) -> None:
    spec = draft(table("d,y", lambda row: f"{DAYS[row].replace('-', '')},{row * 5 % 11}"))
    assert '  columns: {d: {date: {format: "%Y%m%d"}}}\n' in spec
    assert "time: d}\n" in spec


def test_missing_cells_take_the_last_known_one_where_there_always_is_one(draft: Draft) -> None:
    def gaps(absent: int) -> str:
        return table(
            "when,x,y",
            lambda row: f"{DAYS[row]},{'' if row == absent else row},{'' if row == 9 else row % 7}",
        )

    spec = draft(gaps(5))
    assert "  missing: forward\n  target_missing: drop\n" in spec
    assert "  missing: median\n  target_missing: drop\n" in draft(gaps(0))


@pytest.mark.slow
@pytest.mark.keras
def test_of_a_series_that_rises_the_network_knows_more_than_its_last_value(
    draft: Draft, tmp_path: Path
) -> None:
    draft(table("when,x,y", lambda row: f"{DAYS[row]},{row % 3},{row * 5 + 4 * (row % 2)}"))
    spec = tmp_path / "spec.yaml"
    run = nnspec.train(spec, runs=tmp_path / "runs", overrides=["training.epochs=60"])
    (output,) = json.loads((run.folder / "report.json").read_text())["outputs"].values()
    last = output["baselines"]["last_value"]["test"]["rmse"]
    assert output["baselines"]["mean"]["test"]["r2"] < -1, "the test rows lie above the others"
    assert output["metrics"]["test"]["rmse"] < last


def test_one_row_is_a_window_too(tmp_path: Path) -> None:
    rows = "".join(f"{row * 7 % 13},{row * 5 % 11}\n" for row in range(60))
    (tmp_path / "data.csv").write_text(f"x,y\n{rows}")
    (tmp_path / "spec.yaml").write_text(draft_spec("data.csv", "y", tmp_path, 1))
    checked = check_source_of(tmp_path / "spec.yaml")
    assert not [*checked.diagnostics, *check_opened(checked)]
