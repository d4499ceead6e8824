"""Pictures that cannot be read, one finding each: the file, the row, and what to write."""

from pathlib import Path

import numpy as np
import pytest
from odd_pictures import NEEDS, bomb, colours, folder_of, header, named, packed, png, refused, whole
from PIL import Image

from nnspec.data import read_rows
from nnspec.spec.data import DataSection

NONE = "is no picture, or a damaged one; expected PNG, JPEG, GIF, BMP, WebP, TIFF or PNM"
SHORT = "cannot be read: it is damaged (image file is truncated"
FLOATS = "has pixels of the kind F, which have no 8 bits a channel"
SIZE = "say what size all are brought to: image: {size: [6, 4]}"
LARGER = "has 7 x 4 pixels (rows x columns), and others 6 x 4"
BAD: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "D102", NONE),
    "text": (b"hello", "D102", NONE),
    "vector": (b"<svg/>", "D102", NONE),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 6\n", "D102", NONE),
    "cut short": (png(colours(60, 60))[:900], "D102", SHORT),
    "cut JPEG": (packed(Image.fromarray(colours(60, 60)), "JPEG")[:1200], "D102", SHORT),
    "header alone": (header(4, 6), "D102", NONE),
    "bomb": (bomb(), "D116", "has more than 89,000,000 pixels"),
    "large": (
        bomb(10_000, 10_000),
        "D116",
        "has 10,000 x 10,000 pixels; expected at most 89,000,000",
    ),
    "of floats": (packed(Image.fromarray(np.ones((6, 4), np.float32)), "TIFF"), "D102", FLOATS),
    "of another size": (png(colours(7, 4)), "D110", LARGER),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_picture_is_refused_by_row_and_name(tmp_path: Path, case: str) -> None:
    data, expected, words = BAD[case]
    folder_of(tmp_path, {"data/good.png": png(), "data/bad.png": data})
    named(tmp_path, "good.png", "bad.png")
    code, message, hint = refused(tmp_path, "data/list.csv", columns={"photo": "image"})
    assert (code, hint if code == "D110" else SIZE) == (expected, SIZE)
    assert message.startswith(f'column "photo", row 2: "data/bad.png" {words}')
    sized = {"photo": {"image": {"size": [6, 4]}}}
    if code == "D110":
        assert whole(tmp_path, "data/list.csv", columns=sized)["photo"].shape == (6, 4, 3)
    else:
        assert refused(tmp_path, "data/list.csv", columns=sized)[0] == code


def test_a_picture_that_is_not_there_is_named_with_its_row(tmp_path: Path) -> None:
    folder_of(tmp_path, {"data/good.png": png()})
    named(tmp_path, "good.png", "god.png")
    code, message, hint = refused(tmp_path, "data/list.csv", columns={"photo": "image"})
    assert (code, hint) == ("D101", "did you mean good.png?")
    assert message == 'column "photo", row 2: there is no file at the path "data/god.png"'


def test_of_many_bad_pictures_the_first_is_shown_and_the_others_counted(tmp_path: Path) -> None:
    folder_of(tmp_path, {"data/good.png": png(), "data/a.png": b"", "data/b.png": b"?"})
    named(tmp_path, "good.png", "b.png", "a.png", "a.png")
    _, message, _ = refused(tmp_path, "data/list.csv", columns={"photo": "image"})
    assert message.startswith('column "photo", row 2: "data/b.png" is no picture')
    assert message.endswith("(and 2 more pictures)")


def test_folders_without_pictures_and_files_in_their_place_are_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, {"notes/a.txt": b"", "notes/b": b"", "file": b""})
    (tmp_path / "bare").mkdir()
    code, message, hint = refused(tmp_path, "notes/")
    assert (code, hint) == ("D113", 'for texts write source: {texts: {path: "notes/"}}')
    assert "holds no pictures, but 2 other files (1 .txt, 1 no ending)" in message
    assert refused(tmp_path, "bare/")[0] == "D113"
    assert refused(tmp_path, "absent/")[0] == "D101"
    assert refused(tmp_path, "file/")[0] in {"D102", "D113"}


def test_columns_of_numbers_and_targets_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("photo,label\n1,a\n2,b\n")
    assert refused(tmp_path, "n.csv", columns={"photo": "image"})[0] == "D101"
    np.savez(tmp_path / "n.npz", photo=np.ones((2, 4, 4, 3)), label=np.array(["a", "b"]))
    assert refused(tmp_path, "n.npz", columns={"photo": "image"})[0] == "D106"
    folder_of(tmp_path, {"data/x.png": png()})
    named(tmp_path, "x.png", "x.png")
    code, message, _ = refused(
        tmp_path, "data/list.csv", columns={"photo": "image"}, target="photo", features=["label"]
    )
    assert (code, message) == ("S115", '"photo" holds pictures, which are features alone')


def test_an_array_of_bytes_may_be_pictures(tmp_path: Path) -> None:
    pixels = np.stack([colours(seed=seed) for seed in range(4)])
    np.savez(tmp_path / "n.npz", photo=pixels, label=np.array(["a", "b"] * 2))
    table = whole(tmp_path, "n.npz", columns={"photo": {"image": {"size": [6, 4]}}})
    assert (table["photo"].kind, table["photo"].shape) == ("image", (6, 4, 3))


def test_a_changed_picture_changes_the_fingerprint_of_the_data(tmp_path: Path) -> None:
    section = DataSection.model_validate({"source": "zoo/", "target": "label"})
    prints = []
    for seed in (1, 1, 2):
        folder_of(tmp_path, {"zoo/cat/1.png": png(colours(seed=seed)), "zoo/dog/1.png": png()})
        prints.append(read_rows(section, NEEDS, folder=tmp_path).fingerprint)
    assert prints[0] == prints[1] != prints[2]
