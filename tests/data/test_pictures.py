"""Pictures: folders of them by class, tables that name them, odd kinds, bad ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from odd_pictures import (
    NEEDS,
    Pixels,
    colours,
    deep,
    folder_of,
    moving,
    named,
    packed,
    png,
    refused,
    turned,
    whole,
    zoo,
)
from PIL import Image, ImageOps

from nnspec.data import Dataset, load_dataset, read_for_prediction
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]


def only(folder: Path, data: bytes, **image: object) -> Pixels:
    """Return the pixels of the one picture of a folder."""
    folder_of(folder, {"one/a.png": data, "two/b.png": data})
    table = whole(folder, "./", columns={"image": {"image": image}})
    return np.asarray(table["image"].values[0], np.uint8)


def test_a_folder_of_pictures_gives_pixels_and_the_folders_names_in_the_order_of_names(
    tmp_path: Path,
) -> None:
    zoo(tmp_path / "zoo", each=2)
    folder_of(
        tmp_path / "zoo", {"readme.txt": b"", ".DS_Store": b"", "cat/.x.png": b"", "a.heic": b""}
    )
    for source in ("zoo/", {"images": "zoo"}, {"images": {"path": "zoo/", "labels": "folder"}}):
        table = whole(tmp_path, source)
        assert table["label"].values.tolist() == ["cat", "cat", "dog", "dog", "newt", "newt"]
        assert table["image"].values.dtype == np.uint8
        assert table["image"].shape == (6, 4, 3)
        assert [len(np.unique(one)) > 1 for one in table["image"].values] == [True] * 6
        assert table["image"].values[3].tolist() == colours(seed=3).tolist()
        files = table["image"].files
        assert files is not None
        assert files.tolist()[:3] == ["cat/00.png", "cat/01.png", "dog/00.png"]


def test_pictures_deeper_within_a_class_are_its_own(tmp_path: Path) -> None:
    folder_of(
        tmp_path, {"zoo/cat/a/b/1.png": png(), "zoo/dog/1.png": png(), "zoo/cat/1.JPG": png()}
    )
    table = whole(tmp_path, "zoo/")
    assert table["label"].values.tolist() == ["cat", "cat", "dog"]


def test_a_flat_folder_has_no_labels_and_can_be_reconstructed(tmp_path: Path, load: Load) -> None:
    folder_of(tmp_path, {f"all/{number:02}.png": png(colours(seed=number)) for number in range(20)})
    dataset = load(need="reconstruction", source="all/")
    assert list(dataset.fitted.columns) == ["image"]
    assert len(dataset.splits["train"]) == 14
    fit = dataset.fitted.targets["out"]
    assert (fit.shift, fit.scale) == ((0.0,), (255.0,))


def test_labels_that_are_in_doubt_are_asked_about(tmp_path: Path) -> None:
    folder_of(tmp_path, {"zoo/cat/1.png": png(), "zoo/2.png": png()})
    code, message, hint = refused(tmp_path, "zoo/")
    assert (code, "1 of 2 files" in message, "labels: none" in hint) == ("S115", True, True)
    flat = folder_of(tmp_path / "flat", {"1.png": png()})
    code, message, _ = refused(flat, {"images": {"path": ".", "labels": "folder"}})
    assert (code, "all files" in message) == ("S115", True)


def test_folders_may_be_given_as_splits(tmp_path: Path) -> None:
    for split, each in (("train", 4), ("val", 2), ("test", 3)):
        zoo(tmp_path / "zoo" / split, each=each)
    given = {"train": "zoo/train/", "validation": "zoo/val/", "test": "zoo/test/"}
    section = DataSection.model_validate({"source": given, "target": "label"})
    dataset = load_dataset(section, NEEDS, folder=tmp_path)
    assert {name: len(split) for name, split in dataset.splits.items()} == {
        "train": 12,
        "validation": 6,
        "test": 9,
    }
    files = dataset.splits["test"].features["image"].files
    assert files is not None
    assert files.tolist()[0] == "cat/00.png"


def test_a_table_names_pictures_by_paths_from_its_own_folder(tmp_path: Path) -> None:
    folder_of(tmp_path, {"photos/x.png": png(), "data/y.png": png(colours(seed=1))})
    named(tmp_path, "../photos/x.png", "y.png", str(tmp_path / "photos" / "x.png"), " y.png ")
    said: object
    for said in ("image", {"image": {}}):
        table = whole(tmp_path, "data/list.csv", columns={"photo": said})
        seeds = [0, 1, 0, 1]
        assert table["photo"].values.tolist() == [colours(seed=seed).tolist() for seed in seeds]
        assert table["photo"].files.tolist()[0] == "../photos/x.png"  # type: ignore[union-attr]


def test_rows_without_a_picture_are_refused_or_left_out(tmp_path: Path) -> None:
    folder_of(tmp_path, {"data/x.png": png()})
    named(tmp_path, "x.png", None, "NA", "x.png")
    code, message, _ = refused(tmp_path, "data/list.csv", columns={"photo": "image"})
    assert (code, "2 missing cells in 4 rows (first: row 2)" in message) == ("D105", True)
    fill = refused(tmp_path, "data/list.csv", columns={"photo": "image"}, missing="median")
    assert fill[0] == "D105"
    for settings in ({"missing": "drop"}, {"columns": {"photo": {"image": {"missing": "drop"}}}}):
        told: dict[str, Any] = {"columns": {"photo": "image"}, **settings}
        assert whole(tmp_path, "data/list.csv", **told)["photo"].values.shape == (2, 6, 4, 3)


def test_no_cell_and_no_link_leads_outside_unless_it_is_allowed(tmp_path: Path) -> None:
    spec = tmp_path / "spec"
    folder_of(
        tmp_path, {"away/x.png": png(), "spec/zoo/cat/1.png": png(), "spec/data/1.png": png()}
    )
    said = {"photo": "image"}
    named(spec, "1.png", "../../away/x.png")
    code, message, _ = refused(spec, "data/list.csv", columns=said)
    assert (code, 'column "photo", row 2: ' in message) == ("X104", True)
    assert whole(spec, "data/list.csv", columns=said, allow_outside=True)["photo"].shape == (
        6,
        4,
        3,
    )
    named(spec, "https://example.org/x.png", "1.png")
    assert refused(spec, "data/list.csv", columns=said)[0] == "X103"
    for link in ("zoo/cat/2.png", "zoo/dog"):
        target = tmp_path / "away" / ("x.png" if link.endswith("png") else "")
        (spec / link).symlink_to(target)
        assert refused(spec, "zoo/")[0] == "X104"
        labels = whole(spec, "zoo/", allow_outside=True)["label"].values.tolist()
        assert labels == ["cat", "cat" if link.endswith("png") else "dog"]
        (spec / link).unlink()
    (spec / "data" / "in.png").symlink_to("1.png")
    (spec / "zoo" / "newt").mkdir()
    (spec / "zoo" / "newt" / "up").symlink_to(spec / "zoo")
    (spec / "zoo" / "newt" / "1.png").symlink_to("../../data/in.png")
    assert whole(spec, "zoo/")["label"].values.tolist() == ["cat", "newt"]


BLACK = [0, 0, 0]


def test_kinds_of_pixels_become_the_channels_that_are_said(tmp_path: Path) -> None:
    grey = colours()[..., 0]
    half = np.full((6, 4), 128, np.uint8)
    opaque = np.dstack([colours(), half])
    clear = Image.fromarray(np.dstack([grey, half]))
    palette = Image.fromarray(colours()).quantize(24)
    see_through = packed(palette, "PNG", transparency=bytes([0] * 24))
    cases = {
        "grey": (packed(Image.fromarray(grey)), 3, np.dstack([grey] * 3)),
        "grey and alpha": (
            packed(clear),
            1,
            np.asarray(np.round(grey / 255 * 128 + 127), np.uint8),
        ),
        "colours to grey": (png(), 1, np.asarray(Image.fromarray(colours()).convert("L"))),
        "opacity": (packed(Image.fromarray(opaque)), 4, opaque),
        "made opaque": (png(), 4, np.dstack([colours(), np.full((6, 4), 255, np.uint8)])),
        "palette": (packed(palette), 3, np.asarray(palette.convert("RGB"))),
        "clear palette": (see_through, 3, np.full((6, 4, 3), 255, np.uint8)),
        "one bit": (packed(Image.fromarray(grey > 100)), 1, (grey > 100) * np.uint8(255)),
        "16 bits": (deep(grey.astype(np.uint16) * 256 + 200), 1, grey),
        "16 bits of a PGM": (packed(Image.fromarray(grey.astype(np.uint16) * 257), "PPM"), 1, grey),
        "the first of several": (moving(np.dstack([grey] * 3), colours(seed=9)), 1, grey),
    }
    for name, (data, channels, expected) in cases.items():
        found = only(tmp_path / name, data, channels=channels)
        wanted = expected.reshape(6, 4, channels)
        assert np.abs(found.astype(int) - wanted).max() <= (1 if name == "grey and alpha" else 0), (
            name
        )


def test_a_cmyk_jpeg_shows_the_colours_that_it_was_made_of(tmp_path: Path) -> None:
    block = np.zeros((32, 32, 3), np.uint8)
    block[:] = (200, 40, 90)
    printed = packed(Image.fromarray(block).convert("CMYK"), "JPEG", quality=95)
    assert np.abs(only(tmp_path, printed).astype(int) - block).max() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright_as_its_exif_says(tmp_path: Path, orientation: int) -> None:
    pixels = colours()
    upright = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, -1),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels),
    }
    found = only(tmp_path, turned(pixels, orientation))
    assert found.tolist() == upright[orientation].tolist()


def test_pictures_are_stretched_cut_or_padded_to_the_size_that_is_said(tmp_path: Path) -> None:
    made = Image.fromarray(colours(20, 10))
    way = Image.Resampling.BILINEAR
    cases = {
        "stretch": made.resize((6, 6), way),
        "crop": ImageOps.fit(made, (6, 6), way),
        "pad": ImageOps.pad(made, (6, 6), way),
    }
    for fit, expected in cases.items():
        found = only(tmp_path / fit, png(colours(20, 10)), size=[6, 6], fit=fit)
        assert found.tolist() == np.asarray(expected).tolist()
    assert found[:, 0].tolist() == [BLACK] * 6
    assert only(tmp_path / "short", png(), size=[5, 7]).shape == (5, 7, 3)


def test_new_pictures_are_brought_to_the_size_of_the_training_or_refused(tmp_path: Path) -> None:
    zoo(tmp_path / "zoo")
    folder_of(tmp_path / "new", {"b.png": png(colours(9, 9)), "a.png": png()})
    for image, code in ({"size": [6, 4]}, None), ({}, "D110"):
        section = DataSection.model_validate(
            {"source": "zoo/", "target": "label", "columns": {"image": {"image": image}}}
        )
        fitted = load_dataset(section, NEEDS, folder=tmp_path).fitted
        if code is None:
            rows = read_for_prediction("new", fitted, folder=tmp_path)
            assert rows.features["image"].files.tolist() == ["a.png", "b.png"]  # type: ignore[union-attr]
            alone = read_for_prediction("new/b.png", fitted, folder=tmp_path)
            assert (
                alone.features["image"].values.tolist()
                == rows.features["image"].values[1:].tolist()
            )
            (tmp_path / "new.csv").write_text("image\nnew/b.png\n")
            listed = read_for_prediction("new.csv", fitted, folder=tmp_path)
            assert (
                listed.features["image"].values.tolist() == alone.features["image"].values.tolist()
            )
        else:
            with pytest.raises(Refused) as caught:
                read_for_prediction("new/b.png", fitted, folder=tmp_path)
            assert caught.value.diagnostics[0].code == code


def test_pillow_is_asked_for_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo(tmp_path / "zoo", each=1)
    monkeypatch.setattr("nnspec.data.read.pictures.find_spec", lambda _: None)
    code, _, hint = refused(tmp_path, "zoo/")
    assert (code, hint) == ("D118", "pip install 'nnspec[images]'")
