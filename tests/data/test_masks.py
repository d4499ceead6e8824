"""Masks: pictures whose pixels are classes, read as numbers and never blurred."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnspec.data import Dataset, TargetNeed, load_dataset
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

CLASSES = TargetNeed("multiclass", units=3)
NUMBERS = np.arange(12 * 8).reshape(12, 8) % 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of ten pictures with masks of three classes, and their table."""
    for place in range(10):
        Image.fromarray(np.full((12, 8), 20 * place, np.uint8)).save(tmp_path / f"p{place}.png")
        save(tmp_path / f"m{place}.png", np.roll(NUMBERS, place, axis=1))
    lines = [f"p{place}.png,m{place}.png" for place in range(10)]
    (tmp_path / "table.csv").write_text("\n".join(["photo,mask", *lines, ""]))
    return tmp_path


def save(path: Path, numbers: object, mode: str = "L") -> None:
    picture = Image.fromarray(np.asarray(numbers, np.uint8))
    if mode == "P":
        picture = picture.convert("P")
        picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
        picture.putdata(np.asarray(numbers).reshape(-1).tolist())
    picture.convert(mode).save(path) if mode == "RGB" else picture.save(path)


def load(folder: Path, need: TargetNeed = CLASSES, **mask: object) -> Dataset:
    columns = {"photo": {"image": {"channels": 1, **mask}}, "mask": {"mask": dict(mask)}}
    section = DataSection.model_validate(
        {"source": "table.csv", "target": "mask", "columns": columns}
    )
    return load_dataset(section, {"out": need}, folder=folder)


def refused(folder: Path) -> list[str]:
    with pytest.raises(Refused) as caught:
        load(folder)
    return [
        f"{one.code}: {one.message}".replace(f"{folder}/", "") for one in caught.value.diagnostics
    ]


@pytest.mark.parametrize("mode", ["L", "P"])
def test_the_pixels_of_a_mask_are_class_numbers(folder: Path, mode: str) -> None:
    for place in range(10):
        save(folder / f"m{place}.png", np.roll(NUMBERS, place, axis=1), mode)
    dataset = load(folder)
    target = dataset.fitted.targets["out"]
    assert (target.labels, target.shape, target.kinds) == ((0, 1, 2), (12, 8), ("mask",))
    codes = dataset.encoded_targets("train")["out"]
    rows = dataset.splits["train"].rows.tolist()
    assert codes.tolist() == [np.roll(NUMBERS, row, axis=1).tolist() for row in rows]


def test_bringing_a_mask_to_a_size_makes_no_class_between_two(folder: Path) -> None:
    for place in range(10):
        save(folder / f"m{place}.png", np.where(NUMBERS == 1, 200, 40))
    dataset = load(folder, TargetNeed("binary", units=1), size=[7, 5])
    target = dataset.fitted.targets["out"]
    assert (target.labels, target.shape) == ((40, 200), (7, 5, 1))


def test_fingerprints_tell_other_masks_of_the_same_names(folder: Path) -> None:
    before = load(folder).fingerprint
    save(folder / "m3.png", NUMBERS)
    assert load(folder).fingerprint != before


def test_a_mask_in_colours_is_refused(folder: Path) -> None:
    save(folder / "m4.png", NUMBERS, "RGB")
    (found,) = refused(folder)
    assert found == (
        'D102: column "mask", row 5: "m4.png" has pixels of the kind RGB; a mask has one number '
        "from 0 to 255 each"
    )


def test_masks_of_several_sizes_are_refused(folder: Path) -> None:
    save(folder / "m4.png", NUMBERS[:9])
    assert refused(folder) == [
        'D110: column "mask", row 5: "m4.png" has 9 x 8 pixels (rows x columns), and others 12 x 8'
    ]


def test_a_missing_mask_is_refused(folder: Path) -> None:
    text = (folder / "table.csv").read_text().replace("m4.png", "")
    (folder / "table.csv").write_text(text)
    (found,) = refused(folder)
    assert found.startswith("D105: ")


def test_masks_are_no_features(folder: Path) -> None:
    section = DataSection.model_validate(
        {"source": "table.csv", "target": "photo", "columns": {"mask": "mask"}}
    )
    with pytest.raises(Refused) as caught:
        load_dataset(section, {"out": TargetNeed("binary")}, folder=folder)
    found = [one.message for one in caught.value.diagnostics]
    assert '"mask" holds masks, which are targets alone' in found


@pytest.mark.parametrize(("shape", "kind"), [((10, 4, 4), "uint8"), ((10, 4, 4, 1), "int64")])
def test_an_array_of_whole_numbers_holds_masks(
    tmp_path: Path, shape: tuple[int, ...], kind: str
) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((10, 4, 4)), y=np.resize([0, 1, 2], shape).astype(kind))
    section = DataSection.model_validate(
        {"source": "a.npz", "target": "y", "columns": {"y": "mask"}}
    )
    target = load_dataset(section, {"out": CLASSES}, folder=tmp_path).fitted.targets["out"]
    assert (target.labels, target.shape) == ((0, 1, 2), (4, 4))


def test_an_array_of_fractions_holds_none(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((10, 4)), y=np.zeros((10, 4, 4)))
    section = DataSection.model_validate(
        {"source": "a.npz", "target": "y", "columns": {"y": {"mask": [4, 5]}}}
    )
    with pytest.raises(Refused, match=r"array \(10, 4, 4\) of float64; expected whole numbers"):
        load_dataset(section, {"out": CLASSES}, folder=tmp_path)
