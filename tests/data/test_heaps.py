"""A heap of an HDF5 file whose objects have no end is refused before its library walks it."""

import io
from pathlib import Path

import h5py
import numpy as np
import pytest

from nnspec.catalog.sources import Hdf5
from nnspec.data.read.content import Content
from nnspec.data.read.hdf5 import read_hdf5
from nnspec.data.read.heaps import check_objects
from nnspec.diagnostics import Refused
from nnspec.exchange.read import hdf5

HEAP = b"GCOL\x01\0\0\0"
TEXTS = ["São Paulo", "Zürich", "東京", "a" * 300]


def file_of_texts() -> bytes:
    """Return an HDF5 file with texts of any length, in an array and an attribute."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_dataset("City", data=TEXTS, dtype=h5py.string_dtype())
        file.create_dataset("Size [m]", data=np.arange(len(TEXTS)))
        file.attrs["model_config"] = "{}" * 50
    return stream.getvalue()


def objects(content: bytes) -> list[int]:
    """Return where the objects of the first heap begin, its free space last."""
    begin = content.index(HEAP)
    end = begin + int.from_bytes(content[begin + 8 : begin + 16], "little")
    found, place = [], begin + 16
    while place + 16 <= end:
        found.append(place)
        size = int.from_bytes(content[place + 8 : place + 16], "little")
        numbered = content[place : place + 2] != b"\0\0"
        place += 16 + -(-size // 8) * 8 if numbered else size
    return found


def with_size(content: bytes, place: int, size: int) -> bytes:
    return content[: place + 8] + size.to_bytes(8, "little") + content[place + 16 :]


@pytest.mark.parametrize("size", [0, 2**63, 2**64 - 8])
def test_free_space_that_leads_nowhere_is_damage(size: int) -> None:
    sound = file_of_texts()
    check_objects(sound, 8)
    with pytest.raises(ValueError, match="a heap has no end"):
        check_objects(with_size(sound, objects(sound)[-1], size), 8)


@pytest.mark.parametrize("size", [2**64 - 16, 2**64 - 24, 2**63])
def test_an_object_that_leads_back_is_damage(size: int) -> None:
    sound = file_of_texts()
    with pytest.raises(ValueError, match="a heap has no end"):
        check_objects(with_size(sound, objects(sound)[1], size), 8)


def test_an_object_that_leads_out_of_the_file_ends_its_heap() -> None:
    sound = file_of_texts()
    check_objects(with_size(sound, objects(sound)[1], 2**40), 8)


def test_heaps_within_one_another_are_walked_no_longer_than_a_file_has_room() -> None:
    """Each of these holds all that come after it, as what its objects hold."""
    one = b"".join([HEAP, *(number.to_bytes(8, "little") for number in (2**40, 1, 16))])
    check_objects(one * 3, 8)
    with pytest.raises(ValueError, match="a heap has no end"):
        check_objects(one * 2_000, 8)


def test_a_table_with_such_a_heap_is_refused_and_a_sound_one_is_read() -> None:
    sound = file_of_texts()
    said = Hdf5(path="t.h5")
    assert read_hdf5(Content(Path("t.h5"), sound, 10**9), said, ())["City"].tolist() == TEXTS
    broken = with_size(sound, objects(sound)[-1], 0)
    with pytest.raises(Refused, match=r"no HDF5 file, or damaged: a heap has no end.*\[D102\]"):
        read_hdf5(Content(Path("t.h5"), broken, 10**9), said, ())


def test_a_model_with_such_a_heap_is_refused_in_a_file_and_in_an_archive(tmp_path: Path) -> None:
    sound = file_of_texts()
    path = tmp_path / "model.h5"
    path.write_bytes(sound)
    with hdf5.opened(path) as file:
        assert hdf5.text_of(file, "model_config") == "{}" * 50
    broken = with_size(sound, objects(sound)[-1], 0)
    path.write_bytes(broken)
    with pytest.raises(Refused, match=r"a heap has no end.*\[D102\]"), hdf5.opened(path):
        pass
    with (
        pytest.raises(Refused, match=r"a heap has no end.*\[D102\]"),
        hdf5.reading(io.BytesIO(broken), "model.weights.h5"),
    ):
        pass
