"""What a finished run's folder says of its network, so that a part of it can begin another one."""

from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import parse_document
from nnspec.pipeline.incomplete import ended
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, SPEC, checkpoint_of
from nnspec.spec.part import StoredRun


def open_stored(path: Path) -> StoredRun:
    """Return what a complete run says of its network, its files compared with their checksums.

    Raises:
        Refused: A102 where the folder is no run, A121 where the run is not complete, A101 and A111
            where its files are not those that it wrote.
    """
    from nnspec.data.fit.fitted import Preprocessing  # noqa: PLC0415 - NumPy, where a run is named

    folder = RunFolder.open(path)
    if folder.manifest.status != "complete":
        message = f'"{path}" {ended(folder.manifest)} before it was complete'
        hint = f"nnspec evaluate {path} completes a run that is trained"
        raise Refused([Diagnostic("A121", message, hint=hint)])
    document = parse_document(folder.read(SPEC), str(path / SPEC))
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    weights = checkpoint_of("last")
    folder.read(weights)
    return StoredRun(document, fitted.tensors, folder.manifest.artefacts[weights].sha256)
