"""Floor 8, the claim on a run's folder: taken before anything else is known, held by one process.

Where a name is asked for, the folder is made and locked when a command begins, before libraries
load and data are read: who comes second is told so at once. A claim that nobody takes over leaves
nothing behind.
"""

import contextlib
import errno
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.language.run_names import is_run_name
from nnspec.run.atomic import failure
from nnspec.run.layout import LOCK, MANIFEST, UNFINISHED
from nnspec.run.lock import Lock, now


class Claim:
    """The folder of a run to come; as a context manager it gives up what was not taken over."""

    def __init__(self, path: Path, lock: Lock, made: tuple[Path, ...]) -> None:
        """Hold a folder; `named` and `numbered` are the ways to one.

        Args:
            path: the folder.
            lock: the lock on it.
            made: folders that were made for it, the innermost first.
        """
        self.path = path
        self.lock = lock
        self._made = made
        self._taken = False

    @classmethod
    def named(cls, runs: Path, name: str, *, exist_ok: bool = False) -> Self:
        """Claim the folder of a name that was asked for.

        Args:
            runs: the folder of all runs.
            name: the run's name.
            exist_ok: whether a run of that name may be replaced, whatever it reached.

        Raises:
            Refused: A109 for a name that cannot be a folder's, A108 where it is taken, A110 where
                it cannot be made.
            RunBusy: A106 where another process holds it.
        """
        check_name(name)
        path = runs / name
        claim = None
        while claim is None:
            made = _make(runs, path)
            with contextlib.suppress(FileNotFoundError):  # given up by another at this moment
                # What is no run is not even locked: that would leave a file in it.
                _check_place(path)
                claim = cls(path, Lock(path, now()), made)
        with contextlib.ExitStack() as given_up:
            given_up.push(claim)
            # Now that nobody else writes to it: what it holds stays so.
            _check_held(path, exist_ok=exist_ok)
            given_up.pop_all()
        return claim

    @classmethod
    def numbered(cls, runs: Path, name: str) -> Self:
        """Claim the first folder of NAME, NAME-2, NAME-3 ... that is not there.

        Raises:
            Refused: A109, A110.
        """
        check_name(name)
        number = 1
        while True:
            path = runs / (name if number == 1 else f"{name}-{number}")
            made = _make(runs, path)
            if path in made:
                return cls(path, Lock(path, now()), made)
            number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._taken:
            if self.path in self._made:
                with contextlib.suppress(OSError):
                    (self.path / LOCK).unlink()
            self.lock.release()
        for folder in self._made:  # those that still hold nothing
            with contextlib.suppress(OSError):
                folder.rmdir()

    def take(self) -> Lock:
        """Return the lock, which is the taker's from now on."""
        self._taken = True
        return self.lock


def writable(runs: Path) -> contextlib.nullcontext[None]:
    """Return the claim on nothing, where a free name in a folder of runs will be found later.

    Raises:
        Refused: A110 where no run can be made there; said before seconds are spent.
    """
    there = next(one for one in (runs, *runs.absolute().parents) if os.path.lexists(one))
    error = None
    if not there.is_dir():
        error = errno.ENOTDIR
    elif not os.access(there, os.W_OK | os.X_OK):
        error = errno.EROFS if os.statvfs(there).f_flag & os.ST_RDONLY else errno.EACCES
    if error is not None:
        raise Refused(failure(runs, OSError(error, ""), needed=0).diagnostics)
    return contextlib.nullcontext()


def check_name(name: str) -> None:
    """Refuse a name that a run's folder cannot have (A109)."""
    if is_run_name(name):
        return
    message = (
        f'"{name}" cannot name a run; expected letters, digits, "_", "-", "." (not first), '
        "at most 64 of them"
    )
    raise Refused([Diagnostic("A109", message)])


def _make(runs: Path, path: Path) -> tuple[Path, ...]:
    """Make a folder and those around it; return those that were not there, the innermost first."""
    absent = [one for one in (runs, *runs.parents) if not one.exists()]
    try:
        runs.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir()
        except FileExistsError:
            return ()
    except OSError as error:
        raise Refused(failure(path, error, needed=0).diagnostics) from error
    return (path, *absent)


def _check_place(path: Path) -> None:
    """Refuse a folder that is no run's (A108)."""
    if path.is_symlink():
        raise _taken(path, "is a symbolic link, which is not followed", "choose another --name")
    if not path.is_dir():
        raise _taken(path, "is there already and is no folder", "choose another --name")
    if not is_fresh(path) and not (path / MANIFEST).exists():
        hint = "choose another --name, or remove the folder"
        raise _taken(path, "is there already and is no run", hint)


def _check_held(path: Path, *, exist_ok: bool) -> None:
    """Refuse a folder whose run would be lost (A108)."""
    if exist_ok or is_fresh(path):
        return
    # Who comes second to a name is told so without what reads a record.
    from nnspec.run.manifest import read_manifest  # noqa: PLC0415

    found = read_manifest(path)
    whole = found.status == "complete"
    if whole or found.has_state:
        # Nobody holds it, whatever its record says: who was running it was killed.
        left = "killed" if found.status == "running" else found.status
        held = "a complete run" if whole else f"the checkpoints of a {left} run"
        hint = "choose another --name, or write --exist-ok to have it replaced"
        if not whole:
            hint = f"nnspec train --resume {path} goes on with it; or {hint}"
        raise _taken(path, f"holds {held} already", hint)


def is_fresh(path: Path) -> bool:
    """Tell whether a folder is empty, or a kill came before its first manifest."""
    return all(one.name == LOCK or one.match(UNFINISHED) for one in path.iterdir())


def _taken(path: Path, why: str, hint: str) -> Refused:
    message = f'"{path}" {why}; nothing was written'
    return Refused([Diagnostic("A108", message, hint=hint, file=str(path))])
