"""Runs that did not complete: whether they can be used, and what is then to be said."""

from pathlib import Path
from typing import assert_never

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.run.folder import RunFolder
from nnspec.run.layout import HISTORY, checkpoint_of
from nnspec.run.manifest import Manifest


def check_weights(folder: RunFolder) -> None:
    """Refuse a run that ended before it had any weights (A115)."""
    manifest = folder.manifest
    if manifest.status == "complete" or checkpoint_of("last") in manifest.artefacts:
        return
    message = f'"{folder.path}" {ended(manifest)} before it had weights: there is nothing to use'
    hint = f"nnspec train --resume {folder.path} trains it"
    raise Refused([Diagnostic("A115", message, hint=hint, file=str(folder.path))])


def doubts_about(folder: RunFolder) -> tuple[Diagnostic, ...]:
    """Return what is to be said about a run that is not complete (A114)."""
    manifest, path = folder.manifest, folder.path
    if manifest.status == "complete":
        return ()
    if manifest.training is not None:
        message = f'"{path}" is trained, and {ended(manifest)} before it was judged'
        hint = f"nnspec evaluate {path} completes it"
    else:
        epochs = count_epochs(path)
        message = (
            f'the training of "{path}" {ended(manifest)} after {epochs} '
            f"epoch{'' if epochs == 1 else 's'}; these are its last weights"
        )
        hint = f"nnspec train --resume {path} goes on with it"
    return (Diagnostic("A114", message, hint=hint, file=str(path)),)


def ended(manifest: Manifest) -> str:
    """Return how a run ended that did not complete."""
    match manifest.status:
        case "running" | "trained":
            return "is under way, or was killed,"
        case "stopped":
            return "was stopped"
        case "failed":
            return "failed"
        case "complete":
            return "ended"
        case _:
            assert_never(manifest.status)


def count_epochs(folder: Path) -> int:
    """Return the epochs that a run's history holds whole, sealed or not."""
    try:
        return max(0, (folder / HISTORY).read_bytes().count(b"\n") - 1)
    except OSError:
        return 0
