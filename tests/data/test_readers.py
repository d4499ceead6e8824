"""Every kind of source gives the same rows; what cannot be read is refused in words."""

import gzip
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn import datasets

from nnspec.data import Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.data.read.content import first_line
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Refused
from nnspec.spec.builtin import BUNDLED_SETS, known_classes, known_inputs
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]
FRAME = pl.DataFrame(
    {
        "size": [float(i) for i in range(40)],
        "place": ["north", "south", "east", "west"] * 10,
        "y": [i % 7 + 0.5 for i in range(40)],
    }
)


def write(frame: pl.DataFrame, file: Path) -> None:
    match file.suffix:
        case ".csv":
            frame.write_csv(file)
        case ".tsv":
            frame.write_csv(file, separator="\t")
        case ".parquet":
            frame.write_parquet(file)
        case ".jsonl":
            frame.write_ndjson(file)
        case _:
            arrays = {name: frame[name].to_numpy() for name in ("size", "y")}
            np.savez(file, **arrays, place=np.asarray(frame["place"].to_list()))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl", ".npz"])
def test_every_format_gives_the_same_training_rows(suffix: str, load: Load, tmp_path: Path) -> None:
    write(FRAME, tmp_path / f"data{suffix}")
    dataset = load(source=f"data{suffix}", features=["size", "place"])
    train = dataset.splits["train"]
    assert train.features["size"].values.tolist() == [float(row) for row in train.rows]
    assert train.features["place"].values.tolist() == FRAME["place"].gather(train.rows).to_list()
    assert dataset.raw_targets("train")["out"][:, 0].tolist() == (
        FRAME["y"].gather(train.rows).to_list()
    )


def test_the_fingerprint_follows_the_bytes_of_the_file(load: Load) -> None:
    text = "x,y\n" + "".join(f"{i},{i * i}\n" for i in range(20))
    first, same, other = load(text), load(text), load(text.replace("19,361", "19,360"))
    assert first.fingerprint == same.fingerprint
    assert first.fingerprint != other.fingerprint
    assert re.fullmatch("[0-9a-f]{64}", first.fingerprint)


def test_an_array_of_an_archive_is_one_column_with_a_shape(load: Load, tmp_path: Path) -> None:
    pictures = np.arange(20 * 6, dtype=np.uint8).reshape(20, 2, 3)
    np.savez(tmp_path / "data.npz", pictures=pictures, y=np.arange(20.0))
    dataset = load(source="data.npz")
    assert dataset.fitted.tensors["input"].shape == (None, 2, 3)
    fit = dataset.fitted.columns["pictures"]
    seen = pictures[dataset.splits["train"].rows]
    assert fit.kind == "numeric"
    assert fit.shift == pytest.approx(seen.mean())
    assert fit.scale == pytest.approx(seen.std())


def test_lists_of_one_length_in_json_lines_are_an_array_column(load: Load, tmp_path: Path) -> None:
    lines = "".join(f'{{"signal": [{i}, {i + 1}, 4], "y": {i}}}\n' for i in range(20))
    (tmp_path / "data.jsonl").write_text(lines)
    assert load(source="data.jsonl").fitted.tensors["input"].shape == (None, 3)


def test_a_byte_order_mark_blank_lines_and_blanks_around_cells_do_not_matter(load: Load) -> None:
    rows = "".join(f" {i} ,{i}\n\n" for i in range(20))
    dataset = load(f"\ufeffx,y\n{rows}\n")
    assert sum(len(split) for split in dataset.splits.values()) == 20
    assert dataset.fitted.columns["x"].kind == "numeric"


def test_a_row_of_separators_alone_is_a_row_of_missing_cells(load: Load, tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 3},{i}\n" for i in range(20))
    fitted = load(f"a,b,y\n{rows}", missing="mean").fitted
    (tmp_path / "new.csv").write_text("a,b\n\n1,2\n,\n\n3,4\n\n")
    split = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert np.nan_to_num(split.features["a"].values, nan=-1).tolist() == [1, -1, 3]


@pytest.mark.parametrize("name", sorted(BUNDLED_SETS))
def test_the_static_table_agrees_with_the_bundled_set(name: str, tmp_path: Path) -> None:
    bunch = getattr(datasets, f"load_{name}")()
    known = BUNDLED_SETS[name]
    target = list(known.targets) if len(known.targets) > 1 else known.targets[0]
    section = DataSection.model_validate({"source": f"sklearn:{name}", "target": target})
    need = TargetNeed("multiclass" if known.classes else "regression")
    dataset = load_dataset(section, {"out": need}, folder=tmp_path)
    assert known.rows == len(bunch.target) == sum(len(one) for one in dataset.splits.values())
    assert known_inputs(section) == dataset.fitted.tensors
    assert known_classes(section) == (len(dataset.fitted.targets["out"].labels) or None)
    if not known.shapes:
        assert list(known.features) == [str(one) for one in bunch.feature_names]


def test_a_file_that_is_not_there_is_named_with_its_neighbour(load: Load, tmp_path: Path) -> None:
    (tmp_path / "iris.csv").write_text("x,y\n1,2\n")
    with pytest.raises(Refused) as refused:
        load(source="irsi.csv")
    (finding,) = refused.value.diagnostics
    assert finding.code == "D101"
    assert finding.message == f'there is no file at the path "{tmp_path / "irsi.csv"}"'
    assert finding.hint == "did you mean iris.csv?"
    assert finding.path == ("data", "source")


def test_a_file_without_permission_is_refused_with_the_reason(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "data.csv").touch()
    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(Refused, match=rf'no permission to read "{tmp_path}/data.csv" \[D102\]'):
        load()


def test_a_folder_and_a_pipe_are_no_files(load: Load, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Refused, match=r"is a folder; expected a file \[D102\]"):
        load(source="folder.csv")
    with pytest.raises(Refused, match=r"it is a pipe; expected a file \[D102\]"):
        load(source="pipe.csv")


@pytest.mark.parametrize("source", ["data.docx", "data", "data.gz", "data.csv.rar"])
def test_an_unknown_format_is_refused_with_those_that_are_read(source: str, load: Load) -> None:
    with pytest.raises(Refused, match=r"expected one of \.csv \.tsv .* \[D114\]"):
        load(source=source)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x,y\n1,2\n3,4,5\n", r"row 2 of .* \(line 3\) has 3 fields; expected 2"),
        ("x,y\n1,2\n\n3\n", r"row 2 of .* \(line 4\) has 1 field; expected 2"),
    ],
)
def test_a_row_of_another_length_is_shown_by_number(text: str, found: str, load: Load) -> None:
    with pytest.raises(Refused, match=rf"{found}, as in the header \[D104\]"):
        load(text)


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", "D113", "is empty; expected a header"),
        (b"x,y\n", "D113", "holds no rows"),
        (b"x,x,y\n1,2,3\n", "D121", 'the column "x" is named twice: columns 1 and 2'),
        (b"x,,y\n1,2,3\n", "D121", "column 2 has no name, and would be a feature"),
        (b",,y\n1,2,3\n", "D121", "two have no name: columns 1 and 2"),
        (b"x,y\n\xff,1\n", "D102", "is not UTF-8"),
        (gzip.compress(b"x,y\n1,2\n", mtime=0), "D102", "is packed; name it data.csv.gz"),
    ],
)
def test_a_text_that_is_no_table_is_refused(
    content: bytes, code: str, found: str, load: Load, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_bytes(content)
    with pytest.raises(Refused, match=rf"{found}.*\[{code}\]"):
        load()


@pytest.mark.parametrize(("skip", "line"), [(0, "the first line"), (1, "line 2")])
def test_an_empty_line_in_place_of_the_first_row_is_shown(
    skip: int, line: str, load: Load, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text("\n\n1,2\n3,4\n", encoding="utf-8")
    said = {"path": "data.csv", "header": False, "skip": skip, "names": ["x", "y"]}
    with pytest.raises(
        Refused, match=rf'{line} of ".*" is empty; expected the first row'
    ) as caught:
        load(source={"csv": said})
    assert "skip" in str(caught.value.diagnostics[0].hint)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("data.jsonl", b'{"x": 1, "y": 2}\n{"x": 1,\n', "line 2 is no JSON"),
        ("data.jsonl", b"[1, 2]\n", "line 1 is a list, no object"),
        ("data.parquet", b"PAR1 and then nothing PAR1", "cannot be read"),
        ("data.npz", b"PK no archive", "damaged archive"),
    ],
)
def test_a_damaged_file_is_refused(
    name: str, content: bytes, found: str, load: Load, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=rf"{found}.*\[D102\]"):
        load(source=name)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_an_archive_with_a_damaged_byte_is_refused(
    share: float, load: Load, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).random(400)
    np.savez_compressed(tmp_path / "data.npz", x=noise, y=noise)
    content = bytearray((tmp_path / "data.npz").read_bytes())
    content[int(share * len(content))] ^= 0xFF
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(Refused, match=r"cannot be read: damaged archive: .*\[D102\]"):
        load(source="data.npz")


def test_a_damaged_parquet_file_is_refused_and_nothing_else_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "data.parquet"
    rows = range(40)
    frame = pl.DataFrame({"x": [row / 2 for row in rows], "y": [f"word {row % 3}" for row in rows]})
    frame.write_parquet(file, compression="uncompressed")
    content = file.read_bytes()
    refused = 0
    for place in range(4, len(content) - 12, 7):
        file.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        try:
            read_source("data.parquet", tmp_path)
        except Refused:
            refused += 1
    assert refused > 20
    assert capfd.readouterr().err == ""


def test_arrays_of_different_lengths_are_refused_with_both(load: Load, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.zeros(10), y=np.zeros(9))
    with pytest.raises(Refused, match=r'different lengths: "x" 10, "y" 9 rows \[D110\]'):
        load(source="data.npz")


def test_python_objects_in_an_archive_are_never_unpickled(load: Load, tmp_path: Path) -> None:
    marker = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (marker,)

    np.savez(tmp_path / "data.npz", x=np.array([Payload()], dtype=object), y=np.zeros(1))
    with pytest.raises(Refused, match=r'"x" holds Python objects, which can carry code \[D102\]'):
        load(source="data.npz")
    assert not marker.exists()


def header_of(shape: tuple[int, ...]) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    padded = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode()


def test_an_archive_that_unpacks_to_more_than_the_limit_is_not_unpacked(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "data.npz", x=np.zeros(2**21))
    section, needs = DataSection(source="data.npz", target="y"), {"out": TargetNeed("regression")}
    with pytest.raises(Refused, match=r"declares a size of 16 MiB .* limit is 1 MiB \[D116\]"):
        load_dataset(section, needs, folder=tmp_path, limit=2**20)
    assert (tmp_path / "data.npz").stat().st_size < 2**16


def test_an_array_that_declares_more_than_it_stores_is_refused(load: Load, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("x.npy", header_of((10**12,)) + bytes(80))
    with pytest.raises(Refused, match=r'"x" declares a size of 8000000000000 bytes and stores 80'):
        load(source="data.npz")


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_a_file_of_few_bytes_and_many_rows_is_refused(ending: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [0.0], "y": [1.0]}).select(pl.all().repeat_by(300_000).explode())
    if ending == "parquet":
        frame.write_parquet(tmp_path / "data.parquet")
    else:
        frame.write_ipc(tmp_path / "data.feather", compression="zstd")
    section = DataSection(source=f"data.{ending}", target="y")
    needs = {"out": TargetNeed("regression")}
    with pytest.raises(Refused, match=r"declares a size of .* the limit is 1 MiB \[D116\]"):
        load_dataset(section, needs, folder=tmp_path, limit=2**20)
    assert (tmp_path / f"data.{ending}").stat().st_size < 2**20


def test_a_library_s_error_without_a_word_is_told_by_its_kind() -> None:
    assert first_line(ValueError(" it is damaged\nat byte 3")) == "it is damaged"
    assert first_line(EOFError()) == "EOFError"


def test_an_unknown_bundled_set_is_refused_with_the_nearest(load: Load) -> None:
    with pytest.raises(Refused, match=r"S106") as refused:
        load(source="sklearn:diabets")
    assert refused.value.diagnostics[0].hint == "did you mean diabetes?"
