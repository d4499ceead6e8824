"""First specs for pictures and texts in folders: each validates, and opens its data."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nnspec
from nnspec.commands import main
from nnspec.data.read import parts
from nnspec.draft.tabular import draft_spec
from nnspec.pipeline.check import check
from nnspec.pipeline.opened import check_opened


def pictures(folder: Path, *shape: int, count: int = 30) -> None:
    """Write noise of some rows, columns and channels, by turns of two classes."""
    for number in range(count):
        place = folder / ("cat", "dog")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(pixels).save(place / f"{number:02}.png")


def opened(folder: Path, text: str) -> list[str]:
    """Return what is said against a drafted spec, its data open."""
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    checked = check(folder / "spec.yaml")
    return [one.message for one in (*checked.diagnostics, *check_opened(checked))]


def test_a_folder_of_small_grey_pictures_makes_a_small_network(tmp_path: Path) -> None:
    pictures(tmp_path / "zoo", 9, 12)
    text = draft_spec("zoo/", "label", tmp_path)
    assert "  source: zoo/\n  target: label\n" in text
    assert "image: {image: {size: [9, 12], channels: 1}}" in text
    assert text.count("Conv2D") == 2
    assert "  - Flatten\n" in text
    assert "  - Dense: {units: 1, activation: sigmoid}\n" in text
    assert opened(tmp_path, text) == []


def test_large_pictures_of_many_shapes_are_cut_to_a_size_that_can_be_looked_at(
    tmp_path: Path,
) -> None:
    pictures(tmp_path / "zoo", 90, 60, 3)
    pictures(tmp_path / "zoo" / "cat" / "wide", 30, 90, 3, count=10)
    text = draft_spec("zoo/", "label", tmp_path)
    assert "image: {image: {size: [64, 43], fit: crop}}" in text
    assert text.count("Conv2D") == 3
    assert "  - GlobalAveragePooling2D\n" in text
    assert opened(tmp_path, text) == []


def test_a_column_of_paths_of_pictures_is_read_as_pictures(tmp_path: Path) -> None:
    pictures(tmp_path / "zoo", 9, 9, 3)
    files = sorted((tmp_path / "zoo").rglob("*.png"))
    rows = [f"{one.relative_to(tmp_path)},{row * 37 % 50}.5" for row, one in enumerate(files)]
    (tmp_path / "list.csv").write_text("photo,price\n" + "\n".join(rows) + "\n")
    text = draft_spec("list.csv", "price", tmp_path)
    assert "  columns: {photo: {image: {size: [9, 9]}}}\n" in text
    assert "  - Dense: 1\n" in text
    assert opened(tmp_path, text) == []


def test_paths_in_a_large_table_are_pictures_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a column that is held by its different texts these are looked at."""
    names = [f"Photo {number % 5}.PNG" for number in range(60)]
    for name in set(names):
        Image.new("L", (9, 9)).save(tmp_path / name)
    rows = [f"{name},{number % 7}.5" for number, name in enumerate(names)]
    (tmp_path / "t.csv").write_text("\n".join(["Shot,y", *rows]))
    small = draft_spec("t.csv", "y", tmp_path)
    monkeypatch.setattr(parts, "WHOLE", 0)
    assert "image" in small
    assert draft_spec("t.csv", "y", tmp_path) == small


def test_a_folder_of_texts_counts_their_words(tmp_path: Path) -> None:
    for number in range(40):
        place = tmp_path / "mail" / ("ham", "spam")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(f"{('see you', 'win cash')[number % 2]} {number}")
    text = draft_spec("mail/", "label", tmp_path)
    assert "  source: {texts: {path: mail/}}\n" in text
    assert "text: {text: {output_mode: multi_hot, max_tokens: 1000}}" in text
    assert opened(tmp_path, text) == []


def test_init_takes_a_folder_with_or_without_a_slash_and_knows_its_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(tmp_path / "zoo", 9, 9)
    monkeypatch.chdir(tmp_path)
    for name in ("zoo", "zoo/"):
        with pytest.raises(SystemExit) as stop:
            main(["init", "--from", name, "-o", "a.yaml"])
        assert stop.value.code in (0, None)
        assert nnspec.validate("a.yaml") == ()
        (tmp_path / "a.yaml").unlink()


def test_init_says_what_a_folder_without_classes_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pictures(tmp_path / "zoo", 9, 9)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["init", "--from", "zoo/cat"])
    assert stop.value.code == 1
    assert "put the pictures of each class into a folder" in capfd.readouterr().err
