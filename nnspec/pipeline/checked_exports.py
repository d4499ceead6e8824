"""A run written in every form, a row of a table each: what holds, and what a form cannot hold."""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from nnspec.diagnostics import NnspecError, Refused
from nnspec.exchange.parity import Parity
from nnspec.exchange.reload import Reloaded, reload_all
from nnspec.pipeline.exports import Wanted, Written, compared, write
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.forms import ENDINGS
from nnspec.pipeline.held_out import HeldOut, hold_out
from nnspec.pipeline.parity_rows import Compared, Figure, keep

ONNX = "onnx"
EVERY = (*ENDINGS, ONNX)


def check_exports(source: Path, forms: Sequence[str] = EVERY) -> list[Compared]:
    """Return how each form of a run compares with it, kept in `run.json` and nowhere else.

    A form that cannot hold the network, or answers otherwise, is a row with the reason.

    Args:
        source: the run's folder.
        forms: the formats' names.

    Raises:
        Refused: the run.
    """
    run = open_run(source)
    held = hold_out(run)
    with tempfile.TemporaryDirectory(prefix="nnspec-") as place:
        begun = {form: begin(held, form, Path(place) / form) for form in forms if form != ONNX}
        jobs = {form: one.job() for form, one in begun.items() if isinstance(one, Written)}
        answered = dict(zip(jobs, reload_all(list(jobs.values())), strict=True))
        found = [
            told(ONNX, lambda: check_onnx(source, held))
            if form == ONNX
            else told(form, partial(end, begun[form], answered.get(form)))
            for form in forms
        ]
    for one in found:
        if one.form != ONNX:
            keep(run.folder, one)
    return found


def begin(held: HeldOut, form: str, folder: Path) -> Written | Compared:
    """Return what was written in one form, or a row with the reason why it was not."""
    folder.mkdir()
    try:
        written = write(held, Wanted(form, None), folder)
    except NnspecError as error:
        return Compared(form, reason=error.diagnostics[0].message)
    return written.unread(check=False) or written


def end(begun: Written | Compared, answered: Reloaded | Refused | None) -> Compared:
    """Return how what was written compares with the run; raises what speaks against it."""
    if isinstance(begun, Compared):
        return begun
    assert answered is not None, "what is written is read"
    if isinstance(answered, Refused):
        raise answered
    return compared(begun, answered)


def told(form: str, row: Callable[[], Compared]) -> Compared:
    """Return a row, or one with the reason why there is none."""
    try:
        return row()
    except NnspecError as error:
        return Compared(form, reason=error.diagnostics[0].message)


def check_onnx(source: Path, held: HeldOut) -> Compared:
    """Return how an ONNX file of a run compares with it."""
    absent = [one for one in (ONNX, "onnxruntime") if find_spec(one) is None]
    if absent:
        return Compared(ONNX, reason=f"{absent[0]} is not installed (pip install 'nnspec[onnx]')")
    from nnspec.pipeline.onnx_export import export_onnx  # noqa: PLC0415 - of an extra
    from nnspec.pipeline.onnx_parity import answer_apart  # noqa: PLC0415 - of an extra

    with tempfile.TemporaryDirectory(prefix="nnspec-") as place:
        path = Path(place) / "model.onnx"
        found = export_onnx(source, path, check=True)
        answers, milliseconds = answer_apart(path.read_bytes(), held.raw())
    own, theirs = held.figure(held.answers), held.figure(answers)
    figure = None if own is None else Figure(own[0], theirs[1] if theirs else None, own[1])
    assert found.parity is not None, "what is checked is compared"
    apart = found.parity
    parity = Parity(apart.rows, apart.worst or 0.0, apart.mean, apart.labels, apart.column)
    return Compared(ONNX, found.bytes, "", parity, milliseconds, figure, rows=held.split)
