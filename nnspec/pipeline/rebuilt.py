"""The program of a run, rebuilt from the run's folder with its last weights."""

from dataclasses import dataclass
from pathlib import Path

from nnspec.build.program import Program, build_program
from nnspec.data import Preprocessing
from nnspec.document import parse_document
from nnspec.network.network import Network
from nnspec.pipeline.check import check_document
from nnspec.pipeline.opened import fit_network
from nnspec.run.checkpoint import load_weights
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, SPEC
from nnspec.spec.spec import Spec


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a run's folder holds, put together again.

    Attributes:
        network: resolved with the tensors that the fitted front gives.
        program: holds the run's last weights.
    """

    spec: Spec
    network: Network
    program: Program


def rebuild(folder: RunFolder) -> Rebuilt:
    """Return the program of a run that has weights.

    Raises:
        Refused: the run is damaged, or was written by a newer nnspec.
    """
    source = Path(folder.manifest.spec.folder)
    document = parse_document(folder.read(SPEC), str(folder.path / SPEC))
    spec, _ = check_document(document, folder=source, allow_outside=True).accept()
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    network = fit_network(spec, fitted)
    program = build_program(spec, network, fitted)
    load_weights(program.core, folder, "last")
    return Rebuilt(spec, network, program)
