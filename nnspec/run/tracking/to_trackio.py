"""Floor 8, trackio: runs and their figures in its own database below RUNS/.trackio.

`TRACKIO_DIR=RUNS/.trackio trackio show` shows them. trackio has one folder a process, which it
takes from the environment when it is imported; it looks there too for places on the network to
write to, and may ask who is logged in. So it writes in a process of its own, whose environment
holds the folder and nothing of that.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from nnspec.run.tracking.tracking import Tracked, Tracker

FOLDER = ".trackio"
WRITER = Path(__file__).with_name("trackio_writer.py")
PATIENCE = 60.0
"""Seconds within which its last figures must be written."""


class Trackio:
    """Tells a process that writes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._last = 0

    def begin(self, run: Tracked) -> None:
        """Begin a run of the project that is called like the spec, or go on with it."""
        place = (run.runs / FOLDER).resolve()
        place.mkdir(parents=True, exist_ok=True)
        begun = {"project": run.spec, "name": run.name, "config": dict(run.settings)}
        self._errors = TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-P", str(WRITER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            env=environment(place),
            # What is pressed in the terminal ends the training, whose last figures are written.
            start_new_session=True,
        )
        self._say({**begun, "resume": "allow" if run.taken_up else "never"})

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Tell the figures of an epoch."""
        self._last = epoch
        self._say({"step": epoch, "figures": dict(figures)})

    def end(self, figures: Mapping[str, float], *, whole: bool) -> None:
        """Tell what the run came to, and wait until all is written."""
        del whole
        self._say({"step": self._last, "figures": {f"run/{k}": v for k, v in figures.items()}})
        if self._process is not None:
            assert self._process.stdin is not None, "it is a pipe"
            self._process.stdin.close()
            self._wait()

    def _say(self, line: Mapping[str, object]) -> None:
        """Tell one thing; where the process has ended, its error is raised."""
        if self._process is None:
            return
        assert self._process.stdin is not None, "it is a pipe"
        try:
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            with suppress(BrokenPipeError):
                self._process.stdin.close()  # which would write what is left once more
            self._wait()

    def _wait(self) -> None:
        """Wait until the process ends; raise its error, if it made one."""
        assert self._process is not None, "it was begun"
        assert self._errors is not None, "it was begun"
        with self._process, self._errors:
            try:
                code = self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").split("\n")
        if code:
            raise OSError(next((one for one in reversed(lines) if one.strip()), f"code {code}"))


def environment(place: Path) -> dict[str, str]:
    """Return what the process sees: the folder, and no place on a network."""
    own = {
        name: one for name, one in os.environ.items() if not name.startswith(("TRACKIO_", "HF_"))
    }
    return {**own, "TRACKIO_DIR": str(place), "HF_HUB_OFFLINE": "1", "HF_HOME": str(place / "none")}


def begin_tracker() -> Tracker:
    """Return a tracker that writes for trackio."""
    return Trackio()
