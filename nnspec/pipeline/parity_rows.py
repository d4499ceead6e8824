"""How a written file stands beside its run: a line, a row of a table, a record of the run."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from textwrap import wrap

from nnspec.diagnostics import Diagnostic, NnspecError
from nnspec.exchange.parity import Parity
from nnspec.run.folder import RunFolder
from nnspec.run.manifest import ExportRecord

WIDTH = 80
"""Columns of a terminal that lines keep to."""
HEADINGS = ("format", "bytes", "ms a row", "figure", "file", "run", "largest", "mean")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of held-out rows, of a file's answers and of the run's own."""

    name: str
    file: float | None
    run: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What was written of a run, and how it compares with it.

    Attributes:
        form: the format's name.
        parity: None where nothing was compared.
        milliseconds: what a row takes in the file; None where it was not timed.
        figure: None where nothing is measured.
        reason: why nothing was compared, or nothing was written.
        rows: which rows were compared: test.
        beside: what else was written, and what the reader has to do by itself, in a sentence.
        doubts: what is to be said about the run.
    """

    form: str
    bytes: int = 0
    sha256: str = ""
    parity: Parity | None = None
    milliseconds: float | None = None
    figure: Figure | None = None
    reason: str = ""
    rows: str = "test"
    beside: str = ""
    doubts: tuple[Diagnostic, ...] = ()

    def says(self) -> str:
        """Return the size and time of the file, how it compares, and what else is to be known."""
        size = f"{self.form}: {self.bytes:,} bytes"
        took = "" if self.milliseconds is None else f"; {self.milliseconds:.3g} ms a row"
        if self.parity is None:
            told = [f"{size}; not compared: {self.reason}"]
        else:
            told = [f"{size}{took}", f"  {self.parity.says()}"]
        told = [*told, *filter(None, [self.beside])]
        return "\n".join(line for one in told for line in wrap(one, WIDTH, subsequent_indent="  "))

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table, by its headings; those without a file hold the reason."""
        if self.parity is None:
            size = f"{self.bytes:,}" if self.bytes else ""
            return (self.form, size, "", "", "", "", self.reason, "")
        figure = self.figure
        named = ("", "", "")
        if figure is not None:
            own = "" if figure.file is None else f"{figure.file:.6g}"
            named = (f"{figure.name} ({self.rows})", own, f"{figure.run:.6g}")
        took = "" if self.milliseconds is None else f"{self.milliseconds:.3g}"
        apart = (f"{self.parity.largest:.1e}", f"{self.parity.mean:.1e}")
        return (self.form, f"{self.bytes:,}", took, *named, *apart)


def keep(folder: RunFolder, compared: Compared) -> None:
    """Put a comparison into the manifest of a complete run, where that can be written to."""
    parity, figure = compared.parity, compared.figure
    if parity is None or folder.manifest.status != "complete":
        return
    record = ExportRecord(
        compared.sha256,
        compared.bytes,
        parity.rows,
        parity.largest,
        parity.mean,
        compared.milliseconds,
        figure.name if figure else None,
        figure.file if figure else None,
        figure.run if figure else None,
    )
    with suppress(NnspecError, OSError), RunFolder.open(folder.path, writing=True) as held:
        exports = {**held.manifest.exports, compared.form: record}
        held.update(replace(held.manifest, exports=exports))


def table_of(many: Iterable[Compared]) -> Iterator[str]:
    """Give the lines of a table of comparisons; a reason stands in place of a row's figures."""
    rows = [HEADINGS, *(one.cells() for one in many)]
    sized = [row for row in rows if row[-1]]
    widths = [max(len(row[place]) for row in sized) for place in range(len(HEADINGS))]
    widths[0] = max(len(row[0]) for row in rows)
    for row in rows:
        if not row[-1]:
            size = f"{row[1]} bytes; " if row[1] else ""
            room = " " * (widths[0] + 2)
            lines = wrap(f"{size}{row[-2]}", WIDTH, initial_indent=room, subsequent_indent=room)
            yield f"{row[0]:<{widths[0]}}  {lines[0].strip()}"
            yield from lines[1:]
            continue
        left = f"{row[0]:<{widths[0]}}"
        yield "  ".join(
            [left, *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
