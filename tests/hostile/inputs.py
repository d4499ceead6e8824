"""Inputs that mean harm or went wrong, each with the command line that meets it."""

import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

Make = Callable[[Path], object]
SPEC = """\
nnspec: 1
name: hens
data: {source: "%s", target: Eggs}
model: [{Dense: 1}]
training: {optimizer: adam, loss: mse, epochs: 1}
"""
FINE = "nnspec: 1\nmodel: [{Input: [4]}, {Dense: 1}]\n"
WRONG = "nnspec: 1\nmodel: [{Input: [4]}, {Dens: 1}]\n"
NAMES = 40_000
DEEP = 100_000
LONG = "a" * 5_000
UNDECODABLE = os.fsdecode(b"h\xe9ns.yaml")
CHECK = "validate --data spec.yaml"


@dataclass(frozen=True)
class Hostile:
    """One input.

    Attributes:
        make: writes it into the folder of the specs.
        command: what meets it; run by a shell, `nnspec` being the program.
        code: the exit code.
        said: what stands in the output, on whichever stream.
    """

    make: Make
    command: str
    code: int
    said: str


def data(name: str, content: bytes, code: int, said: str) -> Hostile:
    """Return a data file of some bytes that is checked."""

    def make(folder: Path) -> None:
        (folder / name).write_bytes(content)
        (folder / "spec.yaml").write_text(SPEC % name, encoding="utf-8")

    return Hostile(make, CHECK, code, said)


def source(name: str, make: Make, code: int, said: str) -> Hostile:
    """Return a data file that something else than its bytes is wrong with."""

    def whole(folder: Path) -> None:
        make(folder)
        (folder / "spec.yaml").write_text(SPEC % name, encoding="utf-8")

    return Hostile(whole, CHECK, code, said)


def parquet(frame: pl.DataFrame) -> bytes:
    """Return a table as Parquet."""
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def npz(age: object, eggs: object) -> bytes:
    """Return two columns as an archive."""
    stream = io.BytesIO()
    np.savez_compressed(stream, Age=np.asarray(age), Eggs=np.asarray(eggs))
    return stream.getvalue()


def few_pages() -> bytes:
    """Return a Parquet file of some kilobytes that stands for 20 million rows."""
    rows = pl.repeat(1.5, 20_000_000, eager=True)
    return parquet(pl.DataFrame({"Age": rows, "Eggs": rows}))


def one_long_text() -> bytes:
    """Return a Parquet file whose dictionary's only text stands in every row."""
    text = pl.Series(["hen" * 50_000]).cast(pl.Categorical).new_from_index(0, 5_000)
    return parquet(pl.DataFrame({"Age": text, "Eggs": np.arange(5_000.0)}))


def lists() -> bytes:
    """Return a Parquet file of three rows, each a list of millions of numbers."""
    return parquet(pl.DataFrame({"Age": [[0.0] * 4_000_000] * 3, "Eggs": [1.0, 2.0, 3.0]}))


def header(count: int) -> str:
    """Return the first line of a table of many columns."""
    return ",".join([*(f"c{number}" for number in range(count)), "Eggs"]) + "\n"


def lines(*objects: object) -> bytes:
    """Return objects as JSON lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


def manifest(text: str | bytes) -> Make:
    """Return what writes a run folder with this manifest."""

    def make(folder: Path) -> None:
        (folder / "run").mkdir()
        content = text.encode() if isinstance(text, str) else text
        (folder / "run" / "run.json").write_bytes(content)

    return make


def sound_manifest(**changed: object) -> dict[str, object]:
    """Return a manifest that can be read but for what is changed."""
    spec = {"file": "a.yaml", "folder": "/", "sha256": "0"}
    return {"format": 1, "name": "a", "spec": spec, "seed": 0, "started": "", **changed}


def piped_report(folder: Path) -> None:
    """Write a run whose report is a pipe that nobody writes to."""
    recorded = {"report.json": {"sha256": "0", "bytes": 1}}
    manifest(json.dumps(sound_manifest(artefacts=recorded)))(folder)
    os.mkfifo(folder / "run" / "report.json")


def texts(**files: str) -> Make:
    """Return what writes files by their stems, all of them specs."""

    def make(folder: Path) -> None:
        for stem, text in files.items():
            (folder / f"{stem}.yaml").write_text(text, encoding="utf-8")

    return make


def outside(folder: Path) -> None:
    """Link a name within the folder to a table outside it."""
    (folder / "hens.csv").symlink_to(folder.parent / "secret.csv")


def device(folder: Path) -> None:
    """Link a name to a device that never ends."""
    (folder / "hens.csv").symlink_to("/dev/zero")


def piped(*names: str) -> Make:
    """Return what makes pipes that nobody writes to, and a spec and a run folder beside them."""

    def make(folder: Path) -> None:
        (folder / "run").mkdir()
        (folder / "fine.yaml").write_text(FINE, encoding="utf-8")
        for name in names:
            os.mkfifo(folder / name)

    return make


EMPTY = texts(fine=FINE, wrong=WRONG)
SPARSE = header(NAMES).encode() + b"1\n" * 100_000
BLANK = header(100).encode() + b"\n" * 1_000_000 + b",".join([b"1"] * 101) + b"\n"
OWN_KEYS = [{f"k{number}": 1, "Eggs": 1} for number in range(20_000)]
NESTED_KEYS = [{"Age": {f"k{number}": 1}, "Eggs": 1} for number in range(20_000)]
ZEROS = np.zeros(30_000_000)
CLOSED = "standard output is lost from here on: Bad file descriptor"
FULL = "standard output is lost from here on: No space left on device"
BROKEN = "standard output is lost from here on: Broken pipe"

HOSTILE: dict[str, Callable[[], Hostile]] = {
    # Names of files.
    "brackets": lambda: source(
        "x[ab].csv",
        lambda folder: (folder / "xa.csv").write_text("Age,Eggs\n1,2\n"),
        1,
        "no file at the path",
    ),
    "star": lambda: source(
        "*.csv", lambda folder: (folder / "xa.csv").write_text("Age,Eggs\n1,2\n"), 1, "D111"
    ),
    "mark": lambda: source(
        "x?.csv", lambda folder: (folder / "xa.csv").write_text("Age,Eggs\n1,2\n"), 1, "D101"
    ),
    "link outside": lambda: source("hens.csv", outside, 1, "X104"),
    "link to a device": lambda: source("hens.csv", device, 1, "X104"),
    "folder": lambda: source("hens.csv", lambda folder: (folder / "hens.csv").mkdir(), 1, "D102"),
    "pipe": lambda: source("hens.csv", lambda folder: os.mkfifo(folder / "hens.csv"), 1, "a pipe"),
    "long name": lambda: source(f"{LONG[:3_000]}.csv", lambda _: None, 1, "D102"),
    "long path": lambda: source(f"{'b/' * 1_500}x.csv", lambda _: None, 1, "no file at"),
    # Bombs.
    "pages of repeats": lambda: data("hens.parquet", few_pages(), 1, "D116"),
    "one long text": lambda: data("hens.parquet", one_long_text(), 1, "D116"),
    "long lists": lambda: data("hens.parquet", lists(), 1, "D116"),
    "no parquet": lambda: data("hens.parquet", b"PAR1" + b"\xff" * 40 + b"PAR1", 1, "D102"),
    "zeros": lambda: data("hens.npz", npz(ZEROS, ZEROS), 1, "D116"),
    "objects": lambda: data(
        "hens.npz", npz(np.array([{}], dtype=object), [1.0]), 1, "Python objects"
    ),
    "many columns": lambda: data(
        "hens.csv", header(1_000_000).encode() + b"1," * 1_000_000 + b"1\n", 1, "D116"
    ),
    "short lines": lambda: data("hens.csv", SPARSE, 1, "expected 40001"),
    "blank lines": lambda: data("hens.csv", BLANK, 1, "D116"),
    "open quote": lambda: data("hens.csv", b'Age,Eggs\n"' + b"1,2\n" * 500_000, 1, "D106"),
    "long cell": lambda: data("hens.csv", b"Age,Eggs\n" + b"a" * 10_000_000 + b",1\n", 1, "D111"),
    "long header": lambda: data("hens.csv", b"a" * 10_000_000 + b",Eggs\n1,2\n", 1, "D111"),
    "zero bytes": lambda: data("hens.csv", b"Age,Eggs\n1,2\n3\x00,4\n", 1, "line 3 holds a NUL"),
    "wide characters": lambda: data("hens.csv", b"\xff\xfeA\x00g", 1, "utf-16"),
    "a key a line": lambda: data("hens.jsonl", lines(*OWN_KEYS), 1, "D116"),
    "an inner key a line": lambda: data("hens.jsonl", lines(*NESTED_KEYS), 1, "D116"),
    "many keys": lambda: data(
        "hens.jsonl", lines(dict.fromkeys(map(str, range(60_000)))), 1, "D116"
    ),
    "deep lists": lambda: data(
        "hens.jsonl", b'{"Eggs":' + b"[" * 900 + b"]" * 900 + b"}", 1, "deep"
    ),
    "deep objects": lambda: data("hens.jsonl", b'{"Eggs":' * DEEP + b"1" + b"}" * DEEP, 1, "deep"),
    # What is no file.
    "policy as a pipe": lambda: Hostile(
        piped("policy.json"), "validate --policy policy.json fine.yaml", 2, "it is a pipe"
    ),
    "spec as a pipe": lambda: Hostile(piped("a.yaml"), "validate a.yaml", 1, "it is a pipe"),
    "spec as a device": lambda: Hostile(EMPTY, "validate /dev/zero", 1, "it is a device"),
    "run.json as a pipe": lambda: Hostile(piped("run/run.json"), "evaluate run", 1, "it is a pipe"),
    "run.json as a folder": lambda: Hostile(
        lambda folder: (folder / "run" / "run.json").mkdir(parents=True),
        "predict run a.csv",
        1,
        "A102",
    ),
    "report.json as a pipe": lambda: Hostile(
        piped_report, "report --format json run", 1, "it is a pipe"
    ),
    # Manifests.
    "deep manifest": lambda: Hostile(manifest("[" * DEEP + "]" * DEEP), "report run", 1, "A102"),
    "deep value": lambda: Hostile(
        manifest('{"format": 1, "name": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"),
        "predict run a.csv",
        1,
        "A102",
    ),
    "NUL in a manifest": lambda: Hostile(
        manifest(json.dumps(sound_manifest(name="a\x00b"))), "export run -o out", 1, "holds a NUL"
    ),
    "half a character in a manifest": lambda: Hostile(
        manifest(json.dumps(sound_manifest(name="a\ud800b"))), "evaluate run", 1, "A102"
    ),
    "long number in a manifest": lambda: Hostile(
        manifest('{"format": ' + "9" * DEEP + "}"), "report run", 1, "A102"
    ),
    # Paths of the command line.
    "long spec": lambda: Hostile(EMPTY, f"train {LONG}", 2, "File name too long"),
    "long run": lambda: Hostile(EMPTY, f"report {LONG}", 1, "A102"),
    "long policy": lambda: Hostile(EMPTY, f"validate --policy {LONG} fine.yaml", 2, "too long"),
    # Names that are no text.
    "undecodable name as text": lambda: Hostile(
        lambda folder: (folder / UNDECODABLE).write_text(WRONG), "validate h*ns.yaml", 1, "S106"
    ),
    "undecodable name as SARIF": lambda: Hostile(
        lambda folder: (folder / UNDECODABLE).write_text(WRONG),
        "validate --format sarif h*ns.yaml",
        1,
        "h%E9ns.yaml",
    ),
    "undecodable name as JUnit": lambda: Hostile(
        lambda folder: (folder / UNDECODABLE).write_text(WRONG),
        "validate --format junit h*ns.yaml",
        1,
        "testcase",
    ),
    # Streams.
    "closed": lambda: Hostile(EMPTY, "validate fine.yaml >&-", 0, CLOSED),
    "closed, and refused": lambda: Hostile(EMPTY, "validate wrong.yaml >&-", 1, CLOSED),
    "full": lambda: Hostile(EMPTY, "render fine.yaml > /dev/full", 0, FULL),
    "full, and refused": lambda: Hostile(EMPTY, "validate wrong.yaml > /dev/full", 1, FULL),
    "nobody reads": lambda: Hostile(EMPTY, "explain G305 > >(exec true)", 0, ""),
    "errors closed": lambda: Hostile(EMPTY, "render wrong.yaml 2>&-", 1, ""),
    "errors full": lambda: Hostile(EMPTY, "render wrong.yaml 2> /dev/full", 1, ""),
    "all closed": lambda: Hostile(EMPTY, "validate wrong.yaml <&- >&- 2>&-", 1, ""),
}
