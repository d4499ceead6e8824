"""The program of a run, rebuilt from the run's folder with its last weights."""

from dataclasses import dataclass

from nnspec.build.program import Program, build_program
from nnspec.network.network import Network
from nnspec.pipeline.reopened import reopen_folder
from nnspec.run.checkpoint import load_weights
from nnspec.run.folder import RunFolder
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
    found = reopen_folder(folder)
    program = build_program(found.spec, found.network, found.fitted)
    load_weights(program.core, folder, "last")
    return Rebuilt(found.spec, found.network, program)
