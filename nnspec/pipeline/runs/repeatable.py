"""Whether a run can be repeated, told before anything heavy is imported."""

from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.pipeline.incomplete import ended
from nnspec.run.folder import RunFolder


def check_repeatable(path: Path) -> RunFolder:
    """Return the folder of a run that can be repeated; nothing heavy is done.

    Raises:
        Refused: A102 where it is no run, A141 where it did not complete or began with parts of
            other runs.
    """
    folder = RunFolder.open(path)
    manifest = folder.manifest
    if manifest.status != "complete":
        message = f'"{path}" {ended(manifest)} before it was complete: a rerun has nothing to equal'
        raise Refused([Diagnostic("A141", message, file=str(path))])
    if manifest.parts:
        names = ", ".join(one.run for one in manifest.parts.values())
        message = (
            f'"{path}" began with parts of other runs ({names}), whose first weights its own '
            "folder does not hold"
        )
        hint = "train the spec that it was written from"
        raise Refused([Diagnostic("A141", message, hint=hint, file=str(path))])
    return folder
