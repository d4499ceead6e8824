"""What a run's folder says of its program, put together without TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

from nnspec.build.calibrated import Calibration, Calibrations
from nnspec.data import Preprocessing
from nnspec.document import parse_document
from nnspec.judge.by_output import ByOutput
from nnspec.network.network import Network
from nnspec.pipeline.check import check_document
from nnspec.pipeline.opened import fit_network
from nnspec.run.folder import RunFolder
from nnspec.run.layout import CALIBRATION, DECISIONS, PREPROCESSING, SPEC
from nnspec.spec.spec import Spec


@dataclass(frozen=True, slots=True)
class Reopened:
    """A run's spec, its preprocessing, and its network with shapes."""

    spec: Spec
    fitted: Preprocessing
    network: Network


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probability above which a second class is answered; one for each of several labels."""

    thresholds: tuple[float, ...]


def reopen_folder(folder: RunFolder) -> Reopened:
    """Return what a run's folder says of its program.

    Raises:
        Refused: the run is damaged, or was written by a newer nnspec.
    """
    source = Path(folder.manifest.spec.folder)
    document = parse_document(folder.read(SPEC), str(folder.path / SPEC))
    spec, _ = check_document(document, folder=source, allow_outside=True).accept()
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    return Reopened(spec, fitted, fit_network(spec, fitted))


def read_thresholds(folder: RunFolder) -> dict[str, tuple[float, ...]]:
    """Return the thresholds of a run's outputs; those that decide by one half have none."""
    if DECISIONS not in folder.manifest.artefacts:
        return {}
    found = ByOutput(Thresholds, "thresholds are").decode(folder.read(DECISIONS))
    return {name: one.thresholds for name, one in found.items()}


def read_calibrations(folder: RunFolder) -> Calibrations:
    """Return what was fitted on the validation rows for each output."""
    if CALIBRATION not in folder.manifest.artefacts:
        return {}
    return ByOutput(Calibration, "calibration is").decode(folder.read(CALIBRATION))
