"""What an HDF5 file declares of its texts is believed no further than the file has room for.

A heap whose objects have no end is refused before the library walks it, and so are texts that are
said to be longer than the file.
"""

import io
import subprocess
import sys
import zlib
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
LIMITED = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="nothing limits memory")
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


PEAK = """
import re, sys
from pathlib import Path
from nnspec.diagnostics import Refused
from nnspec.catalog.sources import Hdf5
from nnspec.data.read.content import Content
from nnspec.data.read.hdf5 import read_hdf5
from nnspec.exchange.read import hdf5

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

def model():
    with hdf5.opened(path) as file:
        return hdf5.text_of(file, "model_config")

def array():
    with hdf5.opened(path) as file:
        hdf5.array_of(file, "kernel", hdf5.Budget(100))

def table():
    read_hdf5(Content(path, path.read_bytes(), 10**10), Hdf5(path=path.name), ())

path, before = Path(sys.argv[2]), peak()
try:
    {"model": model, "array": array, "table": table}[sys.argv[1]]()
except Refused as refused:
    print(refused.diagnostics[0].code, peak() - before)
"""
"""Prints how a file is refused, and how many MB that took at most."""


def with_length(content: bytes, text: bytes, length: int) -> bytes:
    """Return a file in which a reference to a text declares another length for it."""
    begin = content.index(HEAP)
    known = len(text).to_bytes(4, "little") + begin.to_bytes(8, "little")
    assert content.count(known) == 1
    return content.replace(known, length.to_bytes(4, "little") + known[4:])


def refused(kind: str, path: Path) -> tuple[str, int]:
    """Return the code of a refusal, and how many MB were taken at most."""
    asked = [sys.executable, "-c", PEAK, kind, str(path)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True)
    code, megabytes = said.stdout.split()
    return code, int(megabytes)


@LIMITED
@pytest.mark.parametrize("kind", ["model", "table"])
def test_a_text_that_is_said_to_be_longer_than_its_file_takes_no_memory(
    kind: str, tmp_path: Path
) -> None:
    text = b"{}" * 50 if kind == "model" else TEXTS[3].encode()
    path = tmp_path / "texts.h5"
    path.write_bytes(with_length(file_of_texts(), text, 1_862_270_986))
    code, megabytes = refused(kind, path)
    assert code == "D102"
    assert megabytes < 200


@LIMITED
def test_a_piece_of_an_array_that_is_far_larger_than_the_array_takes_no_memory(
    tmp_path: Path,
) -> None:
    """Ten numbers lie in a piece of 2**26, which is packed into a megabyte."""
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        pieces = {"maxshape": (None,), "chunks": (2**26,), "compression": "gzip"}
        array = file.create_dataset("kernel", (10,), dtype="f4", **pieces)
        array.id.write_direct_chunk((0,), zlib.compress(bytes(2**28), 1))
    code, megabytes = refused("array", path)
    assert code == "D102"
    assert megabytes < 200


ALONE = """
import resource
from pathlib import Path
from threading import Event, Thread
import numpy as np
from nnspec.data.read.rooms import room_of

def limit():
    return resource.getrlimit(resource.RLIMIT_AS)

before = limit()
try:
    with room_of(0):
        np.ones(2**28)
except ValueError as error:
    print(error)
assert limit() == before
with room_of(2**31):
    np.ones(2**27)
done = Event()
other = Thread(target=done.wait, daemon=True)
other.start()
with room_of(0):
    assert limit() == before
done.set()
other.join()
held = (int(Path("/proc/self/statm").read_text().split()[0]) << 12) + 2**28
resource.setrlimit(resource.RLIMIT_AS, (held, before[1]))
with room_of(2**40):
    assert limit()[0] == held
assert limit()[0] == held
"""
"""Limits the memory of a process: it is given back, is none beside threads, and never grows."""


@LIMITED
def test_room_is_limited_in_a_process_of_one_thread_and_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout == "it declares more bytes than it has room for\n"


def saved(values: object, **options: object) -> Content:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_dataset("Größe", data=values, **options)
    return Content(Path("t.h5"), stream.getvalue(), 10**10)


@pytest.mark.parametrize("values", [np.array([b"caf\xe9", b"tea"]), [b"caf\xe9"]])
def test_texts_of_another_encoding_are_refused_by_their_name(values: object) -> None:
    with pytest.raises(Refused, match=r'texts of "Größe" are no UTF-8.*\[D102\]'):
        read_hdf5(saved(values), Hdf5(path="t.h5"), ())


def test_texts_that_all_would_be_as_long_as_one_are_refused() -> None:
    """NumPy gives each as much room as the longest: 30,000 texts of a megabyte here."""
    texts = saved(["a" * 1_000_000, *("b" for _ in range(30_000))], dtype=h5py.string_dtype())
    with pytest.raises(Refused, match=r"\[D116\]"):
        read_hdf5(texts, Hdf5(path="t.h5"), ())
