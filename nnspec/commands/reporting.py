"""Findings to the terminal, and errors that carry them to exit codes."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nnspec.commands.loading import Loading
from nnspec.commands.stages import STAGES
from nnspec.diagnostics import Diagnostic, NnspecError, Refused, RunFailed
from nnspec.diagnostics.formats.text import format_text
from nnspec.diagnostics.render import wants_color
from nnspec.diagnostics.sources import Sources
from nnspec.diagnostics.summary import summarize

if TYPE_CHECKING:
    from nnspec.network.network import Network
    from nnspec.spec.spec import Spec

TRAINING = {"tensorflow", "keras", "numpy", "polars", "sklearn", "jinja2"}
"""Packages that the light core leaves out."""
ONNX = {"onnx", "onnxruntime", "numpy", "h5py", "polars"}
"""Packages that write a run as an ONNX file, and compare its answers."""
UNWRITTEN = {"A104", "A110", "A125"}
"""Codes of what could not be written: no space, no right, too large."""
EXHAUSTED = "ResourceExhaustedError"
"""What TensorFlow raises where memory does not suffice."""
SERVING = {"starlette", "uvicorn", "h11", "anyio"}
"""Packages that hear requests."""
ANY = ("",)
"""The prefix of every code."""


@contextmanager
def naming_absent(packages: AbstractSet[str], purpose: str, extra: str) -> Iterator[None]:
    """Say what to install where one of some packages is absent.

    Args:
        packages: those that an extra brings.
        purpose: what is done with the package, in words.
        extra: its name.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in packages:
            raise
        sys.stderr.write(
            f"nnspec: {package} is not installed, and {purpose}\n"
            f"  = help: pip install 'nnspec[{extra}]'\n"
        )
        raise typer.Exit(1) from None


@contextmanager
def libraries_loading() -> Iterator[Loading]:
    """Give an import of what trains, to be started, and say what to install where it is absent."""
    with naming_absent(TRAINING, "this command computes with it", "tensorflow"):
        yield Loading()


@contextmanager
def training_libraries() -> Iterator[None]:
    """Import what trains, and say what to install where it is absent."""
    with libraries_loading() as loading:
        loading.start()
        loading.finish()
        yield


@contextmanager
def onnx_libraries(*, checked: bool) -> Iterator[None]:
    """Say what to install where that is absent which writes ONNX files, or answers from them."""
    with naming_absent(ONNX, "ONNX files are written with it", "onnx"):
        if checked:
            import_module("onnxruntime")
        yield


@contextmanager
def serving_libraries() -> Iterator[None]:
    """Say what to install where that is absent which hears requests."""
    with naming_absent(SERVING, "requests are heard with it", "serve"):
        yield


@contextmanager
def explained(overrides: Sequence[str] | None = None, *, running: bool = False) -> Iterator[None]:
    """Turn an error that carries findings into text on stderr and the error's exit code.

    Args:
        overrides: settings of the command line.
        running: whether the command has a run under way, which fails where nothing can be written;
            elsewhere that is a refusal.
    """
    try:
        with enough_memory():
            yield
    except NnspecError as error:
        refused = not running and isinstance(error, RunFailed) and is_of_writing(error)
        show_findings(error.diagnostics, overrides)
        placed = [one for one in error.diagnostics if one.span]
        if placed:
            sys.stderr.write(f"\n{summarize(placed, Sources(fine=0))}\n")
        raise typer.Exit(Refused.exit_code if refused else error.exit_code) from None


@contextmanager
def enough_memory() -> Iterator[None]:
    """Turn a lack of memory, wherever it comes, into a finding.

    Raises:
        RunFailed: R102.
    """
    try:
        yield
    except Exception as error:
        # TensorFlow's own is known by its name: to import it would take what is lacking.
        if not {MemoryError.__name__, EXHAUSTED} & {one.__name__ for one in type(error).__mro__}:
            raise
        message = "the memory did not suffice; what was written before is whole"
        hint = "lower training.batch_size, or read less at a time"
        raise RunFailed([Diagnostic("R102", message, hint=hint)]) from None


def is_of_writing(error: NnspecError) -> bool:
    """Return whether an error says that something could not be written, and nothing else."""
    return {one.code for one in error.diagnostics} <= UNWRITTEN


def accept(
    spec: Path, overrides: Sequence[str] | None, *, allow_outside: bool, opened: bool = False
) -> "tuple[Spec, Network]":
    """Return a checked spec and its network, shown what is doubtful and no comment hides.

    Args:
        spec: the spec's file.
        overrides: settings of the command line.
        allow_outside: whether the spec may name files outside its folder.
        opened: whether a refusal also tells of files and columns that are not there.

    Raises:
        Refused: with everything that is wrong with it.
    """
    from nnspec.pipeline.check import check
    from nnspec.pipeline.examine import hide

    checked = check(spec, overrides=overrides or (), allow_outside=allow_outside)
    if opened and checked.refused and find_spec("polars"):
        from nnspec.pipeline.opened import refusal_with_data

        raise refusal_with_data(checked, allow_outside=allow_outside)
    accepted = checked.accept()
    show_findings(hide(checked, checked.diagnostics, unsought=ANY), overrides)
    return accepted


def check_run(run: Path) -> None:
    """Refuse what is no run at once, before the seconds that importing libraries takes."""
    with explained():
        from nnspec.run.folder import RunFolder

        RunFolder.open(run)


def show_findings(
    diagnostics: Iterable[Diagnostic], overrides: Sequence[str] | None = None
) -> None:
    """Write findings to stderr, each with its line of the spec."""
    findings = tuple(diagnostics)
    files = {one.file for one in findings if one.file}
    sources = Sources({file: read_text(Path(file)) for file in files}, tuple(overrides or ()))
    if findings:
        STAGES.clear()
        text = format_text(findings, sources, color=wants_color(sys.stderr))
        sys.stderr.write(f"{text}\n")


def read_text(path: Path) -> str | None:
    """Return the text of a file to quote from, None if it cannot serve."""
    from nnspec.document.file import read_file
    from nnspec.document.limits import FILE_BYTES

    try:
        content = read_file(path, FILE_BYTES)
    except OSError:
        return None
    return content.decode("utf-8-sig", errors="replace")
