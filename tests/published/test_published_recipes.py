"""Published recipes: each spec names its source and figure, and the bench prints ours beside."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nnspec.commands import main

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "specs" / "published"
LIST = ROOT / "bench" / "published.tsv"
SPECS = sorted(FOLDER.glob("*.yaml"))
PIECEWISE = sorted((FOLDER / "piecewise").glob("*.yaml"))
RECIPES = SPECS + PIECEWISE
FIGURE = re.compile(r"^# Published: \w+ (\d*\.\d+)", re.MULTILINE)


def published() -> dict[str, float]:
    with LIST.open(encoding="utf-8") as stream:
        rows = [one for one in csv.reader(stream, delimiter="\t") if not one[0].startswith("#")]
    return {Path(one[0]).name: float(one[3]) for one in rows}


def test_every_published_figure_has_a_spec_and_every_spec_a_figure() -> None:
    assert {one.stem for one in SPECS} | {"digits"} == published().keys()


@pytest.mark.parametrize("spec", SPECS, ids=lambda one: str(one.stem))
def test_a_published_spec_names_its_figure_and_ours(spec: Path) -> None:
    head = spec.read_text(encoding="utf-8").partition("\nnnspec:")[0]
    found = FIGURE.search(head)
    assert found is not None
    assert float(found[1]) == published()[spec.stem]
    assert "\n# Ours: " in head


@pytest.mark.parametrize("settings", [(), ("--set", "variables.numbers=numeric")])
def test_published_specs_are_fine_and_those_of_piecewise_numbers_with_plain_ones_too(
    settings: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    specs = [str(one) for one in PIECEWISE] if settings else [str(one) for one in RECIPES]
    with pytest.raises(SystemExit) as stopped:
        main(["validate", *specs, *settings])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"{len(specs)} specs are fine\n"


def printed(*arguments: str) -> list[list[str]]:
    command = [sys.executable, "bench/published.py", *arguments, "--no-record", "--seeds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [one for one in done.stdout.splitlines() if one.startswith("|")]
    return [[cell.strip() for cell in one.strip("|").split("|")] for one in rows[2:]]


@pytest.mark.keras
@pytest.mark.slow
def test_the_bench_prints_ours_beside_what_was_published() -> None:
    (row,) = printed("--only", "digits", "--set", "training.epochs=2")
    name, metric, figure, required, ours, reached, seconds = row
    assert (name, metric, figure, required) == ("digits", "accuracy", "0.985", "0.985")
    assert 0 < float(ours.split()[0]) <= 1
    assert reached == ("yes" if float(ours.split()[0]) >= 0.985 else "no")
    assert float(seconds) > 0


@pytest.mark.keras
@pytest.mark.slow
def test_the_bench_prints_piecewise_linear_numbers_beside_plain_ones() -> None:
    (row,) = printed("--piecewise", "--only", "iris", "--set", "training.epochs=5")
    assert row[:2] == ["iris", "accuracy"]
    assert row[2] != row[3]
