"""Every spec that is shipped, what it is called in records, and its run of a few epochs.

Tables of the published specs come out of packages: `python bench/published.py --tables
specs/published`, and once more with `specs/published/piecewise`, writes them beside these.
"""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import nnspec
from nnspec.diagnostics import GateMissed

ROOT = Path(__file__).parents[1]
SPECS = ROOT / "specs"
FOLDERS = ("", "two_steps", "perceptron", "published", "published/piecewise")
FIRST = {"two_steps/digits_codes": "digits_autoencoder"}
"""Spec that begins with layers of another one's run -> that one."""
FEW = "training.epochs=2"


def shipped() -> Iterator[Path]:
    """Give the specs, a folder after the other."""
    for folder in FOLDERS:
        yield from sorted((SPECS / folder).glob("*.yaml"))


def named(file: Path) -> str:
    """Return what a spec is called: its path below `specs`, without its ending."""
    return file.relative_to(SPECS).with_suffix("").as_posix()


def run_of(spec: str, runs: Path) -> Path:
    """Return where the run of a spec lies."""
    return runs / spec.replace("/", "-")


def trained(file: Path, runs: Path, overrides: Sequence[str] = ()) -> Path:
    """Return the run of a spec, trained for two epochs if it is not there.

    Raises:
        Refused: it cannot be trained so.
    """
    spec = named(file)
    run = run_of(spec, runs)
    if (run / "report.json").exists():
        return run
    settings = [FEW, *overrides]
    if spec in FIRST:
        before = trained(SPECS / f"{FIRST[spec]}.yaml", runs, overrides)
        settings.append(f"model.0.use.run={before.name}")  # a spec may name what lies beside it
        file = Path(shutil.copy(file, runs))
    with contextlib.suppress(GateMissed):  # so few epochs may; the run is complete
        nnspec.train(file, overrides=settings, runs=runs, name=run.name)
    return run
