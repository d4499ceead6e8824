"""Events of `train --log-json`: one JSON object a line, on standard output."""

import json
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnspec.pipeline.run import RunResult
    from nnspec.run.log import Log


class Events:
    """Writes what happens as it happens; seconds are counted from here on."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def stage(self, text: str) -> None:
        """Write that something else is done from now on."""
        seconds = round(time.monotonic() - self._begun, 3)
        write(json.dumps({"event": "stage", "stage": text, "seconds": seconds}) + "\n")

    def log(self) -> "Log":
        """Return the log of the training, which counts the same seconds."""
        from nnspec.run.log import Log

        return Log(write, self._begun)

    def end(self, result: "RunResult") -> None:
        """Write where the run lies, and every figure of it."""
        from nnspec.run.log import finite

        figures = {
            output.name: {split: finite(found) for split, found in output.metrics.items()}
            for output in result.report.outputs
        }
        missed = [one.message for one in result.missed]
        facts = {"run": str(result.folder), "figures": figures, "gates_missed": missed}
        self.log().event("end", facts)


def write(line: str) -> None:
    """Write a line at once: who reads it may be waiting."""
    sys.stdout.write(line)
    sys.stdout.flush()
