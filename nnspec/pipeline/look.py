"""A spec, a model document or a run's folder to its spec and network, to look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import isdir
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Findings
from nnspec.document import parse_document
from nnspec.network.network import Network
from nnspec.pipeline.check import check, check_document, check_network
from nnspec.pipeline.examine import hide
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, SPEC
from nnspec.shapes import Tensor
from nnspec.spec.spec import Spec

ANY = ("",)
"""The prefix of every code."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at.

    Attributes:
        network: with every shape that is known without opening data.
        doubts: what is doubtful about it, and no comment hides.
    """

    spec: Spec
    network: Network
    doubts: tuple[Diagnostic, ...] = ()


def look(path: Path, *, overrides: Sequence[str] = (), allow_outside: bool = False) -> Look:
    """Return the spec and the network of a file or of a run's folder.

    Args:
        path: a spec, a document of a Keras model, or the folder of a run in any state.
        overrides: settings of the command line, for a spec.
        allow_outside: whether the spec may name files outside its folder.

    Raises:
        Refused: the spec, or the folder, which is none of a run.
    """
    if isdir(path):  # noqa: PTH112 - Path's own raises for long names
        return look_at_run(path)
    checked = check(path, overrides=overrides, allow_outside=allow_outside)
    spec, network = checked.accept()
    return Look(spec, network, tuple(hide(checked, checked.diagnostics, unsought=ANY)))


def look_at_run(path: Path) -> Look:
    """Return the spec of a run, and its network with the shapes that its data gave."""
    folder = RunFolder.open(path)
    document = parse_document(folder.read(SPEC), str(path / SPEC))
    source = Path(folder.manifest.spec.folder)
    spec, network = check_document(document, folder=source, allow_outside=True).accept()
    tensors = fitted_tensors(folder)
    return Look(spec, check_network(spec, tensors, Findings()) if tensors else network)


def fitted_tensors(folder: RunFolder) -> Mapping[str, Tensor] | None:
    """Return what the data of a run gives its network; None where that cannot be told here."""
    if PREPROCESSING not in folder.manifest.artefacts:
        return None
    try:
        from nnspec.data.fit.fitted import Preprocessing  # noqa: PLC0415 - NumPy, for a run alone
    except ModuleNotFoundError:
        return None
    return Preprocessing.from_json(folder.read(PREPROCESSING)).tensors
