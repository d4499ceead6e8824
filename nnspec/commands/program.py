"""The program: its commands, and what becomes of whatever escapes from them.

Exit codes: 0 fine, 1 refused, 2 wrong usage, 3 the run failed, 4 a gate was missed or a rerun
parts, 5 the run folder is in use, 70 internal error, 129, 130 and 143 stopped by SIGHUP, SIGINT
and SIGTERM.
"""

import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from nnspec import __version__
from nnspec.commands import (
    artefacts,
    checking,
    comparing,
    describing,
    drafting,
    drawing,
    editing,
    importing,
    ledger,
    planning,
    reference,
    serving,
    styling,
    training,
    validation,
    watching,
)
from nnspec.commands.loading import await_libraries
from nnspec.commands.options import GIVEN
from nnspec.commands.plugins import with_consent, with_plugins
from nnspec.commands.stages import STAGES
from nnspec.run.signals import SIGNALS, Stopped

USAGE, INTERNAL, INTERRUPTED = 2, 70, 130
COMMANDS = (
    drafting.init,
    importing.import_,
    with_consent(validation.validate),
    styling.fmt,
    with_consent(checking.render),
    with_consent(checking.summary),
    with_consent(comparing.diff),
    with_consent(drawing.draw),
    with_consent(describing.data),
    with_consent(planning.plan),
    with_consent(training.train),
    with_consent(planning.rerun),
    with_consent(training.bench),
    with_consent(training.evaluate),
    with_consent(training.predict),
    with_consent(artefacts.export),
    serving.serve,
    artefacts.report,
    ledger.runs,
    ledger.compare,
    ledger.clean,
    watching.dashboard,
    with_plugins(reference.schema),
    with_plugins(reference.explain),
    editing.lsp,
)
"""The commands, in the order of the help."""
UsageError: Any = typer.BadParameter.__bases__[0]
"""The base of Typer's own complaints about arguments; Typer exports only the class below it."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Args:
        arguments: the command line without the program's name; the process' own if absent.
    """
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        GIVEN[:] = given
        code = application(given[:1])(args=given, prog_name="nnspec", standalone_mode=False)
        sys.stdout.flush()
    except UsageError as error:
        STAGES.clear()
        sharpen(error)
        error.show()
        code = USAGE
    except Stopped as stopped:
        code = SIGNALS.report(stopped)
    except typer.Abort:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last stop: a calm line instead of a traceback
        code = report_internal(error)
    if arguments is not None:
        await_libraries()
    return int(code or 0)


def application(asked: Sequence[str] = ()) -> Any:  # noqa: ANN401 - Typer's command has no public type
    """Return the program as a command that takes arguments.

    Args:
        asked: the name of the one command that is needed, so that Typer need not read the options
            of all; anything else: all commands.
    """
    app = typer.Typer(
        name="nnspec",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(describe)
    for command in [one for one in COMMANDS if one.__name__ in asked] or COMMANDS:
        app.command()(command)
    return typer.main.get_command(app)


def show_version(asked: bool) -> None:
    """Print the version if it was asked for, and stop."""
    if asked:
        typer.echo(f"nnspec {__version__}")
        raise typer.Exit


def describe(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=show_version),
    ] = False,
) -> None:
    """Compile and run neural networks declared in YAML or JSON."""


def sharpen(error: Any) -> None:  # noqa: ANN401 - Typer's complaints have no public type
    """Point a complaint about an unknown flag to the flag, or the setting, that was meant."""
    if not hasattr(error, "possibilities") or error.ctx is None:
        return
    from nnspec.frontends.nnspec_1.sections import SECTIONS
    from nnspec.language.near_names import nearest

    flags = [flag for parameter in error.ctx.command.params for flag in parameter.opts]
    settings = {
        f"--{name}".replace("_", "-"): f"{section}.{name}"
        for section, kind in SECTIONS.items()
        for name in kind.model_fields
        if "--set" in flags
    }
    meant = nearest(error.option_name.replace("_", "-"), [*flags, *settings])
    error.possibilities = [meant] if meant in flags else []
    if meant and meant not in flags:
        error.message += f". Did you mean --set {settings[meant]}=VALUE?"


def report_internal(error: Exception) -> int:
    """Write the traceback to a file, say so on one line, and return the exit code."""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    sys.stderr.write(f"nnspec: internal error ({what}); {keep_traceback(error)}\n")
    return INTERNAL


def keep_traceback(error: Exception) -> str:
    """Write the traceback to a temporary file, and return in words where it is."""
    text = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "wb", prefix="nnspec-", suffix=".txt", delete=False
        ) as file:
            file.write(text.encode(errors="backslashreplace"))
    except OSError as failed:
        return f"the traceback could not be kept: {failed.strerror or failed}"
    return f"the traceback is in {file.name}"
