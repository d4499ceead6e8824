"""Events of `train --log-json`: one JSON object a line, on standard output."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

import typer

from nnspec.commands.reporting import enough_memory
from nnspec.commands.stages import STAGES
from nnspec.diagnostics import GateMissed, NnspecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nnspec.pipeline.run import RunResult
    from nnspec.run.log import Log

INTERNAL = 70


class Events:
    """Writes what happens as it happens; seconds are counted from here on."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def stage(self, text: str) -> None:
        """Write that something else is done from now on."""
        self._write("stage", {"stage": text})

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

    @contextmanager
    def whatever_happens(self) -> Iterator[None]:
        """Write why a block came to no end; a missed gate stands in the event of the end."""
        try:
            yield
        except GateMissed:
            raise
        except NnspecError as error:
            findings = [(one.code, one.message) for one in error.diagnostics]
            self._failed(error.exit_code, findings)
            raise
        except SystemExit as stopped:
            notes = [*getattr(stopped, "__notes__", ())]
            self._write("stopped", {"exit_code": stopped.code, "notes": notes})
            raise
        except typer.Exit as ended:
            self._failed(ended.exit_code, [])
            raise
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            self._failed(INTERNAL, [("", said)])
            raise

    def _failed(self, code: int, findings: list[tuple[str, str]]) -> None:
        told = [{"code": one, "message": message} for one, message in findings]
        self._write("failed", {"exit_code": code, "findings": told})

    def _write(self, name: str, facts: "Mapping[str, object]") -> None:
        seconds = round(time.monotonic() - self._begun, 3)
        write(json.dumps({"event": name, **facts, "seconds": seconds}) + "\n")


@contextmanager
def told(events: Events | None) -> Iterator[ExitStack]:
    """Give a stack of what is held, and tell how it ends where a log of events is wanted."""
    ending = events.whatever_happens() if events else nullcontext()
    with ending, enough_memory(), ExitStack() as held:
        held.callback(STAGES.clear)
        yield held


def write(line: str) -> None:
    """Write a line at once: who reads it may be waiting."""
    sys.stdout.write(line)
    sys.stdout.flush()
