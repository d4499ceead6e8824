"""The page of a real run: written with it, drawn anew without TensorFlow, refused if damaged."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nnspec
from nnspec.commands.program import run
from nnspec.diagnostics import Refused
from nnspec.pipeline.page import page_of, written_page
from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras
SPEC = """\
nnspec: 1
name: shades
data: {source: pictures.npz, target: shade, split: {validation: 0.2, test: 0.3}}
model: [Flatten, {Dense: {units: 2, activation: softmax}}]
training: {optimizer: adam, loss: sparse_categorical_crossentropy, epochs: 2}
export: {formats: []}
"""


@pytest.fixture(scope="module")
def shades(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on pictures whose classes are not told apart in two epochs; return the run."""
    folder = tmp_path_factory.mktemp("shades")
    draw = np.random.default_rng(0)
    np.savez(folder / "pictures.npz", picture=draw.random((80, 5, 4)), shade=np.arange(80) % 2)
    (folder / "shades.yaml").write_text(SPEC)
    return nnspec.train(folder / "shades.yaml", runs=folder / "runs").folder


def test_a_run_ends_in_a_page_that_is_the_same_when_it_is_drawn_anew(shades: Path) -> None:
    page = RunFolder.open(shades).read("report.html")
    assert page == page_of(shades)
    assert b"shades" in page
    assert b"Confusion, test rows" in page


def test_the_page_shows_the_pictures_that_were_answered_wrongly(shades: Path) -> None:
    page = RunFolder.open(shades).read("report.html").decode()
    shown = re.findall(r"<figcaption><bdi>([01]), answered ([01]) \(\d+ %\)</bdi>", page)
    wrong = int(re.findall(r"(\d+) of 24 rows are answered wrongly", page)[0])
    assert len(shown) == min(12, wrong) > 0
    assert all(expected != answered for expected, answered in shown)


def test_the_pictures_of_numbers_that_are_shown_are_the_worst(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    pictures = draw.random((60, 5, 4)) * np.linspace(0.1, 1, 60)[:, None, None]
    np.savez(tmp_path / "pictures.npz", picture=pictures)
    (tmp_path / "back.yaml").write_text(
        "nnspec: 1\nname: back\n"
        "data: {source: pictures.npz, split: {validation: 0.2, test: 0.4}}\n"
        "model: [Flatten, Dense: 3, Dense: 20, Reshape: [5, 4]]\n"
        "training: {optimizer: adam, loss: mse, epochs: 1}\nexport: {formats: []}\n"
    )
    folder = nnspec.train(tmp_path / "back.yaml", runs=tmp_path / "runs").folder
    (found,) = json.loads((folder / "cases.json").read_text())["outputs"].values()
    errors = [float(one["says"].removeprefix("RMSE ")) for one in found["cases"]]
    assert errors == sorted(errors, reverse=True)
    report = json.loads((folder / "report.json").read_text())
    (output,) = report["outputs"].values()
    assert errors[-1] > output["metrics"]["test"]["rmse"], "eight of 24 are worse than usual"


def test_a_page_that_was_lost_is_written_anew_and_stands_in_the_manifest(shades: Path) -> None:
    before = (shades / "report.html").read_bytes()
    (shades / "report.html").unlink()
    assert written_page(shades).read_bytes() == before
    assert RunFolder.open(shades).read("report.html") == before


def test_the_command_prints_the_page_without_tensorflow(shades: Path) -> None:
    program = (
        "import sys; from nnspec.commands.program import run; code = run(['report', sys.argv[1], "
        "'--format', 'html']); assert 'tensorflow' not in sys.modules; sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program, shades], capture_output=True, check=True)
    assert done.stdout == (shades / "report.html").read_bytes()


@pytest.mark.parametrize("name", ["report.json", "predictions.csv", "cases.json", "history.csv"])
def test_a_page_is_not_drawn_from_a_file_that_another_hand_changed(shades: Path, name: str) -> None:
    content = (shades / name).read_bytes()
    (shades / name).write_bytes(content.replace(b"0", b"1", 1))
    try:
        with pytest.raises(Refused) as refused:
            page_of(shades)
    finally:
        (shades / name).write_bytes(content)
    assert refused.value.diagnostics[0].code == "A101"


@pytest.mark.parametrize("there", [True, False])
def test_the_page_is_opened_in_the_browser_and_its_path_printed(
    shades: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    there: bool,
) -> None:
    opened: list[str] = []

    def show(address: str) -> bool:
        opened.append(address)
        return there

    monkeypatch.setattr("webbrowser.open", show)
    assert run(["report", str(shades), "--open"]) == 0
    said = capsys.readouterr()
    page = (shades / "report.html").resolve()
    assert opened == [page.as_uri()]
    assert said.out == f"{page}\n"
    assert ("no browser" in said.err) == (not there)


def test_there_is_no_page_of_a_folder_that_holds_no_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(tmp_path), "--open"]) == 1
    assert "[A102]" in capsys.readouterr().err


def test_answers_that_are_too_many_are_not_drawn(
    shades: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnspec.pipeline.page.LARGEST_TABLE", 100)
    page = page_of(shades).decode()
    assert "The kept answers are too many to draw." in page
    assert "Confusion, test rows" in page
    assert "<b>ROC</b>" not in page
