"""A finished run in the forms that hold its network or its program: written, reloaded, compared.

Everything is written beside its place first, loaded in a fresh process that lacks this package,
and moved to its place only once its answers to held-out rows are the run's.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import getpid
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused, RunFailed
from nnspec.exchange.parity import TOLERANCE, checked, compare, tolerance_of
from nnspec.exchange.reload import Job, Reloaded, lacking, reload
from nnspec.exchange.write.columns import describe_columns
from nnspec.exchange.write.names import input_names
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.forms import ENDINGS, LOST, Form, form_of
from nnspec.pipeline.held_out import HeldOut, hold_out
from nnspec.pipeline.parity_rows import Compared, Figure, keep
from nnspec.run.atomic import failure, publish_folder, write_atomic
from nnspec.run.manifest import checksum
from nnspec.run.signals import SIGNALS

COLUMNS = "columns.json"
"""The file that says what is left to the reader of a network alone."""
ROUNDED = 1e-9
"""What the difference of two figures may be rounded by."""
SHARES = ("accuracy", "macro_f1", "roc_auc", "subset_accuracy")
"""Figures between 0 and 1, of which more is better; of all others less is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of an export.

    Attributes:
        form: the format's name.
        output: the file or folder to write; None: it is compared alone, and kept nowhere.
        codes: layers whose outputs a SavedModel gives too.
        check: whether what cannot be compared is refused.
    """

    form: str
    output: Path | None
    codes: Sequence[str] = ()
    check: bool = False


def export_run(source: Path, wanted: Wanted) -> Compared:
    """Write a run in one form; compare it with the run, and keep what was found in `run.json`.

    Args:
        source: the run's folder.
        wanted: form and place.

    Raises:
        Refused: the run; A113 where the form cannot hold its network.
        RunFailed: A107 where what was written answers otherwise; it was not kept.
    """
    return export_held(hold_out(open_run(source)), wanted)


def export_held(held: HeldOut, wanted: Wanted) -> Compared:
    """Write a run whose held-out rows are known; see `export_run`."""
    run, output = held.run, wanted.output
    with staged(output) as folder:
        written = write(held, wanted, folder)
        found = written.unread(check=wanted.check) or compared(written, reload(written.job()))
        if output is not None:
            publish(written, output)
    keep(run.folder, found)
    found = replace(found, doubts=run.doubts)
    if output is None or not written.form.described:
        return found
    beside = beside_of(written.form, output)
    told = f'the network alone: "{beside}" says what is left to its reader'
    return replace(found, beside=told)


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What was written of a run and is not compared yet."""

    held: HeldOut
    form: Form
    path: Path
    place: str
    """Where it is to lie, as messages name it."""

    def job(self) -> Job:
        """Return what a fresh process has to do with it."""
        held = self.held
        if not self.form.whole:
            return Job(self.form.reader, self.path, held.placed())
        names = input_names(held.run.program.fitted.columns)
        cells = {names[name]: one for name, one in held.raw().items()}
        return Job(self.form.reader, self.path, cells)

    def unread(self, *, check: bool) -> Compared | None:
        """Return what there is to say where nothing reads it here; None where something does.

        Raises:
            Refused: A113 where it is to be checked.
        """
        absent = lacking(self.form.reader)
        if absent is None:
            return None
        if check:
            message = f"what is written cannot be compared: {absent}"
            raise Refused([Diagnostic("A113", message, hint="install it, or leave --check out")])
        return replace(self.described(), reason=absent)

    def described(self) -> Compared:
        """Return its size and checksum."""
        return Compared(self.form.name, *measured(self.path), rows=self.held.split)


def write(held: HeldOut, wanted: Wanted, folder: Path) -> Written:
    """Write a run in one form into a folder that does not stay.

    Raises:
        Refused: A113 where the form cannot hold its network.
    """
    named = wanted.output or Path(f"model{ENDINGS[wanted.form]}")
    form = form_of(wanted.form, named, wanted.codes)
    path = folder / form.file
    form.write(held, path)
    return Written(held, form, path, str(wanted.output or form.name))


def compared(written: Written, reloaded: Reloaded) -> Compared:
    """Return how a written file compares with the run.

    Raises:
        RunFailed: A107 where it answers otherwise.
    """
    held, form = written.held, written.form
    answers = reloaded.values if form.whole else held.decode(reloaded.values)
    own, theirs = held.figure(held.answers), held.figure(answers)
    tolerance = max(form.tolerance or TOLERANCE, tolerance_of(held.run.program.core))
    parity = compare(held.run.program, held.answers, answers, tolerance)
    if form.tolerance is not None:
        checked(parity, form.name, file=written.place, tolerance=tolerance)
    figure = None
    if own is not None:
        figure = Figure(own[0], theirs[1] if theirs else None, own[1])
        if form.tolerance is None:
            check_figure(figure, parity.rows, form.name, written.place)
    took = 1000 * reloaded.seconds / max(1, parity.rows)
    return replace(written.described(), parity=parity, milliseconds=took, figure=figure)


def check_figure(figure: Figure, rows: int, name: str, file: str) -> None:
    """Refuse a file whose figure is worse than the run's by more than 8-bit numbers may lose.

    Of a share that is one row at least, however few there are.

    Raises:
        RunFailed: A107.
    """
    if figure.file is not None:
        shared = figure.name in SHARES
        allowed = max(LOST, 1 / max(1, rows)) if shared else LOST
        lost = figure.run - figure.file if shared else figure.file / (figure.run or 1.0) - 1
        if lost <= allowed + ROUNDED:
            return
    message = (
        f"the written {name} reaches {figure.name} {figure.file or math.nan:.6g}, the run "
        f"{figure.run:.6g}: more "
        f"than {LOST:.0%} is lost; the export was not kept"
    )
    hint = "export to litert or litert-float16"
    raise RunFailed([Diagnostic("A107", message, hint=hint, file=file)])


@contextmanager
def staged(output: Path | None) -> Iterator[Path]:
    """Give a folder beside the place of what is written; it goes when that is done."""
    if output is None:
        with tempfile.TemporaryDirectory(prefix="nnspec-") as place:
            yield Path(place)
        return
    folder = output.with_name(f".{output.name}.{getpid()}.new")

    def discard() -> None:
        shutil.rmtree(folder, ignore_errors=True)

    with SIGNALS.waiting(discard):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failure(output, error, needed=0) from error
        try:
            yield folder
        finally:
            discard()


def publish(written: Written, output: Path) -> None:
    """Move what was written, and found right, to its place, and what describes it beside it."""
    form, path = written.form, written.path
    described = describe_columns(written.held.run.program) if form.described else ""
    if path.is_dir():
        if form.described:
            (path / COLUMNS).write_text(described, encoding="utf-8")
        publish_folder(path, output)
        return
    write_atomic(output, path.read_bytes())
    if form.described:
        write_atomic(beside_of(form, output), described.encode())


def beside_of(form: Form, output: Path) -> Path:
    """Return the file that says what is left to the reader of a network alone."""
    is_folder = ENDINGS[form.name] == ""
    return output / COLUMNS if is_folder else output.with_name(f"{output.name}.{COLUMNS}")


def measured(path: Path) -> tuple[int, str]:
    """Return the bytes of a file, or of all files of a folder, and their checksum."""
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    contents = [one.read_bytes() for one in files]
    joined = contents[0] if len(contents) == 1 else "".join(map(checksum, contents)).encode()
    return sum(map(len, contents)), checksum(joined)
